//! Provisional passwords: stored under guard, tried ten times at most, voided when their message
//! or their address lost its meaning.

use domain::account::Channel;
use domain::provisional::MOST_WRONG_TRIES;
use jiff::SignedDuration;

use super::Db;
use super::world::messages::{
    Held, claim, finish_sent, fresh_id, lease, reissue, store, welcome, welcome_by_letter,
};
use super::world::people::{email, paul_durand, reached_at, somebody};
use super::world::time::{START, days, hours, just_before, minutes};
use super::world::{World, at_once};
use crate::delivery::{Destination, NewProvisional, Stored};
use crate::mutation::{ContactMove, CredentialsMove, SessionsMove};

pub async fn storing_tells_where_the_message_goes(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(reached_at(
            somebody("MARTIN", "Luc"),
            "Luc.Martin@Example.org",
        ))
        .await;
    let paul = paul_durand();
    let address = paul.person.postal_address.clone().unwrap();
    let paul = oliviers.add(paul).await;
    for (message, expected) in [
        (
            welcome(luc, START),
            Destination::Email(email("Luc.Martin@example.org")),
        ),
        (welcome_by_letter(paul, START), Destination::Letter(address)),
    ] {
        oliviers.queue(std::slice::from_ref(&message), START).await;
        let held = claim(&db, &message, START).await;
        let stored = store(&db, &held.provisional("ABCD")).await;
        assert_eq!(stored, Stored::Live(expected));
    }
}

pub async fn a_provisional_password_is_found_by_its_first_group(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let first = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let second = oliviers.send(reissue(luc, START), "EFGH", START).await;
    for sent in [first, second] {
        let charged = oliviers
            .charge(luc, sent.selector.as_str(), START)
            .await
            .unwrap();
        assert_eq!((charged.id, charged.hash), (sent.id, sent.hash));
        assert_eq!(
            (charged.holder.account, charged.holder.partner),
            (luc, oliviers.partner)
        );
        assert_eq!(charged.holder.epochs, oliviers.epochs(luc).await);
    }
    assert!(!oliviers.live(luc, "JKMN", START).await);
    assert!(!oliviers.live(zoe, "ABCD", START).await);
}

pub async fn a_provisional_password_opens_until_its_end(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    assert_eq!(sent.expires_at, hours(24));
    assert!(oliviers.live(luc, "ABCD", just_before(hours(24))).await);
    assert!(!oliviers.live(luc, "ABCD", hours(24)).await);
}

pub async fn the_tenth_try_is_the_last(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    oliviers.send(reissue(luc, START), "EFGH", START).await;
    for _ in 0..MOST_WRONG_TRIES {
        assert!(oliviers.live(luc, "ABCD", START).await);
    }
    assert!(!oliviers.live(luc, "ABCD", START).await);
    assert!(
        oliviers.live(luc, "EFGH", START).await,
        "another one is not charged"
    );
}

pub async fn a_right_try_is_given_back(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    for _ in 0..MOST_WRONG_TRIES - 1 {
        assert!(oliviers.live(luc, "ABCD", START).await);
    }
    for _ in 0..3 {
        oliviers.sign_in_with(luc, &sent, START).await;
    }
    assert!(oliviers.live(luc, "ABCD", START).await);
    assert!(!oliviers.live(luc, "ABCD", START).await);
}

pub async fn a_right_try_that_opens_nothing_is_given_back(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    for _ in 0..12 {
        let charged = oliviers.charge(luc, "ABCD", START).await.unwrap();
        db.give_back_provisional_try(&charged, START).await.unwrap();
    }
    let charged = oliviers.charge(luc, "ABCD", START).await.unwrap();
    db.give_back_provisional_try(&charged, days(2))
        .await
        .unwrap();
    for _ in 0..9 {
        oliviers.charge(luc, "ABCD", START).await.unwrap();
    }
    assert!(oliviers.charge(luc, "ABCD", START).await.is_none());
}

pub async fn of_sixteen_tries_at_once_ten_are_made(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    let tries = at_once(16, |_| {
        let oliviers = oliviers.clone();
        async move { oliviers.live(luc, "ABCD", START).await }
    })
    .await;
    assert_eq!(tries.into_iter().filter(|made| *made).count(), 10);
}

pub async fn a_first_group_is_unique_among_the_live_ones_of_an_account(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    oliviers.send(welcome(zoe, START), "ABCD", START).await;
    let held = oliviers.held(luc, minutes(1)).await;
    assert_eq!(
        store(&db, &held.provisional("ABCD")).await,
        Stored::SelectorTaken
    );
    assert!(matches!(
        store(&db, &held.provisional("EFGH")).await,
        Stored::Live(_)
    ));

    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    oliviers
        .send(reissue(luc, minutes(2)), "ABCD", minutes(2))
        .await;
    assert!(oliviers.live(luc, "ABCD", minutes(2)).await);
}

pub async fn a_worker_whose_message_moved_stores_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;

    let stranger = NewProvisional {
        lease: fresh_id(),
        ..oliviers.held(luc, START).await.provisional("AAAA")
    };
    assert_eq!(store(&db, &stranger).await, Stored::Moved);

    let readdressed = oliviers.held(luc, minutes(1)).await.provisional("BBBB");
    oliviers
        .change(luc, |change| change.contact = ContactMove::Moved)
        .await;
    assert_eq!(store(&db, &readdressed).await, Stored::Moved);

    let suspended = oliviers.held(luc, minutes(10)).await.provisional("CCCC");
    oliviers
        .change(luc, |change| change.sessions = SessionsMove::Ended)
        .await;
    assert_eq!(store(&db, &suspended).await, Stored::Moved);

    let finished = oliviers.held(luc, minutes(20)).await;
    finish_sent(&db, &finished).await;
    assert_eq!(
        store(&db, &finished.provisional("DDDD")).await,
        Stored::Moved
    );

    for first_group in ["AAAA", "BBBB", "CCCC", "DDDD"] {
        assert!(
            !oliviers.live(luc, first_group, minutes(21)).await,
            "{first_group}"
        );
    }
}

pub async fn a_worker_who_lost_the_lease_to_another_stores_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let slow = oliviers.held(luc, START).await;
    let quick = lease(minutes(3));
    let job = super::world::messages::claim_all(&db, Channel::Email, &quick)
        .await
        .remove(0);
    assert_eq!(store(&db, &slow.provisional("AAAA")).await, Stored::Moved);
    let quick = Held { job, lease: quick };
    assert!(matches!(
        store(&db, &quick.provisional("BBBB")).await,
        Stored::Live(_)
    ));
}

pub async fn a_letter_s_password_opens_for_three_weeks(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let paul = oliviers.add(paul_durand()).await;
    oliviers
        .send(welcome_by_letter(paul, START), "ABCD", START)
        .await;
    assert!(oliviers.live(paul, "ABCD", just_before(days(21))).await);
    assert!(
        !oliviers
            .live(paul, "ABCD", days(21) + SignedDuration::from_secs(1))
            .await
    );
}
