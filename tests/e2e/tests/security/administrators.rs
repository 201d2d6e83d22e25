//! One administrator at every moment, and nothing that the past undoes.

use api::account::v1::{Account, ListAccountsRequest, NewAccount, Role, UpdateAccountRequest};
use api::habilitation::v1::ReplaceAdministratorRequest;
use api::habilitation::v1::replace_administrator_request::{Former, Successor};
use api::partner::v1::GetPartnerRequest;
use api::partner::v1::agreement::State;
use api::partner::v1::get_partner_request::Ref;
use e2e::les_oliviers::{self, Provisioned, day, person_by_email, provision};
use e2e::service::{Service, fresh_id};
use futures::future::join_all;

async fn administrators(service: &Service, partner_id: &str) -> Vec<String> {
    let request = ListAccountsRequest {
        partner_id: partner_id.to_owned(),
        page_size: 500,
        ..Default::default()
    };
    let listed = service
        .agent()
        .accounts()
        .list_accounts(request)
        .await
        .unwrap()
        .into_inner();
    let accounts = listed.accounts.into_iter();
    accounts
        .filter(|account| account.role() == Role::Administrator)
        .map(|account| account.account_id)
        .collect()
}

fn replace(partner_id: &str, successor: NewAccount) -> ReplaceAdministratorRequest {
    ReplaceAdministratorRequest {
        partner_id: partner_id.to_owned(),
        successor: Some(Successor::NewPerson(successor.into())),
        former: Former::Closed.into(),
        request_id: fresh_id(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_replacements_one_administrator_is_left_at_every_moment() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let partner_id = &olive.partner.partner_id;
    let agent = service.agent();
    let one = async |nth: usize| {
        let email = format!("successeur-{nth}@les-oliviers.example");
        let request = replace(partner_id, person_by_email("Hugo", "PERRIN", &email));
        let replaced = agent.habilitations().replace_administrator(request).await;
        let seen = administrators(&service, partner_id).await;
        assert_eq!(seen.len(), 1, "{seen:?}");
        replaced.is_ok()
    };
    let carried_out = join_all((0..6).map(one)).await;
    assert!(carried_out.contains(&true));
    let request = GetPartnerRequest {
        r#ref: Some(Ref::PartnerId(partner_id.clone())),
    };
    let partner = agent
        .partners()
        .get_partner(request)
        .await
        .unwrap()
        .into_inner();
    let left = administrators(&service, partner_id).await;
    assert_eq!(left, [partner.partner.unwrap().administrator_account_id]);
}

#[tokio::test(flavor = "multi_thread")]
async fn last_years_record_told_again_undoes_nothing_and_sends_nothing() {
    let service = Service::start().await;
    let last_year = les_oliviers::les_oliviers();
    let olive = Provisioned::make(&service, last_year.clone()).await;
    let partner_id = &olive.partner.partner_id;
    let email = "hugo.perrin@les-oliviers.example";
    let request = replace(partner_id, person_by_email("Hugo", "PERRIN", email));
    let hugo = service
        .agent()
        .habilitations()
        .replace_administrator(request)
        .await
        .unwrap();
    let hugo = hugo.into_inner().administrator.unwrap();
    let request = UpdateAccountRequest {
        account: Some(Account {
            account_id: hugo.account_id.clone(),
            email: "direction@les-oliviers.example".to_owned(),
            ..Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["email".to_owned()],
        }),
        ..Default::default()
    };
    service
        .agent()
        .accounts()
        .update_account(request)
        .await
        .unwrap();
    let before = service.deliveries_of(&hugo.account_id).await.len();

    let mut again = last_year;
    again.request_id = fresh_id();
    again.agreements[0].initial_state = State::Suspended.into();
    again.agreements[0].end_date = Some(day(2026, 6, 30));
    let told = provision(&service, again).await.unwrap();
    assert!(!told.created && told.changed_paths.is_empty());
    assert_eq!(told.delivery_id, "");
    for ignored in [
        "agreements[0].end_date",
        "agreements[0].initial_state",
        "administrator.email",
    ] {
        assert!(
            told.ignored_paths.contains(&ignored.to_owned()),
            "{:?}",
            told.ignored_paths
        );
    }
    assert_eq!(told.agreements[0].state(), State::Validated);
    assert_eq!(told.agreements[0].end_date, None);
    let administrator = told.administrator.unwrap();
    assert_eq!(administrator.account_id, hugo.account_id);
    assert_eq!(administrator.email, "direction@les-oliviers.example");
    let left = administrators(&service, partner_id).await;
    assert_eq!(left, [hugo.account_id.as_str()]);
    assert_eq!(service.deliveries_of(&hugo.account_id).await.len(), before);
    let former = service.deliveries_of(&olive.administrator.account_id).await;
    assert!(
        former.len() <= 2,
        "first credentials and a notice: {former:?}"
    );
}
