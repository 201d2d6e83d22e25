//! Limits hold at the moment of writing, and say when to come back.

use domain::account::Channel;
use domain::delivery::{NewDelivery, State};
use domain::{AccountId, Timestamp};
use jiff::SignedDuration;

use super::Db;
use super::world::messages::{finish, finish_sent, fresh_id, notice, recovery, reissue, welcome};
use super::world::people::somebody;
use super::world::reading::everything;
use super::world::time::{START, hours, just_before};
use super::world::{World, at_once};
use crate::delivery::Ending;
use crate::mutation::{AuthorityMove, Counted, CredentialsMove, Error, Mutation, Outcome, Quota};

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn three_reissues(account: AccountId, now: Timestamp) -> Quota {
    Quota {
        what: Counted::ReissuesTo(account),
        max: 3,
        since: now - DAY,
    }
}

/// That message under that quota.
async fn limited(world: &World, message: NewDelivery, now: Timestamp, quota: Quota) -> Mutation {
    let mut mutation = world.mutation(now, AuthorityMove::Kept).await;
    mutation.deliveries.push(message);
    mutation.quotas.push(quota);
    mutation
}

async fn send_again(world: &World, to: AccountId, now: Timestamp) -> Result<Outcome, Error> {
    let quota = three_reissues(to, now);
    world
        .db
        .apply(&limited(world, reissue(to, now), now, quota).await)
        .await
}

pub async fn the_fourth_reissue_waits_until_the_first_has_left_the_window(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    for hour in 0..3 {
        send_again(&oliviers, luc, hours(hour)).await.unwrap();
    }
    let before = everything(&db).await;
    for now in [hours(3), just_before(hours(24))] {
        match send_again(&oliviers, luc, now).await {
            Err(Error::Quota { quota, retry_at }) => {
                assert_eq!((quota, retry_at), (three_reissues(luc, now), hours(24)));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(everything(&db).await, before);
    send_again(&oliviers, luc, hours(24)).await.unwrap();
    assert!(send_again(&oliviers, luc, hours(24)).await.is_err());
}

pub async fn a_reissue_counts_for_its_account_and_other_messages_do_not(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let others = [
        welcome(luc, START),
        recovery(luc, START),
        notice(luc, START),
    ];
    oliviers.queue(&others, START).await;
    for _ in 0..3 {
        send_again(&oliviers, luc, START).await.unwrap();
    }
    assert!(send_again(&oliviers, luc, START).await.is_err());
    send_again(&oliviers, zoe, START).await.unwrap();
}

/// The account's e-mail address moves: what waits to be sent there is cancelled.
async fn cancel_what_waits(world: &World, account: AccountId) {
    world
        .change(account, |change| {
            change.credentials = CredentialsMove::VoidedOn(Channel::Email);
        })
        .await;
}

pub async fn a_reissue_cancelled_before_it_left_does_not_count_for_its_account(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let sent = oliviers.held(luc, START).await;
    finish_sent(&db, &sent).await;
    let failing = oliviers.held(luc, START).await;
    let failure = "550 boîte inconnue".to_owned();
    assert!(finish(&db, &failing, &Ending::Failed { failure }).await);
    send_again(&oliviers, luc, START).await.unwrap();
    assert!(send_again(&oliviers, luc, START).await.is_err());

    cancel_what_waits(&oliviers, luc).await;
    send_again(&oliviers, luc, START).await.unwrap();
    assert!(send_again(&oliviers, luc, START).await.is_err());
}

pub async fn a_reissue_cancelled_before_it_left_counts_for_its_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let cancelled = reissue(luc, START);
    oliviers
        .queue(std::slice::from_ref(&cancelled), START)
        .await;
    cancel_what_waits(&oliviers, luc).await;
    let read = db.delivery(cancelled.id).await.unwrap().unwrap();
    assert_eq!(read.state, State::Cancelled);
    let quota = Quota {
        what: Counted::CreationsAndReissues,
        max: 1,
        since: START - DAY,
    };
    let second = limited(&oliviers, reissue(luc, START), START, quota).await;
    let refused = db.apply(&second).await;
    assert!(matches!(refused, Err(Error::Quota { .. })), "{refused:?}");
}

pub async fn creations_and_reissues_of_the_whole_partner_count_together(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let quota = Quota {
        what: Counted::CreationsAndReissues,
        max: 2,
        since: START - DAY,
    };
    oliviers
        .queue(&[recovery(luc, START), notice(luc, START)], START)
        .await;
    for message in [welcome(luc, START), reissue(zoe, START)] {
        db.apply(&limited(&oliviers, message, START, quota).await)
            .await
            .unwrap();
    }
    let third = limited(&oliviers, welcome(zoe, START), START, quota).await;
    let refused = db.apply(&third).await;
    assert!(matches!(refused, Err(Error::Quota { .. })), "{refused:?}");

    let elsewhere = welcome(durand.administrator, START);
    db.apply(&limited(&durand, elsewhere, START, quota).await)
        .await
        .unwrap();
}

pub async fn the_first_limit_that_does_not_hold_refuses_the_whole(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    oliviers.queue(&[welcome(luc, START)], START).await;
    let mut mutation = limited(
        &oliviers,
        reissue(luc, START),
        START,
        three_reissues(luc, START),
    )
    .await;
    let tight = Quota {
        what: Counted::CreationsAndReissues,
        max: 1,
        since: START - DAY,
    };
    mutation.quotas.push(tight);
    let before = everything(&db).await;
    match db.apply(&mutation).await {
        Err(Error::Quota { quota, .. }) => assert_eq!(quota, tight),
        other => panic!("{other:?}"),
    }
    assert_eq!(everything(&db).await, before);
}

pub async fn of_sixteen_reissues_at_once_three_go_out(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let quota = three_reissues(luc, START);
    let mutation = limited(&oliviers, reissue(luc, START), START, quota).await;
    let answers = at_once(16, |_| {
        let (db, mut mutation) = (db.clone(), mutation.clone());
        mutation.audit.id = fresh_id();
        mutation.deliveries = vec![reissue(luc, START)];
        async move { db.apply(&mutation).await }
    })
    .await;
    let sent = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::Quota { .. })));
    assert_eq!((sent, refused.count()), (3, 13));
}
