//! Connections kept for the next mail: opening one costs more than the mail itself.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lettre::transport::smtp::client::AsyncSmtpConnection;
use tokio::time::{Instant, timeout};

/// How long a connection waits for its next mail. Servers hang up after some minutes; a shorter
/// wait leaves that race to few.
const WAIT: Duration = Duration::from_secs(30);

/// How long a farewell, or the proof that a server is still there, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Connections on which the last conversation ended well.
#[derive(Default)]
pub(super) struct Idle(Mutex<Vec<Parked>>);

struct Parked {
    connection: AsyncSmtpConnection,
    since: Instant,
}

impl Idle {
    /// One that still answers, if there is any.
    pub(super) async fn take(&self) -> Option<AsyncSmtpConnection> {
        while let Some(mut parked) = self.pop() {
            if parked.since.elapsed() > WAIT {
                farewell(parked.connection);
                continue;
            }
            if let Ok(true) = timeout(PATIENCE, parked.connection.test_connected()).await {
                return Some(parked.connection);
            }
        }
        None
    }

    /// Keeps one whose last answer was read to its end, and lets those go that waited too long.
    /// As many are kept as mails are in flight.
    pub(super) fn park(&self, connection: AsyncSmtpConnection) {
        let since = Instant::now();
        let mut parked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for old in parked.extract_if(.., |one| one.since.elapsed() > WAIT) {
            farewell(old.connection);
        }
        parked.push(Parked { connection, since });
    }

    /// The one parked last, so that those beyond need grow old.
    fn pop(&self) -> Option<Parked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

fn farewell(mut connection: AsyncSmtpConnection) {
    tokio::spawn(async move { timeout(PATIENCE, connection.quit()).await.is_ok() });
}
