//! When provisional passwords die before their time, and when they do not.

use domain::AccountId;
use domain::account::Channel;
use domain::delivery::Kind;

use super::Db;
use super::world::World;
use super::world::messages::{
    Held, finish_sent, lease, message, notice, reissue, store, welcome, welcome_by_letter,
};
use super::world::people::{jeanne_petit, somebody};
use super::world::signing_in::new_session;
use super::world::time::{START, hours, minutes};
use crate::delivery::{Carried, Ending, Stored};
use crate::mutation::CredentialsMove;
use crate::session::Proof;

pub async fn three_deliveries_live_and_a_fourth_voids_the_oldest(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    oliviers.send(welcome(zoe, START), "AAAA", START).await;
    let groups = ["AAAA", "BBBB", "CCCC", "DDDD"];
    for (minute, first_group) in (0..).zip(groups).take(3) {
        oliviers
            .send(reissue(luc, minutes(minute)), first_group, minutes(minute))
            .await;
    }
    for first_group in &groups[..3] {
        assert!(
            oliviers.live(luc, first_group, minutes(4)).await,
            "{first_group}"
        );
    }
    oliviers
        .send(reissue(luc, minutes(4)), "DDDD", minutes(4))
        .await;
    assert!(!oliviers.live(luc, "AAAA", minutes(4)).await);
    for first_group in &groups[1..] {
        assert!(
            oliviers.live(luc, first_group, minutes(4)).await,
            "{first_group}"
        );
    }
    assert!(oliviers.live(zoe, "AAAA", minutes(4)).await);
}

pub async fn the_passwords_of_one_delivery_s_tries_count_once(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let unsure = oliviers.held(luc, START).await;
    assert!(matches!(
        store(&db, &unsure.provisional("AAAA")).await,
        Stored::Live(_)
    ));
    let retry = Ending::Retry {
        at: minutes(1),
        failure: "connection lost after the data".into(),
    };
    assert!(super::world::messages::finish(&db, &unsure, &retry).await);
    let again = lease(minutes(1));
    let job = super::world::messages::claim_all(&db, Channel::Email, &again)
        .await
        .remove(0);
    let again = Held { job, lease: again };
    assert!(matches!(
        store(&db, &again.provisional("BBBB")).await,
        Stored::Live(_)
    ));
    finish_sent(&db, &again).await;
    oliviers
        .send(reissue(luc, minutes(2)), "CCCC", minutes(2))
        .await;
    oliviers
        .send(reissue(luc, minutes(3)), "DDDD", minutes(3))
        .await;
    for first_group in ["AAAA", "BBBB", "CCCC", "DDDD"] {
        assert!(
            oliviers.live(luc, first_group, minutes(4)).await,
            "{first_group}"
        );
    }
    oliviers
        .send(reissue(luc, minutes(5)), "EEEE", minutes(5))
        .await;
    for (first_group, lives) in [
        ("AAAA", false),
        ("BBBB", false),
        ("CCCC", true),
        ("EEEE", true),
    ] {
        assert_eq!(
            oliviers.live(luc, first_group, minutes(6)).await,
            lives,
            "{first_group}"
        );
    }
}

pub async fn a_password_that_certainly_did_not_leave_is_voided(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let kept = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let held = oliviers.held(luc, minutes(1)).await;
    let provisional = held.provisional("EFGH");
    store(&db, &provisional).await;
    let failed = Ending::Failed {
        failure: "550 boîte inconnue".into(),
    };
    let void = Carried::Void(provisional.id);
    assert!(
        db.finish(held.job.id, held.lease.id, &failed, void, minutes(1))
            .await
            .unwrap()
    );
    assert!(!oliviers.live(luc, "EFGH", minutes(1)).await);
    assert!(oliviers.live(luc, kept.selector.as_str(), minutes(1)).await);
}

/// Jeanne PETIT with a password by letter, one by e-mail, and a session.
async fn reached_both_ways(oliviers: &World) -> AccountId {
    let jeanne = oliviers.add(jeanne_petit()).await;
    oliviers
        .send(welcome_by_letter(jeanne, START), "LTTR", START)
        .await;
    oliviers.send(welcome(jeanne, START), "MAYY", START).await;
    jeanne
}

pub async fn voiding_takes_the_passwords_sent_the_way_that_is_named(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    for (credentials, by_letter, by_email) in [
        (CredentialsMove::Kept, true, true),
        (CredentialsMove::VoidedOn(Channel::Email), true, false),
        (CredentialsMove::VoidedOn(Channel::Letter), false, true),
        (CredentialsMove::VoidedOnBoth, false, false),
        (CredentialsMove::Voided, false, false),
    ] {
        let jeanne = reached_both_ways(&oliviers).await;
        oliviers
            .change(jeanne, |change| change.credentials = credentials)
            .await;
        let letter = oliviers.live(jeanne, "LTTR", minutes(1)).await;
        let mail = oliviers.live(jeanne, "MAYY", minutes(1)).await;
        assert_eq!((letter, mail), (by_letter, by_email), "{credentials:?}");
    }
}

pub async fn voiding_is_of_one_account(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let (jeanne, other) = (
        reached_both_ways(&oliviers).await,
        reached_both_ways(&oliviers).await,
    );
    oliviers
        .change(jeanne, |change| {
            change.credentials = CredentialsMove::Voided;
        })
        .await;
    assert!(oliviers.live(other, "LTTR", minutes(1)).await);
    assert!(oliviers.live(other, "MAYY", minutes(1)).await);
}

pub async fn a_provisional_password_voided_during_its_verification_opens_nothing(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    let charged = oliviers.charge(luc, "ABCD", START).await.unwrap();
    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    let session = new_session(
        &charged.holder,
        domain::session::NextStep::ChangePassword,
        START,
    );
    assert_eq!(
        oliviers
            .open(&session, &Proof::Provisional { id: charged.id })
            .await,
        None
    );
    assert!(!oliviers.stands(&session).await);
}

pub async fn a_delivery_tells_how_long_its_password_opens_while_it_is_live(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let told = async || {
        db.delivery(sent.delivery)
            .await
            .unwrap()
            .unwrap()
            .provisional_expires_at
    };
    assert_eq!(told().await, Some(hours(24)));
    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    assert_eq!(told().await, None);
}

pub async fn a_third_party_request_changes_nothing_for_the_person(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let asked = message(
        luc,
        Kind::ProvisionalPassword,
        Channel::Email,
        domain::delivery::Cause::Recovery,
        minutes(1),
    );
    oliviers.send(asked, "ABCD", minutes(1)).await;
    oliviers.queue(&[notice(luc, minutes(1))], minutes(1)).await;
    assert!(oliviers.stands(&session).await);
    let own = super::world::messages::hash("own");
    assert_eq!(
        oliviers.admit(luc, None, minutes(1)).await.unwrap().hash,
        Some(own)
    );
}
