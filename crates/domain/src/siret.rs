//! The number of a French establishment.

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};

text_value! {
    /// A SIRET: 14 digits whose check holds.
    public Siret
}

/// La Poste outgrew the check: its establishments have numbers whose digits sum to a multiple
/// of five, its seat the common check.
const LA_POSTE: &str = "356000000";

impl Siret {
    /// Reads a typed number; spaces are dropped.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace())
            .take(15)
            .collect();
        if digits.is_empty() {
            return Err(Violation::required());
        }
        if digits.len() != 14 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Violation::new(
                FieldReason::Format,
                "a SIRET is 14 digits",
                "Un SIRET compte 14 chiffres.",
            ));
        }
        if !check_holds(&digits) {
            return Err(Violation::new(
                FieldReason::Format,
                "no SIRET: a digit is mistyped, its check does not hold",
                "Ce SIRET n’existe pas : un chiffre est sans doute mal recopié.",
            ));
        }
        Ok(Self(digits))
    }
}

fn check_holds(digits: &str) -> bool {
    let sum = digits.bytes().map(|b| u32::from(b - b'0')).sum::<u32>();
    sum != 0 && (luhn_holds(digits) || (digits.starts_with(LA_POSTE) && sum.is_multiple_of(5)))
}

fn luhn_holds(digits: &str) -> bool {
    let weighted = |(place, b): (usize, u8)| {
        let digit = u32::from(b - b'0');
        let doubled = if place % 2 == 1 { digit * 2 } else { digit };
        if doubled > 9 { doubled - 9 } else { doubled }
    };
    digits
        .bytes()
        .rev()
        .enumerate()
        .map(weighted)
        .sum::<u32>()
        .is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_is_luhn_s() {
        assert_eq!(
            Siret::parse("732 829 320 00074").unwrap().as_str(),
            "73282932000074"
        );
        for wrong in ["73282932000075", "37282932000074", "00000000000000"] {
            assert!(Siret::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn la_poste_has_its_own_check() {
        assert!(Siret::parse("35600000000048").is_ok());
        assert!(Siret::parse("35600000049837").is_ok());
        assert!(Siret::parse("35600000049838").is_err());
        assert!(Siret::parse("35600000100010").is_err());
    }

    #[test]
    fn a_siret_is_fourteen_digits() {
        for wrong in [
            "",
            "7328293200007",
            "732829320000741",
            "7328293200007x",
            "٧٣٢٨٢٩٣٢٠٠٠٠٧٤",
        ] {
            assert!(Siret::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = Siret::parse(&text);
        }

        #[test]
        fn a_taken_one_reads_back_as_itself(text in "[0-9 ]{13,16}") {
            if let Ok(siret) = Siret::parse(&text) {
                prop_assert_eq!(Siret::parse(siret.as_str()).unwrap(), siret);
            }
        }
    }
}
