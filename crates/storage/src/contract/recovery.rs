//! Requests of recovery are written down blindly, resolved once, under limits that nobody sees.

use std::collections::BTreeSet;

use domain::account::Channel;
use domain::audit::Event;
use domain::session::Client;
use domain::user_number::UserNumber;
use domain::{AccountId, OsRandom};

use super::Db;
use super::world::messages::{claim, lease, recovery, reissue, welcome, welcome_by_letter};
use super::world::people::{email, jeanne_petit, reached_at, somebody};
use super::world::reading::{deliveries, everything};
use super::world::recovering::{ask, by_email, claimed, request, settlement};
use super::world::time::{START, days, hours, just_before, minutes, seconds};
use super::world::{World, at_once, entry};
use crate::delivery::DeliveryFilter;
use crate::mutation::ContactMove;
use crate::recovery::Submitted;

pub async fn a_request_is_claimed_as_it_was_written_down(db: Db) {
    let number = Submitted::UserNumber(UserNumber::generate(&OsRandom).key());
    for (place, submitted) in (0..).zip([number, by_email("Jeanne@Exemple.example")]) {
        let mut asked = request(submitted, minutes(place));
        asked.client = Client {
            address: Some("192.0.2.7".parse().unwrap()),
            user_agent: Some("Navigateur « d’essai »".into()),
        };
        db.request(&asked).await.unwrap();
        let claimed = db
            .claim_request(&lease(minutes(place)))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (claimed.id, claimed.at, claimed.submitted),
            (asked.id, asked.at, asked.submitted)
        );
        assert_eq!(
            (claimed.caller, claimed.client),
            (asked.caller, asked.client)
        );
    }
}

pub async fn the_oldest_request_is_claimed_first_and_by_one_worker(db: Db) {
    let asked = [2, 0, 1].map(|second| request(by_email("a@example.org"), seconds(second)));
    for request in &asked {
        db.request(request).await.unwrap();
    }
    let mut order = Vec::new();
    for _ in 0..4 {
        let claimed = db.claim_request(&lease(minutes(1))).await.unwrap();
        order.extend(claimed.map(|request| request.id));
    }
    assert_eq!(order, [asked[1].id, asked[2].id, asked[0].id]);
}

pub async fn a_crashed_worker_s_request_is_claimed_when_its_lease_is_over(db: Db) {
    let (id, crashed) = claimed(&db, START).await;
    let early = lease(just_before(crashed.until));
    assert!(db.claim_request(&early).await.unwrap().is_none());
    let late = lease(crashed.until + jiff::SignedDuration::from_secs(1));
    assert_eq!(db.claim_request(&late).await.unwrap().unwrap().id, id);
}

pub async fn sixteen_workers_share_the_requests_without_a_double(db: Db) {
    let mut asked = BTreeSet::new();
    for _ in 0..24 {
        let request = request(by_email("a@example.org"), START);
        db.request(&request).await.unwrap();
        asked.insert(request.id);
    }
    let claimed = at_once(16, |_| {
        let db = db.clone();
        async move {
            let mut own = Vec::new();
            for _ in 0..24 {
                let claimed = db.claim_request(&lease(minutes(1))).await.unwrap();
                own.extend(claimed.map(|request| request.id));
            }
            own
        }
    })
    .await;
    let claimed: Vec<_> = claimed.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 24);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), asked);
}

async fn candidates(db: &Db, submitted: &Submitted, limit: u32) -> Vec<AccountId> {
    let found = db.candidates(submitted, limit).await.unwrap();
    found.iter().map(|candidate| candidate.account.id).collect()
}

pub async fn a_user_number_finds_its_account(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let number = Submitted::UserNumber(oliviers.account(luc).await.user_number.key());
    let found = db.candidates(&number, 20).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].account.id, found[0].partner_name.as_str()),
        (luc, "LES OLIVIERS")
    );
    assert_eq!(found[0].account.person, oliviers.account(luc).await.person);
    let unknown = Submitted::UserNumber(UserNumber::generate(&OsRandom).key());
    assert_eq!(candidates(&db, &unknown, 20).await, []);
}

pub async fn an_address_finds_every_account_on_it_by_id_up_to_the_limit(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let mut on_it = Vec::new();
    for address in [
        "equipe@example.org",
        "Equipe@Example.ORG",
        "EQUIPE@example.org",
    ] {
        on_it.push(
            oliviers
                .add(reached_at(somebody("MARTIN", "Luc"), address))
                .await,
        );
    }
    on_it.push(
        durand
            .add(reached_at(somebody("FAURE", "Zoé"), "equipe@example.org"))
            .await,
    );
    oliviers
        .add(reached_at(somebody("ABEL", "Ann"), "equipe@example.com"))
        .await;
    on_it.sort_unstable();
    let address = by_email("eQUIPE@example.org");
    assert_eq!(candidates(&db, &address, 20).await, on_it);
    assert_eq!(candidates(&db, &address, 2).await, on_it[..2]);
}

pub async fn an_address_that_was_changed_finds_nobody_any_more(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(reached_at(somebody("MARTIN", "Luc"), "old@example.org"))
        .await;
    let mut person = oliviers.account(luc).await.person;
    person.email = Some(email("new@example.org"));
    oliviers
        .change(luc, |change| {
            change.person = Some(person.clone());
            change.contact = ContactMove::Moved;
        })
        .await;
    assert_eq!(candidates(&db, &by_email("old@example.org"), 20).await, []);
    assert_eq!(
        candidates(&db, &by_email("new@example.org"), 20).await,
        [luc]
    );
    person.email = None;
    oliviers
        .change(luc, |change| change.person = Some(person))
        .await;
    assert_eq!(candidates(&db, &by_email("new@example.org"), 20).await, []);
}

pub async fn a_candidate_tells_whether_credentials_ever_left_by_email(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let jeanne = oliviers
        .add(reached_at(jeanne_petit(), "jeanne@example.org"))
        .await;
    let told = async || {
        let found = db
            .candidates(&by_email("jeanne@example.org"), 20)
            .await
            .unwrap();
        found[0].credentials_sent_by_email
    };
    oliviers
        .send(welcome_by_letter(jeanne, START), "ABCD", START)
        .await;
    assert!(!told().await, "by letter");
    let told_of = super::world::messages::notice(jeanne, START);
    oliviers.queue(std::slice::from_ref(&told_of), START).await;
    super::world::messages::finish_sent(&db, &claim(&db, &told_of, START).await).await;
    assert!(!told().await, "a notice");
    oliviers
        .queue(&[welcome(jeanne, minutes(1))], minutes(1))
        .await;
    assert!(!told().await, "queued");
    oliviers
        .send(reissue(jeanne, minutes(2)), "EFGH", minutes(2))
        .await;
    assert!(told().await);
}

pub async fn a_resolved_request_queues_its_messages_and_is_never_claimed_again(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let answer = recovery(luc, minutes(1));
    assert_eq!(ask(&db, vec![answer.clone()], minutes(1)).await, [luc]);
    let queued = deliveries(&db, &DeliveryFilter::default(), 10).await;
    assert_eq!(queued.len(), 1);
    assert_eq!(
        (queued[0].id, queued[0].created_at),
        (answer.id, minutes(1))
    );
    assert_eq!(
        (queued[0].kind, queued[0].channel),
        (answer.kind, Channel::Email)
    );
    assert!(db.claim_request(&lease(days(1))).await.unwrap().is_none());
}

pub async fn a_request_for_nobody_is_resolved_too(db: Db) {
    assert_eq!(ask(&db, vec![], START).await, []);
    assert!(db.claim_request(&lease(days(1))).await.unwrap().is_none());
}

pub async fn a_worker_who_lost_the_lease_settles_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let answer = |now| vec![recovery(oliviers.administrator, now)];
    let (request, slow) = claimed(&db, START).await;
    let quick = lease(minutes(3));
    db.claim_request(&quick).await.unwrap().unwrap();
    let before = everything(&db).await;
    let settled = db
        .settle(&settlement(request, &slow, answer(START)))
        .await
        .unwrap();
    assert_eq!(settled, None);
    assert_eq!(everything(&db).await, before);
    let first = settlement(request, &quick, answer(minutes(3)));
    assert_eq!(
        db.settle(&first).await.unwrap(),
        Some(vec![oliviers.administrator])
    );
    let again = settlement(request, &quick, answer(minutes(3)));
    assert_eq!(db.settle(&again).await.unwrap(), None, "it is settled once");
}

pub async fn a_request_that_cannot_be_audited_stays_to_be_resolved(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let line = entry(Event::RecoveryRequested, START);
    db.record(&line).await.unwrap();
    let (request, held) = claimed(&db, START).await;
    let mut with_message = settlement(
        request,
        &held,
        vec![recovery(oliviers.administrator, START)],
    );
    with_message.refused = vec![line.clone()];
    let before = everything(&db).await;
    assert!(db.settle(&with_message).await.is_err());
    with_message.refused.clear();
    with_message.messages[0].1 = line;
    assert!(db.settle(&with_message).await.is_err());
    assert_eq!(everything(&db).await, before);
    assert_eq!(
        db.claim_request(&lease(hours(1)))
            .await
            .unwrap()
            .unwrap()
            .id,
        request
    );
}
