//! The world that this crate's tests are told in: a real database in a folder of its own, two
//! people, and a clock and a luck that the test owns.

use std::collections::{BTreeSet, VecDeque};
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::account::{Account, Channel, NewAccount, Person, Role, State};
use domain::audit::{By, Entry, Event};
use domain::dates::AccountDates;
use domain::delivery::{Cause, Delivery, Kind, NewDelivery, Subject};
use domain::email::Email;
use domain::identifier::Identifier;
use domain::keys::ServerKey;
use domain::name::{PartnerName, PersonName};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::postal_address::PostalAddress;
use domain::references::{CafCode, Reference};
use domain::user_number::UserNumber;
use domain::{AccountId, Clock, DeliveryId, OsRandom, PartnerId, Random, Timestamp};
use jiff::SignedDuration;
use passwords::{Hasher, Parameters};
use storage::account::AccountReads;
use storage::authority::{AuthorityQuery, Groups, Of};
use storage::delivery::{DeliveryStore, Job};
use storage::mutation::{AuthorityMove, Mutation, MutationResult, Mutations, On};
use storage_sqlite::SqliteStore;
use tempfile::TempDir;

use crate::Tools;
use crate::transport::{Handover, Mail, Transport};

/// Tuesday, 15 December 2026, 14 h 05 in Paris.
pub(crate) const START: Timestamp = Timestamp::constant(1_797_339_900, 0);

/// A clock that stands still until it is moved.
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }

    pub(crate) fn forward(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::Relaxed);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

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
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) hasher: Arc<Hasher>,
    pub(crate) partner: PartnerId,
    pub(crate) jeanne: AccountId,
    pub(crate) paul: AccountId,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let (path, key) = (
            folder.path().join("world.db"),
            ServerKey::generate(&OsRandom),
        );
        let store = SqliteStore::open(&path, &key, &OsRandom).await.unwrap();
        let settings = passwords::Settings {
            parameters: Parameters::new(8, 1, 1).unwrap(),
            threads: NonZeroUsize::MIN,
            ..passwords::Settings::default()
        };
        let (jeanne, paul) = (new_jeanne(), new_paul());
        let partner = NewPartner {
            id: PartnerId::new(START, &OsRandom),
            reference: PartnerReference {
                caf_code: CafCode::parse("331").unwrap(),
                reference: Reference::parse("B-0001").unwrap(),
            },
            name: PartnerName::parse("LES OLIVIERS").unwrap(),
            siret: None,
            administrator: jeanne.id,
        };
        let world = Self {
            store: Arc::new(store),
            clock: Arc::new(TestClock::at(START)),
            hasher: Arc::new(Hasher::start(settings, Arc::new(OsRandom)).unwrap()),
            partner: partner.id,
            jeanne: jeanne.id,
            paul: paul.id,
            folder,
        };
        let mut provisioning = world.mutation(On::New(Box::new(partner)));
        provisioning.new_accounts = vec![jeanne, paul];
        world.store.apply(&provisioning).await.unwrap();
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
        let id = DeliveryId::new(self.clock.now(), &OsRandom);
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
        self.change(|mutation| mutation.deliveries.push(delivery))
            .await;
        id
    }

    /// Applies what `fill` makes of an empty mutation of the partner.
    pub(crate) async fn change(&self, fill: impl FnOnce(&mut Mutation)) {
        let query = AuthorityQuery {
            of: Of::Partner(self.partner),
            accounts: BTreeSet::new(),
            groups: Groups::All,
        };
        let authority = storage::authority::AuthorityReads::authority(self.store.as_ref(), &query);
        let authority = authority.await.unwrap().unwrap();
        let mut mutation = self.mutation(On::Existing {
            partner: self.partner,
            authority_version: authority.partner.authority_version,
            moves: AuthorityMove::Kept,
        });
        fill(&mut mutation);
        self.store.apply(&mutation).await.unwrap();
    }

    pub(crate) async fn account(&self, id: AccountId) -> Account {
        self.store.account(id).await.unwrap().unwrap()
    }

    pub(crate) async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.store.delivery(id).await.unwrap().unwrap()
    }

    fn mutation(&self, partner: On) -> Mutation {
        let now = self.clock.now();
        let audit = Entry::new(Event::UserUpdated, "portal", By::Service, now, &OsRandom);
        Mutation {
            now,
            audit: audit.on_partner(partner.partner()),
            partner,
            request: None,
            new_agreements: Vec::new(),
            new_groups: Vec::new(),
            new_accounts: Vec::new(),
            changes: Vec::new(),
            new_administrator: None,
            deliveries: Vec::new(),
            quotas: Vec::new(),
            feed: Vec::new(),
            outcome: MutationResult::default(),
        }
    }
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn new_jeanne() -> NewAccount {
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier: Identifier::parse("K7MP4XQ2").unwrap(),
        user_number: UserNumber::parse("0L1OABCDEFGH23").unwrap(),
        person: Person {
            family_name: PersonName::parse("PETIT").unwrap(),
            given_name: PersonName::parse("Jeanne").unwrap(),
            email: Some(email("jeanne@les-oliviers.example")),
            phone: None,
            work_mode: None,
            contact_channel: Channel::Email,
            postal_address: Some(
                PostalAddress::parse(&["3 place de l’Église", "33000 BORDEAUX"], "FR").unwrap(),
            ),
        },
        dates: AccountDates::stored(Day::constant(2026, 1, 1), None),
        groups: BTreeSet::new(),
    }
}

fn new_paul() -> NewAccount {
    let jeanne = new_jeanne();
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier: Identifier::parse("paul.durand").unwrap(),
        user_number: UserNumber::parse("PAULDURAND0001").unwrap(),
        person: Person {
            family_name: PersonName::parse("DURAND").unwrap(),
            given_name: PersonName::parse("Paul").unwrap(),
            email: None,
            contact_channel: Channel::Letter,
            ..jeanne.person
        },
        ..jeanne
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
