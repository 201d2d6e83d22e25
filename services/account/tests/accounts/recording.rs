//! What a change leaves in the record and in the feed.

use api::account::v1;
use domain::AccountId;
use prost_types::FieldMask;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{Row, SqlitePool};

use crate::world::{CAF, World, date, request_id};

/// The database file as an operator would read it.
async fn file(world: &World) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(world.path())
        .read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1);
    pool.connect_with(options).await.unwrap()
}

/// The newest line about the account: event, actor, attributes, personal part.
async fn newest_line(world: &World, account: AccountId) -> [String; 4] {
    let row = sqlx::query(
        "SELECT event, actor, attributes, personal FROM audit_events
         JOIN audit_personal ON event_id = id
         WHERE account_id = ? AND succeeded = 1 ORDER BY place DESC LIMIT 1",
    )
    .bind(account.uuid())
    .fetch_one(&file(world).await)
    .await
    .unwrap();
    ["event", "actor", "attributes", "personal"].map(|column| row.get(column))
}

async fn newest_change(world: &World) -> String {
    let row = sqlx::query("SELECT body FROM changes ORDER BY place DESC LIMIT 1");
    let row = row.fetch_one(&file(world).await).await.unwrap();
    row.get("body")
}

#[tokio::test]
async fn a_creation_stands_in_record_and_feed() {
    let world = World::new().await;
    let made = world.create(world.admin(), world.form(&[1])).await.unwrap();
    let id = AccountId::parse(&made.account.unwrap().account_id).unwrap();
    let [event, _, attributes, _] = newest_line(&world, id).await;
    assert_eq!(event, "user_created");
    assert!(attributes.contains(&world.agreement.to_string()));
    let change = newest_change(&world).await;
    for told in [id.to_string(), world.groups[1].to_string()] {
        assert!(change.contains(&told), "{change}");
    }
}

#[tokio::test]
async fn an_update_records_the_fields_and_never_their_values() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let update = v1::UpdateAccountRequest {
        account: Some(v1::Account {
            account_id: luc.to_string(),
            email: "luc@example.org".into(),
            given_name: "Lucas".into(),
            closing_date: Some(date(2027, 12, 31)),
            ..v1::Account::default()
        }),
        update_mask: Some(FieldMask {
            paths: ["closing_date", "email", "given_name", "phone"]
                .map(str::to_owned)
                .into(),
        }),
        ..v1::UpdateAccountRequest::default()
    };
    let before = world
        .list(CAF, v1::ListAccountsRequest::default())
        .await
        .unwrap();
    let after = world.update(CAF, update).await.unwrap();
    assert_ne!(after.revision, before.revision);
    let [event, actor, attributes, personal] = newest_line(&world, luc).await;
    assert_eq!(event, "user_updated");
    assert!(
        attributes.contains("given_name,email,closing_date"),
        "{attributes}"
    );
    assert!(newest_change(&world).await.contains("2027-12-31"));
    for text in [actor, attributes, personal, newest_change(&world).await] {
        assert!(
            !text.contains("luc@example.org") && !text.contains("Lucas"),
            "{text}"
        );
    }
}

/// Gives Luc that phone, as somebody of the partner does.
async fn call_luc_on(world: &World, luc: AccountId, phone: &str) {
    let update = v1::UpdateAccountRequest {
        account: Some(v1::Account {
            account_id: luc.to_string(),
            phone: phone.to_owned(),
            ..v1::Account::default()
        }),
        update_mask: Some(FieldMask {
            paths: vec!["phone".to_owned()],
        }),
        phone_confirmation: phone.to_owned(),
        ..v1::UpdateAccountRequest::default()
    };
    world.update(world.admin(), update).await.unwrap();
}

#[tokio::test]
async fn the_feed_tells_of_an_account_whatever_of_it_was_updated() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    call_luc_on(&world, luc, "05 56 00 00 00").await;
    let change = newest_change(&world).await;
    assert!(change.contains(&luc.to_string()), "{change}");
}

#[tokio::test]
async fn an_update_that_changes_nothing_is_recorded_as_that() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    call_luc_on(&world, luc, "").await;
    let [event, _, attributes, _] = newest_line(&world, luc).await;
    assert_eq!(event, "user_updated");
    assert!(attributes.contains("unchanged"), "{attributes}");
    assert!(!attributes.contains("changed_paths"), "{attributes}");
}

#[tokio::test]
async fn a_reissue_records_why_in_the_personal_part_alone() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let asked = v1::ReissueCredentialsRequest {
        account_id: luc.to_string(),
        comment: "a perdu son courriel".into(),
        request_id: request_id(),
        ..v1::ReissueCredentialsRequest::default()
    };
    let sent = world.reissue(CAF, asked).await.unwrap();
    let [event, _, attributes, personal] = newest_line(&world, luc).await;
    assert_eq!(event, "credentials_reissued");
    assert!(attributes.contains(&sent.delivery_id));
    assert!(!attributes.contains("perdu") && personal.contains("perdu"));
}
