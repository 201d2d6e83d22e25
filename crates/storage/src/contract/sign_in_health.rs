//! What an agent is told of how signing in goes for an account.

use domain::AccountId;
use domain::Timestamp;
use domain::provisional::MOST_WRONG_TRIES;
use domain::throttle::Throttle;

use super::Db;
use super::world::World;
use super::world::messages::{reissue, welcome};
use super::world::people::somebody;
use super::world::time::{START, hours, minutes};
use crate::account::SignInHealth;
use crate::mutation::CredentialsMove;

const HOME: Option<&str> = Some("192.0.2.1");

async fn health(world: &World, account: AccountId, now: Timestamp) -> SignInHealth {
    let digest = world.throttle(account, None).await.identifier;
    let read = world.db.sign_in_health(&[(account, digest)], now).await;
    read.unwrap()[0]
}

pub async fn somebody_who_never_tried_has_no_failures(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    assert_eq!(health(&oliviers, luc, START).await, SignInHealth::default());
}

pub async fn failures_are_told_by_side_as_they_are_charged(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    assert_eq!(
        health(&oliviers, luc, START).await.throttle,
        Throttle::default()
    );
    oliviers.admit(luc, HOME, minutes(1)).await.unwrap();
    for minute in [2, 3] {
        oliviers.admit(luc, None, minutes(minute)).await.unwrap();
    }
    let Throttle { usual, strange } = health(&oliviers, luc, minutes(4)).await.throttle;
    assert_eq!((usual.consecutive, usual.delaying), (1, 1));
    assert_eq!(usual.last_failure, Some(minutes(1)));
    assert_eq!((strange.consecutive, strange.delaying), (2, 2));
    assert_eq!(strange.last_failure, Some(minutes(3)));
}

pub async fn several_people_are_told_in_the_order_asked(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    oliviers.send(welcome(zoe, START), "AAAA", START).await;
    let asked = [
        (luc, oliviers.throttle(luc, None).await.identifier),
        (zoe, oliviers.throttle(zoe, None).await.identifier),
    ];
    let told = db.sign_in_health(&asked, hours(1)).await.unwrap();
    let live: Vec<u32> = told.iter().map(|h| h.live_provisional_passwords).collect();
    assert_eq!(live, [0, 1]);
    assert_eq!(db.sign_in_health(&[], START).await.unwrap(), []);
}

pub async fn only_provisional_passwords_that_open_now_are_counted(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let live = async |now| health(&oliviers, luc, now).await.live_provisional_passwords;
    oliviers.send(welcome(zoe, START), "AAAA", START).await;
    oliviers.send(welcome(luc, START), "AAAA", START).await;
    oliviers
        .send(reissue(luc, hours(1)), "BBBB", hours(1))
        .await;
    assert_eq!(live(hours(2)).await, 2);
    assert_eq!(live(hours(24)).await, 1, "the first has expired");
    for _ in 0..MOST_WRONG_TRIES {
        oliviers.charge(luc, "AAAA", hours(2)).await.unwrap();
    }
    assert_eq!(live(hours(2)).await, 1, "the first is used up");
    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    assert_eq!(live(hours(2)).await, 0);
}
