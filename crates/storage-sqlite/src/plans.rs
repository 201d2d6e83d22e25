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
    let of_account = DeliveryFilter {
        account: Some(AccountId::from(TOKEN)),
        ..Default::default()
    };
    let to_partner = DeliveryFilter {
        partner,
        ..Default::default()
    };
    let agreements = AgreementFilter {
        partner,
        ..Default::default()
    };
    let groups = GroupFilter {
        agreement: Some(AgreementId::from(TOKEN)),
        ..Default::default()
    };
    let in_group = AccountFilter {
        group,
        ..Default::default()
    };
    let seen = AccountFilter {
        seen_by: Some(own),
        ..of_partner.clone()
    };
    let statements = [
        (
            account::list_query(&AccountFilter::default(), &page),
            "accounts_by_name",
        ),
        (
            account::list_query(&of_partner, &page),
            "accounts_of_partner_by_name",
        ),
        (
            account::list_query(&in_group, &page),
            "accounts_of_partner_by_name",
        ),
        (
            account::list_query(&seen, &page),
            "accounts_of_partner_by_name",
        ),
        (
            partner::agreement_list_query(&agreements, &page),
            "agreements_of_partner",
        ),
        (
            partner::group_list_query(&groups, &page),
            "groups_of_agreement",
        ),
        (
            delivery::list::list_query(&of_account, &page),
            "deliveries_of_account",
        ),
        (
            delivery::list::list_query(&to_partner, &page),
            "deliveries_of_partner",
        ),
    ];
    for (statement, index) in statements {
        let statement = statement.into_string();
        let plan = plan(&store, &statement).await;
        assert!(
            plan[0].starts_with("SEARCH") && plan[0].contains(index),
            "{statement}\n{plan:#?}"
        );
        assert!(
            !plan.iter().any(|step| sorts(step)),
            "{statement}\n{plan:#?}"
        );
    }
}
