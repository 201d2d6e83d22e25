use async_trait::async_trait;
use domain::AccountId;
use domain::account::Channel;
use domain::delivery::{Delivery, Kind};
use domain::email::Email;
use domain::session::Client;
use domain::user_number::UserNumber;
use storage::delivery::{DeliveryFilter, DeliveryStore};
use storage::page::PageRequest;
use uuid::Uuid;

use super::*;
use crate::world::World;

const CALLER: &str = "spiffe://caf.example/portal";

fn by_number(number: &str) -> Submitted {
    Submitted::UserNumber(UserNumber::parse(number).unwrap().key())
}

fn by_email(address: &str) -> Submitted {
    Submitted::Email(Email::parse(address).unwrap().lookup_key())
}

fn worker(world: &World, requests: Arc<dyn RecoveryStore>) -> RecoveryWorker {
    let random = Arc::new(domain::OsRandom);
    let pace = Pace::default();
    RecoveryWorker::new(
        requests,
        world.clock.clone(),
        random,
        Limits::default(),
        &pace,
    )
}

fn request(world: &World, submitted: Submitted) -> RecoveryRequest {
    RecoveryRequest {
        id: domain::OsRandom.uuid(),
        at: world.clock.now(),
        submitted,
        caller: CALLER.into(),
        client: Client {
            address: Some([192, 0, 2, 7].into()),
            user_agent: None,
        },
    }
}

async fn ask(world: &World, submitted: Submitted) {
    let request = request(world, submitted);
    world.store.request(&request).await.unwrap();
}

async fn queued(world: &World) -> Vec<Delivery> {
    let page = PageRequest {
        after: None,
        limit: 100,
    };
    let filter = DeliveryFilter::default();
    let rows = world.store.deliveries(&filter, &page).await.unwrap().rows;
    rows.into_iter().map(|(_, delivery)| delivery).collect()
}

#[tokio::test]
async fn a_lost_identifier_goes_by_the_contact_channel() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    ask(&world, by_number("pauldurand0001")).await;
    ask(&world, by_number("0l1o-abcd-efgh-23")).await;
    assert!(worker.run_once().await.unwrap());
    assert!(worker.run_once().await.unwrap());
    assert!(!worker.run_once().await.unwrap());

    let mut sent: Vec<_> = queued(&world)
        .await
        .into_iter()
        .map(|delivery| (delivery.account, delivery.kind, delivery.channel))
        .collect();
    sent.sort_by_key(|(account, ..)| *account);
    let mut expected = [
        (world.jeanne, Kind::LostIdentifier, Channel::Email),
        (world.paul, Kind::LostIdentifier, Channel::Letter),
    ];
    expected.sort_by_key(|(account, ..)| *account);
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_forgotten_password_of_who_never_connected_nor_had_mail_brings_guidance() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    ask(&world, by_email("Jeanne@LES-OLIVIERS.example")).await;
    worker.run_once().await.unwrap();
    let [delivery] = queued(&world).await.try_into().unwrap();
    assert_eq!(delivery.kind, Kind::Guidance);
}

#[tokio::test]
async fn what_is_unknown_brings_nothing_and_is_asked_once() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    ask(&world, by_email("nobody@example.org")).await;
    ask(&world, by_number("00000000000000")).await;
    assert!(worker.run_once().await.unwrap());
    assert!(worker.run_once().await.unwrap());
    assert!(!worker.run_once().await.unwrap());
    assert_eq!(queued(&world).await, []);
}

#[tokio::test]
async fn a_double_click_sends_once() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    for _ in 0..5 {
        ask(&world, by_number("0L1OABCDEFGH23")).await;
        worker.run_once().await.unwrap();
    }
    assert_eq!(queued(&world).await.len(), 1);
}

#[tokio::test]
async fn each_account_found_is_audited_with_who_asked_and_from_where() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    let request = request(&world, by_email("jeanne@les-oliviers.example"));
    let served = candidate(&world, world.jeanne).await;
    let mut silent = served.clone();
    silent.account.state = domain::account::State::Closed;
    let lease = lease(&world);
    let settlement = worker.decide(&request, &lease, &[served, silent]);

    let [(message, asked)] = &settlement.messages[..] else {
        panic!("one is served");
    };
    let [refused] = &settlement.refused[..] else {
        panic!("one is not");
    };
    assert_eq!(message.account, world.jeanne);
    assert_eq!(message.cause, Cause::Recovery);
    for (entry, succeeded) in [(asked, true), (refused, false)] {
        assert_eq!(entry.event, Event::RecoveryRequested);
        assert_eq!(entry.account, Some(world.jeanne));
        assert_eq!(entry.caller, CALLER);
        assert_eq!(entry.by, By::Service);
        assert_eq!(entry.at, request.at);
        assert_eq!(entry.personal.client_address, request.client.address);
        assert_eq!(entry.attributes["request"], "password");
        assert_eq!(entry.succeeded, succeeded);
    }
    assert_eq!(refused.attributes["reason"], "closed");
}

#[tokio::test]
async fn above_twenty_accounts_on_an_address_one_guidance_is_queued() {
    let world = World::open().await;
    let worker = worker(&world, world.store.clone());
    let request = request(&world, by_email("jeanne@les-oliviers.example"));
    let mut connected = candidate(&world, world.jeanne).await;
    connected.account.first_connected_at = Some(world.clock.now());
    let decide = |count| worker.decide(&request, &lease(&world), &vec![connected.clone(); count]);

    let twenty = decide(20);
    assert_eq!((twenty.messages.len(), twenty.refused.len()), (20, 0));
    let more = decide(21);
    assert_eq!((more.messages.len(), more.refused.len()), (1, 20));
    assert_eq!(more.messages[0].0.kind, Kind::Guidance);
}

fn lease(world: &World) -> Lease {
    let now = world.clock.now();
    Lease {
        id: Uuid::nil(),
        now,
        until: now + LEASE,
    }
}

async fn candidate(world: &World, account: AccountId) -> Candidate {
    let found = world
        .store
        .candidates(&by_email("jeanne@les-oliviers.example"), 10)
        .await
        .unwrap();
    found
        .into_iter()
        .find(|candidate| candidate.account.id == account)
        .unwrap()
}

/// A database on which looking for a user number breaks.
struct Poisoned(Arc<storage_sqlite::SqliteStore>);

#[async_trait]
impl RecoveryStore for Poisoned {
    async fn request(&self, request: &RecoveryRequest) -> storage::Result<()> {
        self.0.request(request).await
    }

    async fn claim_request(&self, lease: &Lease) -> storage::Result<Option<RecoveryRequest>> {
        self.0.claim_request(lease).await
    }

    async fn candidates(
        &self,
        submitted: &Submitted,
        limit: u32,
    ) -> storage::Result<Vec<Candidate>> {
        assert!(matches!(submitted, Submitted::Email(_)), "broken");
        self.0.candidates(submitted, limit).await
    }

    async fn settle(&self, settlement: &Settlement) -> storage::Result<Option<Vec<AccountId>>> {
        self.0.settle(settlement).await
    }
}

#[tokio::test]
async fn a_poison_request_lets_the_others_pass_and_is_wiped_after_a_day() {
    let world = World::open().await;
    let worker = worker(&world, Arc::new(Poisoned(world.store.clone())));
    ask(&world, by_number("0L1OABCDEFGH23")).await;
    ask(&world, by_email("jeanne@les-oliviers.example")).await;
    assert!(worker.run_once().await.unwrap());
    assert!(worker.run_once().await.unwrap());
    assert_eq!(queued(&world).await.len(), 1);
    assert!(!worker.run_once().await.unwrap(), "leased");

    world.clock.wait(LEASE);
    assert!(worker.run_once().await.unwrap(), "tried again");
    world.clock.wait(SignedDuration::from_hours(24));
    assert!(worker.run_once().await.unwrap(), "wiped");
    world.clock.wait(LEASE);
    assert!(!worker.run_once().await.unwrap());
    assert_eq!(queued(&world).await.len(), 1);
}

#[tokio::test]
async fn a_worker_ends_when_it_is_stopped() {
    let world = World::open().await;
    let stop = CancellationToken::new();
    stop.cancel();
    worker(&world, world.store.clone()).run(stop).await;
}
