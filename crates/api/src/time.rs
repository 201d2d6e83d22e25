//! Moments, days and durations, between the wire and the domain.

use domain::Timestamp;
use domain::paris::Day;
use domain::violation::{FieldReason, Violation};
use jiff::SignedDuration;

use crate::r#type::v1::Date;

/// The earliest and the latest year of a day that a client may send.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=9999;

/// A moment as the wire has it. The domain's moments are whole microseconds.
pub fn timestamp(moment: Timestamp) -> prost_types::Timestamp {
    // The wire wants nanoseconds that count forwards, also before 1970; jiff's count towards zero.
    let nanoseconds = moment.as_nanosecond();
    let seconds = nanoseconds.div_euclid(1_000_000_000);
    let rest = nanoseconds.rem_euclid(1_000_000_000);
    prost_types::Timestamp {
        seconds: i64::try_from(seconds).expect("a jiff timestamp's seconds fit 64 bits"),
        nanos: i32::try_from(rest).expect("a rest below 1,000,000,000 fits 32 bits"),
    }
}

/// A moment that a client sent, cut to the microsecond.
pub fn moment(sent: &prost_types::Timestamp) -> Result<Timestamp, Violation> {
    if !(0..1_000_000_000).contains(&sent.nanos) {
        return Err(no_moment());
    }
    let micros = sent
        .seconds
        .checked_mul(1_000_000)
        .and_then(|micros| micros.checked_add(i64::from(sent.nanos / 1_000)))
        .ok_or_else(no_moment)?;
    Timestamp::from_microsecond(micros).map_err(|_| no_moment())
}

/// A day as the wire has it.
pub fn date(day: Day) -> Date {
    Date {
        year: day.year().into(),
        month: day.month().into(),
        day: day.day().into(),
    }
}

/// A day that a client sent.
pub fn day(sent: &Date) -> Result<Day, Violation> {
    let no_day = || {
        Violation::new(
            FieldReason::Format,
            "not a day of the years 1900 to 9999",
            "Cette date n’existe pas.",
        )
    };
    if !YEARS.contains(&sent.year) {
        return Err(no_day());
    }
    let parts = (
        i16::try_from(sent.year),
        i8::try_from(sent.month),
        i8::try_from(sent.day),
    );
    let (Ok(year), Ok(month), Ok(day)) = parts else {
        return Err(no_day());
    };
    Day::new(year, month, day).map_err(|_| no_day())
}

/// A duration as the wire has it.
pub fn duration(length: SignedDuration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: length.as_secs(),
        nanos: length.subsec_nanos(),
    }
}

fn no_moment() -> Violation {
    Violation::new(
        FieldReason::Format,
        "not a moment that can be kept",
        "Cette date et cette heure ne peuvent pas être lues.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_comes_back_as_it_went() {
        for text in [
            "2026-11-23T19:18:00.123456Z",
            "1969-12-31T23:59:59.999999Z",
            "1900-01-01T00:00:00Z",
        ] {
            let there: Timestamp = text.parse().unwrap();
            let wire = timestamp(there);
            assert!((0..1_000_000_000).contains(&wire.nanos), "{text}");
            assert_eq!(moment(&wire), Ok(there), "{text}");
        }
    }

    #[test]
    fn a_moment_is_cut_to_the_microsecond() {
        let sent = prost_types::Timestamp {
            seconds: 1,
            nanos: 123_456_789,
        };
        assert_eq!(moment(&sent).unwrap().as_microsecond(), 1_123_456);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for (seconds, nanos) in [
            (0, -1),
            (0, 1_000_000_000),
            (i64::MAX, 0),
            (i64::MIN, 0),
            (400_000_000_000, 0),
        ] {
            let refused = moment(&prost_types::Timestamp { seconds, nanos }).unwrap_err();
            assert_eq!(refused.reason, FieldReason::Format, "{seconds} {nanos}");
        }
    }

    #[test]
    fn a_day_comes_back_as_it_went() {
        for there in [
            Day::constant(2028, 2, 29),
            Day::constant(1900, 1, 1),
            Day::constant(9999, 12, 31),
        ] {
            assert_eq!(day(&date(there)), Ok(there));
        }
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        for (year, month, number) in [
            (2026, 2, 29),
            (2026, 13, 1),
            (2026, 0, 1),
            (2026, 1, 0),
            (0, 0, 0),
            (1899, 12, 31),
            (10_000, 1, 1),
            (-1, 1, 1),
            (2026, i32::MAX, 1),
            (2026, 1, i32::MIN),
            (65_536 + 2026, 1, 1),
            (2026, 257, 1),
        ] {
            let refused = day(&Date {
                year,
                month,
                day: number,
            })
            .unwrap_err();
            assert_eq!(
                refused.reason,
                FieldReason::Format,
                "{year}-{month}-{number}"
            );
        }
    }
}
