//! « Vos identifiants de connexion à Mon Compte Partenaire » : the message that brings them.

use api::delivery::v1::delivery::{Kind, State};
use e2e::eventually::eventually;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, DURAND_USER_NUMBER, Provisioned};
use e2e::service::Service;
use e2e::smtp_sink::Security;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_mail_brings_identifier_user_number_and_provisional_password() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let mail = service.sink.mail_of(&made.delivery_id).await;

    assert_eq!(mail.to(), ADMINISTRATOR_EMAIL);
    assert!(mail.encrypted, "mails leave over TLS alone");
    let brought = mail.credentials();
    assert_eq!(brought.identifier, made.administrator.identifier);
    assert_eq!(brought.user_number, made.administrator.user_number);
    assert_eq!(brought.identifier.len(), 8);
    assert_eq!(brought.user_number.len(), 14);
    let groups: Vec<&str> = brought.password.split('-').collect();
    assert_eq!(
        groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
        [4, 4, 4, 4]
    );
    for said in [&brought.identifier, &brought.user_number, &brought.password] {
        assert!(
            mail.html().contains(said.as_str()),
            "the HTML says the same"
        );
    }
    assert!(mail.text().contains("LES OLIVIERS"));
    assert!(!mail.subject().contains(&brought.identifier));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_follows_the_mail_without_reading_it() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;

    let sent = eventually("the delivery to be SENT", async || {
        let delivery = service
            .delivery_of(Kind::FirstCredentials, &made.administrator.account_id)
            .await;
        (delivery.state() == State::Sent).then_some(delivery)
    })
    .await;
    let mail = service.sink.mail_of(&made.delivery_id).await;
    assert_eq!(sent.delivery_id, made.delivery_id);
    assert_eq!(sent.attempts, 1);
    assert_eq!(sent.failure, "");
    assert!(sent.provisional_expire_time.is_some());
    assert!(!sent.recipient_hint.is_empty());
    assert_ne!(sent.recipient_hint, ADMINISTRATOR_EMAIL);
    assert!(!format!("{sent:?}").contains(&mail.credentials().secret_symbols()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_landlord_without_email_gets_the_same_by_letter() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::durand()).await;
    let letter = service.letter_of(&made.delivery_id).await;

    let brought = letter.credentials();
    assert_eq!(brought.identifier, made.administrator.identifier);
    assert_eq!(brought.user_number, DURAND_USER_NUMBER);
    assert!(letter.says("Paul DURAND"));
    assert!(letter.says("33000 BORDEAUX"));
    assert!(service.sink.mails().is_empty());
    service.first_connection(&brought).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_on_this_machine_may_be_spoken_to_in_clear() {
    let service = Service::start_over(Security::Clear, |_| {}).await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let mail = service.sink.mail_of(&made.delivery_id).await;
    assert!(!mail.encrypted);
    service.first_connection(&mail.credentials()).await;
}
