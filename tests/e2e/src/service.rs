//! The server in process, with its clock, its mail server and its folders; and who calls it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use api::account::v1::account_service_client::AccountServiceClient;
use api::delivery::v1::delivery_service_client::DeliveryServiceClient;
use api::habilitation::v1::habilitation_service_client::HabilitationServiceClient;
use api::partner::v1::partner_service_client::PartnerServiceClient;
use api::recovery::v1::recovery_service_client::RecoveryServiceClient;
use api::session::v1::session_service_client::SessionServiceClient;
use domain::{Clock, OsRandom, Random};
use jiff::{SignedDuration, Timestamp};
use server::config::{Length, Settings};
use server::{Mode, Running, Sources};
use tempfile::TempDir;
use tonic::metadata::{AsciiMetadataKey, AsciiMetadataValue};
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use uuid::Uuid;

use crate::eventually::eventually;
use crate::letter::Letter;
use crate::smtp_sink::{Security, SmtpSink};

/// When every test begins: a Monday of November, ten o'clock in Paris.
pub const BEGINNING: &str = "2026-11-23T09:00:00Z";

/// A clock that stands still until a test moves it.
pub struct MovedClock(AtomicI64);

impl MovedClock {
    fn new() -> Self {
        let beginning: Timestamp = BEGINNING.parse().unwrap();
        Self(AtomicI64::new(beginning.as_microsecond()))
    }

    /// Lets that much time pass.
    pub fn advance(&self, by: SignedDuration) {
        let micros = i64::try_from(by.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for MovedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// A server that answers, and the world around it. All of it goes when this is dropped.
pub struct Service {
    /// The time, for all of the server.
    pub clock: Arc<MovedClock>,
    /// The mail server.
    pub sink: SmtpSink,
    settings: Settings,
    folder: TempDir,
    running: Option<Running>,
    channel: Channel,
}

impl Service {
    /// Starts one whose mails go over STARTTLS, as they do by default.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts one with other settings.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start_over(Security::Starttls, change).await
    }

    /// Starts one whose mails go over such a channel.
    pub async fn start_over(security: Security, change: impl FnOnce(&mut Settings)) -> Self {
        let folder = TempDir::new().unwrap();
        let sink = SmtpSink::start(security).await;
        let mut settings = settings(folder.path(), &sink, security);
        change(&mut settings);
        let clock = Arc::new(MovedClock::new());
        let (running, channel) = run(&settings, &clock).await;
        Self {
            clock,
            sink,
            settings,
            folder,
            running: Some(running),
            channel,
        }
    }

    /// Stops it in order and starts it again on the same folder.
    pub async fn restart(&mut self) {
        self.stop().await;
        let (running, channel) = run(&self.settings, &self.clock).await;
        (self.running, self.channel) = (Some(running), channel);
    }

    /// Stops it in order.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
            running.wait().await;
        }
    }

    /// The connection, for calls made byte by byte.
    pub fn channel(&self) -> Channel {
        self.channel.clone()
    }

    /// The folder of the database and its journal.
    pub fn database_folder(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder where letters wait.
    pub fn letters_folder(&self) -> PathBuf {
        self.folder.path().join("letters")
    }

    /// Waits for the letter of a delivery.
    pub async fn letter_of(&self, delivery_id: &str) -> Letter {
        let folder = self.letters_folder();
        eventually(
            &format!("the letter of delivery {delivery_id}"),
            async || Letter::find(&folder, delivery_id),
        )
        .await
    }

    /// A caller that names nobody: a service for itself, holding every role.
    pub fn caller(&self) -> Caller {
        Caller::over(self.channel.clone())
    }

    /// The portal, before anyone signed in.
    pub fn portal(&self) -> Caller {
        self.caller().telling("dev-caller-role", "PORTAL")
    }

    /// The portal, for the person of that session.
    pub fn session(&self, token: &str) -> Caller {
        self.portal().telling("session-token", token)
    }

    /// A business service.
    pub fn business(&self) -> Caller {
        self.caller().telling("dev-caller-role", "BUSINESS")
    }

    /// The back office, for an agent of the Caf.
    pub fn agent(&self) -> Caller {
        self.caller()
            .telling("dev-caller-role", "BACKOFFICE")
            .telling("caf-agent", "agent-0042")
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(running) = &self.running {
            running.stop();
        }
    }
}

/// Who calls: a connection and what is told with each call.
#[derive(Clone)]
pub struct Caller {
    channel: Channel,
    metadata: Metadata,
}

/// A client of one service, telling its caller's metadata.
pub type Told = InterceptedService<Channel, Metadata>;

/// What is told with each call.
#[derive(Clone, Default)]
pub struct Metadata(Vec<(AsciiMetadataKey, AsciiMetadataValue)>);

impl Interceptor for Metadata {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        for (key, value) in &self.0 {
            request.metadata_mut().append(key.clone(), value.clone());
        }
        Ok(request)
    }
}

impl Caller {
    /// Whoever calls over that connection and names nobody.
    pub fn over(channel: Channel) -> Self {
        Self {
            channel,
            metadata: Metadata::default(),
        }
    }

    /// The same, telling this too.
    pub fn telling(mut self, key: &'static str, value: &str) -> Self {
        let key = AsciiMetadataKey::from_static(key);
        self.metadata.0.push((key, value.parse().unwrap()));
        self
    }

    /// What is told, for calls made byte by byte.
    pub fn told(&self) -> Vec<(&str, &str)> {
        let pairs = self.metadata.0.iter();
        pairs
            .map(|(key, value)| (key.as_str(), value.to_str().unwrap()))
            .collect()
    }

    /// The connection.
    pub fn channel(&self) -> &Channel {
        &self.channel
    }

    /// Client of `AccountService`.
    pub fn accounts(&self) -> AccountServiceClient<Told> {
        AccountServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }

    /// Client of `SessionService`.
    pub fn sessions(&self) -> SessionServiceClient<Told> {
        SessionServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }

    /// Client of `RecoveryService`.
    pub fn recovery(&self) -> RecoveryServiceClient<Told> {
        RecoveryServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }

    /// Client of `PartnerService`.
    pub fn partners(&self) -> PartnerServiceClient<Told> {
        PartnerServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }

    /// Client of `HabilitationService`.
    pub fn habilitations(&self) -> HabilitationServiceClient<Told> {
        HabilitationServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }

    /// Client of `DeliveryService`.
    pub fn deliveries(&self) -> DeliveryServiceClient<Told> {
        DeliveryServiceClient::with_interceptor(self.channel.clone(), self.metadata.clone())
    }
}

/// A UUID that nobody used.
pub fn fresh_id() -> String {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes)
        .into_uuid()
        .to_string()
}

/// A UUID that no object bears.
pub fn absent_id() -> String {
    Uuid::from_u128(0x0193_542e_7c00_7000_8000_0000_0000_00ff).to_string()
}

fn settings(folder: &Path, sink: &SmtpSink, security: Security) -> Settings {
    let certificate = folder.join("mail-server.pem");
    std::fs::write(&certificate, sink.certificate()).unwrap();
    let mut settings = Settings::default();
    settings.listen.address = ([127, 0, 0, 1], 0).into();
    settings.database.path = folder.join("data").join("compte-partenaire.db");
    std::fs::create_dir(folder.join("data")).unwrap();
    settings.keys.server_key_file = folder.join("server.key");
    settings.letters.folder = folder.join("letters");
    settings.hashing.threads = 2;
    settings.hashing.memory_kib = 64;
    settings.hashing.passes = 1;
    let smtp = &mut settings.messages.smtp;
    smtp.port = Some(sink.port());
    match security {
        Security::Starttls => smtp.ca_file = Some(certificate),
        Security::Clear => smtp.security = notifier::Security::None,
    }
    // Tests share their machine with one another: what is slow there is no fault.
    let patience = Length::from_secs(20);
    settings.hashing.wait = patience;
    settings.deadlines.check = patience;
    settings.deadlines.session = patience;
    settings.deadlines.administration = patience;
    settings.deadlines.sign_in = patience;
    settings.deadlines.recovery = patience;
    settings.messages.pace.poll_ms = 20;
    settings.transport.drain_announced = Length::ZERO;
    settings
}

async fn run(settings: &Settings, clock: &Arc<MovedClock>) -> (Running, Channel) {
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    let sources = Sources {
        clock,
        random: Arc::new(OsRandom),
    };
    let running = server::start(settings.clone(), Mode::Dev, sources)
        .await
        .unwrap();
    let endpoint = Endpoint::from_shared(format!("http://{}", running.address())).unwrap();
    (running, endpoint.connect().await.unwrap())
}
