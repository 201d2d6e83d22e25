//! No secret reaches a log, however detailed it is.

use api::account::v1::CreateAccountRequest;
use api::recovery::v1::{RecoverIdentifierRequest, RecoverPasswordRequest};
use e2e::binary::Dev;
use e2e::errors::MustBeRefused;
use e2e::eventually::eventually;
use e2e::les_oliviers::person_by_email;
use e2e::mailbox::{Credentials, Mail};
use e2e::service::{Caller, fresh_id};

/// Typed where something secret or personal is typed, and found nowhere else.
const CANARY: &str = "canari-7f3a";

fn credentials(mail: &str) -> Credentials {
    let mail = Mail {
        envelope_from: String::new(),
        envelope_to: Vec::new(),
        raw: mail.as_bytes().to_vec(),
        encrypted: false,
    };
    mail.credentials()
}

#[tokio::test(flavor = "multi_thread")]
async fn marked_secrets_pushed_through_everything_are_in_no_line_of_the_log() {
    let dev = Dev::start();
    let demo = dev.demo().await;
    let olive = &demo["les_oliviers"];
    let identifier = olive["administrator"]["identifier"].as_str().unwrap();
    let email = olive["administrator"]["email"].as_str().unwrap();
    let caller = Caller::over(dev.connect().await);
    let mail = eventually("the administrator's mail", async || {
        dev.mails_with(identifier).pop()
    })
    .await;
    let brought = credentials(&mail);

    let wrong = format!("{CANARY}-mauvais-mot-de-passe");
    assert_eq!(
        caller.sign_in(identifier, &wrong).await.reason(),
        "SIGN_IN_REFUSED"
    );
    let opened = caller.sign_in(identifier, &brought.password).await.unwrap();
    let chosen = format!("{CANARY}-phrase-choisie-avec-soin");
    let person = caller
        .clone()
        .telling("session-token", &opened.session_token);
    let changed = person
        .change_password(&brought.password, &chosen)
        .await
        .unwrap();
    let person = caller
        .clone()
        .telling("session-token", &changed.session_token);
    person.change_password(&wrong, &chosen).await.refused();
    let request = CreateAccountRequest {
        agreement_id: olive["agreement_id"].as_str().unwrap().to_owned(),
        account: Some(person_by_email(
            "Nadia",
            "LEROY",
            &format!("{CANARY}@oliviers.example"),
        )),
        group_ids: vec![olive["groups"][0]["group_id"].as_str().unwrap().to_owned()],
        request_id: fresh_id(),
    };
    let mut ill_formed = request.clone();
    ill_formed.account.as_mut().unwrap().family_name = format!("<{CANARY}>");
    person.accounts().create_account(ill_formed).await.refused();
    let made = person
        .accounts()
        .create_account(request)
        .await
        .unwrap()
        .into_inner();
    let made = made.account.unwrap();
    let second = eventually("the new user's mail", async || {
        dev.mails_with(&made.identifier).pop()
    })
    .await;
    let second = credentials(&second);
    let request = RecoverPasswordRequest {
        email: email.to_owned(),
    };
    caller.recovery().recover_password(request).await.unwrap();
    let user_number = made.user_number.clone();
    caller
        .recovery()
        .recover_identifier(RecoverIdentifierRequest { user_number })
        .await
        .unwrap();
    eventually("the recovered credentials", async || {
        (dev.mails_with(&made.identifier).len() == 2).then_some(())
    })
    .await;

    let log = dev.log();
    assert!(
        log.contains("CreateAccount"),
        "the log is there, and tells of calls:\n{log}"
    );
    let secrets = [
        CANARY,
        email,
        &opened.session_token,
        &changed.session_token,
        &brought.password,
        &second.password,
        &brought.secret_symbols(),
        &second.secret_symbols(),
        "$argon2id$",
    ];
    for secret in secrets {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(secret)).collect();
        assert!(lines.is_empty(), "told in the log: {lines:#?}");
    }
}
