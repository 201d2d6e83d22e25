//! A request id is carried out once, and a replay answers what it made.

use domain::{AccountId, DeliveryId, OsRandom, RequestId};
use jiff::SignedDuration;

use super::Db;
use super::world::messages::fresh_id;
use super::world::people::somebody;
use super::world::reading::{accounts, everything};
use super::world::time::{START, hours, just_before};
use super::world::{World, at_once, digest};
use crate::account::AccountFilter;
use crate::mutation::{AuthorityMove, Error, Mutation, MutationResult, RequestClaim};

fn claim() -> RequestClaim {
    RequestClaim {
        scope: digest("portal CreateAccount"),
        id: RequestId::new(START, &OsRandom),
        body: digest("body"),
    }
}

/// A mutation under that request which adds somebody.
async fn addition(oliviers: &World, request: RequestClaim) -> Mutation {
    let luc = somebody("MARTIN", "Luc");
    let mut mutation = oliviers.mutation(START, AuthorityMove::Raised).await;
    mutation.request = Some(request);
    mutation.outcome = MutationResult {
        account: Some(luc.id),
        ..MutationResult::default()
    };
    mutation.new_accounts.push(luc);
    mutation
}

pub async fn a_replay_answers_what_the_request_made(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    assert_eq!(db.replay(&request, START).await.unwrap(), None);
    let mut mutation = addition(&oliviers, request).await;
    mutation.outcome = MutationResult {
        account: mutation.outcome.account,
        other_account: Some(AccountId::new(START, &OsRandom)),
        partner: Some(oliviers.partner),
        delivery: Some(DeliveryId::new(START, &OsRandom)),
        created: true,
        changed_paths: vec!["agreements[0].groups[1]".into(), "é\n, \"".into()],
        ignored_paths: vec!["display_name".into()],
    };
    let made = db.apply(&mutation).await.unwrap();
    assert_eq!(made.result, mutation.outcome);
    assert_eq!(db.replay(&request, hours(1)).await.unwrap(), Some(made));
}

pub async fn the_same_request_again_changes_nothing_more(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    let made = db.apply(&addition(&oliviers, request).await).await.unwrap();
    let before = everything(&db).await;
    // Decided anew by a caller who saw no answer, and told what was made the first time.
    let again = addition(&oliviers, request).await;
    assert_eq!(db.apply(&again).await.unwrap(), made);
    assert_eq!(everything(&db).await, before);
}

pub async fn a_replay_comes_before_every_other_refusal(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mutation = addition(&oliviers, claim()).await;
    let made = db.apply(&mutation).await.unwrap();
    // Its authority has moved and its identifier is taken, by itself.
    assert_eq!(db.apply(&mutation).await.unwrap(), made);
}

pub async fn another_body_under_the_same_request_is_refused(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    db.apply(&addition(&oliviers, request).await).await.unwrap();
    let before = everything(&db).await;
    let other = RequestClaim {
        body: digest("another body"),
        ..request
    };
    let refused = db.replay(&other, START).await;
    assert!(
        matches!(refused, Err(Error::RequestReused(_))),
        "{refused:?}"
    );
    let refused = db.apply(&addition(&oliviers, other).await).await;
    assert!(
        matches!(refused, Err(Error::RequestReused(_))),
        "{refused:?}"
    );
    assert_eq!(everything(&db).await, before);
}

pub async fn the_same_name_means_another_thing_in_another_scope(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    db.apply(&addition(&oliviers, request).await).await.unwrap();
    let elsewhere = RequestClaim {
        scope: digest("backoffice"),
        ..request
    };
    assert_eq!(db.replay(&elsewhere, START).await.unwrap(), None);
    let other = addition(&oliviers, elsewhere).await;
    assert_eq!(db.apply(&other).await.unwrap().result, other.outcome);
}

pub async fn a_request_is_free_again_after_24_hours(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    let made = db.apply(&addition(&oliviers, request).await).await.unwrap();
    assert_eq!(
        db.replay(&request, just_before(hours(24))).await.unwrap(),
        Some(made)
    );
    let later = hours(24) + SignedDuration::from_secs(1);
    assert_eq!(db.replay(&request, later).await.unwrap(), None);

    let other = RequestClaim {
        body: digest("another body"),
        ..request
    };
    let mut again = addition(&oliviers, other).await;
    again.now = later;
    let again = db.apply(&again).await.unwrap();
    assert_eq!(db.replay(&other, later).await.unwrap(), Some(again));
}

pub async fn a_refused_mutation_leaves_its_request_free(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    let mut refused = addition(&oliviers, request).await;
    refused.new_accounts[0].identifier = oliviers.account(oliviers.administrator).await.identifier;
    assert!(matches!(
        db.apply(&refused).await,
        Err(Error::IdentifierTaken)
    ));
    assert_eq!(db.replay(&request, START).await.unwrap(), None);
    let other = RequestClaim {
        body: digest("another body"),
        ..request
    };
    db.apply(&addition(&oliviers, other).await).await.unwrap();
}

pub async fn sixteen_times_the_same_request_at_once_has_one_effect(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    let mut mutations = Vec::new();
    for _ in 0..16 {
        mutations.push(addition(&oliviers, request).await);
    }
    let answers = at_once(16, |place| {
        let (db, mutation) = (db.clone(), mutations[place].clone());
        async move { db.apply(&mutation).await.unwrap() }
    })
    .await;
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(accounts(&db, &AccountFilter::default(), 50).await.len(), 2);
}

pub async fn of_sixteen_bodies_under_one_request_one_is_carried_out(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let request = claim();
    let mutation = addition(&oliviers, request).await;
    let answers = at_once(16, |place| {
        let (db, mut mutation) = (db.clone(), mutation.clone());
        mutation.request = Some(RequestClaim {
            body: digest(&format!("{place}")),
            ..request
        });
        mutation.audit.id = fresh_id();
        async move { db.apply(&mutation).await }
    })
    .await;
    let won = answers.iter().filter(|answer| answer.is_ok()).count();
    let reused = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::RequestReused(_))));
    assert_eq!((won, reused.count()), (1, 15));
}
