//! Tells the log once that the database is away, and once that it is back.

use std::sync::atomic::{AtomicBool, Ordering};

use storage::Error;

/// Whether the database answered last time.
#[derive(Debug, Default)]
pub(crate) struct Outage(AtomicBool);

impl Outage {
    /// The database answered.
    pub(crate) fn over(&self, worker: &'static str) {
        if self.0.swap(false, Ordering::Relaxed) {
            tracing::info!(event = "worker_database_back", worker);
        }
    }

    /// It did not. Polls go on in silence until it does.
    pub(crate) fn goes_on(&self, worker: &'static str, error: &Error) {
        if !self.0.swap(true, Ordering::Relaxed) {
            tracing::error!(
                event = "worker_database_failed",
                worker,
                error = error as &dyn std::error::Error
            );
        }
    }
}
