//! What is said when the database cannot, or when a row is not what was ever written.

use sqlx::Executor as _;
use storage::Database as _;
use storage::account::AccountReads as _;

use crate::fixture::{Place, provision};

#[tokio::test]
async fn a_row_that_does_not_convert_is_named_without_its_value() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let id = provision(&store).await;
    let broken = "UPDATE accounts SET state = 'SECRET-VALUE'";
    place.beside().await.execute(broken).await.unwrap();

    let error = store.account(id).await.unwrap_err();
    let told = error.to_string();
    assert!(matches!(error, storage::Error::Row { .. }), "{told}");
    assert!(
        told.contains("accounts.state") && told.contains(&id.to_string()),
        "{told}"
    );
    assert!(!format!("{error:?}").contains("SECRET-VALUE"));
}

#[tokio::test]
async fn the_database_itself_refuses_a_partner_whose_administrator_is_gone() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    provision(&store).await;
    let nobody = "UPDATE partners SET administrator_id = x'00112233445566778899aabbccddeeff'";
    assert!(place.beside().await.execute(nobody).await.is_err());
    let none = "UPDATE partners SET administrator_id = NULL";
    assert!(place.beside().await.execute(none).await.is_err());
}

#[tokio::test]
async fn a_ready_database_reads_and_writes() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    assert!(store.ready().await.is_ok());
}
