//! Calendar days, as people here count them: Europe/Paris, whatever the machine's time zone.

use std::sync::LazyLock;

use jiff::tz::TimeZone;

use crate::Timestamp;

/// A calendar day.
pub type Day = jiff::civil::Date;

static PARIS: LazyLock<TimeZone> = LazyLock::new(|| {
    TimeZone::get("Europe/Paris").expect("the time zones are compiled into the program")
});

/// What the clocks of Paris show at that time.
pub fn wall_clock(now: Timestamp) -> jiff::civil::DateTime {
    PARIS.to_datetime(now)
}

/// The day that it is in Paris at that time.
pub fn today(now: Timestamp) -> Day {
    wall_clock(now).date()
}

/// The first moment of a day. Past the last representable moment, that one.
pub fn start_of(day: Day) -> Timestamp {
    day.to_zoned_datetime(PARIS.clone())
        .map_or(bound(day), |start| start.timestamp())
}

/// The moment a day is over: the first of the next.
pub fn end_of(day: Day) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, start_of)
}

/// Where a day stands to a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// The period has not begun.
    Before,
    /// Within it; its first and last day are.
    Inside,
    /// It is over.
    After,
}

/// Where `today` stands to a period of whole days, both included; without a last day it never
/// ends.
pub fn within(first: Day, last: Option<Day>, today: Day) -> Standing {
    if last.is_some_and(|last| today > last) {
        Standing::After
    } else if today < first {
        Standing::Before
    } else {
        Standing::Inside
    }
}

/// The moment nearest to a day that no timestamp reaches.
fn bound(day: Day) -> Timestamp {
    if day.year() > 0 {
        Timestamp::MAX
    } else {
        Timestamp::MIN
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_turns_at_midnight_in_paris_in_winter_and_summer() {
        assert_eq!(today(at("2026-01-14T22:59:59.999999Z")), day("2026-01-14"));
        assert_eq!(today(at("2026-01-14T23:00:00Z")), day("2026-01-15"));
        assert_eq!(today(at("2026-07-14T21:59:59.999999Z")), day("2026-07-14"));
        assert_eq!(today(at("2026-07-14T22:00:00Z")), day("2026-07-15"));
    }

    #[test]
    fn the_days_of_the_clock_changes_have_23_and_25_hours() {
        for (changing, hours) in [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)] {
            let length = end_of(day(changing)).duration_since(start_of(day(changing)));
            assert_eq!(length, SignedDuration::from_hours(hours), "{changing}");
        }
        assert_eq!(start_of(day("2026-03-29")), at("2026-03-28T23:00:00Z"));
        assert_eq!(end_of(day("2026-03-29")), at("2026-03-29T22:00:00Z"));
        assert_eq!(start_of(day("2026-10-25")), at("2026-10-24T22:00:00Z"));
        assert_eq!(end_of(day("2026-10-25")), at("2026-10-25T23:00:00Z"));
    }

    #[test]
    fn start_and_end_bound_the_day() {
        let mut each = day("2026-01-01");
        while each < day("2028-03-01") {
            assert_eq!(today(start_of(each)), each);
            let last = end_of(each)
                .checked_sub(SignedDuration::from_micros(1))
                .unwrap();
            assert_eq!(today(last), each);
            each = each.tomorrow().unwrap();
        }
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        assert_eq!(end_of(Day::MAX), Timestamp::MAX);
        assert!(start_of(Day::MAX) <= Timestamp::MAX);
        assert!(start_of(Day::MIN) < start_of(day("2026-01-01")));
        let _ = (today(Timestamp::MAX), today(Timestamp::MIN));
    }

    #[test]
    fn both_days_of_a_period_are_included() {
        let (first, last) = (day("2026-02-01"), Some(day("2026-02-28")));
        assert_eq!(within(first, last, day("2026-01-31")), Standing::Before);
        assert_eq!(within(first, last, day("2026-02-01")), Standing::Inside);
        assert_eq!(within(first, last, day("2026-02-28")), Standing::Inside);
        assert_eq!(within(first, last, day("2026-03-01")), Standing::After);
        assert_eq!(within(first, None, day("2999-01-01")), Standing::Inside);
    }
}
