//! What a person types to sign in, beside the password.

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};
use crate::{Random, alphabet, provisional};

text_value! {
    /// What is typed to sign in: generated, 7 random symbols and a check symbol (`K7MP4XQ2`), or
    /// imported, 6–32 of `[A-Za-z0-9._-]`. Kept as given.
    public Identifier
}

text_value! {
    /// What an identifier is unique, found and throttled by: upper-cased, blanks and `-` dropped.
    /// People type passwords into the wrong field, so it never prints itself.
    personal IdentifierKey
}

impl Identifier {
    /// Random symbols of a generated one: 31⁷ ≈ 27 thousand million, so a guess hits nobody.
    const DRAWN: usize = 7;

    /// A new one, in capitals.
    pub fn generate(random: &dyn Random) -> Self {
        Self(alphabet::draw_checked(random, Self::DRAWN))
    }

    /// Reads an imported one. At least six characters besides `-`, for dashes do not count when
    /// it is looked up; never of the form of a provisional password, which stands beside it in
    /// letters and mails.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let given = text.trim();
        if given.is_empty() {
            return Err(Violation::required());
        }
        if given.chars().count() > 32 {
            return Err(Violation::too_long(32));
        }
        let refused = |reason, english| {
            Violation::new(
                reason,
                english,
                "Un identifiant compte de 6 à 32 lettres sans accent, chiffres, points, tirets ou soulignés.",
            )
        };
        if !given
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        {
            return Err(refused(
                FieldReason::Character,
                "only A-Z a-z 0-9 . _ - are taken",
            ));
        }
        if IdentifierKey::of_typed(given).0.len() < 6 {
            return Err(refused(
                FieldReason::TooShort,
                "at least 6 characters besides -",
            ));
        }
        if provisional::has_form(given) {
            return Err(Violation::new(
                FieldReason::Format,
                "an identifier must not have the form of a provisional password",
                "Cet identifiant a la forme d’un mot de passe provisoire.",
            ));
        }
        Ok(Self(given.to_owned()))
    }

    /// What it is unique by.
    pub fn key(&self) -> IdentifierKey {
        IdentifierKey::of_typed(&self.0)
    }
}

impl IdentifierKey {
    /// The key of whatever was typed at sign-in, an identifier or not: what is unknown is
    /// throttled as what is known.
    pub fn of_typed(typed: &str) -> Self {
        Self(alphabet::fold(typed).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::OsRandom;

    #[test]
    fn a_generated_one_is_eight_symbols_whose_check_holds() {
        let identifier = Identifier::generate(&OsRandom);
        assert_eq!(identifier.as_str().len(), 8);
        assert!(alphabet::check_holds(identifier.as_str()));
        assert_eq!(Identifier::parse(identifier.as_str()), Ok(identifier));
    }

    #[test]
    fn imported_ones_are_kept_as_given() {
        for given in ["paul.durand", "P_DURAND-33", "abcdef", &"a".repeat(32)] {
            assert_eq!(Identifier::parse(given).unwrap().as_str(), given);
        }
        for wrong in [
            "",
            "abcde",
            "a----b",
            "------",
            "paul durand",
            "paul@x",
            "é23456",
            &"a".repeat(33),
        ] {
            assert!(Identifier::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn none_has_the_form_of_a_provisional_password() {
        assert!(Identifier::parse("K7MP-4XQ2-9ABC-DEFG").is_err());
        assert!(Identifier::parse("k7mp4xq29abcdefg").is_err());
        assert!(Identifier::parse("k7mp4xq29abcdef0").is_ok());
    }

    #[test]
    fn case_blanks_and_dashes_make_one_key() {
        let key = IdentifierKey::of_typed("K7MP4XQ2");
        for typed in ["k7mp4xq2", " K7MP 4XQ2 ", "K7MP-4XQ2", "k-7-m-p-4-x-q-2"] {
            assert_eq!(IdentifierKey::of_typed(typed), key);
        }
        assert_ne!(IdentifierKey::of_typed("K7MP.4XQ2"), key);
        assert_ne!(
            IdentifierKey::of_typed("ıdent1"),
            IdentifierKey::of_typed("ident1")
        );
        assert_ne!(IdentifierKey::of_typed("\u{212a}7MP4XQ2"), key);
    }

    #[test]
    fn a_typed_key_never_prints_itself() {
        assert_eq!(
            format!("{:?}", IdentifierKey::of_typed("secret")),
            "IdentifierKey(…)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_reads_back_as_itself(
            text in "(.*|[A-Za-z0-9._-]{4,34})",
        ) {
            let key = IdentifierKey::of_typed(&text);
            prop_assert_eq!(IdentifierKey::of_typed(key.as_str()), key);
            if let Ok(identifier) = Identifier::parse(&text) {
                prop_assert_eq!(Identifier::parse(identifier.as_str()).unwrap(), identifier);
            }
        }
    }
}
