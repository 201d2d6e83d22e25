//! The suite's clock: moments told from one fixed start, so that no case sleeps or asks the machine.

use domain::Timestamp;
use domain::paris::Day;
use jiff::SignedDuration;

/// When every story begins: 15 January 2027, 9 in the morning in Paris, with microseconds to lose.
pub(crate) const START: Timestamp = Timestamp::constant(1_800_000_000, 123_456_000);

/// The day it is then.
pub(crate) const TODAY: Day = Day::constant(2027, 1, 15);

/// So long after the start; before it when negative.
pub(crate) fn after(duration: SignedDuration) -> Timestamp {
    START + duration
}

/// So many seconds after the start.
pub(crate) fn seconds(count: i64) -> Timestamp {
    after(SignedDuration::from_secs(count))
}

/// So many minutes after the start.
pub(crate) fn minutes(count: i64) -> Timestamp {
    after(SignedDuration::from_mins(count))
}

/// So many hours after the start.
pub(crate) fn hours(count: i64) -> Timestamp {
    after(SignedDuration::from_hours(count))
}

/// So many times 24 hours after the start.
pub(crate) fn days(count: i64) -> Timestamp {
    hours(24 * count)
}

/// One stored tick before that moment.
pub(crate) fn just_before(moment: Timestamp) -> Timestamp {
    moment - SignedDuration::from_micros(1)
}
