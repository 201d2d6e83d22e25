//! The partner that the stories are told in, its people, and how they call.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use account::{SessionDeps, SessionServiceHandler};
use api::session::v1::session_service_server::SessionService;
use api::session::v1::{self, sign_in_request::Proof};
use domain::account::{Account, Channel, NewAccount, State};
use domain::call::{Actor, Call, Caller, CallerRole};
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::keys::ServerKey;
use domain::provisional::{ProvisionalPassword, expire_time};
use domain::session::{Client, Lifetimes};
use domain::{
    AccountId, Clock, DeliveryId, OsRandom, PartnerId, Password, Random, SessionId, SessionToken,
    Timestamp,
};
use jiff::SignedDuration;
use passwords::{Hasher, Parameters, Settings};
use secrecy::ExposeSecret;
use storage::Stores;
use storage::authority::{AuthorityQuery, Groups, Of};
use storage::delivery::DeliveryStore;
use storage::delivery::{Carried, Ending, Lease, NewProvisional, Stored};
use storage::mutation::{AccountChange, AuthorityMove, Mutation, On, SessionsMove};
use storage::session::LastUse;
use storage_sqlite::SqliteStore;
use tempfile::TempDir;
use tonic::{Request, Status};
use uuid::Uuid;

use crate::people::{mutation, provisioning, somebody};

/// When the stories begin: a working day at noon in Paris.
pub(crate) const START: Timestamp = Timestamp::constant(1_800_010_800, 0);

/// A password that nobody guesses.
pub(crate) const OWN: &str = "quatre girafes sous la pluie";

/// Another.
pub(crate) const NEXT: &str = "le phare sucré danse à midi";

/// The time, as told by the test.
pub(crate) struct OurClock(AtomicI64);

impl OurClock {
    pub(crate) fn wait(&self, length: SignedDuration) {
        let micros = i64::try_from(length.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for OurClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Which sessions were noted as used.
#[derive(Default)]
pub(crate) struct Noted(pub(crate) Mutex<Vec<(SessionId, Timestamp)>>);

impl LastUse for Noted {
    fn used(&self, session: SessionId, at: Timestamp) {
        self.0.lock().unwrap().push((session, at));
    }
}

/// One partner, its administrator, and the service.
pub(crate) struct World {
    pub(crate) deps: SessionDeps,
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) clock: Arc<OurClock>,
    pub(crate) noted: Arc<Noted>,
    pub(crate) partner: PartnerId,
    pub(crate) administrator: AccountId,
    pub(crate) folder: Arc<TempDir>,
}

impl World {
    /// LES OLIVIERS, whose administrator is Alix MERCIER. Hashes are as cheap as they can be.
    pub(crate) async fn les_oliviers() -> Arc<Self> {
        Self::with_hasher(cheap(8)).await
    }

    pub(crate) async fn with_hasher(settings: Settings) -> Arc<Self> {
        let folder = TempDir::new().unwrap();
        let key = ServerKey::generate(&OsRandom);
        let path = folder.path().join("accounts.db");
        let store = Arc::new(SqliteStore::open(&path, &key, &OsRandom).await.unwrap());
        let clock = Arc::new(OurClock(AtomicI64::new(START.as_microsecond())));
        let noted = Arc::new(Noted::default());
        let deps = SessionDeps {
            stores: Stores::from(store.clone()),
            clock: clock.clone(),
            random: Arc::new(OsRandom),
            hasher: hasher(settings),
            throttle_key: key.throttle_key(),
            lifetimes: Lifetimes::default(),
            last_use: noted.clone(),
        };
        let administrator = somebody("MERCIER", "Alix");
        let (partner, id) = (PartnerId::new(START, &OsRandom), administrator.id);
        let provisioning = provisioning(partner, administrator);
        deps.stores.mutations.apply(&provisioning).await.unwrap();
        Arc::new(Self {
            deps,
            store,
            clock,
            noted,
            partner,
            administrator: id,
            folder: Arc::new(folder),
        })
    }

    pub(crate) fn service(&self) -> SessionServiceHandler {
        SessionServiceHandler::new(self.deps.clone())
    }

    /// The same service, its one hashing thread at work on one long hash after another, and nobody
    /// may wait.
    pub(crate) async fn overloaded(&self) -> Self {
        let hasher = hasher(Settings {
            parameters: Parameters::new(64 * 1024, 10, 1).unwrap(),
            threads: std::num::NonZeroUsize::MIN,
            waiting: 0,
            ..cheap(8)
        });
        let busy = hasher.clone();
        tokio::spawn(async move {
            loop {
                let _hash = busy.hash(Password::new(OWN.to_owned())).await;
                tokio::task::yield_now().await;
            }
        });
        while hasher.computed() == 0 {
            tokio::task::yield_now().await;
        }
        Self {
            deps: SessionDeps {
                hasher,
                ..self.deps.clone()
            },
            store: self.store.clone(),
            clock: self.clock.clone(),
            noted: self.noted.clone(),
            partner: self.partner,
            administrator: self.administrator,
            folder: self.folder.clone(),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Hashes computed so far.
    pub(crate) fn computed(&self) -> u64 {
        self.deps.hasher.computed()
    }

    pub(crate) async fn account(&self, id: AccountId) -> Account {
        self.deps
            .stores
            .accounts
            .account(id)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn identifier(&self, id: AccountId) -> String {
        self.account(id).await.identifier.as_str().to_owned()
    }

    /// Adds somebody.
    pub(crate) async fn add(&self, account: NewAccount) -> AccountId {
        let id = account.id;
        self.apply(|mutation| mutation.new_accounts.push(account))
            .await;
        id
    }

    /// Adds somebody who has chosen the password [`OWN`].
    pub(crate) async fn add_connected(&self, account: NewAccount) -> AccountId {
        let id = self.add(account).await;
        self.connect(id).await;
        id
    }

    /// Closes the account.
    pub(crate) async fn close(&self, id: AccountId) {
        let mut change = AccountChange::of(id, self.account(id).await.version);
        change.state = Some(State::Closed);
        change.sessions = SessionsMove::Ended;
        self.apply(|mutation| mutation.changes.push(change)).await;
    }

    async fn apply(&self, fill: impl FnOnce(&mut Mutation)) {
        let query = AuthorityQuery {
            of: Of::Partner(self.partner),
            accounts: BTreeSet::new(),
            groups: Groups::All,
        };
        let authority = self.deps.stores.authorities.authority(&query).await;
        let on = On::Existing {
            partner: self.partner,
            authority_version: authority.unwrap().unwrap().partner.authority_version,
            moves: AuthorityMove::Raised,
        };
        let mut mutation = mutation(self.now(), on);
        fill(&mut mutation);
        self.deps.stores.mutations.apply(&mutation).await.unwrap();
    }

    /// Sends a provisional password by e-mail: what the person reads.
    pub(crate) async fn send_provisional(&self, account: AccountId) -> String {
        self.send(account, Channel::Email).await
    }

    /// Sends one by letter.
    pub(crate) async fn send_letter(&self, account: AccountId) -> String {
        self.send(account, Channel::Letter).await
    }

    async fn send(&self, account: AccountId, channel: Channel) -> String {
        let now = self.now();
        let message = NewDelivery {
            id: DeliveryId::new(now, &OsRandom),
            account,
            kind: Kind::ProvisionalPassword,
            channel,
            cause: Cause::Reissue,
            subject: Subject::Plain,
        };
        let id = message.id;
        self.apply(|mutation| mutation.deliveries.push(message))
            .await;

        let outbox = &self.deps.stores.deliveries;
        let lease = Lease {
            id: fresh_id(),
            now,
            until: now + SignedDuration::from_mins(2),
        };
        let claimed = outbox.claim_deliveries(channel, &lease, 100).await;
        let job = claimed
            .unwrap()
            .into_iter()
            .find(|job| job.id == id)
            .unwrap();
        let made = ProvisionalPassword::generate(&OsRandom);
        let secret = Password::new(made.expose().to_owned());
        let provisional = NewProvisional {
            id: fresh_id(),
            delivery: id,
            lease: lease.id,
            account_epoch: job.account.epoch,
            contact_version: job.account.contact_version,
            selector: made.selector(),
            hash: self.deps.hasher.hash(secret).await.unwrap(),
            expires_at: expire_time(channel, now, job.account.dates.opening()),
            now,
        };
        let stored = outbox.store_provisional(&provisional).await.unwrap();
        assert!(matches!(stored, Stored::Live(_)));
        let ending = match channel {
            Channel::Email => Ending::Sent,
            Channel::Letter => Ending::Rendered,
        };
        let ended = outbox.finish(id, lease.id, &ending, Carried::Stays, now);
        assert!(ended.await.unwrap());
        made.display().expose_secret().to_owned()
    }

    /// What is queued, and why.
    pub(crate) async fn queued(&self) -> Vec<(AccountId, Kind)> {
        let now = self.now();
        let lease = Lease {
            id: fresh_id(),
            now,
            until: now,
        };
        let claimed = self.store.claim_deliveries(Channel::Email, &lease, 100);
        let claimed = claimed.await.unwrap();
        claimed
            .into_iter()
            .map(|job| (job.account.id, job.kind))
            .collect()
    }

    /// Has the account choose [`OWN`], as its first password: the token that follows.
    pub(crate) async fn connect(&self, account: AccountId) -> String {
        let sent = self.send_provisional(account).await;
        let identifier = self.identifier(account).await;
        let incomplete = self.sign_in(&identifier, &sent).await.unwrap();
        let changed = self.change(&incomplete.session_token, &sent, OWN).await;
        changed.unwrap().session_token
    }

    pub(crate) async fn sign_in(
        &self,
        identifier: &str,
        password: &str,
    ) -> Result<v1::SignInResponse, Status> {
        self.sign_in_from(None, identifier, password).await
    }

    pub(crate) async fn sign_in_from(
        &self,
        address: Option<&str>,
        identifier: &str,
        password: &str,
    ) -> Result<v1::SignInResponse, Status> {
        let message = v1::SignInRequest {
            identifier: identifier.to_owned(),
            proof: Some(Proof::Password(password.to_owned())),
        };
        let request = of_nobody(message, address);
        let answer = self.service().sign_in(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn change(
        &self,
        token: &str,
        current: &str,
        new: &str,
    ) -> Result<v1::ChangePasswordResponse, Status> {
        let message = v1::ChangePasswordRequest {
            current_password: current.to_owned(),
            new_password: new.to_owned(),
        };
        let request = self.of_person(token, message).await?;
        let answer = self.service().change_password(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn introspect(&self, token: &str) -> v1::IntrospectSessionResponse {
        let message = v1::IntrospectSessionRequest {
            session_token: token.to_owned(),
            ..Default::default()
        };
        let service = self.service();
        let answer = service.introspect_session(of_nobody(message, None)).await;
        answer.unwrap().into_inner()
    }

    /// A call of the portal with that session, if it stands, as the server's layers open it.
    pub(crate) async fn of_person<T>(&self, token: &str, message: T) -> Result<Request<T>, Status> {
        let digest = SessionToken::parse(token).unwrap().digest();
        let standing = self
            .deps
            .stores
            .session_reads
            .standing(digest)
            .await
            .unwrap();
        let standing = standing.filter(|standing| standing.session.live(self.now()));
        let standing = standing.ok_or_else(|| Status::unauthenticated("no session"))?;
        let actor = Actor::Person(Box::new(standing.session));
        Ok(request(actor, Client::default(), message))
    }
}

/// A call of the portal without session.
pub(crate) fn of_nobody<T>(message: T, address: Option<&str>) -> Request<T> {
    let client = Client {
        address: address.map(|address| address.parse::<IpAddr>().unwrap()),
        user_agent: Some("Navigateur/1.0".to_owned()),
    };
    request(Actor::Nobody, client, message)
}

fn request<T>(actor: Actor, client: Client, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Call {
        caller: Caller {
            name: "portal".to_owned(),
            roles: BTreeSet::from([CallerRole::Portal]),
        },
        actor,
        method: "/test",
        client,
    });
    request
}

/// Settings of hashes that take that much memory and almost no time, with room for any number.
pub(crate) fn cheap(memory_kib: u32) -> Settings {
    Settings {
        parameters: Parameters::new(memory_kib, 1, 1).unwrap(),
        waiting: 10_000,
        wait: std::time::Duration::from_mins(1),
        ..Settings::default()
    }
}

pub(crate) fn hasher(settings: Settings) -> Arc<Hasher> {
    Arc::new(Hasher::start(settings, Arc::new(OsRandom)).unwrap())
}

fn fresh_id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// Starts so many tasks and gathers what they answer.
pub(crate) async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let running: Vec<_> = (0..count).map(|place| tokio::spawn(task(place))).collect();
    let mut answers = Vec::with_capacity(count);
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}

/// All that a refused caller receives.
pub(crate) fn told(status: &Status) -> (tonic::Code, String, Vec<u8>, String) {
    (
        status.code(),
        status.message().to_owned(),
        status.details().to_vec(),
        format!("{:?}", status.metadata()),
    )
}

/// The reason of a refusal and one value of its metadata.
pub(crate) fn reason(status: &Status, key: &str) -> (String, Option<String>) {
    use tonic_types::StatusExt;
    let info = status.get_details_error_info().unwrap();
    (info.reason, info.metadata.get(key).cloned())
}
