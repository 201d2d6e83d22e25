//! Signing in with the provisional password, which opens its own replacement and nothing else.

use api::account::v1::{GetAccountRequest, get_account_request::Ref};
use api::delivery::v1::delivery::Kind;
use api::session::v1::{IntrospectSessionRequest, NextStep, factor};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, Provisioned};
use e2e::person::chosen_password;
use e2e::service::Service;

#[tokio::test(flavor = "multi_thread")]
async fn the_provisional_password_opens_its_change_and_nothing_else() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();

    let opened = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    let session = opened.session.unwrap();
    assert_eq!(session.next_step(), NextStep::ChangePassword);
    assert_eq!(session.factors[0].kind(), factor::Kind::ProvisionalPassword);

    let portal = service.session(&opened.session_token);
    let current = portal.current_session().await.unwrap();
    assert_eq!(
        current.account.unwrap().account_id,
        made.administrator.account_id
    );
    assert!(current.partner.is_none() && current.agreements.is_empty());
    let own = GetAccountRequest {
        r#ref: Some(Ref::AccountId(made.administrator.account_id.clone())),
    };
    let refused = portal.accounts().get_account(own).await.refused();
    assert_eq!(refused.reason, "SIGN_IN_INCOMPLETE");
    assert_eq!(refused.metadata["next_step"], "CHANGE_PASSWORD");
    let asked = IntrospectSessionRequest {
        session_token: opened.session_token.clone(),
        ..Default::default()
    };
    let answer = service
        .portal()
        .sessions()
        .introspect_session(asked)
        .await
        .unwrap();
    assert!(!answer.into_inner().active);
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_it_completes_the_sign_in_and_spends_it() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
    let before = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();

    let changed = service
        .session(&before.session_token)
        .change_password(&brought.password, &chosen_password("claire"))
        .await
        .unwrap();
    assert_eq!(changed.session.unwrap().next_step(), NextStep::None);
    let current = service
        .session(&changed.session_token)
        .current_session()
        .await
        .unwrap();
    assert!(current.account.unwrap().first_connection_time.is_some());
    assert_eq!(current.partner.unwrap().name, "LES OLIVIERS");
    assert_eq!(current.agreements[0].label, "LES OLIVIERS");

    let stale = service
        .session(&before.session_token)
        .current_session()
        .await;
    assert_eq!(stale.reason(), "SESSION_INVALID");
    let spent = service
        .sign_in(&brought.identifier, &brought.password)
        .await;
    assert_eq!(spent.reason(), "SIGN_IN_REFUSED");
    service
        .sign_in(&brought.identifier, &chosen_password("claire"))
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_change_is_told_by_mail() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    made.administrator(&service).await;

    let account = &made.administrator.account_id;
    let notice = service.delivery_of(Kind::PasswordChanged, account).await;
    let mail = service.sink.mail_of(&notice.delivery_id).await;
    assert_eq!(mail.to(), ADMINISTRATOR_EMAIL);
    assert!(mail.find_credentials().is_none());
    assert!(mail.text().contains("a été modifié"), "{}", mail.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_may_be_typed_in_small_letters_and_without_dashes() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
    let identifier = format!(" {} ", brought.identifier.to_lowercase());
    let password = brought.password.replace('-', " ").to_lowercase();
    service.sign_in(&identifier, &password).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weak_password_is_refused_with_every_cause_in_plain_french() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
    let opened = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    let portal = service.session(&opened.session_token);

    let short = portal
        .change_password(&brought.password, "azerty")
        .await
        .refused();
    assert_eq!(short.reason, "PASSWORD_TOO_WEAK");
    assert!(short.metadata["causes"].contains("PASSWORD_TOO_SHORT"));
    assert!(
        short
            .violations
            .iter()
            .all(|violation| violation.field == "new_password")
    );
    let personal = portal
        .change_password(&brought.password, "lesoliviers-martin")
        .await
        .refused();
    assert!(
        personal.metadata["causes"].contains("PASSWORD_PERSONAL"),
        "{personal:?}"
    );
    let same = portal
        .change_password(&brought.password, &brought.password)
        .await
        .refused();
    assert_eq!(same.reason, "PASSWORD_TOO_WEAK");

    portal
        .change_password(&brought.password, &chosen_password("claire"))
        .await
        .unwrap();
}
