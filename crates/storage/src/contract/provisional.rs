//! Provisional passwords: stored under guard, tried ten times at most, voided when their message
//! or their address lost its meaning.

use domain::AccountId;
use domain::account::Channel;
use domain::dates::AccountDates;
use domain::paris::{self, Day};
use domain::provisional::{EMAIL_LIFE, LETTER_LIFE, MOST_WRONG_TRIES};
use jiff::SignedDuration;

use super::Db;
use super::world::messages::{
    Held, claim, finish_sent, fresh_id, lease, reissue, store, welcome, welcome_by_letter,
};
use super::world::people::{email, jeanne_petit, paul_durand, reached_at, somebody};
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

async fn opens_on(oliviers: &World, account: AccountId, opening: Day) {
    let dates = AccountDates::stored(opening, None);
    oliviers
        .change(account, |change| change.dates = Some(dates))
        .await;
}

pub async fn a_provisional_password_ends_by_the_opening_day_the_account_has_now(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let mut jeanne = jeanne_petit();
    jeanne.dates = AccountDates::stored(Day::constant(2027, 1, 1), None);
    let jeanne = oliviers.add(jeanne).await;
    oliviers.send(welcome(jeanne, START), "ABCD", START).await;
    oliviers
        .send(welcome_by_letter(jeanne, START), "EFGH", START)
        .await;
    assert!(
        !oliviers.live(jeanne, "ABCD", hours(24)).await,
        "it ended before the first day was put off"
    );
    let opening = Day::constant(2027, 2, 1);
    opens_on(&oliviers, jeanne, opening).await;
    let opened = paris::start_of(opening);
    for (first_group, life) in [("ABCD", EMAIL_LIFE), ("EFGH", LETTER_LIFE)] {
        let end = opened + life;
        assert!(
            oliviers.live(jeanne, first_group, just_before(end)).await,
            "{first_group}"
        );
        assert!(
            !oliviers.live(jeanne, first_group, end).await,
            "{first_group}"
        );
    }
}

pub async fn an_opening_day_moved_back_ends_a_provisional_password_sooner(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let mut luc = somebody("MARTIN", "Luc");
    luc.dates = AccountDates::stored(Day::constant(2027, 2, 1), None);
    let luc = oliviers.add(luc).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    assert!(oliviers.live(luc, "ABCD", days(7)).await);
    opens_on(&oliviers, luc, Day::constant(2027, 1, 1)).await;
    assert!(oliviers.live(luc, "ABCD", just_before(hours(24))).await);
    assert!(
        !oliviers.live(luc, "ABCD", hours(24)).await,
        "its life counts from its sending again"
    );
}

pub async fn a_provisional_password_never_outlives_the_closing_day_the_account_has_now(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let paul = oliviers.add(paul_durand()).await;
    oliviers
        .send(welcome_by_letter(paul, START), "ABCD", START)
        .await;
    let closing = paris::today(days(3));
    let dates = AccountDates::stored(Day::constant(2027, 1, 1), Some(closing));
    oliviers
        .change(paul, |change| change.dates = Some(dates))
        .await;
    let end = paris::end_of(closing);
    assert!(oliviers.live(paul, "ABCD", just_before(end)).await);
    assert!(!oliviers.live(paul, "ABCD", end).await);
    opens_on(&oliviers, paul, Day::constant(2027, 1, 1)).await;
    assert!(
        oliviers.live(paul, "ABCD", end).await,
        "without a closing day its whole life is back"
    );
}

pub async fn an_opening_day_moves_no_end_of_what_is_voided_or_of_another_account(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    oliviers.send(welcome(zoe, START), "EFGH", START).await;
    oliviers
        .change(luc, |change| change.credentials = CredentialsMove::Voided)
        .await;
    opens_on(&oliviers, luc, Day::constant(2027, 2, 1)).await;
    assert!(!oliviers.live(luc, "ABCD", hours(1)).await);
    assert!(!oliviers.live(zoe, "EFGH", hours(24)).await);
}
