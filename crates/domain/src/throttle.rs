//! How many passwords may be tried for one identifier, known or not.
//!
//! Plain data and pure functions: whoever stores a [`Throttle`] reads the row, asks
//! [`Throttle::admit`], charges it before any hash is computed and writes it back, all in one
//! transaction. Two counters on the same curve, so that a stranger who tries passwords cannot keep
//! the person out of the places they sign in from.

use jiff::SignedDuration;

use crate::Timestamp;

/// Failures without delay: room for a person who hesitates between passwords.
pub const FREE_FAILURES: u32 = 5;

/// The delay after the last free failure; each further failure doubles it. With the two numbers
/// beside it: 22 tries in the first 24 h, below the 25 that the CNIL sets (2022-100).
pub const FIRST_DELAY: SignedDuration = SignedDuration::from_secs(65);

/// The longest delay.
pub const LONGEST_DELAY: SignedDuration = SignedDuration::from_hours(2);

/// So long without a failure, and the delays begin anew.
pub const QUIET: SignedDuration = SignedDuration::from_hours(24);

/// So many failures without a success disable the password (NIST SP 800-63B-4 §3.2.2: at most 100).
pub const DISABLING_FAILURES: u32 = 100;

/// So long after a success there, an address is usual.
pub const USUAL_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// So long without a failure, and the row leaves storage.
pub const ROW_LIFE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Above so many rows the oldest leave, whoever they are: a flood of made-up identifiers fills no
/// disk.
pub const MOST_ROWS: u32 = 5_000_000;

/// Where a try comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// An address where this account signed in during the last 30 days.
    Usual,
    /// Any other address, or none told.
    Strange,
}

/// What is said to a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// Charge it, then compute the hash.
    Admitted,
    /// No hash, no charge, until that time.
    RefusedUntil(Timestamp),
    /// No hash, no charge: the password is disabled until a recovery.
    Disabled,
}

/// The failures of one side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counter {
    /// Failures since the last success or change of password.
    pub consecutive: u32,
    /// Failures since the last success, change of password or 24 h of quiet: these make the delay.
    pub delaying: u32,
    /// When the last failure was admitted.
    pub last_failure: Option<Timestamp>,
}

impl Counter {
    /// The delay that this counter's last failure brought; none while failures are free.
    pub fn refused_until(&self) -> Option<Timestamp> {
        let doublings = self.delaying.checked_sub(FREE_FAILURES)?;
        // Seven doublings of 65 s already exceed 2 h; more would overflow.
        let delay = (FIRST_DELAY * (1 << doublings.min(7))).min(LONGEST_DELAY);
        Some(
            self.last_failure?
                .checked_add(delay)
                .unwrap_or(Timestamp::MAX),
        )
    }

    /// Whether so many tries failed that the password is disabled.
    pub fn is_exhausted(&self) -> bool {
        self.consecutive >= DISABLING_FAILURES
    }

    fn charge(&mut self, now: Timestamp) {
        let quiet = self
            .last_failure
            .is_some_and(|last| now.duration_since(last) >= QUIET);
        self.delaying = if quiet {
            1
        } else {
            self.delaying.saturating_add(1)
        };
        self.consecutive = self.consecutive.saturating_add(1);
        self.last_failure = Some(now);
    }
}

/// The tries for one identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Throttle {
    /// Tries from addresses where this account signed in lately.
    pub usual: Counter,
    /// Tries from anywhere else.
    pub strange: Counter,
}

impl Throttle {
    /// Whether a try may be made now.
    pub fn admit(&self, side: Side, now: Timestamp) -> Admission {
        if self.is_disabled(side) {
            return Admission::Disabled;
        }
        match self.side(side).refused_until() {
            Some(until) if now < until => Admission::RefusedUntil(until),
            _ => Admission::Admitted,
        }
    }

    /// Counts an admitted try as a failure, before it is known to be one; a success takes it back.
    pub fn charge(&mut self, side: Side, now: Timestamp) {
        self.side_mut(side).charge(now);
    }

    /// The password was right: its own side begins anew.
    pub fn succeed(&mut self, side: Side) {
        *self.side_mut(side) = Counter::default();
    }

    /// Whether the password is disabled for tries of that side: by its own failures, and
    /// everywhere by those from usual addresses.
    fn is_disabled(&self, side: Side) -> bool {
        self.usual.is_exhausted() || self.side(side).is_exhausted()
    }

    /// The last failure of either side: what the row's age counts from.
    pub fn last_failure(&self) -> Option<Timestamp> {
        self.usual.last_failure.max(self.strange.last_failure)
    }

    fn side(&self, side: Side) -> &Counter {
        match side {
            Side::Usual => &self.usual,
            Side::Strange => &self.strange,
        }
    }

    fn side_mut(&mut self, side: Side) -> &mut Counter {
        match side {
            Side::Usual => &mut self.usual,
            Side::Strange => &mut self.strange,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn after(seconds: i64) -> Timestamp {
        START + SignedDuration::from_secs(seconds)
    }

    /// The times at which an attacker who presses each second is admitted.
    fn attack(throttle: &mut Throttle, side: Side, seconds: i64) -> Vec<i64> {
        let mut admitted = Vec::new();
        let mut second = 0;
        while second < seconds {
            match throttle.admit(side, after(second)) {
                Admission::Admitted => {
                    throttle.charge(side, after(second));
                    admitted.push(second);
                }
                Admission::RefusedUntil(until) => {
                    second = until.duration_since(START).as_secs();
                }
                Admission::Disabled => break,
            }
        }
        admitted
    }

    const DAY: i64 = 24 * 60 * 60;

    #[test]
    fn an_attacker_gets_22_tries_in_the_first_day() {
        let admitted = attack(&mut Throttle::default(), Side::Strange, DAY);
        assert_eq!(admitted.len(), 22);
        assert_eq!(admitted[..8], [0, 0, 0, 0, 0, 65, 195, 455]);
    }

    #[test]
    fn no_24_hours_see_more_than_the_25_tries_of_the_cnil() {
        let admitted = attack(&mut Throttle::default(), Side::Strange, 60 * DAY);
        for (place, from) in admitted.iter().enumerate() {
            let within = admitted[place..]
                .iter()
                .take_while(|&&at| at < from + DAY)
                .count();
            assert!(within <= 25, "{within} from {from}");
        }
    }

    #[test]
    fn pausing_for_quiet_gains_an_attacker_nothing() {
        let mut throttle = Throttle::default();
        let mut admitted = Vec::new();
        for cycle in 0..20 {
            for second in [0, 0, 0, 0, 0] {
                let at = after(cycle * DAY + second);
                if throttle.admit(Side::Strange, at) == Admission::Admitted {
                    throttle.charge(Side::Strange, at);
                    admitted.push(at);
                }
            }
        }
        assert_eq!(admitted.len(), 100);
        assert_eq!(
            throttle.admit(Side::Strange, after(99 * DAY)),
            Admission::Disabled
        );
    }

    #[test]
    fn the_delay_never_exceeds_two_hours() {
        for delaying in [5, 11, 12, 13, 99, u32::MAX] {
            let counter = Counter {
                consecutive: 0,
                delaying,
                last_failure: Some(START),
            };
            assert!(
                counter.refused_until().unwrap() <= after(7200),
                "{delaying}"
            );
        }
        let twelve = Counter {
            consecutive: 0,
            delaying: 12,
            last_failure: Some(START),
        };
        assert_eq!(twelve.refused_until(), Some(after(7200)));
    }

    #[test]
    fn a_try_is_admitted_at_the_very_end_of_the_delay() {
        let mut throttle = Throttle::default();
        (0..5).for_each(|_| throttle.charge(Side::Strange, START));
        assert_eq!(
            throttle.admit(Side::Strange, after(64)),
            Admission::RefusedUntil(after(65))
        );
        assert_eq!(
            throttle.admit(Side::Strange, after(65)),
            Admission::Admitted
        );
    }

    #[test]
    fn a_day_of_quiet_resets_the_delay_but_not_the_count_to_a_hundred() {
        let mut throttle = Throttle::default();
        (0..20).for_each(|_| throttle.charge(Side::Strange, START));
        throttle.charge(Side::Strange, after(DAY));
        assert_eq!(throttle.strange.delaying, 1);
        assert_eq!(throttle.strange.consecutive, 21);
        assert_eq!(
            throttle.admit(Side::Strange, after(DAY)),
            Admission::Admitted
        );
    }

    #[test]
    fn a_second_less_than_a_day_resets_nothing() {
        let mut throttle = Throttle::default();
        (0..20).for_each(|_| throttle.charge(Side::Strange, START));
        throttle.charge(Side::Strange, after(DAY - 1));
        assert_eq!(throttle.strange.delaying, 21);
    }

    #[test]
    fn an_attacker_of_seven_days_keeps_the_person_out_of_no_usual_place() {
        let mut throttle = Throttle::default();
        let admitted = attack(&mut throttle, Side::Strange, 30 * DAY);
        assert_eq!(admitted.len(), 100);
        assert_eq!(
            throttle.admit(Side::Strange, after(40 * DAY)),
            Admission::Disabled
        );
        assert_eq!(
            throttle.admit(Side::Usual, after(7 * DAY)),
            Admission::Admitted
        );
    }

    #[test]
    fn a_hundred_failures_from_usual_places_disable_the_password_everywhere() {
        let mut throttle = Throttle::default();
        attack(&mut throttle, Side::Usual, 30 * DAY);
        assert_eq!(
            throttle.admit(Side::Usual, after(40 * DAY)),
            Admission::Disabled
        );
        assert_eq!(
            throttle.admit(Side::Strange, after(40 * DAY)),
            Admission::Disabled
        );
    }

    #[test]
    fn a_success_resets_its_own_side_only() {
        let mut throttle = Throttle::default();
        throttle.charge(Side::Usual, START);
        throttle.charge(Side::Strange, START);
        throttle.succeed(Side::Usual);
        assert_eq!(throttle.usual, Counter::default());
        assert_eq!(throttle.strange.consecutive, 1);
    }

    #[test]
    fn a_thousand_tries_at_once_are_admitted_five_times() {
        let mut throttle = Throttle::default();
        let admitted = (0..1000).filter(|_| {
            let admitted = throttle.admit(Side::Strange, START) == Admission::Admitted;
            if admitted {
                throttle.charge(Side::Strange, START);
            }
            admitted
        });
        assert_eq!(admitted.count(), 5);
    }
}
