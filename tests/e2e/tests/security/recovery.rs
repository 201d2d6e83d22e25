//! Recovery is for whoever asks: it tells nothing, takes nothing away, and floods nobody.

use api::account::v1::{Account, UpdateAccountRequest};
use api::delivery::v1::delivery::Kind;
use api::habilitation::v1::AppointManagerRequest;
use api::recovery::v1::{RecoverIdentifierRequest, RecoverPasswordRequest};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, PETIT_EMAIL, Provisioned, person_by_email};
use e2e::raw;
use e2e::service::{Service, fresh_id};
use jiff::SignedDuration;

const RECOVER_IDENTIFIER: &str = "/comptepartenaire.recovery.v1.RecoveryService/RecoverIdentifier";
const RECOVER_PASSWORD: &str = "/comptepartenaire.recovery.v1.RecoveryService/RecoverPassword";

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_numbers_and_addresses_get_byte_identical_answers() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await.account;
    Provisioned::make(&service, les_oliviers::petit()).await;

    let mut answers = Vec::new();
    // Known, unknown, and known again when the limits keep anything from being sent.
    for user_number in [&claire.user_number, "BAIL0000009999", &claire.user_number] {
        let request = RecoverIdentifierRequest {
            user_number: user_number.to_owned(),
        };
        answers.push(raw::send(&service.portal(), RECOVER_IDENTIFIER, &request).await);
    }
    for email in [
        ADMINISTRATOR_EMAIL,
        PETIT_EMAIL,
        "personne@ailleurs.example",
    ] {
        let request = RecoverPasswordRequest {
            email: email.to_owned(),
        };
        answers.push(raw::send(&service.portal(), RECOVER_PASSWORD, &request).await);
    }
    for answer in &answers {
        assert_eq!(answer, &answers[0]);
    }
    assert_eq!(answers[0].body, raw::framed(&[]));
    assert_eq!(answers[0].status().code(), tonic::Code::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_addresses_that_look_alike_only_the_stored_one_ever_receives() {
    let service = Service::start().await;
    let mut request = les_oliviers::les_oliviers();
    let stored = "mike@kelvin.example";
    request.administrator = Some(person_by_email("Mike", "KELVIN", stored));
    let made = Provisioned::make(&service, request).await;
    let account = &made.administrator.account_id;
    service.sink.mail_of(&made.delivery_id).await;

    for alike in [
        "mıke@kelvin.example",
        "ｍｉｋｅ@kelvin.example",
        "mİke@kelvin.example",
        "mike@\u{212a}elvin.example",
        "mike@ｋｅｌｖｉｎ.example",
        "mike@kelvin.example.",
        "mike.@kelvin.example",
        "mi\u{200b}ke@kelvin.example",
        "mike@kelvin.exаmple",
        "mike@kelvin.example\r\nbcc: x@y.example",
    ] {
        let request = RecoverPasswordRequest {
            email: alike.to_owned(),
        };
        // Refused as no address, or taken and resolved: both are fine, as is one that is the
        // stored address by the rules of domain names.
        if let Err(told) = service.portal().recovery().recover_password(request).await {
            assert_eq!(Err::<(), _>(told).reason(), "FIELD_INVALID", "{alike}");
        }
        service.clock.advance(SignedDuration::from_mins(11));
    }
    service.recoveries_resolved().await;
    let sent = service.count_of(Kind::ProvisionalPassword, account).await;
    let mails = service.sink.mails();
    let near = mails
        .iter()
        .filter(|mail| !mail.to().ends_with("@sentinelle.example"));
    for mail in near {
        assert_eq!(mail.to(), stored);
    }
    assert!(sent <= 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_fifty_times_it_sends_three_and_changes_nothing() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let account = &claire.account.account_id;

    service.recover_password(ADMINISTRATOR_EMAIL).await;
    let first = service
        .delivery_of(Kind::ProvisionalPassword, account)
        .await;
    let in_flight = service.sink.mail_of(&first.delivery_id).await.credentials();
    for _ in 0..49 {
        // A quarter of an hour apart at first, so that the spacing alone does not hold.
        service.recover_password(ADMINISTRATOR_EMAIL).await;
        service
            .recover_identifier(&claire.account.user_number)
            .await;
        service.clock.advance(SignedDuration::from_secs(17));
    }
    service.recoveries_resolved().await;
    let sent = service.count_of(Kind::ProvisionalPassword, account).await
        + service.count_of(Kind::LostIdentifier, account).await;
    assert!(sent <= 3, "{sent} messages in a quarter of an hour");

    let claire = service.sign_in_again(&claire).await;
    service
        .session(&claire.token)
        .current_session()
        .await
        .unwrap();
    service
        .sign_in(&in_flight.identifier, &in_flight.password)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn three_messages_a_day_and_one_in_ten_minutes() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await.account;
    let asked = async |after: SignedDuration| {
        service.clock.advance(after);
        service.recover_identifier(&claire.user_number).await;
        service.recoveries_resolved().await;
        service
            .count_of(Kind::LostIdentifier, &claire.account_id)
            .await
    };
    assert_eq!(asked(SignedDuration::ZERO).await, 1);
    assert_eq!(asked(SignedDuration::from_mins(9)).await, 1);
    assert_eq!(asked(SignedDuration::from_mins(1)).await, 2);
    assert_eq!(asked(SignedDuration::from_mins(10)).await, 3);
    assert_eq!(asked(SignedDuration::from_hours(12)).await, 3);
    assert_eq!(asked(SignedDuration::from_hours(12)).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_letter_a_week() {
    let service = Service::start().await;
    let durand = Provisioned::make(&service, les_oliviers::durand())
        .await
        .administrator;
    let asked = async |after: SignedDuration| {
        service.clock.advance(after);
        service.recover_identifier(&durand.user_number).await;
        service.recoveries_resolved().await;
        service
            .count_of(Kind::LostIdentifier, &durand.account_id)
            .await
    };
    assert_eq!(asked(SignedDuration::ZERO).await, 1);
    assert_eq!(asked(SignedDuration::from_hours(6 * 24)).await, 1);
    assert_eq!(asked(SignedDuration::from_hours(25)).await, 2);
}

/// Changes the address of `of`, as its form does.
fn new_address(of: &Account, email: &str) -> UpdateAccountRequest {
    UpdateAccountRequest {
        account: Some(Account {
            account_id: of.account_id.clone(),
            email: email.to_owned(),
            ..Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["email".to_owned()],
        }),
        email_confirmation: email.to_owned(),
        ..UpdateAccountRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_who_changes_an_address_gets_nothing_for_a_day_and_the_old_address_is_told() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let administrator = service.session(&claire.token);
    let (old, new) = (
        "nadia.leroy@les-oliviers.example",
        "nadia.leroy@piege.example",
    );
    let victim = person_by_email("Nadia", "LEROY", old);
    let nadia = olive
        .colleague(&service, &administrator, victim, &[olive.paris()])
        .await;
    let manager = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let marc = olive
        .colleague(&service, &administrator, manager, &[olive.paris()])
        .await;
    let request = AppointManagerRequest {
        account_id: marc.account.account_id.clone(),
        ..Default::default()
    };
    administrator
        .habilitations()
        .appoint_manager(request)
        .await
        .unwrap();
    let marc = service.sign_in_again(&marc).await;
    let manager = service.session(&marc.token);

    let changed = manager
        .accounts()
        .update_account(new_address(&nadia.account, new))
        .await;
    let changed = changed.unwrap().into_inner().account.unwrap();
    assert!(changed.recovery_paused_until.is_some());
    let account = &nadia.account.account_id;
    let notice = service.delivery_of(Kind::EmailChanged, account).await;
    let mail = service.sink.mail_of(&notice.delivery_id).await;
    assert_eq!(mail.to(), old);
    assert!(!mail.text().contains(new) && !mail.html().contains(new));

    service.recover_password(new).await;
    service.recover_identifier(&nadia.account.user_number).await;
    service.recoveries_resolved().await;
    let reissue = api::account::v1::ReissueCredentialsRequest {
        account_id: account.clone(),
        request_id: fresh_id(),
        ..Default::default()
    };
    let refused = manager
        .accounts()
        .reissue_credentials(reissue.clone())
        .await
        .refused();
    assert_eq!(refused.reason, "RECOVERY_PAUSED");
    assert!(!refused.metadata["until_time"].is_empty());
    assert!(service.sink.mails_to(new).is_empty());

    service.clock.advance(SignedDuration::from_hours(24));
    service.recover_password(new).await;
    service
        .delivery_of(Kind::ProvisionalPassword, account)
        .await;
    service.sink.nth_mail_to(1, new).await;
}
