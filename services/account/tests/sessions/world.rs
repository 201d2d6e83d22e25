//! The partner that the stories are told in, its people, and how they call.

use std::net::IpAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

use account::{SessionDeps, SessionServiceHandler};
use api::session::v1::session_service_server::SessionService;
use api::session::v1::{self, sign_in_request::Proof};
use domain::account::{Channel, NewAccount};
use domain::delivery::Kind;
use domain::provisional::ProvisionalPassword;
use domain::session::{Client, Lifetimes};
use domain::{AccountId, OsRandom, PartnerId, Password, SessionId, SessionToken, Timestamp};
use jiff::SignedDuration;
use passwords::{Hasher, Parameters, Settings};
use secrecy::ExposeSecret;
use storage::session::LastUse;
use tonic::{Request, Status};
use world::{Place, Sending, lease, provisioning, session_asks};

pub(crate) use world::{START, by_letter, open_between, refusal, somebody};

/// A password that nobody guesses.
pub(crate) const OWN: &str = "quatre girafes sous la pluie";

/// Another.
pub(crate) const NEXT: &str = "le phare sucré danse à midi";

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
    pub(crate) place: Arc<Place>,
    pub(crate) noted: Arc<Noted>,
    pub(crate) partner: PartnerId,
    pub(crate) administrator: AccountId,
}

impl Deref for World {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl World {
    /// LES OLIVIERS, whose administrator is Alix MERCIER. Hashes are as cheap as they can be.
    pub(crate) async fn les_oliviers() -> Arc<Self> {
        Self::with_hasher(cheap(8)).await
    }

    pub(crate) async fn with_hasher(settings: Settings) -> Arc<Self> {
        let place = Place::open().await;
        let noted = Arc::new(Noted::default());
        let deps = SessionDeps {
            stores: place.stores.clone(),
            clock: place.clock.clone(),
            random: Arc::new(OsRandom),
            hasher: hasher(settings),
            throttle_key: place.key.throttle_key(),
            lifetimes: Lifetimes::default(),
            last_use: noted.clone(),
        };
        let mutation = provisioning("LES OLIVIERS", "B-0001", somebody("MERCIER", "Alix"));
        deps.stores.mutations.apply(&mutation).await.unwrap();
        Arc::new(Self {
            deps,
            place: Arc::new(place),
            noted,
            partner: mutation.partner.partner(),
            administrator: mutation.new_accounts[0].id,
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
            place: self.place.clone(),
            noted: self.noted.clone(),
            partner: self.partner,
            administrator: self.administrator,
        }
    }

    /// Hashes computed so far.
    pub(crate) fn computed(&self) -> u64 {
        self.deps.hasher.computed()
    }

    pub(crate) async fn identifier(&self, id: AccountId) -> String {
        self.account(id).await.identifier.as_str().to_owned()
    }

    /// Adds somebody.
    pub(crate) async fn add(&self, account: NewAccount) -> AccountId {
        self.add_to(self.partner, account).await
    }

    /// Adds somebody who has chosen the password [`OWN`].
    pub(crate) async fn add_connected(&self, account: NewAccount) -> AccountId {
        let id = self.add(account).await;
        self.connect(id).await;
        id
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
        let made = ProvisionalPassword::generate(&OsRandom);
        let secret = Password::new(made.expose().to_owned());
        let sending = Sending {
            kind: Kind::ProvisionalPassword,
            channel,
            selector: made.selector(),
            hash: self.deps.hasher.hash(secret).await.unwrap(),
        };
        self.send_password(account, sending).await;
        made.display().expose_secret().to_owned()
    }

    /// What is queued, and why.
    pub(crate) async fn queued(&self) -> Vec<(AccountId, Kind)> {
        let lease = lease(self.now(), SignedDuration::ZERO);
        let outbox = &self.stores.deliveries;
        let claimed = outbox.claim_deliveries(Channel::Email, &lease, 100);
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
        Ok(session_asks(standing.session, message))
    }
}

/// A call of the portal without session.
pub(crate) fn of_nobody<T>(message: T, address: Option<&str>) -> Request<T> {
    let client = Client {
        address: address.map(|address| address.parse::<IpAddr>().unwrap()),
        user_agent: Some("Navigateur/1.0".to_owned()),
    };
    world::of_nobody(client, message)
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
