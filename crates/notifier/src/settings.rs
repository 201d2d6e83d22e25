//! What an operator configures: who writes, through which server, how fast.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use domain::email::Email;
use letters::Letterhead;
use serde::Deserialize;
use serde::de::value::StringDeserializer;
use serde::de::{Deserializer, IntoDeserializer};

/// Settings of messages and of the workers that deliver them. Every value has a harmless
/// default; [`Settings::check`] says everything that is wrong at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who writes, how to call, where the portal is: the same in letters and mails.
    pub letterhead: Letterhead,
    /// From whom mails come.
    pub sender: Sender,
    /// The mail server.
    pub smtp: Smtp,
    /// How fast workers go.
    pub pace: Pace,
}

/// From whom mails come.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sender {
    /// The address in `From`, and of the envelope.
    pub address: String,
    /// The name beside it, at most 60 characters; empty is the letterhead's organisation.
    pub name: String,
    /// Where answers go. Without, mails ask not to be answered.
    pub reply_to: Option<String>,
    /// What stands after the `@` of a Message-ID: a domain of the operator's own.
    pub message_id_domain: String,
}

impl Default for Sender {
    fn default() -> Self {
        Self {
            address: "ne-pas-repondre@caf.example".into(),
            name: String::new(),
            reply_to: None,
            message_id_domain: "caf.example".into(),
        }
    }
}

/// The mail server.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    /// Its name, which its certificate must bear, or its address.
    pub host: String,
    /// Its port; by default 587, or 465 with `tls`.
    pub port: Option<u16>,
    /// How the channel is protected.
    #[serde(deserialize_with = "security")]
    pub security: Security,
    /// The user to sign in as, if the server wants one.
    pub user: Option<String>,
    /// The file that holds that user's password, its last line end dropped.
    pub password_file: Option<PathBuf>,
    /// The authorities trusted for the server's certificate, as PEM; by default the system's.
    pub ca_file: Option<PathBuf>,
}

/// Reads the word by itself, so that another one is refused with all that there are, whatever
/// format it comes from.
fn security<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Security, D::Error> {
    let word: StringDeserializer<D::Error> = String::deserialize(deserializer)?.into_deserializer();
    Security::deserialize(word)
}

impl Default for Smtp {
    fn default() -> Self {
        Self {
            host: "localhost".into(),
            port: None,
            security: Security::Starttls,
            user: None,
            password_file: None,
            ca_file: None,
        }
    }
}

impl Smtp {
    /// The port, configured or usual.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::Starttls | Security::None => 587,
            Security::Tls => 465,
        })
    }

    fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self
                .host
                .parse::<IpAddr>()
                .is_ok_and(|address| address.is_loopback())
    }
}

/// How the channel to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// STARTTLS, required: a server that does not offer it gets nothing.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: only to this very machine.
    None,
}

/// How fast workers go.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Pace {
    /// E-mails in flight at once, 1 to 64. 8 by default: one takes some 40 ms over STARTTLS, all
    /// of it waiting, and a mail server takes that many connections of one peer.
    pub emails_in_flight: u32,
    /// Letters made at once, 1 to 16. One by default: making one is pure computation.
    pub letters_in_flight: u32,
    /// Milliseconds between two looks at the outbox when there is nothing to do, 10 to 60,000.
    pub poll_ms: u64,
    /// Seconds that messages in flight are waited for at the stop, 0 to 120.
    pub drain_s: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            emails_in_flight: 8,
            letters_in_flight: 1,
            poll_ms: 250,
            drain_s: 20,
        }
    }
}

impl Pace {
    pub(crate) fn poll(&self) -> Duration {
        Duration::from_millis(self.poll_ms)
    }

    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_s)
    }
}

/// One setting that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its key, as `sender.address`, below wherever these settings stand.
    pub key: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

/// Settings that cannot be, all of them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("; "))]
pub struct Invalid(pub Vec<Problem>);

impl Invalid {
    pub(crate) fn one(key: &'static str, message: impl Into<String>) -> Self {
        Self(vec![problem(key, message)])
    }
}

impl Settings {
    /// Says everything that is wrong, files not opened.
    pub fn check(&self) -> Result<(), Invalid> {
        let mut problems = Vec::new();
        for (field, error) in self.letterhead.problems() {
            problems.push(problem(format!("letterhead.{field}"), error.to_string()));
        }
        problems.extend(self.sender.problems());
        problems.extend(self.smtp.problems());
        problems.extend(self.pace.problems());
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Invalid(problems))
        }
    }
}

impl Sender {
    const LONGEST_NAME: usize = 60;

    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if Email::parse(&self.address).is_err() {
            problems.push(problem("sender.address", NO_ADDRESS));
        }
        if self
            .reply_to
            .as_deref()
            .is_some_and(|address| Email::parse(address).is_err())
        {
            problems.push(problem("sender.reply_to", NO_ADDRESS));
        }
        if self.name.chars().count() > Self::LONGEST_NAME || self.name.chars().any(char::is_control)
        {
            problems.push(problem(
                "sender.name",
                "at most 60 characters, none of them a control character",
            ));
        }
        if Email::parse(&format!("x@{}", self.message_id_domain))
            .ok()
            .is_none_or(|read| read.as_str() != format!("x@{}", self.message_id_domain))
        {
            problems.push(problem(
                "sender.message_id_domain",
                "a domain in lower case is needed, as example.org",
            ));
        }
        problems
    }
}

impl Smtp {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if self.host.is_empty() || self.host.chars().any(|c| c.is_whitespace() || c == '/') {
            problems.push(problem(
                "smtp.host",
                "the name or address of a mail server is needed, without port or scheme",
            ));
        }
        if self.port == Some(0) {
            problems.push(problem("smtp.port", "a port is 1 to 65535"));
        }
        if self.security == Security::None && !self.is_loopback() {
            problems.push(problem(
                "smtp.security",
                "none is for a server on this machine (localhost, 127.0.0.1, ::1); use starttls or tls",
            ));
        }
        if self.security == Security::None && self.ca_file.is_some() {
            problems.push(problem(
                "smtp.ca_file",
                "without TLS no authority is asked; set smtp.security or leave this out",
            ));
        }
        match (&self.user, &self.password_file) {
            (Some(_), None) => problems.push(problem(
                "smtp.password_file",
                "smtp.user needs the file of its password",
            )),
            (None, Some(_)) => problems.push(problem(
                "smtp.user",
                "smtp.password_file needs the user it belongs to",
            )),
            _ => {}
        }
        problems
    }
}

impl Pace {
    fn problems(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(1..=64).contains(&self.emails_in_flight) {
            problems.push(problem("pace.emails_in_flight", "1 to 64"));
        }
        if !(1..=16).contains(&self.letters_in_flight) {
            problems.push(problem("pace.letters_in_flight", "1 to 16"));
        }
        if !(10..=60_000).contains(&self.poll_ms) {
            problems.push(problem("pace.poll_ms", "10 to 60000 milliseconds"));
        }
        if self.drain_s > 120 {
            problems.push(problem("pace.drain_s", "0 to 120 seconds"));
        }
        problems
    }
}

const NO_ADDRESS: &str = "one e-mail address is needed, as name@example.org";

fn problem(key: impl Into<String>, message: impl Into<String>) -> Problem {
    Problem {
        key: key.into(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_pass_their_own_check() {
        Settings::default().check().unwrap();
    }

    #[test]
    fn every_wrong_value_is_named_by_its_key_at_once() {
        let settings = Settings {
            letterhead: Letterhead {
                telephone: String::new(),
                return_address: Vec::new(),
                ..Letterhead::default()
            },
            sender: Sender {
                address: "nobody".into(),
                name: "a\nb".into(),
                reply_to: Some("a@b@c".into()),
                message_id_domain: "Caf.example\r\n".into(),
            },
            smtp: Smtp {
                host: "smtp.example:25/".into(),
                port: Some(0),
                security: Security::None,
                user: Some("caf".into()),
                password_file: None,
                ca_file: Some("ca.pem".into()),
            },
            pace: Pace {
                emails_in_flight: 0,
                letters_in_flight: 17,
                poll_ms: 0,
                drain_s: 121,
            },
        };
        let Err(Invalid(problems)) = settings.check() else {
            panic!("taken");
        };
        let keys: Vec<_> = problems
            .iter()
            .map(|problem| problem.key.as_str())
            .collect();
        assert_eq!(
            keys,
            [
                "letterhead.return_address",
                "letterhead.telephone",
                "sender.address",
                "sender.reply_to",
                "sender.name",
                "sender.message_id_domain",
                "smtp.host",
                "smtp.port",
                "smtp.security",
                "smtp.ca_file",
                "smtp.password_file",
                "pace.emails_in_flight",
                "pace.letters_in_flight",
                "pace.poll_ms",
                "pace.drain_s",
            ]
        );
    }

    #[test]
    fn mail_in_clear_is_for_this_machine_only() {
        let smtp = |host: &str| Smtp {
            host: host.into(),
            security: Security::None,
            ..Smtp::default()
        };
        for here in ["localhost", "127.0.0.1", "127.8.8.8", "::1"] {
            assert_eq!(smtp(here).problems(), [], "{here}");
        }
        for elsewhere in ["10.0.0.1", "smtp.example", "localhost.example", "::2"] {
            assert_eq!(smtp(elsewhere).problems().len(), 1, "{elsewhere}");
        }
    }
}
