//! What becomes of a message once it was in a worker's hands, or lost its purpose before.

use domain::account::Channel;
use domain::delivery::{Cause, Kind, NewDelivery, State};

use super::Db;
use super::world::World;
use super::world::messages::{
    claim, finish, message, notice, recovery, reissue, welcome, welcome_by_letter,
};
use super::world::people::{jeanne_petit, somebody};
use super::world::time::{START, hours, minutes};
use crate::delivery::Ending;
use crate::mutation::{ContactMove, CredentialsMove};

async fn state(db: &Db, message: &NewDelivery) -> State {
    db.delivery(message.id).await.unwrap().unwrap().state
}

pub async fn each_ending_is_told_with_its_time_and_reason(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let (at, failure) = (minutes(9), "421 trop de messages".to_owned());
    for (ending, state, told, next) in [
        (Ending::Sent, State::Sent, None, None),
        (
            Ending::Retry {
                at,
                failure: failure.clone(),
            },
            State::Queued,
            Some(failure.clone()),
            Some(at),
        ),
        (
            Ending::Failed {
                failure: failure.clone(),
            },
            State::Failed,
            Some(failure.clone()),
            None,
        ),
        (
            Ending::Cancelled {
                reason: failure.clone(),
            },
            State::Cancelled,
            Some(failure),
            None,
        ),
    ] {
        let message = notice(oliviers.administrator, START);
        oliviers.queue(std::slice::from_ref(&message), START).await;
        let held = claim(&db, &message, minutes(1)).await;
        assert_eq!(self::state(&db, &message).await, State::Sending);
        assert!(finish(&db, &held, &ending).await);
        let read = db.delivery(message.id).await.unwrap().unwrap();
        assert_eq!(
            (read.state, read.failure, read.attempts),
            (state, told, 1),
            "{ending:?}"
        );
        assert_eq!(
            (read.state_at, read.next_attempt_at),
            (minutes(1), next),
            "{ending:?}"
        );
    }
}

pub async fn a_letter_in_its_folder_is_rendered(db: Db) {
    let durand = World::durand(db.clone()).await;
    let letter = welcome_by_letter(durand.administrator, START);
    durand.queue(std::slice::from_ref(&letter), START).await;
    let held = claim(&db, &letter, START).await;
    assert!(finish(&db, &held, &Ending::Rendered).await);
    assert_eq!(state(&db, &letter).await, State::Rendered);
}

pub async fn a_failed_mail_shows_on_the_account_until_the_address_changes(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mail = welcome(luc, START);
    oliviers.queue(std::slice::from_ref(&mail), START).await;
    let held = claim(&db, &mail, minutes(1)).await;
    let failure = "550 boîte inconnue".to_owned();
    assert!(
        finish(
            &db,
            &held,
            &Ending::Failed {
                failure: failure.clone()
            }
        )
        .await
    );
    let problem = oliviers.account(luc).await.contact_problem.unwrap();
    assert_eq!(
        (problem.since, problem.delivery, problem.explanation),
        (minutes(1), mail.id, failure)
    );

    oliviers.change(luc, |_| ()).await;
    assert!(oliviers.account(luc).await.contact_problem.is_some());
    oliviers
        .change(luc, |change| change.contact = ContactMove::Moved)
        .await;
    assert_eq!(oliviers.account(luc).await.contact_problem, None);
}

pub async fn a_mail_to_be_tried_again_or_cancelled_is_no_problem_of_the_account(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let failure = "plus tard".to_owned();
    for ending in [
        Ending::Retry {
            at: hours(1),
            failure: failure.clone(),
        },
        Ending::Cancelled { reason: failure },
    ] {
        let mail = welcome(oliviers.administrator, START);
        oliviers.queue(std::slice::from_ref(&mail), START).await;
        let held = claim(&db, &mail, START).await;
        assert!(finish(&db, &held, &ending).await);
        assert_eq!(
            oliviers
                .account(oliviers.administrator)
                .await
                .contact_problem,
            None
        );
    }
}

pub async fn queued_credentials_are_cancelled_with_what_voids_them_and_notices_are_not(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    for (credentials, mail_goes, letter_goes) in [
        (CredentialsMove::Kept, true, true),
        (CredentialsMove::VoidedOn(Channel::Email), false, true),
        (CredentialsMove::VoidedOn(Channel::Letter), true, false),
        (CredentialsMove::VoidedOnBoth, false, false),
        (CredentialsMove::Voided, false, false),
    ] {
        let jeanne = oliviers.add(jeanne_petit()).await;
        let others = recovery(oliviers.administrator, START);
        let mail = recovery(jeanne, START);
        let letter = welcome_by_letter(jeanne, START);
        let told = notice(jeanne, START);
        let guidance = message(
            jeanne,
            Kind::Guidance,
            Channel::Email,
            Cause::Recovery,
            START,
        );
        let queued = [
            mail.clone(),
            letter.clone(),
            told.clone(),
            guidance.clone(),
            others.clone(),
        ];
        oliviers.queue(&queued, START).await;
        oliviers
            .change(jeanne, |change| change.credentials = credentials)
            .await;

        let expected = |goes| {
            if goes {
                State::Queued
            } else {
                State::Cancelled
            }
        };
        assert_eq!(
            state(&db, &mail).await,
            expected(mail_goes),
            "{credentials:?}"
        );
        assert_eq!(
            state(&db, &letter).await,
            expected(letter_goes),
            "{credentials:?}"
        );
        for untouched in [told, guidance, others] {
            assert_eq!(
                state(&db, &untouched).await,
                State::Queued,
                "{credentials:?}"
            );
        }
    }
}

pub async fn credentials_queued_by_the_same_mutation_are_not_cancelled_by_it(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let (before, with) = (welcome(luc, START), welcome(luc, START));
    oliviers.queue(std::slice::from_ref(&before), START).await;
    let version = oliviers.account(luc).await.version;
    oliviers
        .apply(|made| {
            let mut change = crate::mutation::AccountChange::of(luc, version);
            change.credentials = CredentialsMove::Voided;
            made.changes.push(change);
            made.deliveries.push(with.clone());
        })
        .await
        .unwrap();
    assert_eq!(state(&db, &before).await, State::Cancelled);
    assert_eq!(state(&db, &with).await, State::Queued);
}

pub async fn a_mail_that_arrives_shows_that_an_earlier_failure_is_mended(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let failing = welcome(luc, START);
    oliviers.queue(std::slice::from_ref(&failing), START).await;
    let held = claim(&db, &failing, START).await;
    let failure = "452 boîte pleine".to_owned();
    assert!(finish(&db, &held, &Ending::Failed { failure }).await);
    oliviers
        .send(
            reissue(oliviers.administrator, minutes(1)),
            "ABCD",
            minutes(1),
        )
        .await;
    assert!(oliviers.account(luc).await.contact_problem.is_some());
    oliviers
        .send(reissue(luc, minutes(2)), "ABCD", minutes(2))
        .await;
    assert_eq!(oliviers.account(luc).await.contact_problem, None);
}
