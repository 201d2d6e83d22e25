//! When an account opens and closes.

use jiff::ToSpan;

use crate::paris::{self, Day, Standing};
use crate::violation::{FieldReason, Violation, Violations};

/// The days of an account: the first and the last of access, both included, Europe/Paris.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountDates {
    opening: Day,
    closing: Option<Day>,
}

impl AccountDates {
    /// Reads given days; without an opening day it is today. The closing day is not before it,
    /// and it is at most one year ahead. Violations are told as `opening_date`, `closing_date`.
    pub fn parse(
        opening: Option<Day>,
        closing: Option<Day>,
        today: Day,
    ) -> Result<Self, Violations> {
        let opening = opening.unwrap_or(today);
        let mut violations = Violations::new();
        if opening > today.saturating_add(1.year()) {
            violations.push("opening_date", too_far());
        }
        if closing.is_some_and(|closing| closing < opening) {
            violations.push("closing_date", before_opening());
        }
        violations.finish()?;
        Ok(Self { opening, closing })
    }

    /// The trusted door: days read back from storage, which only ever took parsed ones.
    pub fn stored(opening: Day, closing: Option<Day>) -> Self {
        Self { opening, closing }
    }

    /// The first day of access.
    pub fn opening(self) -> Day {
        self.opening
    }

    /// The last day of access, if one is planned.
    pub fn closing(self) -> Option<Day> {
        self.closing
    }

    /// Where `today` stands to them.
    pub fn standing(self, today: Day) -> Standing {
        paris::within(self.opening, self.closing, today)
    }

    /// Whether the first day of access is still to come.
    pub fn not_yet_open(self, today: Day) -> bool {
        self.standing(today) == Standing::Before
    }

    /// Whether the last day of access is over.
    pub fn expired(self, today: Day) -> bool {
        self.standing(today) == Standing::After
    }
}

fn too_far() -> Violation {
    Violation::new(
        FieldReason::TooFar,
        "the opening date is at most one year ahead",
        "La date d’ouverture ne peut pas dépasser un an à compter d’aujourd’hui.",
    )
}

fn before_opening() -> Violation {
    Violation::new(
        FieldReason::BeforeOpening,
        "the closing date is before the opening date",
        "La date de clôture ne peut pas précéder la date d’ouverture.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn parse(opening: &str, closing: Option<&str>) -> Result<AccountDates, Violations> {
        AccountDates::parse(Some(day(opening)), closing.map(day), day("2026-06-15"))
    }

    #[test]
    fn without_an_opening_day_it_is_today() {
        let dates = AccountDates::parse(None, None, day("2026-06-15")).unwrap();
        assert_eq!(
            (dates.opening(), dates.closing()),
            (day("2026-06-15"), None)
        );
        assert_eq!(dates.standing(day("2026-06-15")), Standing::Inside);
    }

    #[test]
    fn an_account_may_close_on_the_day_it_opens_and_not_before() {
        assert!(parse("2026-07-01", Some("2026-07-01")).is_ok());
        let refused = parse("2026-07-01", Some("2026-06-30")).unwrap_err();
        let (path, violation) = refused.iter().next().unwrap();
        assert_eq!(
            (path, violation.reason),
            ("closing_date", FieldReason::BeforeOpening)
        );
    }

    #[test]
    fn an_account_opens_within_one_year() {
        assert!(parse("2027-06-15", None).is_ok());
        let refused = parse("2027-06-16", Some("2027-01-01")).unwrap_err();
        let reasons: Vec<_> = refused
            .iter()
            .map(|(_, violation)| violation.reason)
            .collect();
        assert_eq!(reasons, [FieldReason::TooFar, FieldReason::BeforeOpening]);
    }

    #[test]
    fn the_ends_of_the_calendar_do_not_panic() {
        assert!(AccountDates::parse(Some(Day::MAX), Some(Day::MIN), Day::MAX).is_err());
        assert!(AccountDates::parse(Some(Day::MIN), Some(Day::MAX), Day::MIN).is_ok());
    }
}
