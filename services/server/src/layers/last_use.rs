//! Writes down when sessions were last used: at most once a minute each, several at once, off the
//! path of the call that used them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::session::Session;
use domain::{SessionId, Timestamp};
use jiff::SignedDuration;
use storage::session::SessionStore;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A last use is kept to the minute: no life of a session is shorter than many of them.
const PRECISION: SignedDuration = SignedDuration::from_mins(1);

/// Gathers uses.
#[derive(Clone, Default)]
pub(crate) struct LastUse(Arc<Uses>);

#[derive(Default)]
struct Uses {
    noted: Mutex<Noted>,
    some: Notify,
}

#[derive(Default)]
struct Noted {
    /// What was noted in the last minute, written or not.
    latest: HashMap<SessionId, Timestamp>,
    /// What is still to be written.
    waiting: HashMap<SessionId, Timestamp>,
}

impl storage::session::LastUse for LastUse {
    fn used(&self, session: SessionId, at: Timestamp) {
        let mut noted = self.lock();
        let latest = noted.latest.get(&session);
        if latest.is_some_and(|latest| at.duration_since(*latest) < PRECISION) {
            return;
        }
        noted.latest.insert(session, at);
        noted.waiting.insert(session, at);
        drop(noted);
        self.0.some.notify_one();
    }
}

impl LastUse {
    /// The session as it is with what is noted of it and perhaps not yet written.
    pub(super) fn applied_to(&self, mut session: Session) -> Session {
        if let Some(latest) = self.lock().latest.get(&session.id) {
            session.last_used_at = session.last_used_at.max(*latest);
        }
        session
    }

    /// Writes what is noted until told to stop, and then what is left. While one write runs, the
    /// next gathers.
    pub(crate) async fn write(self, sessions: Arc<dyn SessionStore>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = self.0.some.notified() => {}
                () = stop.cancelled() => {}
            }
            let used = self.take();
            if !used.is_empty()
                && let Err(error) = sessions.touch(&used).await
            {
                // The sessions' next calls note them again.
                tracing::warn!(%error, sessions = used.len(), "last uses were not written");
            }
        }
    }

    /// What waits, and forgets what is older than a minute.
    fn take(&self) -> Vec<(SessionId, Timestamp)> {
        let mut noted = self.lock();
        let used: Vec<_> = noted.waiting.drain().collect();
        if let Some(newest) = used.iter().map(|(_, at)| *at).max() {
            noted
                .latest
                .retain(|_, at| newest.duration_since(*at) < PRECISION);
        }
        used
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        // No code under the lock can panic half-way through a change.
        self.0.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use domain::OsRandom;
    use storage::session::LastUse as _;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::constant(1_800_000_000, 0) + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_session_is_noted_at_most_once_a_minute() {
        let uses = LastUse::default();
        let session = SessionId::new(at(0), &OsRandom);
        uses.used(session, at(0));
        assert_eq!(uses.take(), [(session, at(0))]);
        uses.used(session, at(59));
        assert!(uses.take().is_empty());
        uses.used(session, at(60));
        assert_eq!(uses.take(), [(session, at(60))]);
    }

    #[test]
    fn sessions_that_are_used_no_more_are_forgotten() {
        let uses = LastUse::default();
        let (one, other) = (
            SessionId::new(at(0), &OsRandom),
            SessionId::new(at(0), &OsRandom),
        );
        uses.used(one, at(0));
        uses.used(other, at(120));
        assert_eq!(uses.take().len(), 2);
        assert_eq!(uses.lock().latest.len(), 1);
    }
}
