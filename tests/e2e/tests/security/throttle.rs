//! Guessing is slowed down; the person whose password is guessed is not kept out.

use api::account::v1::{Account, GetAccountRequest, SignInHealth, get_account_request::Ref};
use api::delivery::v1::delivery::Kind;
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned};
use e2e::person::{Person, chosen_password};
use e2e::service::{Caller, Service};
use futures::future::join_all;
use jiff::SignedDuration;

/// Where the person works.
const OFFICE: &str = "192.0.2.7";

/// From where passwords are guessed.
const ELSEWHERE: &str = "198.51.100.9";

const WRONG: &str = "une phrase que personne ne connaît";

fn from(service: &Service, address: &str) -> Caller {
    service.portal().telling("client-address", address)
}

async fn health(service: &Service, account: &Account) -> SignInHealth {
    let request = GetAccountRequest {
        r#ref: Some(Ref::AccountId(account.account_id.clone())),
    };
    let read = service
        .agent()
        .accounts()
        .get_account(request)
        .await
        .unwrap();
    read.into_inner()
        .account
        .unwrap()
        .sign_in_health
        .expect("agents are shown how it goes")
}

async fn claire(service: &Service) -> Person {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    olive.administrator(service).await
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_parallel_wrong_passwords_only_the_free_ones_are_looked_at() {
    let service = Service::start_with(|settings| {
        settings.in_flight.sign_in = 2_000;
        settings.hashing.waiting = 2_000;
        settings.transport.streams = 2_000;
    })
    .await;
    let claire = claire(&service).await;
    let identifier = &claire.account.identifier;
    let tries = (0..1_000).map(|_| service.sign_in(identifier, WRONG));
    for told in join_all(tries).await {
        assert_eq!(told.reason(), "SIGN_IN_REFUSED");
    }
    let health = health(&service, &claire.account).await;
    assert_eq!(
        health.consecutive_failures, 5,
        "the counter equals the tries admitted"
    );
    assert!(health.refused_until_time.is_some());
    assert_eq!(
        service.sign_in(identifier, &claire.password).await.reason(),
        "SIGN_IN_REFUSED"
    );
    service.clock.advance(SignedDuration::from_secs(65));
    service.sign_in(identifier, &claire.password).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_counter_is_one_however_the_identifier_is_written() {
    let service = Service::start().await;
    let claire = claire(&service).await;
    let identifier = &claire.account.identifier;
    let dashed = format!("{}-{}", &identifier[..4], &identifier[4..]);
    let ways = [
        identifier.clone(),
        identifier.to_lowercase(),
        format!("  {identifier} "),
        dashed.clone(),
        dashed.to_lowercase().replace('-', " "),
    ];
    for way in &ways {
        assert_eq!(
            service.sign_in(way, WRONG).await.reason(),
            "SIGN_IN_REFUSED"
        );
    }
    assert_eq!(
        health(&service, &claire.account).await.consecutive_failures,
        5
    );
    for way in &ways {
        let told = service.sign_in(way, &claire.password).await;
        assert_eq!(told.reason(), "SIGN_IN_REFUSED", "{way}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attacker_on_the_full_curve_for_seven_days_does_not_keep_the_person_out() {
    let service = Service::start().await;
    let claire = claire(&service).await;
    let identifier = &claire.account.identifier;
    let (office, elsewhere) = (from(&service, OFFICE), from(&service, ELSEWHERE));
    office.sign_in(identifier, &claire.password).await.unwrap();

    // Never slower than two hours between two tries.
    for day in 0..7 {
        for _ in 0..12 {
            assert_eq!(
                elsewhere.sign_in(identifier, WRONG).await.reason(),
                "SIGN_IN_REFUSED"
            );
            service.clock.advance(SignedDuration::from_hours(2));
        }
        office
            .sign_in(identifier, &claire.password)
            .await
            .unwrap_or_else(|told| {
                panic!("kept out of the usual place on day {day}: {told}");
            });
    }
    assert_eq!(
        health(&service, &claire.account).await.consecutive_failures,
        84
    );
    for _ in 0..17 {
        assert_eq!(
            elsewhere.sign_in(identifier, WRONG).await.reason(),
            "SIGN_IN_REFUSED"
        );
        service.clock.advance(SignedDuration::from_hours(2));
    }
    let health = health(&service, &claire.account).await;
    assert_eq!(health.consecutive_failures, 100);
    assert!(health.password_disabled);
    let strange = elsewhere.sign_in(identifier, &claire.password).await;
    assert_eq!(
        strange.reason(),
        "SIGN_IN_REFUSED",
        "a hundred failures in a row elsewhere"
    );
    office.sign_in(identifier, &claire.password).await.unwrap();

    service
        .recover_identifier(&claire.account.user_number)
        .await;
    let account = &claire.account.account_id;
    let delivery = service.delivery_of(Kind::LostIdentifier, account).await;
    let brought = service
        .sink
        .mail_of(&delivery.delivery_id)
        .await
        .credentials();
    let chosen = chosen_password("retrouve");
    service.first_connection_choosing(&brought, &chosen).await;
    elsewhere.sign_in(identifier, &chosen).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_elsewhere_are_not_counted_at_the_usual_place() {
    let service = Service::start().await;
    let claire = claire(&service).await;
    let identifier = &claire.account.identifier;
    let (office, elsewhere) = (from(&service, OFFICE), from(&service, ELSEWHERE));
    office.sign_in(identifier, &claire.password).await.unwrap();
    for _ in 0..8 {
        assert_eq!(
            elsewhere.sign_in(identifier, WRONG).await.reason(),
            "SIGN_IN_REFUSED"
        );
    }
    let strange = elsewhere.sign_in(identifier, &claire.password).await;
    assert_eq!(strange.reason(), "SIGN_IN_REFUSED");
    office.sign_in(identifier, &claire.password).await.unwrap();
}
