//! The world that this crate's tests are told in: a real database in a folder of its own, two
//! people, and a clock and a luck that the test owns.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::account::{Account, Channel, NewAccount, Person, Role, State};
use domain::dates::AccountDates;
use domain::delivery::{Cause, Delivery, Kind, NewDelivery, Subject};
use domain::email::Email;
use domain::identifier::Identifier;
use domain::name::PartnerName;
use domain::paris::Day;
use domain::postal_address::PostalAddress;
use domain::user_number::UserNumber;
use domain::{AccountId, DeliveryId, OsRandom, PartnerId, Random, Timestamp};
use passwords::{Hasher, Parameters};
use storage::delivery::Job;
use storage::mutation::{Mutation, On};
use world::{Place, mutation, new_partner, somebody};

use crate::Tools;
use crate::transport::{Handover, Mail, Transport};

/// Tuesday, 15 December 2026, 14 h 05 in Paris.
pub(crate) const START: Timestamp = Timestamp::constant(1_797_339_900, 0);

/// The same luck at every run.
#[derive(Default)]
pub(crate) struct SameLuck(AtomicU64);

impl Random for SameLuck {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let draw = self.0.fetch_add(1, Ordering::Relaxed);
            let mixed = draw
                .wrapping_add(1)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(29)
                .wrapping_mul(0xbf58_476d_1ce4_e5b9);
            *byte = mixed.to_be_bytes()[0];
        }
    }
}

/// What a test has the transport do with each mail, in order, and the mails it saw.
pub(crate) struct Scripted {
    script: Mutex<VecDeque<Handover>>,
    seen: Mutex<Vec<Mail>>,
}

impl Scripted {
    pub(crate) fn new(script: impl IntoIterator<Item = Handover>) -> Arc<Self> {
        Arc::new(Self {
            script: Mutex::new(script.into_iter().collect()),
            seen: Mutex::default(),
        })
    }

    pub(crate) fn seen(&self) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .map(|mail| String::from_utf8(mail.content.to_vec()).unwrap())
            .collect()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn hand_over(&self, mail: &Mail) -> Handover {
        let copy = Mail {
            id: mail.id,
            from: mail.from.clone(),
            to: mail.to.clone(),
            content: mail.content.clone(),
        };
        self.seen.lock().unwrap().push(copy);
        let next = self.script.lock().unwrap().pop_front();
        next.unwrap_or(Handover::Taken)
    }
}

/// A partner, « LES OLIVIERS », with Jeanne PETIT, its administrator, reached both ways, and Paul
/// DURAND, reached by letter only.
pub(crate) struct World {
    place: Place,
    pub(crate) hasher: Arc<Hasher>,
    pub(crate) partner: PartnerId,
    pub(crate) jeanne: AccountId,
    pub(crate) paul: AccountId,
}

impl Deref for World {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl World {
    pub(crate) async fn open() -> Self {
        let settings = passwords::Settings {
            parameters: Parameters::new(8, 1, 1).unwrap(),
            threads: NonZeroUsize::MIN,
            ..passwords::Settings::default()
        };
        let (jeanne, paul) = (new_jeanne(), new_paul());
        let partner = new_partner("LES OLIVIERS", "B-0001", jeanne.id);
        let world = Self {
            place: Place::open_at(START).await,
            hasher: Arc::new(Hasher::start(settings, Arc::new(OsRandom)).unwrap()),
            partner: partner.id,
            jeanne: jeanne.id,
            paul: paul.id,
        };
        let mut provisioning = mutation(START, On::New(Box::new(partner)));
        provisioning.new_accounts = vec![jeanne, paul];
        let written = world.stores.mutations.apply(&provisioning).await;
        written.unwrap();
        world
    }

    pub(crate) fn tools(&self) -> Tools {
        Tools {
            deliveries: self.store.clone(),
            hasher: self.hasher.clone(),
            clock: self.clock.clone(),
            random: Arc::new(OsRandom),
        }
    }

    /// Queues a message about whatever its kind says.
    pub(crate) async fn queue(
        &self,
        account: AccountId,
        kind: Kind,
        channel: Channel,
    ) -> DeliveryId {
        self.queue_about(account, kind, channel, Subject::Plain)
            .await
    }

    pub(crate) async fn queue_about(
        &self,
        account: AccountId,
        kind: Kind,
        channel: Channel,
        subject: Subject,
    ) -> DeliveryId {
        let id = DeliveryId::new(self.now(), &OsRandom);
        let cause = if kind.carries_credentials() {
            Cause::Creation
        } else {
            Cause::Notice
        };
        let delivery = NewDelivery {
            id,
            account,
            kind,
            channel,
            cause,
            subject,
        };
        self.apply(|mutation| mutation.deliveries.push(delivery))
            .await;
        id
    }

    /// Applies what `fill` makes of an empty mutation of the partner.
    pub(crate) async fn apply(&self, fill: impl FnOnce(&mut Mutation)) {
        self.write(self.partner, fill).await;
    }

    pub(crate) async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.stores.deliveries.delivery(id).await.unwrap().unwrap()
    }
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn new_jeanne() -> NewAccount {
    let jeanne = somebody("PETIT", "Jeanne");
    let address = PostalAddress::parse(&["3 place de l’Église", "33000 BORDEAUX"], "FR");
    NewAccount {
        identifier: Identifier::parse("K7MP4XQ2").unwrap(),
        user_number: UserNumber::parse("0L1OABCDEFGH23").unwrap(),
        person: Person {
            email: Some(email("jeanne@les-oliviers.example")),
            postal_address: Some(address.unwrap()),
            ..jeanne.person
        },
        dates: AccountDates::stored(Day::constant(2026, 1, 1), None),
        ..jeanne
    }
}

fn new_paul() -> NewAccount {
    let (paul, jeanne) = (somebody("DURAND", "Paul"), new_jeanne());
    NewAccount {
        identifier: Identifier::parse("paul.durand").unwrap(),
        user_number: UserNumber::parse("PAULDURAND0001").unwrap(),
        person: Person {
            email: None,
            contact_channel: Channel::Letter,
            postal_address: jeanne.person.postal_address,
            ..paul.person
        },
        dates: jeanne.dates,
        ..paul
    }
}

/// A message to Jeanne PETIT as a worker holds it, of an id that is the same at every run.
pub(crate) fn job(kind: Kind, subject: Subject) -> Job {
    let luck = SameLuck::default();
    let NewAccount {
        identifier,
        user_number,
        person,
        dates,
        ..
    } = new_jeanne();
    let account = Account {
        id: AccountId::new(START, &luck),
        partner: PartnerId::new(START, &luck),
        version: 1,
        epoch: 1,
        contact_version: 1,
        state: State::Active,
        role: Role::User,
        dismissed_by: None,
        identifier,
        user_number,
        person,
        dates,
        memberships: Vec::new(),
        created_at: START,
        updated_at: START,
        first_connected_at: None,
        last_signed_in_at: None,
        recovery_paused_until: None,
        contact_problem: None,
    };
    Job {
        id: DeliveryId::new(START, &luck),
        kind,
        channel: Channel::Email,
        cause: Cause::Notice,
        subject,
        attempts: 1,
        created_at: START,
        account,
        partner_name: PartnerName::parse("LES OLIVIERS").unwrap(),
    }
}
