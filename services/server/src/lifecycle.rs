//! A server from its start to its end.

mod drain;
mod health;
mod signals;
mod start;

use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use domain::{Clock, OsRandom, Random, SystemClock};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::layers::Door;

pub use signals::Signals;
pub use start::{StartError, can_listen, start};

/// For what a server runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For real: the key must be there, the schema must be this program's.
    Serve,
    /// To try things out: the key is made, the database is made and migrated, and a call may
    /// narrow itself to one role by the metadata `dev-caller-role`.
    Dev,
}

/// Where time and luck come from: tests own both.
#[derive(Clone)]
pub struct Sources {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The luck.
    pub random: Arc<dyn Random>,
}

impl Default for Sources {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock::default()),
            random: Arc::new(OsRandom),
        }
    }
}

/// A server that answers.
pub struct Running {
    address: SocketAddr,
    door: Weak<Door>,
    stop: CancellationToken,
    ended: JoinHandle<()>,
}

impl Running {
    /// Where clients connect, the port as the system gave it.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's own door, for calls from within the process: they pass the same layers.
    /// `None` once it has stopped.
    pub fn door(&self) -> Option<Door> {
        self.door.upgrade().map(|door| door.as_ref().clone())
    }

    /// Asks it to stop. It drains first: see the settings of [`crate::transport`].
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has stopped; its database is closed then.
    pub async fn wait(self) {
        if let Err(panicked) = self.ended.await {
            tracing::error!(error = %panicked, "the server ended by a fault");
        }
    }
}
