//! The number a person finds on a letter or receipt: public, it proves nothing.

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};
use crate::{Random, alphabet};

text_value! {
    /// « N° utilisateur »: 14 of `[A-Z0-9]`, in capitals without blanks or dashes. Given by the
    /// Caf, or 13 random symbols and a check symbol; the check of given ones is not verified.
    public UserNumber
}

text_value! {
    /// What a user number is unique and found by: upper-cased, blanks and `-` dropped.
    personal UserNumberKey
}

impl UserNumber {
    /// Characters of every one.
    pub const LENGTH: usize = 14;

    /// A new one.
    pub fn generate(random: &dyn Random) -> Self {
        Self(alphabet::draw_checked(random, Self::LENGTH - 1))
    }

    /// Reads a given or typed one; case, blanks and `-` do not matter.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let folded: String = alphabet::fold(text).take(Self::LENGTH + 1).collect();
        if folded.is_empty() {
            return Err(Violation::required());
        }
        let formed = folded.len() == Self::LENGTH
            && folded
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !formed {
            return Err(Violation::new(
                FieldReason::Format,
                "a user number is 14 letters or digits",
                "Le N° utilisateur compte 14 lettres ou chiffres.",
            ));
        }
        Ok(Self(folded))
    }

    /// What it is unique by.
    pub fn key(&self) -> UserNumberKey {
        UserNumberKey(alphabet::fold(&self.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::OsRandom;

    #[test]
    fn a_generated_one_is_fourteen_symbols_whose_check_holds() {
        let number = UserNumber::generate(&OsRandom);
        assert_eq!(number.as_str().len(), 14);
        assert!(alphabet::check_holds(number.as_str()));
        assert_eq!(UserNumber::parse(number.as_str()), Ok(number));
    }

    #[test]
    fn given_ones_are_normalised_and_their_check_is_not_verified() {
        let number = UserNumber::parse(" 0l1o-abcd efgh23").unwrap();
        assert_eq!(number.as_str(), "0L1OABCDEFGH23");
        assert_eq!(number.key().as_str(), number.as_str());
    }

    #[test]
    fn other_texts_are_refused() {
        for wrong in [
            "",
            " - ",
            "ABC",
            "ABCDEFGHIJKLMNO",
            "ABCDEFGHIJKLM.",
            "ÀBCDEFGHIJKLM",
            "ABCDEFGHIJKLM\0",
        ] {
            assert!(UserNumber::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_reads_back_as_itself(
            text in "(.*|[A-Za-z0-9 -]{12,20})",
        ) {
            if let Ok(number) = UserNumber::parse(&text) {
                prop_assert_eq!(UserNumber::parse(number.as_str()).unwrap(), number);
            }
        }
    }
}
