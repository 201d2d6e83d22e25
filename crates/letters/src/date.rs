//! Dates as letters and mails write them in French.

use jiff::civil::{Date, Weekday};

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `15 décembre 2026`, `1er janvier 2027`.
pub fn day(date: Date) -> String {
    let ordinal = if date.day() == 1 {
        "1er".to_owned()
    } else {
        date.day().to_string()
    };
    let month = usize::try_from(date.month() - 1).map_or("", |index| MONTHS[index]);
    format!("{ordinal} {month} {}", date.year())
}

/// `mardi 15 décembre 2026`.
pub fn weekday_and_day(date: Date) -> String {
    let weekday = match date.weekday() {
        Weekday::Monday => "lundi",
        Weekday::Tuesday => "mardi",
        Weekday::Wednesday => "mercredi",
        Weekday::Thursday => "jeudi",
        Weekday::Friday => "vendredi",
        Weekday::Saturday => "samedi",
        Weekday::Sunday => "dimanche",
    };
    format!("{weekday} {}", day(date))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_date_reads_as_french_writes_it() {
        assert_eq!(
            weekday_and_day(date(2026, 12, 15)),
            "mardi 15 décembre 2026"
        );
        assert_eq!(weekday_and_day(date(2027, 8, 1)), "dimanche 1er août 2027");
    }
}
