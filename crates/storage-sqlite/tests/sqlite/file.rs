//! The file: its mode, its one process, its settings, its schema.

use std::os::unix::fs::PermissionsExt;

use domain::OsRandom;
use domain::keys::ServerKey;
use sqlx::{Connection as _, Executor as _};
use storage::Database as _;
use storage::recovery::{RecoveryRequest, RecoveryStore as _, Settlement, Submitted};
use storage_sqlite::OpenError;

use crate::fixture::{ADDRESS, Place, START, provision};

#[tokio::test]
async fn every_file_is_its_owner_s_alone_also_one_that_was_laxer() {
    let place = Place::new();
    std::fs::write(place.path(), []).unwrap();
    std::fs::set_permissions(place.path(), PermissionsExt::from_mode(0o666)).unwrap();
    let store = place.open().await.unwrap();
    provision(&store).await;

    let files: Vec<_> = std::fs::read_dir(place.folder.path())
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(
        files.len(),
        4,
        "database, journal, its index and the lock: {files:?}"
    );
    for file in files {
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_second_opening_is_refused_by_whatever_name_and_names_the_lock() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let alias = place.folder.path().join("alias.db");
    std::os::unix::fs::symlink(place.path(), &alias).unwrap();

    for path in [place.path(), alias] {
        let refused = place.open_at(&path).await.err().unwrap();
        assert!(matches!(refused, OpenError::InUse { .. }), "{refused}");
        assert!(
            refused.to_string().contains("accounts.db.lock"),
            "{refused}"
        );
    }
    store.close().await;
    assert!(place.open().await.is_ok());
}

#[tokio::test]
async fn what_was_written_is_there_when_it_is_opened_again() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    provision(&store).await;
    let revision = store.revision().await.unwrap();
    store.close().await;
    assert_eq!(
        place.open().await.unwrap().revision().await.unwrap(),
        revision
    );
}

#[tokio::test]
async fn two_databases_never_share_an_epoch() {
    let epochs = [Place::new(), Place::new()].map(async |place| {
        place
            .open()
            .await
            .unwrap()
            .revision()
            .await
            .unwrap()
            .database
    });
    let [one, other] = epochs;
    assert_ne!(one.await, other.await);
}

#[tokio::test]
async fn the_journal_is_written_ahead() {
    let place = Place::new();
    let _store = place.open().await.unwrap();
    assert_eq!(place.value("PRAGMA journal_mode").await, "wal");
}

#[tokio::test]
async fn every_table_is_strict() {
    let place = Place::new();
    let _store = place.open().await.unwrap();
    let lax = "SELECT group_concat(name) FROM pragma_table_list
        WHERE schema = 'main' AND type = 'table' AND NOT strict
            AND name NOT LIKE 'sqlite%' AND name NOT LIKE '_sqlx%'";
    assert_eq!(place.value(lax).await, "");
}

#[tokio::test]
async fn a_schema_newer_than_the_program_is_refused() {
    let place = Place::new();
    place.open().await.unwrap().close().await;
    let mut beside = place.beside().await;
    let newer = "INSERT INTO _sqlx_migrations
            (version, description, success, checksum, execution_time)
        VALUES (99, 'from the future', TRUE, x'00', 0)";
    beside.execute(newer).await.unwrap();
    beside.close().await.unwrap();

    for refused in [
        place.open().await.err(),
        place.open_without_migrating().await.err(),
    ] {
        assert!(
            matches!(refused, Some(OpenError::SchemaNewer { found: 99, .. })),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn an_older_schema_is_refused_when_migrating_is_a_step_of_its_own() {
    let place = Place::new();
    let missing = place.open_without_migrating().await.err();
    assert!(
        matches!(missing, Some(OpenError::SchemaOlder { found: 0, .. })),
        "{missing:?}"
    );
    assert!(!place.path().exists());

    std::fs::write(place.path(), []).unwrap();
    let empty = place.open_without_migrating().await.err();
    assert!(
        matches!(empty, Some(OpenError::SchemaOlder { found: 0, .. })),
        "{empty:?}"
    );

    place.open().await.unwrap().close().await;
    assert!(place.open_without_migrating().await.is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let place = Place::new();
    std::fs::write(
        place.path(),
        "Ceci n’est pas une base de données.".repeat(200),
    )
    .unwrap();
    let refused = place.open().await.err().unwrap();
    assert!(refused.to_string().contains("accounts.db"), "{refused}");
}

#[tokio::test]
async fn a_folder_that_is_missing_is_named() {
    let place = Place::new();
    let path = place.folder.path().join("nowhere/accounts.db");
    let refused = place.open_at(&path).await.err().unwrap();
    assert!(
        refused.to_string().contains("nowhere/accounts.db"),
        "{refused}"
    );
}

/// Deleted rows are overwritten in the file: what someone typed is not found after it was resolved.
#[tokio::test]
async fn what_was_typed_for_recovery_leaves_no_trace_in_the_file() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let typed = domain::email::Email::parse("quelquun.de.tres.discret@example.org");
    let request = RecoveryRequest {
        id: uuid::Uuid::from_u128(1),
        at: START,
        submitted: Submitted::Email(typed.unwrap().lookup_key()),
        caller: "portal".to_owned(),
        client: domain::session::Client::default(),
    };
    store.request(&request).await.unwrap();
    let lease = storage::delivery::Lease {
        id: uuid::Uuid::from_u128(2),
        now: START,
        until: START
            .saturating_add(jiff::SignedDuration::from_mins(2))
            .unwrap(),
    };
    assert!(store.claim_request(&lease).await.unwrap().is_some());
    checkpoint(&place).await;
    assert!(
        holds(&place, "tres.discret"),
        "the test looks at the right file"
    );

    let settlement = Settlement {
        request: request.id,
        lease: lease.id,
        now: START,
        messages: Vec::new(),
        refused: Vec::new(),
        limits: domain::limits::Limits::default(),
    };
    assert!(store.settle(&settlement).await.unwrap().is_some());
    checkpoint(&place).await;
    assert!(!holds(&place, "tres.discret"));
}

#[tokio::test]
async fn an_address_is_looked_up_by_a_digest_that_needs_the_server_s_key() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    provision(&store).await;
    let key = domain::email::Email::parse(ADDRESS).unwrap().lookup_key();
    let found = store
        .candidates(&Submitted::Email(key.clone()), 20)
        .await
        .unwrap();
    assert_eq!(found.len(), 1);
    store.close().await;

    let other_key = ServerKey::generate(&OsRandom);
    let store = storage_sqlite::SqliteStore::open(&place.path(), &other_key, &OsRandom).await;
    let found = store
        .unwrap()
        .candidates(&Submitted::Email(key), 20)
        .await
        .unwrap();
    assert!(found.is_empty());
}

async fn checkpoint(place: &Place) {
    let mut beside = place.beside().await;
    beside
        .execute("PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
}

fn holds(place: &Place, text: &str) -> bool {
    let bytes = std::fs::read(place.path()).unwrap();
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
