//! Moments as mails write them in French, by the clocks of Paris.

use domain::{Timestamp, paris};
use letters::date;

/// `mardi 15 décembre 2026 à 14 h 05`; seconds are dropped, so that it is never too late.
pub(crate) fn written(at: Timestamp) -> String {
    let local = paris::wall_clock(at);
    format!(
        "{} à {} h {:02}",
        date::weekday_and_day(local.date()),
        local.hour(),
        local.minute()
    )
}

/// An end as a person counts it: at midnight, the day that it closes, `mardi 15 décembre 2026
/// inclus`; else the moment.
pub(crate) fn end(at: Timestamp) -> String {
    let local = paris::wall_clock(at);
    match local.date().yesterday() {
        Ok(last) if local.hour() == 0 && local.minute() == 0 => {
            format!("{} inclus", date::weekday_and_day(last))
        }
        _ => written(at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_moment_is_told_by_the_clocks_of_paris_in_winter_and_summer() {
        assert_eq!(
            written(at("2026-12-15T13:05:59Z")),
            "mardi 15 décembre 2026 à 14 h 05"
        );
        assert_eq!(
            written(at("2026-07-31T22:00:00Z")),
            "samedi 1er août 2026 à 0 h 00"
        );
    }

    #[test]
    fn an_end_at_midnight_is_told_as_the_whole_day_before() {
        assert_eq!(
            end(at("2026-07-31T22:00:00Z")),
            "vendredi 31 juillet 2026 inclus"
        );
        assert_eq!(
            end(at("2026-12-31T23:00:59Z")),
            "jeudi 31 décembre 2026 inclus"
        );
        assert_eq!(
            end(at("2026-07-31T22:01:00Z")),
            "samedi 1er août 2026 à 0 h 01"
        );
    }
}
