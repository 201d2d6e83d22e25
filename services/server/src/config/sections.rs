//! The sections of the settings, with their defaults and their bounds.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use domain::limits;
use domain::session::Lifetimes;
use passwords::Parameters;
use serde::Deserialize;
use tracing::Level;

use super::{Checks, Length, Problem};
use crate::layers::{Deadlines, InFlight};
use crate::transport;

/// Everything an operator decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where clients connect.
    pub listen: Listen,
    /// Where everything is kept.
    pub database: Database,
    /// The server's own secret.
    pub keys: Keys,
    /// How passwords are hashed.
    pub hashing: Hashing,
    /// How long sessions live.
    pub sessions: Sessions,
    /// How many messages may be caused.
    pub limits: Limits,
    /// How e-mails leave.
    pub mail: Mail,
    /// Where letters wait for their printer.
    pub letters: Letters,
    /// What messages say of the sender, through which mail server, how fast.
    pub messages: notifier::Settings,
    /// How the log is written.
    pub logs: Logs,
    /// How connections are bounded.
    pub transport: transport::Settings,
    /// How long calls may take.
    pub deadlines: Deadlines,
    /// How many calls may be under way.
    pub in_flight: InFlight,
}

impl Settings {
    /// Every value that cannot be.
    pub fn problems(&self) -> Vec<Problem> {
        let mut checks = Checks::default();
        self.listen.check(checks.section("listen"));
        self.hashing.check(checks.section("hashing"));
        self.sessions.check(checks.section("sessions"));
        self.limits.check(checks.section("limits"));
        self.transport.check(checks.section("transport"));
        self.deadlines.check(checks.section("deadlines"));
        self.in_flight.check(checks.section("in_flight"));
        checks.section("messages");
        if let Err(notifier::Invalid(problems)) = self.messages.check() {
            for problem in problems {
                checks.wrong(problem.key, problem.message);
            }
        }
        checks.problems()
    }
}

/// Where clients connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
}

impl Default for Listen {
    fn default() -> Self {
        Self {
            address: SocketAddr::from(([127, 0, 0, 1], 50051)),
        }
    }
}

impl Listen {
    fn check(&self, checks: &mut Checks) {
        if !self.address.ip().is_loopback() {
            checks.wrong(
                "address",
                format!(
                    "{} can be reached from other machines. Callers are not authenticated yet: \
                     whoever connects holds every role, so the service listens on loopback only. \
                     Write 127.0.0.1:{port} or [::1]:{port}",
                    self.address,
                    port = self.address.port()
                ),
            );
        }
    }
}

/// Where everything is kept.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// The SQLite file. Its journal and its lock file stand beside it.
    pub path: PathBuf,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            path: "/var/lib/compte-partenaire/compte-partenaire.db".into(),
        }
    }
}

/// The server's own secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The file of 32 random bytes, readable by its owner alone.
    pub server_key_file: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            server_key_file: "/etc/compte-partenaire/server.key".into(),
        }
    }
}

/// How passwords are hashed: argon2id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hashing {
    /// Threads, 0 to 256; 0 is as many as there are cores. More only cost memory.
    pub threads: u32,
    /// Memory of one hash, which each thread keeps.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Most sign-ins that wait while every thread is busy, 0 to 10,000.
    pub waiting: u32,
    /// The longest that one waits.
    pub wait: Length,
}

impl Default for Hashing {
    fn default() -> Self {
        let settings = passwords::Settings::default();
        Self {
            threads: 0,
            memory_kib: settings.parameters.memory_kib(),
            passes: settings.parameters.passes(),
            waiting: u32::try_from(settings.waiting).unwrap_or(u32::MAX),
            wait: Length::from_millis(500),
        }
    }
}

impl Hashing {
    fn check(&self, checks: &mut Checks) {
        checks.between("threads", self.threads, 0, 256);
        checks.between("waiting", self.waiting, 0, 10_000);
        if let Err(error) = Parameters::new(self.memory_kib, self.passes, 1) {
            let key = match error {
                passwords::ParametersError::Passes { .. } => "passes",
                _ => "memory_kib",
            };
            checks.wrong(key, error);
        }
    }

    /// For the hasher.
    pub(crate) fn to_hasher(&self) -> Result<passwords::Settings, passwords::ParametersError> {
        let defaults = passwords::Settings::default();
        let threads = usize::try_from(self.threads)
            .ok()
            .and_then(NonZeroUsize::new);
        Ok(passwords::Settings {
            parameters: Parameters::new(self.memory_kib, self.passes, 1)?,
            threads: threads.unwrap_or(defaults.threads),
            waiting: usize::try_from(self.waiting).unwrap_or(defaults.waiting),
            wait: self.wait.get(),
            ..defaults
        })
    }
}

/// How long sessions live.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sessions {
    /// Without use, for a user.
    pub user_idle: Length,
    /// In all, for a user.
    pub user_absolute: Length,
    /// Without use, for managers and administrators.
    pub privileged_idle: Length,
    /// In all, for managers and administrators.
    pub privileged_absolute: Length,
    /// In all, for a session that may only change the password.
    pub incomplete: Length,
}

impl Default for Sessions {
    fn default() -> Self {
        let lifetimes = Lifetimes::default();
        Self {
            user_idle: Length::of(lifetimes.user_idle),
            user_absolute: Length::of(lifetimes.user_absolute),
            privileged_idle: Length::of(lifetimes.privileged_idle),
            privileged_absolute: Length::of(lifetimes.privileged_absolute),
            incomplete: Length::of(lifetimes.incomplete),
        }
    }
}

impl Sessions {
    fn check(&self, checks: &mut Checks) {
        // The last use is written once a minute: a session idle for less would end in use.
        let least = Length::from_secs(120);
        for (key, length) in [
            ("user_idle", self.user_idle),
            ("privileged_idle", self.privileged_idle),
            ("incomplete", self.incomplete),
        ] {
            if length < least {
                checks.wrong(key, format!("{length} is shorter than {least}"));
            }
        }
        for (key, idle, absolute) in [
            ("user_absolute", self.user_idle, self.user_absolute),
            (
                "privileged_absolute",
                self.privileged_idle,
                self.privileged_absolute,
            ),
        ] {
            if absolute < idle {
                checks.wrong(
                    key,
                    format!("{absolute} is shorter than the idle life, {idle}"),
                );
            }
        }
    }

    /// For the domain.
    pub(crate) fn to_domain(&self) -> Lifetimes {
        Lifetimes {
            user_idle: self.user_idle.signed(),
            user_absolute: self.user_absolute.signed(),
            privileged_idle: self.privileged_idle.signed(),
            privileged_absolute: self.privileged_absolute.signed(),
            incomplete: self.incomplete.signed(),
        }
    }
}

/// At most so many in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSetting {
    /// How many, up to 1,000,000.
    pub most: u32,
    /// In how long.
    pub window: Length,
}

impl RateSetting {
    fn of(rate: limits::Rate) -> Self {
        Self {
            most: rate.most,
            window: Length::of(rate.window),
        }
    }

    fn to_domain(self) -> limits::Rate {
        limits::Rate::new(self.most, self.window.signed())
    }
}

/// How many messages with credentials may be caused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Recoveries, per account and per address.
    pub recovery_messages: RateSetting,
    /// Recoveries following each other, likewise.
    pub recovery_spacing: RateSetting,
    /// Recoveries by letter, per account.
    pub recovery_letters: RateSetting,
    /// Credentials sent again by an agent or the partner's people, per account.
    pub reissues: RateSetting,
    /// Creations and reissues of one partner.
    pub partner_messages: RateSetting,
    /// Accounts on one address that each get their own recovery mail, 1 to 1,000.
    pub accounts_per_address: u32,
    /// How long recovery and reissue rest after the partner's own people changed the address.
    pub pause_after_email_change: Length,
}

impl Default for Limits {
    fn default() -> Self {
        let limits = limits::Limits::default();
        Self {
            recovery_messages: RateSetting::of(limits.recovery_messages),
            recovery_spacing: RateSetting::of(limits.recovery_spacing),
            recovery_letters: RateSetting::of(limits.recovery_letters),
            reissues: RateSetting::of(limits.reissues),
            partner_messages: RateSetting::of(limits.partner_messages),
            accounts_per_address: limits.accounts_per_address,
            pause_after_email_change: Length::of(limits.pause_after_email_change),
        }
    }
}

impl Limits {
    fn check(&self, checks: &mut Checks) {
        for (key, rate) in [
            ("recovery_messages", self.recovery_messages),
            ("recovery_spacing", self.recovery_spacing),
            ("recovery_letters", self.recovery_letters),
            ("reissues", self.reissues),
            ("partner_messages", self.partner_messages),
        ] {
            checks.between(&format!("{key}.most"), rate.most, 0, 1_000_000);
            checks.positive(&format!("{key}.window"), rate.window);
        }
        checks.between("accounts_per_address", self.accounts_per_address, 1, 1_000);
    }

    /// For the domain.
    pub(crate) fn to_domain(&self) -> limits::Limits {
        limits::Limits {
            recovery_messages: self.recovery_messages.to_domain(),
            recovery_spacing: self.recovery_spacing.to_domain(),
            recovery_letters: self.recovery_letters.to_domain(),
            reissues: self.reissues.to_domain(),
            partner_messages: self.partner_messages.to_domain(),
            accounts_per_address: self.accounts_per_address,
            pause_after_email_change: self.pause_after_email_change.signed(),
        }
    }
}

/// How e-mails leave.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// By the mail server of `messages.smtp`, or into a folder.
    pub transport: MailTransport,
    /// That folder: one `.eml` file for each message.
    pub folder: PathBuf,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            transport: MailTransport::Smtp,
            folder: "/var/lib/compte-partenaire/mail".into(),
        }
    }
}

/// Where e-mails go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// To a mail server.
    Smtp,
    /// Into a folder, for trying things out.
    Folder,
}

/// Where letters wait for their printer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letters {
    /// One PDF and one JSON file for each letter.
    pub folder: PathBuf,
}

impl Default for Letters {
    fn default() -> Self {
        Self {
            folder: "/var/lib/compte-partenaire/letters".into(),
        }
    }
}

/// How the log is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Logs {
    /// For people or for programs.
    pub format: LogFormat,
    /// The least important lines that are written. Libraries never write below `info`.
    pub level: LogLevel,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            format: LogFormat::Json,
            level: LogLevel::Info,
        }
    }
}

/// The form of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text for people.
    Human,
    /// One JSON object, its time in UTC.
    Json,
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Failures of the service.
    Error,
    /// What an operator should look at.
    Warn,
    /// One line for each call, and what happens besides.
    Info,
    /// How things came about.
    Debug,
    /// Everything.
    Trace,
}

impl LogLevel {
    /// For the log's own library.
    pub(crate) fn to_tracing(self) -> Level {
        match self {
            Self::Error => Level::ERROR,
            Self::Warn => Level::WARN,
            Self::Info => Level::INFO,
            Self::Debug => Level::DEBUG,
            Self::Trace => Level::TRACE,
        }
    }
}
