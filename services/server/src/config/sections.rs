//! The sections of the settings, with their defaults and their bounds.

mod hashing;
mod limits;
mod logs;
mod sessions;

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::{Checks, Problem, choice};
use crate::layers::{Deadlines, InFlight};
use crate::transport;

pub use hashing::Hashing;
pub use limits::{Limits, RateSetting};
pub use logs::{LogFormat, LogLevel, Logs};
pub use sessions::Sessions;

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
                checks.wrong(&problem.key, problem.message);
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

/// The server's own secrets, each a file of 32 random bytes that its owner alone may read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// What throttles, page tokens and the look-up of addresses rest on.
    pub server_key_file: PathBuf,
    /// Without which the database's hashes cannot be tried: the first for new hashes, the others
    /// for those that still name them. None: hashes are made without.
    pub peppers: Vec<PepperFile>,
}

/// A key outside the database, known by its id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PepperFile {
    /// 1 to 8 of `[A-Za-z0-9_-]`, stored with each hash in clear; never used for another key.
    pub id: String,
    /// The file.
    pub file: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            server_key_file: "/etc/compte-partenaire/server.key".into(),
            peppers: Vec::new(),
        }
    }
}

/// How e-mails leave.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// By the mail server of `messages.smtp`, or into a folder.
    #[serde(deserialize_with = "choice::read")]
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
