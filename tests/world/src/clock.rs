//! The time of a story.

use std::sync::atomic::{AtomicI64, Ordering};

use domain::{Clock, Timestamp};
use jiff::SignedDuration;

/// The time, as told by the test: it stands still until it is moved.
pub struct OurClock(AtomicI64);

impl OurClock {
    /// A clock that stands at that instant.
    pub fn at(start: Timestamp) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }

    /// Lets that much time pass.
    pub fn wait(&self, length: SignedDuration) {
        let micros = i64::try_from(length.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for OurClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}
