//! Postal addresses, as the window of the envelope shows them.
//!
//! The norm (NF Z 10-011) gives an address six lines of 38 characters. The first one is the
//! person's name, which the account holds already; so an address here has at most five, from the
//! complement down to `NNNNN VILLE`. A foreign country is written below, as a line of its own.

use std::fmt;

use phonenumber::country;

use crate::characters::{Allowed, Digits, FullStop, normalised};
use crate::violation::{FieldReason, Violation, Violations};

const LINE: Allowed = Allowed {
    signs: "-'’,/()&°",
    digits: Digits::Taken,
    full_stop: FullStop::Anywhere,
    words: (
        "letters, digits, spaces and - ' , . / ( ) & °",
        "lettres, chiffres, espaces et - ' , . / ( ) & °",
    ),
};

/// Countries and territories whose last line is `NNNNN VILLE`, by the French post's own rule.
const FRENCH_POST: [&str; 13] = [
    "FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "MC",
];

/// Where a letter to a person goes, the person's name apart.
#[derive(Clone, PartialEq, Eq)]
pub struct PostalAddress {
    lines: Vec<String>,
    country_code: String,
}

impl PostalAddress {
    /// Most lines below the name, the country apart.
    pub const MOST_LINES: usize = 5;

    /// Most characters of a line.
    pub const MOST_CHARACTERS: usize = 38;

    /// Reads a typed address. Blank lines are dropped; an empty country is France. Violations
    /// are told as `lines`, `lines[2]` (as it was sent) or `country_code`.
    pub fn parse(lines: &[impl AsRef<str>], country_code: &str) -> Result<Self, Violations> {
        let mut violations = Violations::new();
        let country_code = violations.check("country_code", country(country_code));
        let written: Vec<(usize, &str)> = lines
            .iter()
            .map(|line| line.as_ref().trim())
            .enumerate()
            .filter(|(_, line)| !line.is_empty())
            .collect();
        if written.is_empty() {
            violations.push("lines", Violation::required());
        }
        if written.len() > Self::MOST_LINES {
            violations.push("lines", too_many());
            return Err(violations);
        }

        let last = written.len().saturating_sub(1);
        let french = country_code
            .as_deref()
            .is_some_and(|code| FRENCH_POST.contains(&code));
        let mut kept = Vec::with_capacity(written.len());
        for (position, (place, line)) in written.into_iter().enumerate() {
            let parsed = parse_line(line).and_then(|line| {
                if french && position == last {
                    check_locality(line)
                } else {
                    Ok(line)
                }
            });
            kept.extend(violations.check(format!("lines[{place}]"), parsed));
        }

        violations.finish()?;
        Ok(Self {
            lines: kept,
            country_code: country_code.unwrap_or_default(),
        })
    }

    /// The trusted door: an address read back from storage, which only ever took parsed ones.
    pub fn stored(lines: Vec<String>, country_code: String) -> Self {
        Self {
            lines,
            country_code,
        }
    }

    /// The lines below the name, 1 to 5, as they were typed.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// ISO 3166-1 alpha-2, in capitals.
    pub fn country_code(&self) -> &str {
        &self.country_code
    }

    /// Whether the French post delivers it at home: mainland, overseas, Monaco. No country is
    /// written on its letters.
    pub fn is_french(&self) -> bool {
        FRENCH_POST.contains(&self.country_code.as_str())
    }

    /// Enough to recognise it, too little to write to it: the locality, or the country.
    pub fn recipient_hint(&self) -> String {
        let locality = self.lines.last().filter(|_| self.is_french());
        format!("… {}", locality.unwrap_or(&self.country_code))
    }
}

impl fmt::Debug for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalAddress(…)")
    }
}

fn country(code: &str) -> Result<String, Violation> {
    let code = match code.trim() {
        "" => "FR".to_owned(),
        code => code.to_ascii_uppercase(),
    };
    if code.len() != 2 || code.parse::<country::Id>().is_err() {
        return Err(Violation::new(
            FieldReason::UnknownValue,
            "a country is its two letters of ISO 3166-1, as FR",
            "Le pays s’écrit par ses deux lettres, comme FR.",
        ));
    }
    Ok(code)
}

fn parse_line(line: &str) -> Result<String, Violation> {
    let line = normalised(line, PostalAddress::MOST_CHARACTERS)?;
    LINE.check(&line)?;
    Ok(line)
}

fn check_locality(line: String) -> Result<String, Violation> {
    let formed = line.split_once(' ').is_some_and(|(code, town)| {
        code.len() == 5
            && code.bytes().all(|b| b.is_ascii_digit())
            && town.starts_with(char::is_alphabetic)
    });
    if formed {
        Ok(line)
    } else {
        Err(Violation::new(
            FieldReason::PostalLine,
            "the last line is five digits, a space and the town: 33000 BORDEAUX",
            "La dernière ligne porte le code postal à cinq chiffres, un espace et la ville : 33000 BORDEAUX.",
        ))
    }
}

fn too_many() -> Violation {
    Violation::new(
        FieldReason::TooMany,
        "at most 5 lines: the envelope shows six, of which the name is the first",
        "L’adresse compte au plus 5 lignes, sans le nom.",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wrong(lines: &[&str], country: &str) -> Vec<(String, FieldReason)> {
        let violations = PostalAddress::parse(lines, country).expect_err("refused");
        violations
            .into_iter()
            .map(|(path, violation)| (path, violation.reason))
            .collect()
    }

    #[test]
    fn french_addresses_are_taken_as_typed() {
        let lines = [
            "Résidence l'Orée, bât. B",
            "12 bis rue de l’Église",
            "33000 BORDEAUX",
        ];
        let address = PostalAddress::parse(&lines, "fr").unwrap();
        assert_eq!(
            (address.lines(), address.country_code()),
            (&lines.map(String::from)[..], "FR")
        );
        assert!(PostalAddress::parse(&["BP 4", "97400 SAINT-DENIS CEDEX 9"], "RE").is_ok());
        assert_eq!(
            PostalAddress::parse(&["20200 Bastia"], "")
                .unwrap()
                .country_code(),
            "FR"
        );
    }

    #[test]
    fn foreign_addresses_end_as_their_post_wants() {
        let address = PostalAddress::parse(&["Rue Neuve 5", "1000 Bruxelles"], "BE").unwrap();
        assert!(!address.is_french());
    }

    #[test]
    fn blank_lines_are_dropped_and_the_offending_line_is_named_as_sent() {
        let kept = PostalAddress::parse(&["1 rue A", "", " ", "75001 PARIS"], "FR").unwrap();
        assert_eq!(kept.lines().len(), 2);
        assert_eq!(
            wrong(&["1 rue A", "", "PARIS"], "FR"),
            [("lines[2]".to_owned(), FieldReason::PostalLine)]
        );
        assert_eq!(
            wrong(&[&"a".repeat(39), "x\u{202e}", "75001 PARIS"], "ZZ"),
            [
                ("country_code".to_owned(), FieldReason::UnknownValue),
                ("lines[0]".to_owned(), FieldReason::TooLong),
                ("lines[1]".to_owned(), FieldReason::Character),
            ]
        );
    }

    #[test]
    fn the_last_line_of_a_french_address_is_code_and_town() {
        for last in [
            "PARIS",
            "7501 PARIS",
            "75001PARIS",
            "75001",
            "F-75001 PARIS",
            "75001  PARIS",
            "٧٥٠٠١ PARIS",
        ] {
            assert_eq!(wrong(&["1 rue A", last], "FR").len(), 1, "{last}");
        }
    }

    #[test]
    fn an_address_has_one_to_five_lines_of_thirty_eight_characters() {
        assert_eq!(
            wrong(&["", " "], "FR"),
            [("lines".to_owned(), FieldReason::Required)]
        );
        let five = ["a", "b", "c", "d", "75001 PARIS"];
        assert!(PostalAddress::parse(&five, "FR").is_ok());
        let six = ["a", "b", "c", "d", "e", "75001 PARIS"];
        assert_eq!(
            wrong(&six, "FR"),
            [("lines".to_owned(), FieldReason::TooMany)]
        );
        assert!(PostalAddress::parse(&["a".repeat(38), "75001 PARIS".into()], "FR").is_ok());
    }

    #[test]
    fn an_address_never_prints_itself() {
        let address = PostalAddress::parse(&["1 rue A", "75001 PARIS"], "FR").unwrap();
        assert_eq!(format!("{address:?}"), "PostalAddress(…)");
        assert_eq!(address.recipient_hint(), "… 75001 PARIS");
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_reads_back_as_itself(
            lines in proptest::collection::vec(any::<String>(), 0..8),
            town in "[0-9]{4,5} ?[A-Zé]{0,9}",
            code in "(FR|BE|[A-Za-z]{2}|.{0,3})",
        ) {
            let lines: Vec<String> = lines.into_iter().chain([town]).collect();
            if let Ok(address) = PostalAddress::parse(&lines, &code) {
                let again = PostalAddress::parse(address.lines(), address.country_code()).unwrap();
                prop_assert_eq!(again, address);
            }
        }
    }
}
