//! A change of password does all that follows from it in one step, and of many racing one wins.

use domain::account::Channel;
use domain::delivery::State;
use domain::session::NextStep;

use super::Db;
use super::world::messages::{claim, fresh_id, hash, notice, reissue, welcome, welcome_by_letter};
use super::world::people::somebody;
use super::world::reading::everything;
use super::world::signing_in::new_session;
use super::world::time::{START, minutes};
use super::world::{World, at_once};
use crate::delivery::Stored;
use crate::mutation::{CredentialsMove, SessionsMove};
use crate::session::PasswordChange;

pub async fn the_first_password_is_chosen_with_a_provisional_one(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let incomplete = oliviers.sign_in_with(luc, &sent, minutes(1)).await;
    let current = oliviers
        .charge_current(&incomplete, minutes(2))
        .await
        .unwrap();
    assert_eq!(
        (current.hash, current.provisional),
        (sent.hash, Some(sent.id))
    );
    assert_eq!(current.holder.account, luc);

    let before = oliviers.account(luc).await;
    let change = oliviers
        .password_change(&incomplete, "own", minutes(3))
        .await;
    let revision = db.change_password(&change).await.unwrap().unwrap();
    assert_eq!(revision, db.revision().await.unwrap());
    let after = oliviers.account(luc).await;
    assert!(after.epoch > before.epoch);
    assert_eq!(after.first_connected_at, Some(minutes(3)));
    assert_eq!(
        oliviers.admit(luc, None, minutes(3)).await.unwrap().hash,
        Some(hash("own"))
    );
    assert!(!oliviers.stands(&incomplete).await);
    let standing = oliviers.standing(&change.new_session).await.unwrap();
    assert_eq!(standing.session, change.new_session.session);
    assert!(
        oliviers.charge(luc, "ABCD", minutes(3)).await.is_none(),
        "it is spent"
    );
}

pub async fn a_later_change_keeps_the_time_of_the_first_connection(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let change = oliviers.password_change(&session, "new", minutes(5)).await;
    assert_eq!(change.spends, None);
    db.change_password(&change).await.unwrap().unwrap();
    assert_eq!(oliviers.account(luc).await.first_connected_at, Some(START));
    assert_eq!(
        oliviers.admit(luc, None, minutes(5)).await.unwrap().hash,
        Some(hash("new"))
    );
}

pub async fn every_session_ends_but_the_new_one_which_goes_on(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let of_zoe = oliviers.connect(zoe, START).await;
    let first = oliviers.connect(luc, START).await;
    let second = oliviers.sign_in(luc, minutes(1)).await;
    let change = oliviers.password_change(&second, "new", minutes(2)).await;
    db.change_password(&change).await.unwrap().unwrap();
    assert!(!oliviers.stands(&first).await);
    assert!(!oliviers.stands(&second).await);
    assert!(oliviers.stands(&of_zoe).await);
    let again = oliviers
        .charge_current(&change.new_session, minutes(3))
        .await
        .unwrap();
    assert_eq!(
        (again.hash, again.holder.epochs),
        (hash("new"), oliviers.epochs(luc).await)
    );
}

pub async fn other_provisional_passwords_are_voided_and_queued_credentials_cancelled(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let session = oliviers.connect(luc, START).await;
    oliviers
        .send(reissue(luc, minutes(1)), "ABCD", minutes(1))
        .await;
    let sending = reissue(luc, minutes(2));
    oliviers
        .queue(std::slice::from_ref(&sending), minutes(2))
        .await;
    let sending = claim(&db, &sending, minutes(2)).await;
    let queued = [
        reissue(luc, minutes(3)),
        welcome_by_letter(luc, minutes(3)),
        notice(luc, minutes(3)),
        welcome(zoe, minutes(3)),
    ];
    oliviers.queue(&queued, minutes(3)).await;

    let change = oliviers.password_change(&session, "new", minutes(3)).await;
    db.change_password(&change).await.unwrap().unwrap();
    assert!(oliviers.charge(luc, "ABCD", minutes(3)).await.is_none());
    assert_eq!(
        db.store_provisional(&sending.provisional("EFGH"))
            .await
            .unwrap(),
        Stored::Moved
    );
    let mut states = Vec::new();
    for message in &queued {
        states.push(db.delivery(message.id).await.unwrap().unwrap().state);
    }
    assert_eq!(
        states,
        [
            State::Cancelled,
            State::Cancelled,
            State::Queued,
            State::Queued
        ]
    );
}

pub async fn the_notice_of_a_change_waits_in_the_outbox(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let told = notice(luc, minutes(1));
    let mut change = oliviers.password_change(&session, "new", minutes(1)).await;
    change.notice = Some(told.clone());
    db.change_password(&change).await.unwrap().unwrap();
    let delivery = db.delivery(told.id).await.unwrap().unwrap();
    assert_eq!(
        (delivery.state, delivery.channel),
        (State::Queued, Channel::Email)
    );
}

/// Nothing of the change is to be seen.
async fn changes_nothing(oliviers: &World, change: &PasswordChange) {
    let before = everything(&oliviers.db).await;
    assert_eq!(oliviers.db.change_password(change).await.unwrap(), None);
    assert_eq!(everything(&oliviers.db).await, before);
    assert!(!oliviers.stands(&change.new_session).await);
}

pub async fn a_session_that_ended_meanwhile_changes_no_password(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let mut change = oliviers.password_change(&session, "new", minutes(1)).await;
    change.notice = Some(notice(luc, minutes(1)));
    let line = super::world::entry(domain::audit::Event::SessionEnded, minutes(1));
    db.end(session.session.id, &line).await.unwrap();
    changes_nothing(&oliviers, &change).await;
}

pub async fn a_suspension_meanwhile_leaves_the_password_alone(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let change = oliviers.password_change(&session, "new", minutes(1)).await;
    oliviers
        .change(luc, |change| change.sessions = SessionsMove::Ended)
        .await;
    changes_nothing(&oliviers, &change).await;
}

pub async fn a_provisional_password_voided_meanwhile_is_not_spent(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let session = oliviers.sign_in_with(luc, &sent, START).await;
    let change = oliviers.password_change(&session, "own", minutes(1)).await;
    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    changes_nothing(&oliviers, &change).await;
}

pub async fn a_change_that_cannot_be_audited_is_not_made(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let session = oliviers.sign_in_with(luc, &sent, START).await;
    let change = oliviers.password_change(&session, "own", minutes(1)).await;
    db.record(&change.audit).await.unwrap();
    let before = everything(&db).await;
    assert!(db.change_password(&change).await.is_err());
    assert_eq!(everything(&db).await, before);
    assert!(oliviers.stands(&session).await);
    assert!(oliviers.charge(luc, "ABCD", minutes(1)).await.is_some());
    assert_eq!(
        oliviers.admit(luc, None, minutes(1)).await.unwrap().hash,
        None
    );
}

pub async fn of_sixteen_spendings_of_one_provisional_password_one_wins(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let session = oliviers.sign_in_with(luc, &sent, START).await;
    let prepared = oliviers.password_change(&session, "own", minutes(1)).await;
    let current = oliviers.charge_current(&session, minutes(1)).await.unwrap();
    let changes: Vec<_> = (0..16)
        .map(|place| {
            let mut change = prepared.clone();
            change.audit.id = fresh_id();
            change.hash = hash(&format!("own-{place}"));
            change.new_session = new_session(&current.holder, NextStep::None, minutes(1));
            change
        })
        .collect();
    let answers = at_once(16, |place| {
        let (db, change) = (db.clone(), changes[place].clone());
        async move { db.change_password(&change).await.unwrap().is_some() }
    })
    .await;

    let won: Vec<_> = (0..16).filter(|&place| answers[place]).collect();
    assert_eq!(won.len(), 1);
    for (place, change) in changes.iter().enumerate() {
        assert_eq!(oliviers.stands(&change.new_session).await, place == won[0]);
    }
    let password = oliviers.admit(luc, None, minutes(1)).await.unwrap().hash;
    assert_eq!(password, Some(changes[won[0]].hash.clone()));
}
