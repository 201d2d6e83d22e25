//! From nothing to a connection on which a mail may be announced.

use std::io;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::DEFAULT_MECHANISMS;
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use tokio::net::TcpStream;

use super::{Protection, Smtp};

/// Why no mail can be announced. Nothing of a mail was told.
pub(super) struct Unreachable {
    /// How far it came, for the log.
    pub(super) stage: &'static str,
    /// What went wrong, for the log; nothing that the server said after we signed in.
    pub(super) error: String,
    /// The same in plain words.
    pub(super) words: &'static str,
}

impl Unreachable {
    /// It took too long.
    pub(super) fn silent() -> Self {
        Self {
            stage: "connect",
            error: "no answer in time".into(),
            words: "Le serveur de courriel n’a pas répondu à temps.",
        }
    }

    fn connect(error: &(dyn std::error::Error + 'static)) -> Self {
        Self {
            stage: "connect",
            error: error.to_string(),
            words: "Le serveur de courriel est injoignable.",
        }
    }

    fn protect(error: &Error) -> Self {
        Self {
            stage: "tls",
            error: error.to_string(),
            words: "La connexion au serveur de courriel n’a pas pu être protégée.",
        }
    }

    fn sign_in(error: &Error) -> Self {
        Self {
            stage: "sign_in",
            error: error
                .status()
                .map_or_else(|| "no usable answer".into(), |code| code.to_string()),
            words: "Le serveur de courriel n’accepte pas notre connexion.",
        }
    }
}

impl Smtp {
    /// Connects, protects the channel, signs in.
    pub(super) async fn connect(&self) -> Result<AsyncSmtpConnection, Unreachable> {
        let mut connection = match &self.protection {
            Protection::Loopback => self.connect_in_clear().await?,
            Protection::Tls(tls) => self.greet(Some(tls.clone())).await?,
            Protection::Starttls(tls) => {
                let mut connection = self.greet(None).await?;
                connection
                    .starttls(tls.clone(), &self.hello)
                    .await
                    .map_err(|error| Unreachable::protect(&error))?;
                connection
            }
        };
        if let Some(credentials) = &self.credentials {
            connection
                .auth(DEFAULT_MECHANISMS, credentials)
                .await
                .map_err(|error| Unreachable::sign_in(&error))?;
        }
        Ok(connection)
    }

    async fn greet(&self, tls: Option<TlsParameters>) -> Result<AsyncSmtpConnection, Unreachable> {
        let server = (self.host.as_str(), self.port);
        AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, tls, None)
            .await
            .map_err(|error| {
                if error.is_tls() {
                    Unreachable::protect(&error)
                } else {
                    Unreachable::connect(&error)
                }
            })
    }

    /// The address is judged once connected: what a name stands for is not known before.
    async fn connect_in_clear(&self) -> Result<AsyncSmtpConnection, Unreachable> {
        let stream = TcpStream::connect((self.host.as_str(), self.port))
            .await
            .map_err(|error| Unreachable::connect(&error))?;
        let peer = stream
            .peer_addr()
            .map_err(|error| Unreachable::connect(&error))?;
        if !peer.ip().is_loopback() {
            return Err(Unreachable::connect(&io::Error::other(
                "mail in clear goes to this machine only",
            )));
        }
        AsyncSmtpConnection::connect_with_transport(Box::new(stream), &self.hello)
            .await
            .map_err(|error| Unreachable::connect(&error))
    }
}
