//! How many messages may be caused, by whom: configurable, these are the defaults.

use jiff::SignedDuration;

use crate::Timestamp;

/// At most so many in any window of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub most: u32,
    /// In how long.
    pub window: SignedDuration,
}

impl Rate {
    /// A rate.
    pub const fn new(most: u32, window: SignedDuration) -> Self {
        Self { most, window }
    }

    /// From when on events count now: those before have left the window.
    pub fn window_start(self, now: Timestamp) -> Timestamp {
        now.checked_sub(self.window).unwrap_or(Timestamp::MIN)
    }

    /// When the next is allowed, given the times of those before in any order; `None` is now.
    pub fn refused_until(self, times: &[Timestamp], now: Timestamp) -> Option<Timestamp> {
        let start = self.window_start(now);
        let mut counted: Vec<Timestamp> = times.iter().copied().filter(|&at| at > start).collect();
        counted.sort_unstable();
        let most = usize::try_from(self.most).unwrap_or(usize::MAX);
        let excess = (counted.len() + 1)
            .checked_sub(most)
            .filter(|&excess| excess > 0)?;
        // The next one fits once `excess` of them have left. With `most` 0 none ever fits: the
        // whole window is told, as good a time to ask again as any.
        let leaving = counted.get(excess - 1).copied().unwrap_or(now);
        Some(leaving.checked_add(self.window).unwrap_or(Timestamp::MAX))
    }
}

/// The limits of messages with credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Recoveries by e-mail or letter, per account and per address: a stranger who asks for you
    /// fills no inbox, and you still get through. Silent to the caller.
    pub recovery_messages: Rate,
    /// Recoveries following each other, likewise: a double click sends once.
    pub recovery_spacing: Rate,
    /// Recoveries by letter, per account: each costs a stamp and takes days.
    pub recovery_letters: Rate,
    /// Credentials sent again by an agent or the partner's own people, per account; said to the
    /// caller.
    pub reissues: Rate,
    /// Creations and reissues of one partner: a stolen session sends no flood in the Caf's name.
    pub partner_messages: Rate,
    /// Accounts on one address that each get their own recovery mail; above, one mail of guidance.
    pub accounts_per_address: u32,
    /// How long recovery and reissue rest after the partner's own people changed the address of
    /// an account that has connected: the person hears of it at the old one first.
    pub pause_after_email_change: SignedDuration,
}

impl Default for Limits {
    fn default() -> Self {
        let day = SignedDuration::from_hours(24);
        Self {
            recovery_messages: Rate::new(3, day),
            recovery_spacing: Rate::new(1, SignedDuration::from_mins(10)),
            recovery_letters: Rate::new(1, SignedDuration::from_hours(7 * 24)),
            reissues: Rate::new(3, day),
            partner_messages: Rate::new(500, day),
            accounts_per_address: 20,
            pause_after_email_change: day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::constant(1_800_000_000, 0) + SignedDuration::from_hours(hours)
    }

    #[test]
    fn the_fourth_message_waits_until_the_first_has_left_the_window() {
        let rate = Limits::default().recovery_messages;
        assert_eq!(rate.refused_until(&[at(0), at(1)], at(2)), None);
        assert_eq!(
            rate.refused_until(&[at(2), at(0), at(1)], at(3)),
            Some(at(24))
        );
        assert_eq!(rate.refused_until(&[at(0), at(1), at(2)], at(24)), None);
    }

    #[test]
    fn a_rate_lowered_by_configuration_waits_for_enough_to_leave() {
        let rate = Rate::new(1, SignedDuration::from_hours(24));
        assert_eq!(
            rate.refused_until(&[at(0), at(1), at(2)], at(3)),
            Some(at(26))
        );
    }

    #[test]
    fn a_rate_of_none_refuses_without_panic() {
        let rate = Rate::new(0, SignedDuration::from_hours(24));
        assert_eq!(rate.refused_until(&[], at(0)), Some(at(24)));
        assert!(rate.refused_until(&[at(0)], at(0)).is_some());
    }

    #[test]
    fn the_ends_of_time_do_not_panic() {
        let rate = Limits::default().recovery_letters;
        assert_eq!(rate.refused_until(&[Timestamp::MIN], Timestamp::MIN), None);
        assert_eq!(
            rate.refused_until(&[Timestamp::MAX], Timestamp::MAX),
            Some(Timestamp::MAX)
        );
    }
}
