//! Audit and feed: written with what they tell, read by no trait yet.

use domain::account::State;
use domain::agreement::NewAgreement;
use domain::audit::{By, Entry, Event};
use domain::change::Change;
use domain::references::Reference;
use domain::{AccountId, OsRandom};
use storage::account::AccountReads as _;
use storage::authority::{AuthorityQuery, AuthorityReads as _, Groups, Of};
use storage::mutation::{AccountChange, AuthorityMove, Mutation, Mutations as _};
use storage::session::SessionStore as _;
use storage_sqlite::SqliteStore;

use crate::fixture::{COMMENT, Place, START, agreement, alix_mercier, group_of, provision};

#[tokio::test]
async fn a_mutation_leaves_one_line_of_audit_and_one_row_of_the_feed() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let administrator = provision(&store).await;
    let line = "SELECT json_array(event, succeeded, caller, actor, actor_agent, attributes,
            lower(hex(account_id))) FROM audit_events";
    assert_eq!(
        place.value(line).await,
        format!(
            r#"["partner_provisioned",1,"backoffice","CAF","agent-7","{{\"agreements\":\"1\"}}","{}"]"#,
            administrator.uuid().simple()
        )
    );
    let feed = "SELECT json_array(count(*), max(snapshot_version),
            max(body ->> '$[0].change'), max(body ->> '$[0].administrator')) FROM changes";
    assert_eq!(
        place.value(feed).await,
        format!(r#"[1,1,"partner","{administrator}"]"#)
    );
}

#[tokio::test]
async fn what_could_name_a_person_stands_apart_and_can_be_erased() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    provision(&store).await;
    let apart = "SELECT personal FROM audit_personal JOIN audit_events ON event_id = id";
    assert_eq!(place.value(apart).await, format!("\n{COMMENT}"));
    let in_the_row = "SELECT json_array(caller, actor_agent, attributes) FROM audit_events";
    assert!(!place.value(in_the_row).await.contains(COMMENT));
    let digest = "SELECT json_array(length(personal_digest), length(salt))
        FROM audit_personal JOIN audit_events ON event_id = id";
    assert_eq!(place.value(digest).await, "[32,16]");
}

#[tokio::test]
async fn a_refused_mutation_leaves_no_trace() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let administrator = provision(&store).await;
    let mut mutation = closing(&store, administrator).await;
    mutation.changes[0].version += 1;
    assert!(store.apply(&mutation).await.is_err());
    let rows = "SELECT json_array((SELECT count(*) FROM audit_events),
        (SELECT count(*) FROM audit_personal), (SELECT count(*) FROM changes),
        (SELECT count(*) FROM deliveries))";
    assert_eq!(place.value(rows).await, "[1,1,1,1]");
}

#[tokio::test]
async fn what_a_copy_of_the_rights_holds_raises_the_snapshot_version_before_the_row_is_written() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let administrator = provision(&store).await;
    store
        .apply(&closing(&store, administrator).await)
        .await
        .unwrap();
    let versions = "SELECT json_array(p.snapshot_version, c.snapshot_version)
        FROM partners p, changes c ORDER BY c.place DESC LIMIT 1";
    assert_eq!(place.value(versions).await, "[2,2]");
}

#[tokio::test]
async fn what_is_added_to_a_partner_raises_the_snapshot_version_though_its_authority_is_kept() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    let administrator = provision(&store).await;
    let added = NewAgreement {
        reference: Reference::parse("CONV-2028").unwrap(),
        ..agreement()
    };
    let mut mutations = [(); 4].map(|()| None);
    for mutation in &mut mutations {
        *mutation = Some(of_nothing(&store, administrator, AuthorityMove::Kept).await);
    }
    let [nothing, mut account, mut agreement, mut group] = mutations.map(Option::unwrap);
    account.new_accounts.push(alix_mercier());
    group.new_groups.push(group_of(added.id));
    agreement.new_agreements.push(added);

    let versions = "SELECT json_array(p.snapshot_version, c.snapshot_version)
        FROM partners p, changes c ORDER BY c.place DESC LIMIT 1";
    for (mutation, expected) in [
        (nothing, "[1,1]"),
        (account, "[2,2]"),
        (agreement, "[3,3]"),
        (group, "[4,4]"),
    ] {
        store.apply(&mutation).await.unwrap();
        assert_eq!(place.value(versions).await, expected);
    }
}

#[tokio::test]
async fn a_refused_sign_in_is_recorded_the_same_for_known_and_unknown() {
    let place = Place::new();
    let store = place.open().await.unwrap();
    for _ in ["known", "unknown"] {
        let entry = Entry::new(Event::LoginFail, "portal", By::Service, START, &OsRandom);
        store.record(&entry.refused()).await.unwrap();
    }
    let shapes = "SELECT json_array(count(*), count(DISTINCT event || succeeded || attributes))
        FROM audit_events";
    assert_eq!(place.value(shapes).await, "[2,1]");
}

/// Closes the account, whatever the rules would say of it.
async fn closing(store: &SqliteStore, id: AccountId) -> Mutation {
    let account = store.account(id).await.unwrap().unwrap();
    Mutation {
        changes: vec![AccountChange {
            state: Some(State::Closed),
            ..AccountChange::of(id, account.version)
        }],
        feed: vec![Change::Account {
            account: id,
            state: State::Closed,
            role: account.role,
            dates: account.dates,
        }],
        ..of_nothing(store, id, AuthorityMove::Raised).await
    }
}

/// A mutation of the account's partner that changes nothing yet.
async fn of_nothing(store: &SqliteStore, id: AccountId, moves: AuthorityMove) -> Mutation {
    let query = AuthorityQuery {
        of: Of::Account(id),
        accounts: [id].into(),
        groups: Groups::Named([].into()),
    };
    let authority = store.authority(&query).await.unwrap().unwrap();
    let by = By::Caf("agent-7".to_owned());
    let audit = Entry::new(Event::UserUpdated, "backoffice", by, START, &OsRandom)
        .on(authority.partner.id, id);
    Mutation::of(START, authority.on(moves), audit)
}
