//! Request ids: carried out once, and judged anew each time they are told.

use crate::world::{CAF, Who, World, convention, fresh, reason, record, ticks};

#[tokio::test]
async fn a_request_told_twice_has_one_effect_and_one_answer() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let id = fresh();
    let first = oliviers.appoint_as(CAF, luc, &id).await.unwrap();
    let writes = oliviers.writes();
    let second = oliviers.appoint_as(CAF, luc, &id).await.unwrap();
    assert_eq!(second, first);
    assert_ne!(second.delivery_id, "");
    assert_eq!(oliviers.writes(), writes);
}

#[tokio::test]
async fn a_request_that_changed_nothing_is_claimed_all_the_same() {
    let oliviers = World::les_oliviers().await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let id = fresh();
    oliviers.appoint_as(CAF, manager, &id).await.unwrap();
    let other = oliviers.appoint_as(CAF, luc, &id).await;
    assert_eq!(reason(other), "REQUEST_ID_REUSED");
}

#[tokio::test]
async fn the_same_id_of_another_agent_is_another_request() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let id = fresh();
    oliviers.appoint_as(CAF, luc, &id).await.unwrap();
    oliviers.dismiss(CAF, luc).await.unwrap();
    let answer = oliviers.appoint_as(Who::Caf("agent-8"), luc, &id).await;
    assert_ne!(answer.unwrap().delivery_id, "", "appointed a second time");
    let replayed = oliviers.appoint_as(CAF, luc, &id).await;
    assert_eq!(reason(replayed), "none");
}

#[tokio::test]
async fn a_replay_by_who_may_not_any_more_is_refused() {
    let oliviers = World::les_oliviers().await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..2]).await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let mut asked = ticks(luc, &oliviers.groups[1..2], &[]);
    asked.request_id = fresh();
    let ada = Who::Person(manager);
    assert_eq!(reason(oliviers.update(ada, asked.clone()).await), "none");
    assert_eq!(reason(oliviers.update(ada, asked.clone()).await), "none");
    oliviers.dismiss(CAF, manager).await.unwrap();
    assert_eq!(
        reason(oliviers.update(ada, asked).await),
        "ACCOUNT_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_replay_is_looked_up_before_the_state_is_judged() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let mut asked = ticks(luc, &oliviers.groups[1..2], &[]);
    asked.request_id = fresh();
    asked.etag = String::from("1");
    let first = oliviers.update(CAF, asked.clone()).await.unwrap();
    let second = oliviers.update(CAF, asked.clone()).await.unwrap();
    assert_eq!(second, first);

    let succession = oliviers.succession(luc);
    let first = oliviers.replace(CAF, succession.clone()).await.unwrap();
    let second = oliviers.replace(CAF, succession).await.unwrap();
    assert_eq!(second, first);
}

#[tokio::test]
async fn a_record_replayed_answers_the_first_outcome() {
    let oliviers = World::empty().await;
    let mut asked = record(vec![convention("CONV-1")]);
    asked.request_id = fresh();
    let first = oliviers.provision(asked.clone()).await.unwrap();
    let second = oliviers.provision(asked.clone()).await.unwrap();
    assert_eq!(second, first);
    assert!(second.created);
    assert_eq!(oliviers.writes(), 1);
    asked.name = String::from("LES CHÊNES");
    assert_eq!(reason(oliviers.provision(asked).await), "REQUEST_ID_REUSED");
}
