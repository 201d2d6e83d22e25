//! Telephone numbers.

use phonenumber::{Mode, country};

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};

text_value! {
    /// A number that exists in its country's plan, as E.164: `+33612345678`.
    personal Phone
}

/// Where a number without `+` is looked for, in turn: the plans of the départements of overseas do
/// not overlap mainland France's, and people there write `0590…` as others write `05…`.
const HOME_REGIONS: [country::Id; 7] = [
    country::FR,
    country::GP,
    country::MQ,
    country::GF,
    country::RE,
    country::YT,
    country::PM,
];

impl Phone {
    /// Most characters of a typed number: 15 digits, the longest E.164, as spaced as one may.
    const MOST_TYPED: usize = 32;

    /// Reads a typed number; without `+` it is a French one.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(Violation::required());
        }
        if typed.chars().count() > Self::MOST_TYPED {
            return Err(Violation::too_long(Self::MOST_TYPED));
        }
        let dialled = dialled(typed)?;
        HOME_REGIONS
            .into_iter()
            .filter_map(|region| phonenumber::parse(Some(region), &dialled).ok())
            .find(phonenumber::is_valid)
            .map(|number| Self(number.format().mode(Mode::E164).to_string()))
            .ok_or_else(|| {
                Violation::new(
                    FieldReason::Format,
                    "no such number; outside France begin with + and the country's code",
                    "Ce numéro n’existe pas. Hors de France, commencez par + et l’indicatif du pays.",
                )
            })
    }
}

/// Digits and a leading `+`: signs for reading are dropped. Letters are refused, for they would be
/// taken as the keys of a telephone.
fn dialled(typed: &str) -> Result<String, Violation> {
    let mut dialled = String::with_capacity(typed.len());
    for (place, c) in typed.char_indices() {
        match c {
            '0'..='9' => dialled.push(c),
            '+' if place == 0 => dialled.push(c),
            ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}' | '\u{202f}' => {}
            _ => {
                return Err(Violation::new(
                    FieldReason::Character,
                    format!(
                        "the character U+{:04X} cannot stand in a number",
                        u32::from(c)
                    ),
                    "Un numéro de téléphone ne contient que des chiffres, des espaces et, au début, +.",
                ));
            }
        }
    }
    Ok(dialled)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_stored_as_e164() {
        for (typed, stored) in [
            ("06 12 34 56 78", "+33612345678"),
            ("01.23.45.67.89", "+33123456789"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("0033612345678", "+33612345678"),
            ("+32 2 555 12 12", "+3225551212"),
            ("0590 81 23 45", "+590590812345"),
            ("0262\u{a0}41\u{202f}23 45", "+262262412345"),
        ] {
            assert_eq!(
                Phone::parse(typed).map(|p| p.0),
                Ok(stored.to_owned()),
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for wrong in [
            "",
            "12",
            "0000000000",
            "061234567",
            "06123456789",
            "0800 FLOWERS",
            "tel:+33612345678",
            "06 12 34 56 78 ext. 3",
            "06+12345678",
            "٠٦١٢٣٤٥٦٧٨",
            "0612345678\r\nX: y",
            "+",
            "++33612345678",
            "0612345678\0",
            "0612\u{202e}345678",
            "+999 612345678",
        ] {
            assert!(Phone::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(
            Phone::parse(&"1".repeat(33)).unwrap_err().reason,
            FieldReason::TooLong
        );
    }

    #[test]
    fn a_number_never_prints_itself() {
        assert_eq!(
            format!("{:?}", Phone::parse("0612345678").unwrap()),
            "Phone(…)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = Phone::parse(&text);
        }

        #[test]
        fn a_taken_number_reads_back_as_itself(text in "(\\+|00?)?[0-9 ().]{6,20}") {
            if let Ok(phone) = Phone::parse(&text) {
                prop_assert_eq!(Phone::parse(phone.as_str()).unwrap(), phone);
            }
        }
    }
}
