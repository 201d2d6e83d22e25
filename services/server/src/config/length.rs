//! Lengths of time as an operator writes them.

use std::fmt;
use std::time::Duration;

use jiff::SignedDuration;
use serde::de::{Deserialize, Deserializer, Error as _};

/// A length of time, written `250ms`, `5s`, `30m`, `1h 30m`, `24h`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Length(Duration);

impl Length {
    /// None.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// The longest that makes sense anywhere: ten years.
    pub const MOST: Self = Self::from_secs(10 * 365 * 24 * 3_600);

    /// So many seconds.
    pub const fn from_secs(secs: u64) -> Self {
        Self(Duration::from_secs(secs))
    }

    /// So many milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(Duration::from_millis(millis))
    }

    /// For the standard library.
    pub const fn get(self) -> Duration {
        self.0
    }

    /// For the domain.
    pub fn signed(self) -> SignedDuration {
        SignedDuration::try_from(self.0).unwrap_or(SignedDuration::MAX)
    }

    /// From the domain's own defaults.
    pub(crate) fn of(length: SignedDuration) -> Self {
        Self(length.unsigned_abs())
    }

    fn parse(text: &str) -> Option<Self> {
        let parsed: SignedDuration = text.parse().ok()?;
        let length = Self(Duration::try_from(parsed).ok()?);
        (length <= Self::MOST).then_some(length)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#}", self.signed())
    }
}

impl fmt::Debug for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "{text:?} is no length of time: write \"250ms\", \"5s\", \"30m\" or \"24h\""
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_reads_as_it_is_written() {
        for (text, millis) in [
            ("250ms", 250),
            ("5s", 5_000),
            ("30m", 1_800_000),
            ("1h 30m", 5_400_000),
            ("168h", 604_800_000),
            ("0s", 0),
        ] {
            let length = Length::parse(text).unwrap();
            assert_eq!(length, Length::from_millis(millis), "{text}");
            assert_eq!(Length::parse(&length.to_string()), Some(length), "{text}");
        }
    }

    #[test]
    fn what_is_no_length_is_refused() {
        for text in ["", "5", "five seconds", "-5s", "5x", "99999999999h"] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }
}
