//! The one clock of the server.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Tells the time. Taken as an argument wherever time matters, so that tests own it.
pub trait Clock: Send + Sync {
    /// Now, cut to microseconds: what is stored and read back then equals what was returned.
    fn now(&self) -> Timestamp;
}

/// The machine's time, never running backwards within one process: a step back of the machine's
/// clock holds this one still until the machine has caught up, so that nothing expired becomes
/// valid again.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest: AtomicI64,
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the machine"
        )]
        let micros = Timestamp::now().as_microsecond();
        let latest = self.latest.fetch_max(micros, Ordering::Relaxed).max(micros);
        Timestamp::from_microsecond(latest).expect("a timestamp's own microseconds are in range")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_machine_clock_set_back_holds_this_one_still() {
        let clock = SystemClock::default();
        let ahead = clock.now().as_microsecond() + 3_600_000_000;
        clock.latest.store(ahead, Ordering::Relaxed);
        assert_eq!(clock.now().as_microsecond(), ahead);
    }

    #[test]
    fn time_is_cut_to_microseconds() {
        assert_eq!(SystemClock::default().now().as_nanosecond() % 1_000, 0);
    }
}
