//! Workers share the outbox: no message is handed out twice, none is forgotten.

use std::collections::BTreeSet;

use domain::account::Channel;
use domain::delivery::{Cause, Kind, NewDelivery};
use jiff::SignedDuration;

use super::Db;
use super::world::messages::{
    Held, claim, claim_all, finish, finish_sent, lease, message, notice, recovery, reissue,
    welcome, welcome_by_letter,
};
use super::world::people::{jeanne_petit, somebody, ticked};
use super::world::reading::everything;
use super::world::time::{START, just_before, minutes, seconds};
use super::world::{World, at_once};
use crate::delivery::{Carried, Ending};

async fn claimable(db: &Db, channel: Channel, now: domain::Timestamp) -> usize {
    claim_all(db, channel, &lease(now)).await.len()
}

pub async fn a_claimed_message_comes_with_all_that_it_says(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = oliviers.add(ticked(jeanne_petit(), &oliviers.groups)).await;
    let asked = message(
        jeanne,
        Kind::LostIdentifier,
        Channel::Letter,
        Cause::Recovery,
        minutes(1),
    );
    oliviers
        .queue(std::slice::from_ref(&asked), minutes(1))
        .await;
    let job = claim(&db, &asked, minutes(2)).await.job;
    assert_eq!(
        (job.id, job.kind, job.channel),
        (asked.id, asked.kind, asked.channel)
    );
    assert_eq!((job.cause, job.subject), (asked.cause, asked.subject));
    assert_eq!((job.attempts, job.created_at), (1, minutes(1)));
    assert_eq!(job.partner_name.as_str(), "LES OLIVIERS");
    let mut account = oliviers.account(jeanne).await;
    account.memberships.clear();
    assert_eq!(job.account, account);
}

pub async fn a_worker_claims_its_channel_alone_and_no_more_than_it_asks(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = oliviers.add(jeanne_petit()).await;
    let letter = welcome_by_letter(jeanne, START);
    oliviers
        .queue(
            &[
                welcome(jeanne, START),
                notice(jeanne, START),
                letter.clone(),
            ],
            START,
        )
        .await;
    let letters = claim_all(&db, Channel::Letter, &lease(START)).await;
    assert_eq!(
        letters.iter().map(|job| job.id).collect::<Vec<_>>(),
        [letter.id]
    );
    for _ in 0..2 {
        assert_eq!(
            db.claim_deliveries(Channel::Email, &lease(START), 1)
                .await
                .unwrap()
                .len(),
            1
        );
    }
    assert_eq!(claimable(&db, Channel::Email, START).await, 0);
}

pub async fn a_message_is_not_claimed_before_it_is_due(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    oliviers
        .queue(&[notice(oliviers.administrator, minutes(5))], minutes(5))
        .await;
    assert_eq!(
        claimable(&db, Channel::Email, just_before(minutes(5))).await,
        0
    );
    assert_eq!(claimable(&db, Channel::Email, minutes(5)).await, 1);
}

pub async fn a_message_to_be_tried_again_waits_for_its_time(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let told = notice(oliviers.administrator, START);
    oliviers.queue(std::slice::from_ref(&told), START).await;
    for attempt in 1..4 {
        let held = claim(&db, &told, minutes(i64::from(attempt))).await;
        assert_eq!(held.job.attempts, attempt);
        let at = minutes(i64::from(attempt) + 1);
        let failure = "421 trop de messages".into();
        assert!(finish(&db, &held, &Ending::Retry { at, failure }).await);
        assert_eq!(claimable(&db, Channel::Email, just_before(at)).await, 0);
    }
}

pub async fn what_has_ended_is_never_claimed_again(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let failure = "550 boîte inconnue".to_owned();
    for ending in [
        Ending::Sent,
        Ending::Failed {
            failure: failure.clone(),
        },
        Ending::Cancelled { reason: failure },
    ] {
        let told = notice(oliviers.administrator, START);
        oliviers.queue(std::slice::from_ref(&told), START).await;
        let held = claim(&db, &told, START).await;
        assert!(finish(&db, &held, &ending).await);
        assert_eq!(
            claimable(&db, Channel::Email, minutes(60)).await,
            0,
            "{ending:?}"
        );
    }
}

pub async fn messages_of_recovery_go_last(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let asked: Vec<NewDelivery> = vec![recovery(luc, START), recovery(luc, seconds(1))];
    let others = vec![
        welcome(luc, seconds(2)),
        reissue(luc, seconds(3)),
        notice(luc, seconds(4)),
    ];
    for message in asked.iter().chain(&others) {
        oliviers
            .queue(std::slice::from_ref(message), seconds(5))
            .await;
    }
    let mut order = Vec::new();
    for _ in 0..5 {
        let jobs = db
            .claim_deliveries(Channel::Email, &lease(minutes(1)), 1)
            .await
            .unwrap();
        order.extend(jobs.iter().map(|job| job.cause));
    }
    assert_eq!(order.len(), 5);
    assert_eq!(order[3..], [Cause::Recovery, Cause::Recovery]);
}

pub async fn the_message_of_a_crashed_worker_is_claimed_when_its_lease_is_over(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let told = notice(oliviers.administrator, START);
    oliviers.queue(std::slice::from_ref(&told), START).await;
    let crashed = claim(&db, &told, START).await;
    assert_eq!(
        claimable(&db, Channel::Email, just_before(crashed.lease.until)).await,
        0
    );
    let after = crashed.lease.until + SignedDuration::from_secs(1);
    let again = claim(&db, &told, after).await;
    assert_eq!(again.job.attempts, 2);
    finish_sent(&db, &again).await;
    assert_eq!(claimable(&db, Channel::Email, minutes(60)).await, 0);
}

pub async fn a_worker_who_lost_the_lease_writes_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let told = notice(oliviers.administrator, START);
    oliviers.queue(std::slice::from_ref(&told), START).await;
    let slow = claim(&db, &told, START).await;
    let quick = claim(&db, &told, minutes(3)).await;
    let before = everything(&db).await;
    for ending in [
        Ending::Sent,
        Ending::Failed {
            failure: "trop tard".into(),
        },
    ] {
        assert!(!finish(&db, &slow, &ending).await);
        assert_eq!(everything(&db).await, before);
    }
    finish_sent(&db, &quick).await;
    assert!(
        !finish(&db, &quick, &Ending::Sent).await,
        "it is finished once"
    );
}

pub async fn sixteen_workers_share_the_outbox_without_a_double(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let queued: Vec<_> = (0..48)
        .map(|_| notice(oliviers.administrator, START))
        .collect();
    oliviers.queue(&queued, START).await;
    let claimed = at_once(16, |_| {
        let db = db.clone();
        async move {
            let mut own = Vec::new();
            for _ in 0..10 {
                let jobs = db
                    .claim_deliveries(Channel::Email, &lease(minutes(1)), 5)
                    .await;
                own.extend(jobs.unwrap().iter().map(|job| job.id));
            }
            own
        }
    })
    .await;
    let claimed: Vec<_> = claimed.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 48);
    let each: BTreeSet<_> = claimed.into_iter().collect();
    assert_eq!(each, queued.iter().map(|message| message.id).collect());
}

pub async fn what_is_known_of_a_message_counts_until_another_worker_has_it(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let told = notice(oliviers.administrator, START);
    oliviers.queue(std::slice::from_ref(&told), START).await;
    let late = claim(&db, &told, START).await;
    let now = late.lease.until + SignedDuration::from_secs(1);
    let Held { job, lease } = &late;
    let finished = db
        .finish(job.id, lease.id, &Ending::Sent, Carried::Stays, now)
        .await;
    assert!(finished.unwrap(), "or the person would get it twice");
    assert_eq!(claimable(&db, Channel::Email, minutes(60)).await, 0);
}
