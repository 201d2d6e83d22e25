//! How SQLite goes about the statements that are run at every call or by every worker: none of
//! them may read a whole table that grows, nor sort what an index has in order.

use domain::keys::ServerKey;
use domain::{AccountId, AgreementId, GroupId, OsRandom, PartnerId};
use sqlx::{AssertSqlSafe, Row as _};
use storage::account::{AccountFilter, SeenBy};
use storage::delivery::DeliveryFilter;
use storage::page::{Cursor, PageRequest};
use storage::partner::{AgreementFilter, GroupFilter};
use uuid::Uuid;

use crate::{
    SqliteStore, account, delivery, mutation, partner, provisional, recovery, session, throttle,
};

const TOKEN: Uuid = Uuid::from_u128(7);

async fn store(folder: &tempfile::TempDir) -> SqliteStore {
    let key = ServerKey::generate(&OsRandom);
    let path = folder.path().join("accounts.db");
    SqliteStore::open(&path, &key, &OsRandom).await.unwrap()
}

/// The steps of a statement's plan.
async fn plan(store: &SqliteStore, statement: &str) -> Vec<String> {
    let explained = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
    let rows = sqlx::query(explained).fetch_all(&store.writer).await;
    rows.unwrap().iter().map(|row| row.get("detail")).collect()
}

fn reads_a_whole_table(step: &str) -> bool {
    step.starts_with("SCAN") && !step.contains("INDEX")
}

fn sorts(step: &str) -> bool {
    step.contains("TEMP B-TREE")
}

#[tokio::test]
async fn no_hot_statement_reads_a_whole_table_or_sorts() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    for statement in [
        session::rows::STANDING,
        session::admission::HOLDER_BY_IDENTIFIER,
        session::admission::CHARGE_PROVISIONAL,
        provisional::SPEND,
        throttle::PRUNE_OLD,
        delivery::claim::ANY_DUE,
        delivery::claim::DUE,
        mutation::quota::REISSUES_TO,
        mutation::quota::CREATIONS_AND_REISSUES,
        recovery::limits::RECOVERIES_OF_ACCOUNT,
        recovery::requests::CLAIM,
        account::OF_EMAIL,
        account::OF_USER_NUMBER,
    ] {
        let plan = plan(&store, statement).await;
        let bad = plan
            .iter()
            .any(|step| reads_a_whole_table(step) || sorts(step));
        assert!(!bad, "{statement}\n{plan:#?}");
    }
}

#[tokio::test]
async fn counting_an_address_s_recoveries_starts_at_the_address() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let plan = plan(&store, recovery::limits::RECOVERIES_OF_ADDRESS).await;
    assert!(
        plan[0].contains("deliveries_counted_by_address"),
        "{plan:#?}"
    );
}

#[tokio::test]
async fn lists_follow_an_index_from_page_to_page() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder).await;
    let page = PageRequest {
        after: Some(Cursor {
            sort: "durand".to_owned(),
            id: TOKEN,
        }),
        limit: 50,
    };
    let partner = Some(PartnerId::from(TOKEN));
    let group = Some(GroupId::from(TOKEN));
    let own = SeenBy {
        own: AccountId::from(TOKEN),
        groups: group.into_iter().collect(),
    };
    let of_partner = AccountFilter {
        partner,
        ..Default::default()
    };
    let statements = [
        account::list_query(&AccountFilter::default(), &page),
        account::list_query(&of_partner, &page),
        account::list_query(
            &AccountFilter {
                group,
                ..of_partner.clone()
            },
            &page,
        ),
        account::list_query(
            &AccountFilter {
                seen_by: Some(own),
                ..of_partner
            },
            &page,
        ),
        partner::agreement_list_query(&AgreementFilter::default(), &page),
        partner::agreement_list_query(
            &AgreementFilter {
                partner,
                ..Default::default()
            },
            &page,
        ),
        partner::group_list_query(
            &GroupFilter {
                agreement: Some(AgreementId::from(TOKEN)),
                partner: None,
                among: None,
            },
            &page,
        ),
        delivery::list::list_query(&DeliveryFilter::default(), &page),
        delivery::list::list_query(
            &DeliveryFilter {
                account: Some(AccountId::from(TOKEN)),
                ..Default::default()
            },
            &page,
        ),
        delivery::list::list_query(
            &DeliveryFilter {
                partner,
                ..Default::default()
            },
            &page,
        ),
    ];
    for statement in statements.map(sqlx::QueryBuilder::into_string) {
        let plan = plan(&store, &statement).await;
        let bad = plan
            .iter()
            .any(|step| reads_a_whole_table(step) || sorts(step));
        assert!(!bad, "{statement}\n{plan:#?}");
    }
}
