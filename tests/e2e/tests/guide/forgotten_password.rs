//! « Mot de passe oublié » : « après avoir saisi votre adresse courriel, un nouveau mot de passe
//! provisoire vous sera envoyé ». « Si vous ne vous êtes jamais connecté auparavant et que vos
//! identifiant et mot de passe vous ont été envoyés par courrier, cliquez sur le lien "Identifiant
//! perdu". »

use api::delivery::v1::delivery::Kind;
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, PETIT_EMAIL, Provisioned, person_by_email};
use e2e::person::chosen_password;
use e2e::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn a_new_provisional_password_comes_and_the_old_password_works_until_the_change() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;

    service.recover_password(ADMINISTRATOR_EMAIL).await;
    let account = &claire.account.account_id;
    let delivery = service
        .delivery_of(Kind::ProvisionalPassword, account)
        .await;
    let brought = service
        .sink
        .mail_of(&delivery.delivery_id)
        .await
        .credentials();
    assert_eq!(brought.identifier, claire.account.identifier);
    assert_eq!(brought.user_number, claire.account.user_number);

    service
        .session(&claire.token)
        .current_session()
        .await
        .unwrap();
    let by_the_old_one = service.sign_in_again(&claire).await;
    let opened = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    service
        .session(&by_the_old_one.token)
        .current_session()
        .await
        .unwrap();

    let portal = service.session(&opened.session_token);
    portal
        .change_password(&brought.password, &chosen_password("nouveau"))
        .await
        .unwrap();
    let old = service.sign_in(&brought.identifier, &claire.password).await;
    assert_eq!(old.reason(), "SIGN_IN_REFUSED");
    for ended in [&claire.token, &by_the_old_one.token] {
        let ended = service.session(ended).current_session().await;
        assert_eq!(ended.reason(), "SESSION_INVALID");
    }
    service
        .sign_in(&brought.identifier, &chosen_password("nouveau"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_never_connected_and_was_written_to_by_letter_gets_guidance_only() {
    let service = Service::start().await;
    let petit = Provisioned::make(&service, les_oliviers::petit()).await;
    let first = service.letter_of(&petit.delivery_id).await.credentials();

    service.recover_password(PETIT_EMAIL).await;
    let account = &petit.administrator.account_id;
    let delivery = service.delivery_of(Kind::Guidance, account).await;
    let mail = service.sink.mail_of(&delivery.delivery_id).await;
    assert_eq!(mail.to(), PETIT_EMAIL);
    assert!(mail.find_credentials().is_none());
    assert!(mail.text().contains("« Identifiant perdu »"));
    for secret in [&first.identifier, &first.user_number, &first.password] {
        assert!(!mail.text().contains(secret.as_str()) && !mail.html().contains(secret.as_str()));
    }
    service.first_connection(&first).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn once_connected_whoever_is_written_to_by_letter_is_served_by_mail() {
    let service = Service::start().await;
    let petit = Provisioned::make(&service, les_oliviers::petit()).await;
    let first = service.letter_of(&petit.delivery_id).await.credentials();
    let petit = service.first_connection(&first).await;

    service.recover_password(PETIT_EMAIL).await;
    let account = &petit.account.account_id;
    let delivery = service
        .delivery_of(Kind::ProvisionalPassword, account)
        .await;
    let brought = service
        .sink
        .mail_of(&delivery.delivery_id)
        .await
        .credentials();
    service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_account_of_the_address_gets_a_mail_that_names_identifier_and_partner() {
    let service = Service::start().await;
    let shared = "cabinet@gestion.example";
    let mut accounts = Vec::new();
    for mut request in [les_oliviers::les_oliviers(), les_oliviers::les_cypres()] {
        request.administrator = Some(person_by_email("Inès", "FAURE", shared));
        let name = request.name.clone();
        let made = Provisioned::make(&service, request).await;
        service.sink.mail_of(&made.delivery_id).await;
        accounts.push((made.administrator, name));
    }

    service.recover_password("Cabinet@GESTION.example").await;
    for (account, partner) in accounts {
        let kind = Kind::ProvisionalPassword;
        let delivery = service.delivery_of(kind, &account.account_id).await;
        let mail = service.sink.mail_of(&delivery.delivery_id).await;
        assert_eq!(mail.to(), shared);
        assert_eq!(mail.credentials().identifier, account.identifier);
        assert!(
            mail.text().contains(&partner),
            "{partner} in {}",
            mail.text()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_brings_nothing_to_anybody() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    service
        .recover_password("claire.martin@les-oliviers.example.org")
        .await;
    service.recoveries_resolved().await;
    let deliveries = service.deliveries_of(&olive.administrator.account_id).await;
    assert_eq!(deliveries.len(), 1, "the first credentials alone");
}
