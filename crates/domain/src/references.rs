//! References and codes that the Caf's systems give: kept exactly as given, no case folded.

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};

fn format(english: &str, french: &str) -> Violation {
    Violation::new(FieldReason::Format, english, french)
}

text_value! {
    /// A Caf, by its number: 3 digits.
    public CafCode
}

impl CafCode {
    /// Reads a given code.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::required());
        }
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(format(
                "a Caf's code is 3 digits",
                "Le code d’une Caf compte 3 chiffres.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

text_value! {
    /// A partner as its Caf names it, unique in that Caf, or an agreement as its partner's Caf
    /// names it, unique in that partner: `[A-Za-z0-9._-]{1,40}`.
    public Reference
}

impl Reference {
    /// Reads a given reference.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::required());
        }
        if text.chars().count() > 40 {
            return Err(Violation::too_long(40));
        }
        if !text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        {
            return Err(format(
                "a reference is 1 to 40 of A-Z a-z 0-9 . _ -",
                "Une référence compte de 1 à 40 lettres sans accent, chiffres, points, tirets ou soulignés.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

text_value! {
    /// A geographic zone, usually a département: `[0-9A-Z]{1,10}`.
    public ZoneCode
}

impl ZoneCode {
    /// Reads a given code.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::required());
        }
        let formed = text.len() <= 10
            && text
                .bytes()
                .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
        if !formed {
            return Err(format(
                "a zone's code is 1 to 10 of 0-9 A-Z",
                "Le code d’une zone compte de 1 à 10 chiffres ou lettres capitales.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

text_value! {
    /// A service that an agreement opens, `OFFRE_BAILLEURS`: `[A-Z][A-Z0-9_]{0,39}`.
    public ServiceCode
}

impl ServiceCode {
    /// Reads a given code.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        if text.is_empty() {
            return Err(Violation::required());
        }
        let formed = text.len() <= 40
            && text.starts_with(|c: char| c.is_ascii_uppercase())
            && text
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
        if !formed {
            return Err(format(
                "a service's code is a capital letter, then at most 39 of A-Z 0-9 _",
                "Le code d’un service commence par une lettre capitale et compte au plus 40 capitales, chiffres ou soulignés.",
            ));
        }
        Ok(Self(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn codes_have_their_form() {
        assert!(CafCode::parse("331").is_ok());
        for wrong in ["", "33", "3311", "33a", "٣٣١", " 331"] {
            assert!(CafCode::parse(wrong).is_err(), "{wrong}");
        }
        assert!(ZoneCode::parse("2A").is_ok());
        for wrong in ["", "2a", "75 ", "12345678901", "É"] {
            assert!(ZoneCode::parse(wrong).is_err(), "{wrong}");
        }
        assert!(ServiceCode::parse("OFFRE_BAILLEURS").is_ok());
        assert!(ServiceCode::parse(&"A".repeat(40)).is_ok());
        for wrong in ["", "_A", "1A", "Offre", "A-B", &"A".repeat(41)] {
            assert!(ServiceCode::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn references_hold_at_most_forty_plain_characters() {
        assert!(Reference::parse("P-2026.04_b").is_ok());
        assert!(Reference::parse(&"a".repeat(40)).is_ok());
        for wrong in ["", "a b", "é", "a/b", "a\n", "../x", &"a".repeat(41)] {
            assert!(Reference::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_is_kept_as_it_is(text in any::<String>()) {
            for kept in [
                CafCode::parse(&text).map(|v| v.0),
                Reference::parse(&text).map(|v| v.0),
                ZoneCode::parse(&text).map(|v| v.0),
                ServiceCode::parse(&text).map(|v| v.0),
            ].into_iter().flatten() {
                prop_assert_eq!(&kept, &text);
            }
        }
    }
}
