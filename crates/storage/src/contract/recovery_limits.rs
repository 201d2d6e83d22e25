//! How often recovery may write to one account and to one address: told to nobody.

use std::collections::BTreeSet;

use super::Db;
use super::world::messages::{recovery, recovery_by_letter, reissue, welcome, welcome_by_letter};
use super::world::people::{jeanne_petit, paul_durand, reached_at, somebody};
use super::world::reading::deliveries;
use super::world::recovering::{ask, claimed, settlement};
use super::world::time::{START, days, hours, just_before, minutes};
use super::world::{World, at_once};
use crate::delivery::DeliveryFilter;

pub async fn one_message_in_ten_minutes_and_three_in_a_day(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    for (now, served) in [
        (START, true),
        (minutes(1), false),
        (just_before(minutes(10)), false),
        (minutes(10), true),
        (minutes(20), true),
        (minutes(30), false),
        (just_before(hours(24)), false),
        (hours(24), true),
        (hours(24) + jiff::SignedDuration::from_mins(9), false),
        (hours(25), true),
    ] {
        let got = ask(&db, vec![recovery(luc, now)], now).await;
        assert_eq!(got == [luc], served, "at {now}");
    }
    let queued = deliveries(&db, &DeliveryFilter::default(), 10).await;
    assert_eq!(queued.len(), 5, "what is refused is not queued");
    assert_eq!(
        ask(&db, vec![recovery(zoe, hours(25))], hours(25)).await,
        [zoe]
    );
}

pub async fn one_letter_in_a_week(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let paul = oliviers.add(paul_durand()).await;
    for (now, served) in [
        (START, true),
        (days(1), false),
        (just_before(days(7)), false),
        (days(7), true),
        (days(8), false),
    ] {
        let got = ask(&db, vec![recovery_by_letter(paul, now)], now).await;
        assert_eq!(got == [paul], served, "at {now}");
    }
}

pub async fn a_letter_asked_for_does_not_hold_up_the_mails(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = oliviers.add(jeanne_petit()).await;
    assert_eq!(
        ask(&db, vec![recovery_by_letter(jeanne, START)], START).await,
        [jeanne]
    );
    assert_eq!(
        ask(&db, vec![recovery(jeanne, minutes(11))], minutes(11)).await,
        [jeanne]
    );
    assert_eq!(
        ask(&db, vec![recovery_by_letter(jeanne, days(2))], days(2)).await,
        []
    );
    assert_eq!(
        ask(&db, vec![recovery(jeanne, days(2))], days(2)).await,
        [jeanne]
    );
}

pub async fn first_credentials_and_reissues_count_towards_no_recovery(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = oliviers.add(jeanne_petit()).await;
    let others = [
        welcome(jeanne, START),
        reissue(jeanne, START),
        reissue(jeanne, START),
    ];
    oliviers.queue(&others, START).await;
    oliviers
        .queue(&[welcome_by_letter(jeanne, START)], START)
        .await;
    assert_eq!(
        ask(&db, vec![recovery(jeanne, START)], START).await,
        [jeanne]
    );
    let letter = recovery_by_letter(jeanne, minutes(10));
    assert_eq!(ask(&db, vec![letter], minutes(10)).await, [jeanne]);
}

pub async fn one_request_reaches_every_account_on_its_address(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(reached_at(somebody("MARTIN", "Luc"), "equipe@example.org"))
        .await;
    let zoe = oliviers
        .add(reached_at(somebody("FAURE", "Zoé"), "equipe@example.org"))
        .await;
    let got = ask(&db, vec![recovery(luc, START), recovery(zoe, START)], START).await;
    assert_eq!(got.into_iter().collect::<BTreeSet<_>>(), [luc, zoe].into());
}

pub async fn an_address_is_not_flooded_through_the_accounts_that_share_it(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mut sharing = Vec::new();
    for address in [
        "equipe@example.org",
        "Equipe@example.org",
        "EQUIPE@Example.org",
        "equipe@EXAMPLE.org",
    ] {
        sharing.push(
            oliviers
                .add(reached_at(somebody("MARTIN", "Luc"), address))
                .await,
        );
    }
    let elsewhere = oliviers.add(somebody("FAURE", "Zoé")).await;
    for (account, now, served) in [
        (sharing[0], START, true),
        (sharing[1], minutes(5), false),
        (sharing[1], minutes(11), true),
        (sharing[2], minutes(22), true),
        (sharing[3], minutes(33), false),
        (sharing[3], hours(24), true),
    ] {
        let got = ask(&db, vec![recovery(account, now)], now).await;
        assert_eq!(got == [account], served, "at {now}");
    }
    let alone = ask(&db, vec![recovery(elsewhere, minutes(33))], minutes(33)).await;
    assert_eq!(alone, [elsewhere]);
}

pub async fn of_sixteen_requests_resolved_at_once_one_is_answered(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mut settlements = Vec::new();
    for _ in 0..16 {
        let (request, lease) = claimed(&db, START).await;
        settlements.push(settlement(request, &lease, vec![recovery(luc, START)]));
    }
    let answers = at_once(16, |place| {
        let (db, settlement) = (db.clone(), settlements[place].clone());
        async move {
            db.settle(&settlement)
                .await
                .unwrap()
                .expect("the lease is held")
        }
    })
    .await;
    assert_eq!(answers.into_iter().flatten().collect::<Vec<_>>(), [luc]);
    assert_eq!(
        deliveries(&db, &DeliveryFilter::default(), 50).await.len(),
        1
    );
}
