//! The operator's mail server.
//!
//! The conversation is led here, command by command, rather than by lettre's own pool: only so
//! is it known whether a failure came before the message was told, when it certainly did not
//! leave, or after, when it may have. And a connection given up in the middle of an answer is
//! dropped; parked, its late answer would be taken for that of the next message.

mod connection;
mod idle;

use std::fs;
use std::time::Duration;

use async_trait::async_trait;
use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt};
use lettre::transport::smtp::{Error, extension::ClientId};
use tokio::time::{Instant, timeout_at};

use self::connection::Unreachable;
use self::idle::Idle;
use super::{Handover, Mail, Transport};
use crate::Words;
use crate::settings::{self, Invalid, Security};

/// Longest that one mail takes, connecting included.
const LONGEST: Duration = Duration::from_mins(1);

/// Hands mails to a mail server, over connections that are used again.
pub struct Smtp {
    host: String,
    port: u16,
    protection: Protection,
    credentials: Option<Credentials>,
    hello: ClientId,
    longest: Duration,
    idle: Idle,
}

enum Protection {
    Starttls(TlsParameters),
    Tls(TlsParameters),
    Loopback,
}

impl Smtp {
    /// Reads the files that the settings name. Connects to nobody yet: a mail server that is down
    /// keeps nothing from starting.
    pub fn open(settings: &settings::Smtp) -> Result<Self, Invalid> {
        let protection = match settings.security {
            Security::Starttls => Protection::Starttls(tls(settings)?),
            Security::Tls => Protection::Tls(tls(settings)?),
            Security::None => Protection::Loopback,
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port(),
            protection,
            credentials: credentials(settings)?,
            hello: ClientId::default(),
            longest: LONGEST,
            idle: Idle::default(),
        })
    }

    /// One conversation, up to the answer to the message. Where it is given up in between, the
    /// connection is dropped with it.
    async fn converse(&self, mail: &Mail, deadline: Instant) -> Result<(), Failure> {
        let mut connection = timeout_at(deadline, self.connection())
            .await
            .map_err(|_| Failure::Unreachable(Unreachable::silent()))?
            .map_err(Failure::Unreachable)?;
        timeout_at(deadline, announce(&mut connection, mail))
            .await
            .map_err(|_| Failure::Silent)??;
        timeout_at(deadline, connection.message(&mail.content))
            .await
            .map_err(|_| Failure::SilentAfterMessage)?
            .map_err(after_message)?;
        self.idle.park(connection);
        Ok(())
    }

    async fn connection(&self) -> Result<AsyncSmtpConnection, Unreachable> {
        match self.idle.take().await {
            Some(connection) => Ok(connection),
            None => self.connect().await,
        }
    }
}

#[async_trait]
impl Transport for Smtp {
    async fn hand_over(&self, mail: &Mail) -> Handover {
        let deadline = Instant::now() + self.longest;
        match self.converse(mail, deadline).await {
            Ok(()) => Handover::Taken,
            Err(failure) => failure.handover(mail),
        }
    }
}

/// Where the conversation ended.
enum Failure {
    /// Before anything of this mail was told.
    Unreachable(Unreachable),
    /// The envelope cannot be written.
    Address,
    /// The server refused the envelope or the message.
    Refused(Error),
    /// The connection broke, or made no sense, before the message was told.
    Broken,
    /// No answer in time, before the message was told.
    Silent,
    /// The connection broke, or made no sense, once the message was being told.
    BrokenAfterMessage,
    /// No answer in time to the message.
    SilentAfterMessage,
}

impl Failure {
    fn handover(self, mail: &Mail) -> Handover {
        match self {
            Self::Unreachable(unreachable) => {
                tracing::warn!(
                    event = "mail_server_unreachable",
                    delivery = %mail.id,
                    stage = unreachable.stage,
                    error = unreachable.error
                );
                Handover::RefusedForNow(Words::new(unreachable.words))
            }
            Self::Address => Handover::RefusedForGood(Words::new(
                "L’adresse ne peut pas être écrite dans un envoi.",
            )),
            Self::Refused(error) if is_final(&error) => Handover::RefusedForGood(answer(
                "Le serveur de courriel a refusé le message",
                &error,
            )),
            Self::Refused(error) => Handover::RefusedForNow(answer(
                "Le serveur de courriel a remis le message à plus tard",
                &error,
            )),
            Self::Broken => Handover::RefusedForNow(Words::new(
                "La connexion au serveur de courriel s’est rompue avant l’envoi.",
            )),
            Self::Silent => Handover::RefusedForNow(Words::new(
                "Le serveur de courriel n’a pas répondu à temps, avant l’envoi.",
            )),
            Self::BrokenAfterMessage => Handover::Unsure(Words::new(
                "Envoi incertain : la connexion au serveur de courriel s’est rompue avant sa réponse.",
            )),
            Self::SilentAfterMessage => Handover::Unsure(Words::new(
                "Envoi incertain : le serveur de courriel n’a pas répondu à temps.",
            )),
        }
    }
}

/// Sender, recipient, and the word that the message comes.
async fn announce(connection: &mut AsyncSmtpConnection, mail: &Mail) -> Result<(), Failure> {
    let from = address(mail.from.as_str())?;
    let to = address(mail.to.as_str())?;
    for command in [
        MailFrom::new(Some(from), vec![]).to_string(),
        Rcpt::new(to, vec![]).to_string(),
        Data.to_string(),
    ] {
        connection
            .command(command)
            .await
            .map_err(|error| match error.status() {
                Some(_) => Failure::Refused(error),
                None => Failure::Broken,
            })?;
    }
    Ok(())
}

fn after_message(error: Error) -> Failure {
    match error.status() {
        Some(_) => Failure::Refused(error),
        None => Failure::BrokenAfterMessage,
    }
}

/// A 5xx is final, but for those that complain of us and not of the message: authentication
/// wanted, failed, too weak, unencrypted (RFC 4954 §6). These an operator mends.
fn is_final(error: &Error) -> bool {
    error.is_permanent()
        && error
            .status()
            .is_some_and(|code| !["530", "534", "535", "538"].contains(&code.to_string().as_str()))
}

fn answer(what: &str, error: &Error) -> Words {
    use std::error::Error as _;
    let code = error.status().map(|code| code.to_string());
    let said = error.source().map(ToString::to_string);
    Words::new(&format!(
        "{what} : {} {}",
        code.unwrap_or_default(),
        said.unwrap_or_default()
    ))
}

/// The stored address, byte for byte.
fn address(text: &str) -> Result<Address, Failure> {
    text.rsplit_once('@')
        .and_then(|(user, domain)| Address::new(user, domain).ok())
        .filter(|address| AsRef::<str>::as_ref(address) == text)
        .ok_or(Failure::Address)
}

fn tls(settings: &settings::Smtp) -> Result<TlsParameters, Invalid> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let wrong = |error: &dyn std::fmt::Display| {
            Invalid::one("smtp.ca_file", format!("{}: {error}", path.display()))
        };
        let pem = fs::read(path).map_err(|error| wrong(&error))?;
        let authorities = Certificate::from_pem(&pem).map_err(|error| wrong(&error))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(authorities);
    }
    builder
        .build()
        .map_err(|error| Invalid::one("smtp.ca_file", error.to_string()))
}

fn credentials(settings: &settings::Smtp) -> Result<Option<Credentials>, Invalid> {
    let (Some(user), Some(path)) = (&settings.user, &settings.password_file) else {
        return Ok(None);
    };
    let text = fs::read_to_string(path).map_err(|error| {
        Invalid::one("smtp.password_file", format!("{}: {error}", path.display()))
    })?;
    let password = text.trim_end_matches(['\r', '\n']).to_owned();
    Ok(Some(Credentials::new(user.clone(), password)))
}

#[cfg(test)]
mod tests;
