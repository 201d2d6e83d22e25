//! Whoever may not come in learns nothing of why.

use api::account::v1::NewAccount;
use api::habilitation::v1::ReplaceAdministratorRequest;
use api::habilitation::v1::replace_administrator_request::{Former, Successor};
use api::session::v1::{SignInRequest, sign_in_request::Proof};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned, day, person_by_email};
use e2e::person::chosen_password;
use e2e::raw::{self, Answer};
use e2e::service::{Service, fresh_id};
use futures::future::join_all;
use jiff::SignedDuration;

const SIGN_IN: &str = "/comptepartenaire.session.v1.SessionService/SignIn";

async fn answer(service: &Service, identifier: &str, password: &str) -> Answer {
    let request = SignInRequest {
        identifier: identifier.to_owned(),
        proof: Some(Proof::Password(password.to_owned())),
    };
    raw::send(&service.portal(), SIGN_IN, &request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_wrong_throttled_closed_not_open_and_expired_are_told_alike() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await.account;
    let early = NewAccount {
        opening_date: Some(day(2026, 12, 24)),
        ..person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example")
    };
    let early = olive
        .create_account(&service.agent(), early, &[olive.paris()])
        .await
        .unwrap();
    let early = service.sink.mail_of(&early.delivery_id).await.credentials();
    let brief = NewAccount {
        closing_date: Some(day(2026, 11, 23)),
        ..person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example")
    };
    let brief = olive
        .colleague(&service, &service.agent(), brief, &[olive.paris()])
        .await;
    let late = person_by_email("Yann", "GUERIN", "yann.guerin@les-oliviers.example");
    let late = olive
        .create_account(&service.agent(), late, &[olive.paris()])
        .await
        .unwrap();
    let late = service.sink.mail_of(&late.delivery_id).await.credentials();
    let former = olive.administrator.identifier.clone();
    let request = ReplaceAdministratorRequest {
        partner_id: olive.partner.partner_id.clone(),
        successor: Some(Successor::NewPerson(
            person_by_email("Hugo", "PERRIN", "hugo.perrin@les-oliviers.example").into(),
        )),
        former: Former::Closed.into(),
        request_id: fresh_id(),
        ..Default::default()
    };
    service
        .agent()
        .habilitations()
        .replace_administrator(request)
        .await
        .unwrap();
    service.clock.advance(SignedDuration::from_hours(25));

    let unknown = answer(&service, "ABSENT42", "une phrase que personne ne connaît").await;
    assert_eq!(unknown.status().code(), tonic::Code::Unauthenticated);
    assert_eq!(Err::<(), _>(unknown.status()).reason(), "SIGN_IN_REFUSED");
    let closed = chosen_password(&claire.identifier.to_lowercase());
    let cases = [
        ("an unknown selector", "ABSENT42", "K7MP-4XQ2-9TRW-3HNA"),
        (
            "a wrong password",
            late.identifier.as_str(),
            "une phrase que personne ne connaît",
        ),
        (
            "an expired provisional password",
            &late.identifier,
            &late.password,
        ),
        (
            "an account not yet open",
            &early.identifier,
            &early.password,
        ),
        (
            "an account past its last day",
            &brief.account.identifier,
            &brief.password,
        ),
        ("a closed account", &former, &closed),
    ];
    for (case, identifier, password) in cases {
        assert_eq!(
            answer(&service, identifier, password).await,
            unknown,
            "{case}"
        );
    }
    for identifier in [late.identifier.as_str(), "ABSENT43"] {
        for _ in 0..7 {
            let throttled = answer(&service, identifier, "encore une mauvaise phrase").await;
            assert_eq!(throttled, unknown, "{identifier}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_then_two_hundred_concurrent_uses_of_one_provisional_password_one_wins() {
    let service = Service::start_with(|settings| {
        settings.in_flight.sign_in = 1_000;
        settings.hashing.waiting = 1_000;
        settings.transport.streams = 1_000;
    })
    .await;
    for (uses, request) in [
        (2, les_oliviers::les_oliviers()),
        (200, les_oliviers::les_cypres()),
    ] {
        let made = Provisioned::make(&service, request).await;
        let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
        let opened = service
            .sign_in(&brought.identifier, &brought.password)
            .await
            .unwrap();
        let portal = service.session(&opened.session_token);
        let change = async |nth: usize| {
            let chosen = chosen_password(&format!("numero-{nth}"));
            let changed = portal.change_password(&brought.password, &chosen).await;
            changed.map(|_| chosen)
        };
        let told = join_all((0..uses).map(change)).await;
        let won: Vec<_> = told.iter().filter_map(|told| told.as_ref().ok()).collect();
        assert_eq!(won.len(), 1, "of {uses}");
        for lost in told.iter().filter(|told| told.is_err()).cloned() {
            assert_eq!(lost.reason(), "SESSION_INVALID");
        }
        service.sign_in(&brought.identifier, won[0]).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_sign_in_with_it_and_change_it_one_wins() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
    let connect = async |nth: usize| {
        let opened = service
            .sign_in(&brought.identifier, &brought.password)
            .await
            .ok()?;
        let portal = service.session(&opened.session_token);
        let chosen = chosen_password(&format!("numero-{nth}"));
        let changed = portal.change_password(&brought.password, &chosen).await;
        changed.is_ok().then_some(chosen)
    };
    let told = join_all((0..16).map(connect)).await;
    // The newest incomplete session replaces the one before: nobody may win for lack of one.
    assert!(told.iter().flatten().count() <= 1);
    if let Some(chosen) = told.into_iter().flatten().next() {
        service.sign_in(&brought.identifier, &chosen).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guessed_selector_tells_nothing_and_ten_wrong_tries_use_it_up() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&olive.delivery_id).await.credentials();
    let guess = format!("{}-2222-2222-2222", &brought.password[..4]);
    let beside = if guess.starts_with("9999") {
        "8888"
    } else {
        "9999"
    };
    let beside = format!("{beside}-2222-2222-2222");
    let identifier = &brought.identifier;

    // Throttled or not, for the throttle is not asked about provisional passwords.
    for _ in 0..6 {
        answer(&service, identifier, "une phrase que personne ne connaît").await;
    }
    for _ in 0..9 {
        let right_selector = answer(&service, identifier, &guess).await;
        assert_eq!(right_selector, answer(&service, identifier, &beside).await);
    }
    service
        .sign_in(identifier, &brought.password)
        .await
        .unwrap();
    answer(&service, identifier, &guess).await;
    let used_up = service.sign_in(identifier, &brought.password).await;
    assert_eq!(used_up.reason(), "SIGN_IN_REFUSED");
}
