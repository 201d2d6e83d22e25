mod lapsed;

use std::fs;

use async_trait::async_trait;
use domain::account::Channel;
use domain::delivery::{Delivery, Kind, State, Subject};
use domain::{Clock as _, paris};
use letters::address::{AddressBlock, Recipient};
use letters::folder::PrintOrder;
use storage::delivery::{DeliveryFilter, DeliveryStore, NewProvisional, Stored};
use storage::mutation::{AccountChange, ContactMove, CredentialsMove};
use storage::page::{Page, PageRequest};
use tokio::sync::{Notify, Semaphore};
use uuid::Uuid;

use super::*;
use crate::transport::{Folder as MailFolder, Handover, Mail};
use crate::world::{Scripted, World, email};

fn words() -> Words {
    Words::new("Non.")
}

fn emails(world: &World, transport: Arc<dyn Transport>) -> DeliveryWorker {
    DeliveryWorker::email(world.tools(), transport, &Settings::default()).unwrap()
}

fn letters(world: &World) -> (DeliveryWorker, Folder) {
    let folder = Folder::open(world.folder().join("letters")).unwrap();
    let worker = DeliveryWorker::letters(world.tools(), folder.clone(), &Settings::default());
    (worker.unwrap(), folder)
}

/// Lets the time of the next try come, and one worker try.
async fn next_try(world: &World, worker: &DeliveryWorker, id: DeliveryId) {
    let due = world.delivery(id).await.next_attempt_at.expect("queued");
    world.clock.wait(
        due.duration_since(world.clock.now())
            .max(SignedDuration::ZERO),
    );
    assert_eq!(worker.run_once().await.unwrap(), 1);
}

#[tokio::test]
async fn an_email_with_credentials_leaves_and_its_password_lives_a_day() {
    let world = World::open().await;
    let folder = world.folder().join("mail");
    let worker = emails(&world, Arc::new(MailFolder::open(&folder).unwrap()));
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;

    assert_eq!(worker.run_once().await.unwrap(), 1);
    assert_eq!(worker.run_once().await.unwrap(), 0, "it is sent once");

    let delivery = world.delivery(id).await;
    assert_eq!((delivery.state, delivery.attempts), (State::Sent, 1));
    let a_day_on = world.clock.now() + SignedDuration::from_hours(24);
    assert_eq!(delivery.provisional_expires_at, Some(a_day_on));
    let mail = fs::read_to_string(folder.join(format!("{id}.eml"))).unwrap();
    assert!(mail.contains("To: jeanne@les-oliviers.example\r\n"));
}

#[tokio::test]
async fn several_emails_leave_side_by_side_each_to_its_own_end() {
    let world = World::open().await;
    let transport = Scripted::new([
        Handover::RefusedForGood(words()),
        Handover::Taken,
        Handover::RefusedForNow(words()),
    ]);
    let worker = emails(&world, transport);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let notice = world.queue(world.jeanne, Kind::PasswordChanged, Channel::Email);
        ids.push(notice.await);
    }
    assert_eq!(worker.run_once().await.unwrap(), 3);
    let mut states = Vec::new();
    for id in ids {
        states.push(world.delivery(id).await.state);
    }
    states.sort_unstable();
    assert_eq!(states, [State::Queued, State::Sent, State::Failed]);
}

#[tokio::test]
async fn what_was_refused_for_now_is_sent_later_with_another_password() {
    let world = World::open().await;
    let transport = Scripted::new([Handover::RefusedForNow(words())]);
    let worker = emails(&world, transport.clone());
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;

    worker.run_once().await.unwrap();
    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Queued);
    assert_eq!(delivery.failure.as_deref(), Some("Non."));
    assert_eq!(delivery.provisional_expires_at, None, "voided");
    assert_eq!(worker.run_once().await.unwrap(), 0, "not before its time");

    next_try(&world, &worker, id).await;
    assert_eq!(world.delivery(id).await.state, State::Sent);
    let [first, second] = transport.seen().try_into().unwrap();
    let message_id = |mail: &str| {
        mail.lines()
            .find(|line| line.starts_with("Message-ID"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(message_id(&first), message_id(&second));
    assert_ne!(password_of(&first), password_of(&second));
}

fn password_of(mail: &str) -> String {
    mail.lines()
        .map(str::trim)
        .find(|line| line.len() == 19 && domain::provisional::has_form(line))
        .expect("a password on a line of its own")
        .to_owned()
}

#[tokio::test]
async fn a_final_refusal_shows_on_the_account_in_the_server_s_words() {
    let world = World::open().await;
    let transport = Scripted::new([Handover::RefusedForGood(Words::new("550 inconnu"))]);
    let worker = emails(&world, transport);
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;
    worker.run_once().await.unwrap();

    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Failed);
    assert_eq!(delivery.provisional_expires_at, None);
    let problem = world.account(world.jeanne).await.contact_problem.unwrap();
    assert_eq!(problem.explanation, "550 inconnu");
}

#[tokio::test]
async fn three_unsure_tries_end_it_and_their_passwords_stay_good() {
    let world = World::open().await;
    let unsure = || Handover::Unsure(Words::new("Envoi incertain."));
    let transport = Scripted::new([unsure(), unsure(), unsure()]);
    let worker = emails(&world, transport);
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;

    worker.run_once().await.unwrap();
    next_try(&world, &worker, id).await;
    assert_eq!(world.delivery(id).await.state, State::Queued);
    next_try(&world, &worker, id).await;
    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Failed);
    assert_eq!(delivery.failure.as_deref(), Some("Envoi incertain."));
    assert!(delivery.provisional_expires_at.is_some());
}

#[tokio::test]
async fn tries_that_certainly_did_not_leave_do_not_count_as_unsure() {
    let world = World::open().await;
    let transport = Scripted::new([
        Handover::RefusedForNow(words()),
        Handover::RefusedForNow(words()),
        Handover::RefusedForNow(words()),
        Handover::Unsure(words()),
    ]);
    let worker = emails(&world, transport);
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;
    worker.run_once().await.unwrap();
    for _ in 0..3 {
        next_try(&world, &worker, id).await;
    }
    assert_eq!(world.delivery(id).await.state, State::Queued);
    next_try(&world, &worker, id).await;
    assert_eq!(world.delivery(id).await.state, State::Sent);
}

/// Breaks on mails to one address.
struct Breaking(&'static str);

#[async_trait]
impl Transport for Breaking {
    async fn hand_over(&self, mail: &Mail) -> Handover {
        assert_ne!(mail.to.as_str(), self.0, "broken");
        Handover::Taken
    }
}

#[tokio::test]
async fn a_message_that_panics_stops_nobody_and_is_given_up_after_five_tries() {
    let world = World::open().await;
    let worker = emails(&world, Arc::new(Breaking("poison@les-oliviers.example")));
    let subject = Subject::FormerEmail(email("poison@les-oliviers.example"));
    let poison = world
        .queue_about(world.jeanne, Kind::EmailChanged, Channel::Email, subject)
        .await;
    let sound = world
        .queue(world.jeanne, Kind::PasswordChanged, Channel::Email)
        .await;

    assert_eq!(worker.run_once().await.unwrap(), 2);
    assert_eq!(world.delivery(sound).await.state, State::Sent);
    for tries in 2..=5 {
        assert_eq!(world.delivery(poison).await.state, State::Queued, "{tries}");
        next_try(&world, &worker, poison).await;
    }
    assert_eq!(world.delivery(poison).await.state, State::Failed);
}

#[tokio::test]
async fn a_change_of_email_is_told_to_the_old_address() {
    let world = World::open().await;
    let transport = Scripted::new([]);
    let worker = emails(&world, transport.clone());
    let old = Subject::FormerEmail(email("before@les-oliviers.example"));
    world
        .queue_about(world.jeanne, Kind::EmailChanged, Channel::Email, old)
        .await;
    worker.run_once().await.unwrap();
    let [mail] = transport.seen().try_into().unwrap();
    assert!(mail.contains("To: before@les-oliviers.example\r\n"));
    assert!(!mail.contains("jeanne@les-oliviers.example"));
}

#[tokio::test]
async fn a_notice_that_has_lost_its_reader_is_cancelled() {
    let world = World::open().await;
    let transport = Scripted::new([]);
    let worker = emails(&world, transport.clone());
    let id = world
        .queue(world.paul, Kind::PasswordChanged, Channel::Email)
        .await;
    worker.run_once().await.unwrap();
    assert_eq!(world.delivery(id).await.state, State::Cancelled);
    assert!(transport.seen().is_empty());
}

#[tokio::test]
async fn a_message_whose_address_moved_since_it_was_claimed_goes_nowhere() {
    let world = World::open().await;
    let transport = Scripted::new([]);
    let worker = emails(&world, transport.clone());
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;
    let [(job, lease)] = worker.claim(8).await.unwrap().try_into().unwrap();

    let jeanne = world.account(world.jeanne).await;
    let mut moved = AccountChange::of(jeanne.id, jeanne.version);
    moved.person = Some(jeanne.person);
    moved.contact = ContactMove::Moved;
    moved.credentials = CredentialsMove::VoidedOn(Channel::Email);
    world.apply(|mutation| mutation.changes.push(moved)).await;

    worker.deliver(job, lease).await;
    assert!(transport.seen().is_empty());
    let delivery = world.delivery(id).await;
    assert!(!matches!(delivery.state, State::Sent | State::Failed));
    assert_eq!(delivery.provisional_expires_at, None);
}

#[tokio::test]
async fn a_message_left_in_the_middle_is_sent_by_another_worker_once_the_lease_is_over() {
    let world = World::open().await;
    let transport = Scripted::new([]);
    let (gone, worker) = (
        emails(&world, transport.clone()),
        emails(&world, transport.clone()),
    );
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;
    let [(job, lease)] = gone.claim(8).await.unwrap().try_into().unwrap();
    assert_eq!(worker.run_once().await.unwrap(), 0);
    world.clock.wait(LEASE);
    assert_eq!(worker.run_once().await.unwrap(), 1);
    assert_eq!(world.delivery(id).await.state, State::Sent);

    gone.deliver(job, lease).await;
    assert_eq!(
        transport.seen().len(),
        1,
        "the lost lease makes no password"
    );
}

#[tokio::test]
async fn a_letter_lies_in_the_folder_with_its_sheet() {
    let world = World::open().await;
    let (worker, folder) = letters(&world);
    let id = world
        .queue(world.paul, Kind::LostIdentifier, Channel::Letter)
        .await;
    assert_eq!(worker.run_once().await.unwrap(), 1);

    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Rendered);
    let three_weeks_on = world.clock.now() + SignedDuration::from_hours(21 * 24);
    assert_eq!(delivery.provisional_expires_at, Some(three_weeks_on));
    let sheet = folder.find(id).unwrap().unwrap();
    assert_eq!(sheet.order.lines[0], "Paul DURAND");
    assert_eq!(sheet.order.purge_date, paris::today(three_weeks_on));
}

#[tokio::test]
async fn a_letter_already_in_the_folder_is_kept_and_no_other_password_made() {
    let world = World::open().await;
    let (worker, folder) = letters(&world);
    let id = world
        .queue(world.paul, Kind::FirstCredentials, Channel::Letter)
        .await;
    let order = order_of(&world).await;
    folder.write(id, order, b"%PDF-printed").unwrap();

    worker.run_once().await.unwrap();
    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Rendered);
    assert_eq!(world.hasher.computed(), 0, "none was made");
    assert_eq!(folder.find(id).unwrap().unwrap().order.selector, "K7MP");
}

/// Puts the letter into the folder as another worker, slower than its lease, would: after this
/// one has looked, and before it writes.
struct Overtaking {
    store: Arc<dyn DeliveryStore>,
    folder: Folder,
    order: PrintOrder,
}

#[async_trait]
impl DeliveryStore for Overtaking {
    async fn delivery(&self, id: DeliveryId) -> storage::Result<Option<Delivery>> {
        self.store.delivery(id).await
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> storage::Result<Page<Delivery>> {
        self.store.deliveries(filter, page).await
    }

    async fn claim_deliveries(
        &self,
        channel: Channel,
        lease: &Lease,
        limit: u32,
    ) -> storage::Result<Vec<Job>> {
        self.store.claim_deliveries(channel, lease, limit).await
    }

    async fn store_provisional(&self, made: &NewProvisional) -> storage::Result<Stored> {
        let printed = self
            .folder
            .write(made.delivery, self.order.clone(), b"%PDF-other");
        printed.unwrap();
        self.store.store_provisional(made).await
    }

    async fn finish(
        &self,
        delivery: DeliveryId,
        lease: Uuid,
        ending: &Ending,
        carried: Carried,
        now: Timestamp,
    ) -> storage::Result<bool> {
        let store = &self.store;
        store.finish(delivery, lease, ending, carried, now).await
    }
}

#[tokio::test]
async fn a_letter_that_another_worker_put_there_first_is_the_one_that_goes() {
    let world = World::open().await;
    let (_, folder) = letters(&world);
    let overtaking = Overtaking {
        store: world.store.clone(),
        folder: folder.clone(),
        order: order_of(&world).await,
    };
    let tools = Tools {
        deliveries: Arc::new(overtaking),
        ..world.tools()
    };
    let worker = DeliveryWorker::letters(tools, folder.clone(), &Settings::default()).unwrap();
    let id = world
        .queue(world.paul, Kind::FirstCredentials, Channel::Letter)
        .await;

    worker.run_once().await.unwrap();
    let delivery = world.delivery(id).await;
    assert_eq!(delivery.state, State::Rendered);
    assert_eq!(delivery.provisional_expires_at, None, "ours is voided");
    assert_eq!(folder.find(id).unwrap().unwrap().order.selector, "K7MP");
}

/// The order of a letter to Paul DURAND on which a password of the selector `K7MP` is printed.
async fn order_of(world: &World) -> PrintOrder {
    let paul = world.account(world.paul).await.person;
    let block = AddressBlock::of(&Recipient {
        given_name: "Paul",
        family_name: "DURAND",
        partner_name: "LES OLIVIERS",
        postal_address: paul.postal_address.as_ref().unwrap(),
    });
    let selector = domain::provisional::Selector::stored("K7MP".into());
    PrintOrder::credentials(&block, &selector, paris::today(world.clock.now()))
}

#[tokio::test]
async fn a_folder_that_is_away_makes_the_letter_wait() {
    let world = World::open().await;
    let (worker, _) = letters(&world);
    let place = world.folder().join("letters");
    fs::remove_dir_all(&place).unwrap();
    let id = world
        .queue(world.paul, Kind::FirstCredentials, Channel::Letter)
        .await;
    worker.run_once().await.unwrap();
    assert_eq!(world.delivery(id).await.state, State::Queued);

    fs::create_dir(&place).unwrap();
    next_try(&world, &worker, id).await;
    assert_eq!(world.delivery(id).await.state, State::Rendered);
}

/// Says when a mail has come, and keeps it until it is let go.
struct Held {
    came: Notify,
    go: Semaphore,
}

#[async_trait]
impl Transport for Held {
    async fn hand_over(&self, _: &Mail) -> Handover {
        self.came.notify_one();
        self.go.acquire().await.unwrap().forget();
        Handover::Taken
    }
}

#[tokio::test]
async fn a_worker_that_is_stopped_finishes_what_is_in_flight_and_claims_no_more() {
    let world = World::open().await;
    let held = Arc::new(Held {
        came: Notify::new(),
        go: Semaphore::new(0),
    });
    let id = world
        .queue(world.jeanne, Kind::FirstCredentials, Channel::Email)
        .await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(emails(&world, held.clone()).run(stop.clone()));
    held.came.notified().await;
    stop.cancel();
    let late = world
        .queue(world.jeanne, Kind::PasswordChanged, Channel::Email)
        .await;
    held.go.add_permits(2);
    running.await.unwrap();
    assert_eq!(world.delivery(id).await.state, State::Sent);
    assert_eq!(world.delivery(late).await.state, State::Queued);
}
