//! Page tokens are given, not made; page sizes are what they can be.

use api::account::v1::{ListAccountsRequest, account};
use api::delivery::v1::ListDeliveriesRequest;
use api::habilitation::v1::{ListHabilitationsRequest, Subject, subject};
use api::partner::v1::{ListAgreementsRequest, ListGroupsRequest};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::service::{Caller, Service};

/// LES OLIVIERS with seven accounts.
async fn seven_accounts(service: &Service) -> (Provisioned, Person) {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(service).await;
    let portal = service.session(&claire.token);
    for name in ["AUBERT", "BLANC", "CARON", "DENIS", "ÉVRARD", "FAURE"] {
        let form = person_by_email("Alix", name, &format!("{}@oliviers.example", name.len()));
        olive
            .create_account(&portal, form, &[olive.paris()])
            .await
            .unwrap();
    }
    (olive, claire)
}

fn page(size: i32, token: &str) -> ListAccountsRequest {
    ListAccountsRequest {
        page_size: size,
        page_token: token.to_owned(),
        ..Default::default()
    }
}

async fn list(by: &Caller, request: ListAccountsRequest) -> (Vec<String>, String) {
    let listed = by
        .accounts()
        .list_accounts(request)
        .await
        .unwrap()
        .into_inner();
    let names = listed
        .accounts
        .into_iter()
        .map(|account| account.family_name)
        .collect();
    (names, listed.next_page_token)
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_one_another_without_gap_or_double() {
    let service = Service::start().await;
    let (_, claire) = seven_accounts(&service).await;
    let portal = service.session(&claire.token);
    let (whole, end) = list(&portal, page(0, "")).await;
    assert_eq!(
        whole,
        [
            "AUBERT", "BLANC", "CARON", "DENIS", "ÉVRARD", "FAURE", "MARTIN"
        ]
    );
    assert_eq!(end, "");
    for size in 1..=7 {
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let (names, next) = list(&portal, page(size, &token)).await;
            assert!(names.len() <= usize::try_from(size).unwrap());
            seen.extend(names);
            if next.is_empty() {
                break;
            }
            token = next;
        }
        assert_eq!(seen, whole, "by {size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_size_is_capped_and_a_negative_one_refused() {
    let service = Service::start().await;
    let (_, claire) = seven_accounts(&service).await;
    let portal = service.session(&claire.token);
    assert_eq!(list(&portal, page(i32::MAX, "")).await.0.len(), 7);
    for size in [-1, i32::MIN] {
        let refused = portal
            .accounts()
            .list_accounts(page(size, ""))
            .await
            .refused();
        assert_eq!(refused.fields(), ["page_size: FORMAT"], "{size}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_truncated_or_foreign_token_is_refused_on_every_list() {
    let service = Service::start().await;
    let (olive, claire) = seven_accounts(&service).await;
    let (portal, agent) = (service.session(&claire.token), service.agent());
    let (_, given) = list(&portal, page(2, "")).await;
    assert!(!given.is_empty());

    let mut forged = vec![
        "x".to_owned(),
        "AAAA".to_owned(),
        "%27%20OR%201%3D1".to_owned(),
        "'; DROP TABLE accounts; --".to_owned(),
        "A".repeat(1_024),
        "A".repeat(10_000),
        format!("{given}A"),
        given[..given.len() - 1].to_owned(),
        given[1..].to_owned(),
        given.to_lowercase(),
    ];
    for at in [0, given.len() / 2, given.len() - 2] {
        let other = if given.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        forged.push(format!("{}{other}{}", &given[..at], &given[at + 1..]));
    }
    for token in &forged {
        let told = portal.accounts().list_accounts(page(2, token)).await;
        assert_eq!(told.reason(), "PAGE_TOKEN_INVALID", "{token}");
    }

    // Given for this method and this filter, and good for no other.
    let narrower = ListAccountsRequest {
        states: vec![account::State::Active.into()],
        ..page(2, &given)
    };
    let told = portal.accounts().list_accounts(narrower).await;
    assert_eq!(told.reason(), "PAGE_TOKEN_INVALID");

    let page_token = given.clone();
    let request = ListGroupsRequest {
        page_token,
        ..Default::default()
    };
    assert_eq!(
        portal.partners().list_groups(request).await.reason(),
        "PAGE_TOKEN_INVALID"
    );
    let page_token = given.clone();
    let request = ListAgreementsRequest {
        page_token,
        ..Default::default()
    };
    assert_eq!(
        portal.partners().list_agreements(request).await.reason(),
        "PAGE_TOKEN_INVALID"
    );
    let page_token = given.clone();
    let request = ListDeliveriesRequest {
        page_token,
        ..Default::default()
    };
    assert_eq!(
        agent.deliveries().list_deliveries(request).await.reason(),
        "PAGE_TOKEN_INVALID"
    );
    let request = ListHabilitationsRequest {
        page_token: given,
        subject: Some(Subject {
            subject: Some(subject::Subject::AccountId(olive.administrator.account_id)),
        }),
        ..Default::default()
    };
    let told = agent.habilitations().list_habilitations(request).await;
    assert_eq!(told.reason(), "PAGE_TOKEN_INVALID");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_may_be_used_with_another_page_size() {
    let service = Service::start().await;
    let (_, claire) = seven_accounts(&service).await;
    let portal = service.session(&claire.token);
    let (_, given) = list(&portal, page(2, "")).await;
    assert_eq!(list(&portal, page(500, &given)).await.0.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_found_by_somebody_else_shows_them_nothing_that_is_not_theirs() {
    let service = Service::start().await;
    let (_, claire) = seven_accounts(&service).await;
    let (_, given) = list(&service.session(&claire.token), page(2, "")).await;
    let cypres = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let omar = cypres.administrator(&service).await;
    let portal = service.session(&omar.token);
    match portal.accounts().list_accounts(page(500, &given)).await {
        Err(told) => assert_eq!(Err::<(), _>(told).reason(), "PAGE_TOKEN_INVALID"),
        Ok(listed) => {
            let mut accounts = listed.into_inner().accounts.into_iter();
            assert!(accounts.all(|account| account.partner_id == cypres.partner.partner_id));
        }
    }
}
