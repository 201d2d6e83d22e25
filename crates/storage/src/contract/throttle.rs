//! Tries at a password are charged before any hash is computed, for known and unknown alike.

use domain::account::State;
use domain::identifier::IdentifierKey;
use domain::throttle::{FREE_FAILURES, Side};
use domain::{AccountId, Timestamp};
use jiff::SignedDuration;

use super::Db;
use super::world::messages::{hash, reissue, welcome};
use super::world::people::somebody;
use super::world::signing_in::throttle;
use super::world::time::{START, days, hours, just_before, minutes, seconds};
use super::world::{World, at_once};
use crate::session::{Admission, PasswordTry};

const HOME: Option<&str> = Some("192.0.2.1");
const ELSEWHERE: Option<&str> = Some("198.51.100.9");

/// A person who has chosen a password.
async fn connected(oliviers: &World) -> AccountId {
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.connect(luc, START).await;
    luc
}

/// How many of so many tries in a row are admitted at that moment.
async fn admitted(
    oliviers: &World,
    account: AccountId,
    address: Option<&str>,
    now: Timestamp,
    tries: u32,
) -> u32 {
    let mut admitted = 0;
    for _ in 0..tries {
        admitted += u32::from(oliviers.admit(account, address, now).await.is_some());
    }
    admitted
}

async fn try_unknown(db: &Db, now: Timestamp) -> Admission {
    let identifier = IdentifierKey::of_typed("PERSONNE");
    let tried = PasswordTry {
        identifier,
        throttle: throttle("PERSONNE", None),
        now,
    };
    db.admit_password_try(&tried).await.unwrap()
}

pub async fn a_try_is_told_the_account_and_its_password(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = connected(&oliviers).await;
    let known = oliviers.admit(luc, None, START).await.unwrap();
    let account = oliviers.account(luc).await;
    assert_eq!((known.side, known.hash), (Side::Strange, Some(hash("own"))));
    assert_eq!(
        (known.holder.account, known.holder.partner),
        (luc, oliviers.partner)
    );
    assert_eq!(
        (known.holder.state, known.holder.role),
        (State::Active, account.role)
    );
    assert_eq!(
        (known.holder.dates, known.holder.epochs),
        (account.dates, oliviers.epochs(luc).await)
    );

    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    assert_eq!(oliviers.admit(zoe, None, START).await.unwrap().hash, None);
}

pub async fn an_unknown_identifier_is_throttled_as_a_known_one(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = connected(&oliviers).await;
    for second in [0, 0, 0, 0, 0, 0, 64, 65, 65, 66, 194, 195, 196, 454, 455] {
        let known = oliviers.admit(luc, None, seconds(second)).await.is_some();
        match try_unknown(&db, seconds(second)).await {
            Admission::Refused => assert!(!known, "at {second} s"),
            Admission::Admitted { side, holder, hash } => {
                assert!(known, "at {second} s");
                assert_eq!((side, holder.is_none(), hash), (Side::Strange, true, None));
            }
        }
    }
}

pub async fn five_failures_are_free_and_the_next_waits_65_seconds_then_130(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    assert_eq!(
        admitted(&oliviers, luc, None, START, 8).await,
        FREE_FAILURES
    );
    assert_eq!(
        admitted(&oliviers, luc, None, just_before(seconds(65)), 8).await,
        0
    );
    assert_eq!(admitted(&oliviers, luc, None, seconds(65), 8).await, 1);
    assert_eq!(
        admitted(&oliviers, luc, None, just_before(seconds(65 + 130)), 8).await,
        0
    );
    assert_eq!(
        admitted(&oliviers, luc, None, seconds(65 + 130), 8).await,
        1
    );
}

pub async fn each_identifier_is_throttled_alone(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    admitted(&oliviers, luc, None, START, 6).await;
    assert!(oliviers.admit(zoe, None, START).await.is_some());
}

pub async fn of_many_tries_at_once_the_free_ones_are_admitted(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = connected(&oliviers).await;
    let known = at_once(64, |_| {
        let oliviers = oliviers.clone();
        async move { oliviers.admit(luc, None, minutes(1)).await.is_some() }
    })
    .await;
    assert_eq!(known.into_iter().filter(|admitted| *admitted).count(), 5);
    let unknown = at_once(64, |_| {
        let db = db.clone();
        async move {
            matches!(
                try_unknown(&db, minutes(1)).await,
                Admission::Admitted { .. }
            )
        }
    })
    .await;
    assert_eq!(unknown.into_iter().filter(|admitted| *admitted).count(), 5);
}

pub async fn an_address_is_usual_for_thirty_days_after_a_success_there(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    let side = async |address, now| oliviers.admit(luc, address, now).await.unwrap().side;
    assert_eq!(side(HOME, minutes(1)).await, Side::Strange);
    oliviers.sign_in_from(luc, HOME, minutes(2)).await.unwrap();
    assert_eq!(side(HOME, minutes(3)).await, Side::Usual);
    assert_eq!(side(ELSEWHERE, minutes(3)).await, Side::Strange);
    assert_eq!(side(None, minutes(3)).await, Side::Strange);

    oliviers.sign_in_from(luc, HOME, days(20)).await.unwrap();
    assert_eq!(
        side(HOME, days(50) - SignedDuration::from_secs(1)).await,
        Side::Usual
    );
    assert_eq!(
        side(HOME, days(50) + SignedDuration::from_secs(1)).await,
        Side::Strange
    );
}

pub async fn a_usual_address_is_so_for_one_account(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    oliviers.sign_in_from(luc, HOME, minutes(1)).await.unwrap();
    assert_eq!(
        oliviers.admit(zoe, HOME, minutes(2)).await.unwrap().side,
        Side::Strange
    );
}

pub async fn a_sign_in_from_nowhere_in_particular_makes_no_address_usual(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    oliviers.sign_in(luc, minutes(1)).await;
    assert_eq!(
        oliviers.admit(luc, None, minutes(2)).await.unwrap().side,
        Side::Strange
    );
}

pub async fn a_stranger_s_failures_do_not_keep_the_person_out_of_usual_places(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await, 5);
    assert_eq!(admitted(&oliviers, luc, HOME, minutes(1), 8).await, 5);
}

pub async fn a_success_resets_its_own_side_only(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await, 5);
    assert_eq!(admitted(&oliviers, luc, HOME, minutes(1), 4).await, 4);
    oliviers.sign_in_from(luc, HOME, minutes(1)).await.unwrap();
    assert_eq!(admitted(&oliviers, luc, HOME, minutes(1), 8).await, 5);
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await, 0);
}

pub async fn a_change_of_password_resets_both_sides(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = connected(&oliviers).await;
    let session = oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    admitted(&oliviers, luc, HOME, minutes(1), 8).await;
    admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await;
    let change = oliviers.password_change(&session, "new", minutes(1)).await;
    db.change_password(&change).await.unwrap().unwrap();
    assert_eq!(admitted(&oliviers, luc, HOME, minutes(1), 8).await, 5);
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await, 5);
}

pub async fn a_stranger_s_failures_after_a_change_do_not_keep_the_person_out_from_its_address(
    db: Db,
) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.send(welcome(luc, START), "ABCD", START).await;
    let incomplete = oliviers.sign_in_with(luc, &sent, START).await;
    let mut change = oliviers.password_change(&incomplete, "own", START).await;
    change.throttle = oliviers.throttle(luc, HOME).await;
    db.change_password(&change).await.unwrap().unwrap();
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, minutes(1), 8).await, 5);
    assert_eq!(admitted(&oliviers, luc, HOME, minutes(1), 8).await, 5);
}

/// Fails a hundred times, five a day, so that the delay never holds it up.
async fn fail_a_hundred_times(oliviers: &World, account: AccountId, address: Option<&str>) {
    for day in 0..20 {
        assert_eq!(
            admitted(oliviers, account, address, days(day) + MINUTE, 5).await,
            5
        );
    }
}

const MINUTE: SignedDuration = SignedDuration::from_mins(1);

pub async fn a_hundred_strange_failures_disable_the_password_from_strange_places(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = connected(&oliviers).await;
    let session = oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    fail_a_hundred_times(&oliviers, luc, ELSEWHERE).await;
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, days(22), 1).await, 0);
    assert_eq!(admitted(&oliviers, luc, None, days(22), 1).await, 0);
    assert_eq!(admitted(&oliviers, luc, HOME, days(22), 1).await, 1);
    assert!(
        oliviers.stands(&session).await,
        "what is signed in stays so"
    );

    // A recovery lifts it.
    let sent = oliviers
        .send(reissue(luc, days(22)), "ABCD", days(22))
        .await;
    let recovered = oliviers.sign_in_with(luc, &sent, days(22)).await;
    let change = oliviers.password_change(&recovered, "new", days(22)).await;
    db.change_password(&change).await.unwrap().unwrap();
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, days(22), 1).await, 1);
}

pub async fn a_hundred_usual_failures_disable_the_password_everywhere(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = connected(&oliviers).await;
    oliviers.sign_in_from(luc, HOME, START).await.unwrap();
    fail_a_hundred_times(&oliviers, luc, HOME).await;
    assert_eq!(admitted(&oliviers, luc, HOME, days(22), 1).await, 0);
    assert_eq!(admitted(&oliviers, luc, ELSEWHERE, days(22), 1).await, 0);
}

pub async fn a_throttled_person_still_tries_a_provisional_password(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.send(welcome(luc, START), "ABCD", START).await;
    assert_eq!(admitted(&oliviers, luc, None, START, 8).await, 5);
    assert!(oliviers.charge(luc, "ABCD", START).await.is_some());
    assert_eq!(admitted(&oliviers, luc, None, hours(1), 1).await, 1);
}
