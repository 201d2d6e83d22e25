//! Messages whose purpose lapses between being asked for and leaving.

use domain::account;
use domain::dates::AccountDates;
use domain::paris::Day;

use super::*;

/// Changes Jeanne's account and leaves her messages queued.
async fn change_jeanne(world: &World, fill: impl FnOnce(&mut AccountChange)) {
    let jeanne = world.account(world.jeanne).await;
    let mut change = AccountChange::of(jeanne.id, jeanne.version);
    fill(&mut change);
    world.apply(|mutation| mutation.changes.push(change)).await;
}

async fn assert_cancelled_without_a_password(world: &World, reason: &str) {
    let transport = Scripted::new([]);
    let (letters, folder) = letters(world);
    for (worker, channel) in [
        (emails(world, transport.clone()), Channel::Email),
        (letters, Channel::Letter),
    ] {
        let id = world
            .queue(world.jeanne, Kind::FirstCredentials, channel)
            .await;
        assert_eq!(worker.run_once().await.unwrap(), 1);
        let delivery = world.delivery(id).await;
        assert_eq!(delivery.state, State::Cancelled, "{channel:?}");
        assert_eq!(delivery.failure.as_deref(), Some(reason));
        assert_eq!(folder.find(id).unwrap(), None);
    }
    assert!(transport.seen().is_empty());
    assert_eq!(world.hasher.computed(), 0, "none was made");
}

#[tokio::test]
async fn credentials_of_an_account_closed_meanwhile_are_cancelled() {
    let world = World::open().await;
    change_jeanne(&world, |change| {
        change.state = Some(account::State::Closed);
    })
    .await;
    assert_cancelled_without_a_password(&world, "Le compte a été fermé avant l’envoi.").await;
}

#[tokio::test]
async fn credentials_of_an_account_past_its_last_day_are_cancelled() {
    let world = World::open().await;
    let yesterday = Day::constant(2026, 12, 14);
    change_jeanne(&world, |change| {
        let dates = AccountDates::stored(Day::constant(2026, 1, 1), Some(yesterday));
        change.dates = Some(dates);
    })
    .await;
    let reason = "Le dernier jour d’accès du compte est passé avant l’envoi.";
    assert_cancelled_without_a_password(&world, reason).await;
}

#[tokio::test]
async fn credentials_leave_on_the_last_day_and_before_the_first() {
    let (today, tomorrow) = (Day::constant(2026, 12, 15), Day::constant(2026, 12, 16));
    for dates in [
        AccountDates::stored(Day::constant(2026, 1, 1), Some(today)),
        AccountDates::stored(tomorrow, None),
    ] {
        let world = World::open().await;
        change_jeanne(&world, |change| change.dates = Some(dates)).await;
        let worker = emails(&world, Scripted::new([]));
        let id = world
            .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
            .await;
        worker.run_once().await.unwrap();
        assert_eq!(world.delivery(id).await.state, State::Sent, "{dates:?}");
    }
}

/// Queues first credentials by letter to Jeanne, and has that worker render them, and no more.
async fn rendered(world: &World, worker: &DeliveryWorker) -> (Job, Lease) {
    world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Letter)
        .await;
    let [(job, lease)] = worker.claim(8).await.unwrap().try_into().unwrap();
    let tried = worker.carry(&job, &lease).await.unwrap();
    assert_eq!(tried, Tried::Done(Carried::Stays));
    (job, lease)
}

async fn write_down_rendered(worker: &DeliveryWorker, job: &Job, lease: &Lease) {
    worker
        .write_down(job, lease, &Ending::Rendered, Carried::Stays)
        .await;
}

#[tokio::test]
async fn a_letter_cancelled_while_it_was_rendered_does_not_stay_in_the_folder() {
    let world = World::open().await;
    let (worker, folder) = letters(&world);
    let (job, lease) = rendered(&world, &worker).await;
    change_jeanne(&world, |change| {
        change.credentials = CredentialsMove::VoidedOn(Channel::Letter);
    })
    .await;
    assert!(folder.find(job.id).unwrap().is_some());

    write_down_rendered(&worker, &job, &lease).await;
    assert_eq!(world.delivery(job.id).await.state, State::Cancelled);
    assert_eq!(folder.find(job.id).unwrap(), None);
}

#[tokio::test]
async fn a_letter_that_another_worker_holds_by_now_stays_in_the_folder() {
    let world = World::open().await;
    let (worker, folder) = letters(&world);
    let (job, lease) = rendered(&world, &worker).await;
    world.clock.wait(LEASE);
    assert_eq!(worker.claim(8).await.unwrap().len(), 1);

    write_down_rendered(&worker, &job, &lease).await;
    assert_eq!(world.delivery(job.id).await.state, State::Sending);
    assert!(folder.find(job.id).unwrap().is_some());
}
