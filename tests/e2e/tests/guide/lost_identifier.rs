//! « Identifiant perdu » : « après avoir renseigné votre N° utilisateur, votre identifiant et votre
//! mot de passe vous seront de nouveau envoyés par courrier ou par courriel ».

use api::delivery::v1::delivery::{Kind, State};
use api::r#type::v1::Channel;
use e2e::eventually::eventually;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, DURAND_USER_NUMBER, Provisioned};
use e2e::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_landlord_without_email_receives_a_letter_that_opens_the_account() {
    let service = Service::start().await;
    let durand = Provisioned::make(&service, les_oliviers::durand())
        .await
        .administrator;
    let first = service
        .delivery_of(Kind::FirstCredentials, &durand.account_id)
        .await;
    let first = service.letter_of(&first.delivery_id).await.credentials();

    service.recover_identifier(DURAND_USER_NUMBER).await;
    let delivery = service
        .delivery_of(Kind::LostIdentifier, &durand.account_id)
        .await;
    assert_eq!(delivery.channel(), Channel::Letter);
    let letter = service.letter_of(&delivery.delivery_id).await;
    assert!(letter.says("Identifiant perdu"));
    let brought = letter.credentials();
    assert_eq!(brought.identifier, durand.identifier);
    assert_eq!(brought.user_number, DURAND_USER_NUMBER);
    assert_ne!(brought.password, first.password);
    eventually("the letter to be RENDERED", async || {
        let delivery = service
            .delivery_of(Kind::LostIdentifier, &durand.account_id)
            .await;
        (delivery.state() == State::Rendered).then_some(())
    })
    .await;

    let durand = service.first_connection(&brought).await;
    assert!(durand.account.first_connection_time.is_some());
    assert!(
        service.sink.mails().is_empty(),
        "nothing of it went by mail"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_asked_for_later_leaves_the_one_in_the_post_good() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::durand()).await;
    let in_the_post = service.letter_of(&made.delivery_id).await.credentials();
    service.recover_identifier(DURAND_USER_NUMBER).await;
    let account = &made.administrator.account_id;
    let later = service.delivery_of(Kind::LostIdentifier, account).await;
    service.letter_of(&later.delivery_id).await;

    service.first_connection(&in_the_post).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_written_to_by_mail_receives_a_mail() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;

    service
        .recover_identifier(&claire.account.user_number)
        .await;
    let account = &claire.account.account_id;
    let delivery = service.delivery_of(Kind::LostIdentifier, account).await;
    let mail = service.sink.mail_of(&delivery.delivery_id).await;
    assert_eq!(mail.to(), ADMINISTRATOR_EMAIL);
    let brought = mail.credentials();
    assert_eq!(brought.identifier, claire.account.identifier);
    assert_eq!(brought.user_number, claire.account.user_number);
    service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    service.sign_in_again(&claire).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_may_be_typed_as_it_is_printed_with_spaces_and_small_letters() {
    let service = Service::start().await;
    let durand = Provisioned::make(&service, les_oliviers::durand())
        .await
        .administrator;
    service.recover_identifier(" bail 0000-0047 11").await;
    service
        .delivery_of(Kind::LostIdentifier, &durand.account_id)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_number_brings_nothing_to_anybody() {
    let service = Service::start().await;
    let durand = Provisioned::make(&service, les_oliviers::durand())
        .await
        .administrator;
    service.recover_identifier("BAIL0000004712").await;
    service.recoveries_resolved().await;
    assert_eq!(service.deliveries_of(&durand.account_id).await.len(), 1);
}
