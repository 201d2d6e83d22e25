//! What a provisional password opens, and for how many.

use api::session::v1::session_service_server::SessionService;
use api::session::v1::{GetCurrentSessionRequest, NextStep, factor};
use domain::paris::Day;
use jiff::SignedDuration;

use crate::world::{NEXT, OWN, START, World, at_once, open_between, somebody};

#[tokio::test]
async fn a_provisional_password_opens_the_change_and_nothing_else() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let identifier = oliviers.identifier(luc).await;
    let typed = sent.to_lowercase().replace('-', " ");
    let opened = oliviers.sign_in(&identifier, &typed).await.unwrap();
    let session = opened.session.unwrap();
    assert_eq!(session.next_step(), NextStep::ChangePassword);
    assert_eq!(session.factors[0].kind(), factor::Kind::ProvisionalPassword);
    let end = session.expire_time.unwrap().seconds - START.as_second();
    assert_eq!(end, 15 * 60);

    let known = oliviers.introspect(&opened.session_token).await;
    assert!(!known.active && known.session.is_none() && known.account.is_none());
    let request = oliviers.of_person(&opened.session_token, GetCurrentSessionRequest::default());
    let current = oliviers
        .service()
        .get_current_session(request.await.unwrap())
        .await;
    let current = current.unwrap().into_inner();
    assert_eq!(current.account.unwrap().account_id, luc.to_string());
    assert!(current.partner.is_none() && current.agreements.is_empty());
    assert!(!oliviers.account(luc).await.has_connected());

    let changed = oliviers
        .change(&opened.session_token, &typed, OWN)
        .await
        .unwrap();
    assert_eq!(changed.session.unwrap().next_step(), NextStep::None);
    assert!(oliviers.introspect(&changed.session_token).await.active);
    assert_eq!(oliviers.account(luc).await.first_connected_at, Some(START));
    assert!(
        oliviers.sign_in(&identifier, &sent).await.is_err(),
        "it is spent"
    );
}

#[tokio::test]
async fn it_stays_good_until_the_change() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    for _ in 0..12 {
        oliviers.sign_in(&luc, &sent).await.unwrap();
    }
    oliviers
        .clock
        .wait(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    oliviers.sign_in(&luc, &sent).await.unwrap();
    oliviers.clock.wait(SignedDuration::from_secs(1));
    oliviers.sign_in(&luc, &sent).await.unwrap_err();
}

#[tokio::test]
async fn ten_wrong_tries_use_it_up() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let (sent, other) = (
        oliviers.send_provisional(luc).await,
        oliviers.send_provisional(luc).await,
    );
    let luc = oliviers.identifier(luc).await;
    let wrong = format!("{}-2222-2222-2222", &sent[..4]);
    for _ in 0..9 {
        oliviers.sign_in(&luc, &wrong).await.unwrap_err();
    }
    oliviers.sign_in(&luc, &sent).await.unwrap();
    oliviers.sign_in(&luc, &wrong).await.unwrap_err();
    oliviers.sign_in(&luc, &sent).await.unwrap_err();
    assert!(oliviers.sign_in(&luc, &other).await.is_ok());
}

#[tokio::test]
async fn it_waits_for_the_opening_day_however_often_it_is_tried_before() {
    let oliviers = World::les_oliviers().await;
    let luc = open_between(somebody("MARTIN", "Luc"), Day::constant(2027, 1, 18), None);
    let luc = oliviers.add(luc).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    for _ in 0..12 {
        oliviers.sign_in(&luc, &sent).await.unwrap_err();
    }
    oliviers.clock.wait(SignedDuration::from_hours(3 * 24));
    assert!(oliviers.sign_in(&luc, &sent).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_who_use_it_at_once_exactly_one_wins() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    let chosen = at_once(16, |place| {
        let (oliviers, luc, sent) = (oliviers.clone(), luc.clone(), sent.clone());
        async move {
            let opened = oliviers.sign_in(&luc, &sent).await.ok()?;
            let own = format!("{OWN} numéro {place}");
            let changed = oliviers.change(&opened.session_token, &sent, &own).await;
            changed.ok().map(|changed| (changed.session_token, own))
        }
    });
    let won: Vec<_> = chosen.await.into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    let (token, own) = &won[0];
    assert!(oliviers.introspect(token).await.active);
    assert!(oliviers.sign_in(&luc, own).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_changes_at_once_from_one_session_exactly_one_wins() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    let token = oliviers.sign_in(&luc, &sent).await.unwrap().session_token;
    let changes = at_once(16, |_| {
        let (oliviers, token, sent) = (oliviers.clone(), token.clone(), sent.clone());
        async move { oliviers.change(&token, &sent, OWN).await.is_ok() }
    });
    assert_eq!(changes.await.into_iter().filter(|won| *won).count(), 1);
}

#[tokio::test]
async fn an_incomplete_session_changes_by_the_very_one_that_opened_it() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let (sent, other) = (
        oliviers.send_provisional(luc).await,
        oliviers.send_provisional(luc).await,
    );
    let identifier = oliviers.identifier(luc).await;
    let token = oliviers
        .sign_in(&identifier, &sent)
        .await
        .unwrap()
        .session_token;
    for wrong in [OWN, other.as_str()] {
        let refused = oliviers.change(&token, wrong, NEXT).await.unwrap_err();
        assert_eq!(
            crate::world::refusal(&refused, "").0,
            "CURRENT_PASSWORD_WRONG"
        );
    }
    assert!(oliviers.change(&token, &sent, NEXT).await.is_ok());
    assert!(
        oliviers.sign_in(&identifier, &other).await.is_err(),
        "voided by the change"
    );
}

#[tokio::test]
async fn one_on_its_way_changes_nothing_for_the_person() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    assert!(oliviers.introspect(&token).await.active);
    assert!(oliviers.sign_in(&luc, OWN).await.is_ok());
}
