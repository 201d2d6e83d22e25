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

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What is logged, kept.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_outage_is_logged_when_it_begins_and_when_it_ends() {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.clone())
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            let outage = Outage::default();
            let gone = Error::Unavailable("gone".into());
            outage.over("email");
            for _ in 0..2 {
                for _ in 0..100 {
                    outage.goes_on("email", &gone);
                }
                outage.over("email");
                outage.over("email");
            }
        });
        let told = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let events: Vec<_> = told
            .lines()
            .filter_map(|line| line.split_once("event=\"")?.1.split_once('"'))
            .map(|(event, _)| event)
            .collect();
        let once = ["worker_database_failed", "worker_database_back"];
        assert_eq!(events, [once, once].concat());
    }
}
