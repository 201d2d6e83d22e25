//! How many passwords are tried, and how many hashes that costs.

use jiff::SignedDuration;

use crate::world::{NEXT, OWN, World, at_once, refusal, somebody};

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hundred_wrong_passwords_at_once_five_are_hashed_known_or_not() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    for identifier in [luc, "NOBODY22".to_owned()] {
        let before = oliviers.computed();
        let tries = at_once(200, |_| {
            let (oliviers, identifier) = (oliviers.clone(), identifier.clone());
            async move { oliviers.sign_in(&identifier, "faux").await.is_err() }
        });
        assert!(tries.await.into_iter().all(|refused| refused));
        assert_eq!(oliviers.computed() - before, 5, "{identifier}");
    }
}

#[tokio::test]
async fn an_identifier_has_one_counter_however_it_is_written() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let dashed: String = luc.chars().flat_map(|c| [c, '-']).collect();
    let spaced: String = luc.chars().flat_map(|c| [' ', c]).collect();
    let before = oliviers.computed();
    for written in [
        luc.clone(),
        luc.to_lowercase(),
        dashed,
        spaced,
        format!("\u{a0}{luc}\t"),
        luc.clone(),
        luc.to_lowercase(),
    ] {
        oliviers.sign_in(&written, "faux").await.unwrap_err();
    }
    assert_eq!(oliviers.computed() - before, 5);
    oliviers.sign_in(&luc, OWN).await.unwrap_err();
    oliviers.clock.wait(SignedDuration::from_secs(65));
    assert!(oliviers.sign_in(&luc, OWN).await.is_ok());
}

#[tokio::test]
async fn a_stranger_does_not_keep_the_person_out_of_a_usual_place() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let (home, elsewhere) = (Some("2001:db8::7"), Some("192.0.2.66"));
    oliviers.sign_in_from(home, &luc, OWN).await.unwrap();
    for _ in 0..10 {
        oliviers
            .sign_in_from(elsewhere, &luc, "faux")
            .await
            .unwrap_err();
        oliviers.sign_in(&luc, "faux").await.unwrap_err();
    }
    oliviers
        .sign_in_from(elsewhere, &luc, OWN)
        .await
        .unwrap_err();
    oliviers.sign_in(&luc, OWN).await.unwrap_err();
    assert!(oliviers.sign_in_from(home, &luc, OWN).await.is_ok());
}

#[tokio::test]
async fn a_success_gives_the_free_tries_back() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    for _ in 0..3 {
        for _ in 0..4 {
            oliviers.sign_in(&luc, "faux").await.unwrap_err();
        }
        oliviers.sign_in(&luc, OWN).await.unwrap();
    }
}

#[tokio::test]
async fn guessing_selectors_of_a_throttled_account_always_costs_one_hash() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    for _ in 0..6 {
        oliviers.sign_in(&luc, "faux").await.unwrap_err();
    }
    let live = format!("{}-2222-3333-4444", &sent[..4]);
    let absent = if sent.starts_with("2222") {
        "3333"
    } else {
        "2222"
    };
    let absent = format!("{absent}-2222-3333-4444");
    for (identifier, guess) in [(luc.as_str(), &live), (&luc, &absent), ("NOBODY22", &live)] {
        let before = oliviers.computed();
        oliviers.sign_in(identifier, guess).await.unwrap_err();
        assert_eq!(oliviers.computed() - before, 1, "{guess}");
    }
    assert!(
        oliviers.sign_in(&luc, &sent).await.is_ok(),
        "the throttle does not stop it"
    );
}

/// How many of these were refused for want of room, not for the password.
fn overloaded<T>(answers: impl IntoIterator<Item = Result<T, tonic::Status>>) -> usize {
    let refused = answers.into_iter().filter_map(Result::err);
    refused
        .filter(|status| refusal(status, "").0 == "OVERLOADED")
        .count()
}

#[tokio::test]
async fn a_right_provisional_password_is_not_used_up_while_there_is_no_room_to_hash() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    let busy = oliviers.overloaded().await;
    let mut answers = Vec::new();
    for _ in 0..30 {
        answers.push(busy.sign_in(&luc, &sent).await);
    }
    assert!(overloaded(answers) > 10);
    assert!(oliviers.sign_in(&luc, &sent).await.is_ok());
}

#[tokio::test]
async fn a_session_does_not_end_by_changes_that_there_was_no_room_to_hash() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let busy = oliviers.overloaded().await;
    let mut answers = Vec::new();
    for _ in 0..8 {
        answers.push(busy.change(&token, "faux", NEXT).await);
    }
    assert!(overloaded(answers) > 5);
    assert!(oliviers.change(&token, OWN, NEXT).await.is_ok());
}

#[tokio::test]
async fn wrong_present_passwords_leave_the_sign_in_alone_and_the_other_way_round() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let luc = oliviers.identifier(luc).await;
    for _ in 0..4 {
        oliviers.change(&token, "faux", NEXT).await.unwrap_err();
    }
    for _ in 0..4 {
        oliviers.sign_in(&luc, "faux").await.unwrap_err();
    }
    let other = oliviers.sign_in(&luc, OWN).await.unwrap().session_token;
    for _ in 0..6 {
        oliviers.sign_in(&luc, "faux").await.unwrap_err();
    }
    assert!(oliviers.sign_in(&luc, OWN).await.is_err(), "throttled");
    oliviers.change(&other, OWN, NEXT).await.unwrap();
    assert!(
        oliviers.sign_in(&luc, NEXT).await.is_ok(),
        "a change resets the throttle"
    );
}
