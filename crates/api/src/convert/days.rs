//! Days of a request, each with its path.

use domain::dates::AccountDates;
use domain::paris::Day;
use domain::violation::Violations;

use super::below;
use crate::time;
use crate::r#type::v1::Date;

/// A day that may be left out.
pub fn optional(path: &str, sent: Option<&Date>, violations: &mut Violations) -> Option<Day> {
    violations.check(path, time::day(sent?))
}

/// An account's first and last day, at `opening_date` and `closing_date` below `within`. Without
/// the first it is today.
pub fn account_dates(
    within: &str,
    (opening, closing): (Option<&Date>, Option<&Date>),
    today: Day,
    violations: &mut Violations,
) -> Option<AccountDates> {
    let known = violations.len();
    let opening = optional(&below(within, "opening_date"), opening, violations);
    let closing = optional(&below(within, "closing_date"), closing, violations);
    if violations.len() > known {
        return None;
    }
    violations.check_within(within, AccountDates::parse(opening, closing, today))
}
