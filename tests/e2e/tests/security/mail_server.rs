//! The mail server may be away, refuse, hang up or be somebody else: calls go on, messages wait,
//! and nothing leaves on a channel that is not the right one.

use api::account::v1::{Account, GetAccountRequest, contact_problem, get_account_request::Ref};
use api::delivery::v1::Delivery;
use api::delivery::v1::delivery::{Kind, State};
use e2e::errors::MustBeRefused;
use e2e::eventually::eventually;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, Provisioned};
use e2e::service::Service;
use e2e::smtp_sink::{Security, SmtpSink, Treatment};
use jiff::SignedDuration;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

async fn first_credentials(service: &Service, made: &Provisioned) -> Delivery {
    let account = &made.administrator.account_id;
    service.delivery_of(Kind::FirstCredentials, account).await
}

/// Waits until so many attempts ended, and reads what became of the message.
async fn after_attempts(service: &Service, made: &Provisioned, attempts: i32) -> Delivery {
    eventually(&format!("attempt {attempts} to end"), async || {
        let delivery = first_credentials(service, made).await;
        (delivery.attempts == attempts && delivery.state() != State::Sending).then_some(delivery)
    })
    .await
}

async fn account(service: &Service, made: &Provisioned) -> Account {
    let request = GetAccountRequest {
        r#ref: Some(Ref::AccountId(made.administrator.account_id.clone())),
    };
    let read = service
        .agent()
        .accounts()
        .get_account(request)
        .await
        .unwrap();
    read.into_inner().account.unwrap()
}

async fn serves(service: &Service, name: &str) -> bool {
    let request = HealthCheckRequest {
        service: name.to_owned(),
    };
    let told = HealthClient::new(service.channel())
        .check(request)
        .await
        .unwrap();
    told.into_inner().status() == ServingStatus::Serving
}

#[tokio::test(flavor = "multi_thread")]
async fn while_it_is_down_calls_go_on_and_the_message_leaves_when_it_is_back() {
    let service = Service::start().await;
    let cypres = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let omar = cypres.administrator(&service).await;
    service.sink.go_down();
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let waiting = eventually("a first attempt", async || {
        let delivery = first_credentials(&service, &olive).await;
        (delivery.attempts > 0 && delivery.state() == State::Queued).then_some(delivery)
    })
    .await;
    assert!(waiting.next_attempt_time.is_some());
    assert!(!waiting.failure.is_empty());

    service.sign_in_again(&omar).await;
    for name in ["", "comptepartenaire.session.v1.SessionService"] {
        assert!(
            serves(&service, name).await,
            "readiness follows the database alone"
        );
    }
    service.sink.come_back();
    service.clock.advance(SignedDuration::from_hours(1));
    let mail = service.sink.mail_of(&olive.delivery_id).await;
    service.first_connection(&mail.credentials()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_for_now_it_is_tried_again_with_another_password_and_the_same_message_id() {
    let service = Service::start().await;
    service.sink.script([Treatment::RefuseMessage(451)]);
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let waiting = after_attempts(&service, &olive, 1).await;
    assert_eq!(waiting.state(), State::Queued);
    let refused = service.sink.nth_mail_to(1, ADMINISTRATOR_EMAIL).await;
    let brought = refused.credentials();
    let void = service
        .sign_in(&brought.identifier, &brought.password)
        .await;
    assert_eq!(
        void.reason(),
        "SIGN_IN_REFUSED",
        "refused for certain: it is void"
    );

    service.clock.advance(SignedDuration::from_secs(20));
    let sent = service.sink.nth_mail_to(2, ADMINISTRATOR_EMAIL).await;
    assert_eq!(sent.message_id(), refused.message_id());
    assert_ne!(sent.credentials().password, refused.credentials().password);
    service.first_connection(&sent.credentials()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_for_good_it_fails_and_the_account_says_why() {
    let service = Service::start().await;
    service.sink.script([Treatment::RefuseRecipient(550)]);
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let failed = after_attempts(&service, &olive, 1).await;
    assert_eq!(failed.state(), State::Failed);
    assert!(failed.failure.contains("550"), "{}", failed.failure);
    let problem = account(&service, &olive)
        .await
        .contact_problem
        .expect("it shows");
    assert_eq!(problem.kind(), contact_problem::Kind::EmailRefused);
    assert_eq!(problem.delivery_id, olive.delivery_id);
    assert!(service.sink.mails_to(ADMINISTRATOR_EMAIL).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn put_off_for_forty_eight_hours_it_fails() {
    let service = Service::start().await;
    service.sink.script([Treatment::RefuseRecipient(450); 2]);
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    assert_eq!(
        after_attempts(&service, &olive, 1).await.state(),
        State::Queued
    );
    service.clock.advance(SignedDuration::from_hours(48));
    assert_eq!(
        after_attempts(&service, &olive, 2).await.state(),
        State::Failed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn unsure_whether_it_left_every_password_that_may_have_arrived_stays_good() {
    let service = Service::start().await;
    service.sink.script([Treatment::TakeAndHangUp; 3]);
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    for nth in 1..=3 {
        service.sink.nth_mail_to(nth, ADMINISTRATOR_EMAIL).await;
        let ended = after_attempts(&service, &olive, i32::try_from(nth).unwrap()).await;
        let expected = if nth < 3 {
            State::Queued
        } else {
            State::Failed
        };
        assert_eq!(ended.state(), expected);
        service.clock.advance(SignedDuration::from_mins(2));
    }
    let mails = service.sink.mails_to(ADMINISTRATOR_EMAIL);
    assert!(
        mails
            .iter()
            .all(|mail| mail.message_id() == mails[0].message_id())
    );
    for mail in &mails {
        let brought = mail.credentials();
        service
            .sign_in(&brought.identifier, &brought.password)
            .await
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_under_a_certificate_of_somebody_else() {
    let another = SmtpSink::start(Security::Starttls).await;
    let port = another.port();
    let service = Service::start_with(|settings| settings.messages.smtp.port = Some(port)).await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let waiting = after_attempts(&service, &olive, 1).await;
    assert_eq!(waiting.state(), State::Queued);
    assert!(another.connections() > 0 && another.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_to_a_server_that_does_not_offer_starttls() {
    let in_clear = SmtpSink::start(Security::Clear).await;
    let port = in_clear.port();
    let service = Service::start_with(|settings| settings.messages.smtp.port = Some(port)).await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let waiting = after_attempts(&service, &olive, 1).await;
    assert_eq!(waiting.state(), State::Queued);
    assert!(in_clear.connections() > 0 && in_clear.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn while_letters_cannot_be_laid_down_calls_go_on_and_the_letter_waits() {
    let service = Service::start().await;
    let folder = service.letters_folder();
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "not a folder").unwrap();
    let durand = Provisioned::make(&service, les_oliviers::durand()).await;
    let waiting = after_attempts(&service, &durand, 1).await;
    assert_eq!(waiting.state(), State::Queued);
    assert!(
        serves(&service, "").await,
        "readiness follows the database alone"
    );

    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    service.clock.advance(SignedDuration::from_secs(20));
    let letter = service.letter_of(&durand.delivery_id).await;
    service.first_connection(&letter.credentials()).await;
}
