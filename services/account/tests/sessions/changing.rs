//! Choosing a password from a session.

use domain::delivery::Kind;
use tonic::Code;
use tonic_types::StatusExt;

use crate::world::{NEXT, OWN, World, by_letter, refusal, somebody};

#[tokio::test]
async fn a_change_replaces_every_session_and_the_password_and_is_told() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let first = oliviers.connect(luc).await;
    assert_eq!(oliviers.queued().await, [(luc, Kind::PasswordChanged)]);
    let identifier = oliviers.identifier(luc).await;
    let second = oliviers
        .sign_in(&identifier, OWN)
        .await
        .unwrap()
        .session_token;

    let changed = oliviers.change(&second, OWN, NEXT).await.unwrap();
    for ended in [&first, &second] {
        assert!(!oliviers.introspect(ended).await.active);
    }
    assert!(oliviers.introspect(&changed.session_token).await.active);
    oliviers.sign_in(&identifier, OWN).await.unwrap_err();
    oliviers.sign_in(&identifier, NEXT).await.unwrap();
    let told = oliviers.queued().await;
    assert_eq!(
        told,
        [(luc, Kind::PasswordChanged), (luc, Kind::PasswordChanged)]
    );
}

#[tokio::test]
async fn without_an_address_no_notice_is_queued() {
    let oliviers = World::les_oliviers().await;
    let paul = oliviers.add(by_letter(somebody("DURAND", "Paul"))).await;
    let letter = oliviers.send_letter(paul).await;
    let identifier = oliviers.identifier(paul).await;
    let token = oliviers
        .sign_in(&identifier, &letter)
        .await
        .unwrap()
        .session_token;
    oliviers.change(&token, &letter, OWN).await.unwrap();
    assert_eq!(oliviers.queued().await, []);
}

#[tokio::test]
async fn a_weak_choice_is_told_with_every_reason_and_costs_no_try() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let before = oliviers.computed();
    for (weak, cause) in [
        ("court", "PASSWORD_TOO_SHORT"),
        ("motdepassemotdepasse", "PASSWORD_COMMON"),
        ("Martin Luc Martin Luc", "PASSWORD_PERSONAL"),
        ("les oliviers les oliviers", "PASSWORD_PERSONAL"),
        ("K7MP-4XQ2-9ABC-DEFG", "PASSWORD_PROVISIONAL"),
        (OWN, "PASSWORD_SAME"),
        (&"é".repeat(400), "PASSWORD_TOO_LONG"),
    ] {
        let refused = oliviers.change(&token, OWN, weak).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument);
        let (named, causes) = refusal(&refused, "causes");
        assert_eq!(named, "PASSWORD_TOO_WEAK");
        assert!(causes.unwrap().contains(cause), "{weak}");
        let fields = refused.get_details_bad_request().unwrap().field_violations;
        assert!(
            fields
                .iter()
                .all(|violation| violation.field == "new_password")
        );
    }
    assert_eq!(
        oliviers.computed(),
        before,
        "nothing is hashed for a choice that is refused"
    );
    let wrong = oliviers.change(&token, "faux", NEXT).await.unwrap_err();
    assert_eq!(refusal(&wrong, "tries_left").1.unwrap(), "4");
}

#[tokio::test]
async fn five_wrong_present_passwords_end_the_session_alone() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let other = oliviers.connect(luc).await;
    let luc = oliviers.identifier(luc).await;
    let token = oliviers.sign_in(&luc, OWN).await.unwrap().session_token;
    for left in ["4", "3", "2", "1", "0"] {
        let wrong = oliviers.change(&token, "faux", NEXT).await.unwrap_err();
        let told = refusal(&wrong, "tries_left");
        assert_eq!(
            told,
            ("CURRENT_PASSWORD_WRONG".to_owned(), Some(left.to_owned()))
        );
    }
    assert!(!oliviers.introspect(&token).await.active);
    assert!(oliviers.change(&token, OWN, NEXT).await.is_err());
    assert!(oliviers.introspect(&other).await.active);
}

#[tokio::test]
async fn the_fifth_try_may_still_be_right() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    for _ in 0..4 {
        oliviers.change(&token, "faux", NEXT).await.unwrap_err();
    }
    assert!(oliviers.change(&token, OWN, NEXT).await.is_ok());
}

#[tokio::test]
async fn a_password_is_the_same_in_whatever_form_the_keyboard_sends_it() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let decomposed = NEXT.replace('é', "e\u{301}").replace('à', "a\u{300}");
    assert_ne!(decomposed, NEXT);
    oliviers.change(&token, OWN, &decomposed).await.unwrap();
    let luc = oliviers.identifier(luc).await;
    assert!(oliviers.sign_in(&luc, NEXT).await.is_ok());
}

#[tokio::test]
async fn what_is_missing_is_told_and_costs_no_try() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let refused = oliviers.change(&token, "", "").await.unwrap_err();
    assert_eq!(
        refusal(&refused, "count"),
        ("FIELD_INVALID".to_owned(), Some("2".to_owned()))
    );
    let long = oliviers
        .change(&token, &"x".repeat(2_000), NEXT)
        .await
        .unwrap_err();
    assert_eq!(refusal(&long, "").0, "FIELD_INVALID");
    let wrong = oliviers.change(&token, "faux", NEXT).await.unwrap_err();
    assert_eq!(refusal(&wrong, "tries_left").1.unwrap(), "4");
}
