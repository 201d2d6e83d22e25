//! A session tries its current password five times at most, whatever the throttle says.

use domain::session::WRONG_TRIES_PER_SESSION;
use domain::throttle::FREE_FAILURES;

use super::Db;
use super::world::messages::hash;
use super::world::people::somebody;
use super::world::time::{START, days, hours, just_before, minutes, seconds};
use super::world::{World, at_once};

pub async fn five_tries_at_the_current_password_end_the_session(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let other = oliviers.connect(luc, START).await;
    let session = oliviers.sign_in(luc, START).await;
    for left in (0..WRONG_TRIES_PER_SESSION).rev() {
        assert!(oliviers.stands(&session).await);
        let current = oliviers.charge_current(&session, minutes(1)).await.unwrap();
        assert_eq!((current.hash, current.tries_left), (hash("own"), left));
        assert_eq!((current.provisional, current.holder.account), (None, luc));
        assert_eq!(current.holder.epochs, oliviers.epochs(luc).await);
    }
    assert!(!oliviers.stands(&session).await);
    assert!(
        oliviers
            .charge_current(&session, minutes(1))
            .await
            .is_none()
    );
    assert!(oliviers.stands(&other).await);
}

pub async fn of_sixteen_tries_at_the_current_password_at_once_five_are_made(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    let tries = at_once(16, |_| {
        let (oliviers, session) = (oliviers.clone(), session.clone());
        async move {
            oliviers
                .charge_current(&session, minutes(1))
                .await
                .map(|c| c.tries_left)
        }
    })
    .await;
    let mut left: Vec<_> = tries.into_iter().flatten().collect();
    left.sort_unstable();
    assert_eq!(left, [0, 1, 2, 3, 4]);
}

pub async fn a_session_whose_time_has_run_out_tries_no_password(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let idle = oliviers.connect(luc, START).await;
    assert!(
        oliviers
            .charge_current(&idle, just_before(minutes(30)))
            .await
            .is_some()
    );
    assert!(oliviers.charge_current(&idle, minutes(30)).await.is_none());
    db.touch(&[(idle.session.id, minutes(20))]).await.unwrap();
    assert!(oliviers.charge_current(&idle, minutes(40)).await.is_some());

    let old = oliviers.sign_in(luc, START).await;
    db.touch(&[(
        old.session.id,
        hours(12) - jiff::SignedDuration::from_mins(1),
    )])
    .await
    .unwrap();
    assert!(
        oliviers
            .charge_current(&old, just_before(hours(12)))
            .await
            .is_some()
    );
    assert!(oliviers.charge_current(&old, hours(12)).await.is_none());
    assert!(oliviers.charge_current(&old, days(1)).await.is_none());
}

pub async fn a_locked_out_person_still_changes_the_password_from_a_session(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    for _ in 0..FREE_FAILURES {
        oliviers.admit(luc, None, seconds(1)).await.unwrap();
    }
    assert!(oliviers.admit(luc, None, seconds(1)).await.is_none());
    assert!(
        oliviers
            .charge_current(&session, seconds(2))
            .await
            .is_some()
    );
    assert!(oliviers.admit(luc, None, seconds(65)).await.is_none());
    assert!(oliviers.admit(luc, None, seconds(66)).await.is_some());
}

pub async fn a_right_fifth_try_still_changes_the_password(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await;
    for _ in 1..WRONG_TRIES_PER_SESSION {
        oliviers.charge_current(&session, minutes(1)).await.unwrap();
    }
    let change = oliviers.password_change(&session, "new", minutes(1)).await;
    assert!(!oliviers.stands(&session).await);
    db.change_password(&change)
        .await
        .unwrap()
        .expect("the try was right");
    assert!(oliviers.stands(&change.new_session).await);
}

pub async fn a_try_at_the_current_password_that_was_not_made_is_given_back(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let other = oliviers.connect(luc, START).await;
    let session = oliviers.sign_in(luc, START).await;
    let give_back = async |now| {
        let given = db.give_back_current_password_try(session.session.id, now);
        given.await.unwrap();
    };
    let left = async |session, now| {
        let current = oliviers.charge_current(session, now).await;
        current.map(|current| current.tries_left)
    };
    // There is none to give back yet.
    give_back(minutes(1)).await;
    for expected in [4, 3, 2, 1, 0] {
        assert_eq!(left(&session, minutes(1)).await, Some(expected));
    }
    assert!(!oliviers.stands(&session).await);
    give_back(minutes(1)).await;
    assert!(oliviers.stands(&session).await);
    assert_eq!(left(&session, minutes(2)).await, Some(0));
    give_back(minutes(30)).await;
    assert!(
        !oliviers.stands(&session).await,
        "its time was over when the try came back"
    );
    assert_eq!(left(&other, minutes(2)).await, Some(4));
}
