//! Names of people, partners, agreements and zones: texts that others read in mails and letters.

use crate::characters::{Allowed, Digits, FullStop, normalised};
use crate::text_value::text_value;
use crate::violation::Violation;

const PERSON: Allowed = Allowed {
    signs: "-'’",
    digits: Digits::Refused,
    full_stop: FullStop::Closing,
    words: (
        "letters, spaces, - and apostrophes; a full stop only before a space, - or the end",
        "lettres, espaces, tirets et apostrophes ; un point seulement avant un espace, un tiret ou à la fin",
    ),
};

const ORGANISATION: Allowed = Allowed {
    signs: "-'’&,/()",
    digits: Digits::Taken,
    full_stop: FullStop::ClosingOrInitials,
    words: (
        "letters, digits, spaces and - ' & , / ( ); a full stop only in initials or at the end of a word",
        "lettres, chiffres, espaces et - ' & , / ( ) ; un point seulement dans un sigle ou à la fin d’un mot",
    ),
};

fn parse(text: &str, most: usize, allowed: &Allowed) -> Result<String, Violation> {
    let name = normalised(text, most)?;
    allowed.check(&name)?;
    Ok(name)
}

text_value! {
    /// A family or given name: 1–64 characters after trimming and NFC.
    personal PersonName
}

impl PersonName {
    /// Most characters, after trimming and NFC.
    pub const MOST: usize = 64;

    /// Reads a typed name.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        parse(text, Self::MOST, &PERSON).map(Self)
    }
}

text_value! {
    /// A partner organisation's name: 1–120 characters after trimming and NFC. A landlord's own
    /// name may be a partner's, so it counts as personal.
    personal PartnerName
}

impl PartnerName {
    /// Most characters, after trimming and NFC.
    pub const MOST: usize = 120;

    /// Reads a given name.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        parse(text, Self::MOST, &ORGANISATION).map(Self)
    }
}

text_value! {
    /// What people call an agreement: 1–120 characters after trimming and NFC; often the
    /// partner's name, so it counts as personal.
    personal AgreementLabel
}

impl AgreementLabel {
    /// Most characters, after trimming and NFC.
    pub const MOST: usize = 120;

    /// Reads a given label.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        parse(text, Self::MOST, &ORGANISATION).map(Self)
    }
}

text_value! {
    /// What people call a geographic zone, « Gironde »: 1–64 characters after trimming and NFC.
    public ZoneLabel
}

impl ZoneLabel {
    /// Most characters, after trimming and NFC.
    pub const MOST: usize = 64;

    /// Reads a given label.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        parse(text, Self::MOST, &ORGANISATION).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::violation::FieldReason;

    fn reason<T>(parsed: Result<T, Violation>) -> FieldReason {
        parsed.err().expect("refused").reason
    }

    #[test]
    fn ordinary_french_names_are_taken() {
        for name in [
            "Durand",
            "D’Artagnan",
            "O'Neill",
            "Anne-Lise",
            "de La Tour",
            "Œuvrard",
            "Zoë",
            "Jean-P.",
            "Jr. Martin",
            "J.-B.",
            "Nguyễn",
            "Łukasz",
            "Þór",
            "Ÿves",
            "A",
        ] {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_name_is_trimmed_and_composed() {
        assert_eq!(PersonName::parse("  Zoe\u{308}\n").unwrap().as_str(), "Zoë");
    }

    #[test]
    fn length_is_counted_after_trimming_and_composing() {
        assert!(PersonName::parse(&"é".repeat(64)).is_ok());
        assert!(PersonName::parse(&"e\u{301}".repeat(64)).is_ok());
        assert_eq!(
            reason(PersonName::parse(&"é".repeat(65))),
            FieldReason::TooLong
        );
        assert_eq!(reason(PersonName::parse("  ")), FieldReason::Required);
        assert!(PartnerName::parse(&"A".repeat(120)).is_ok());
        assert_eq!(
            reason(PartnerName::parse(&"A".repeat(121))),
            FieldReason::TooLong
        );
        assert!(ZoneLabel::parse(&"A".repeat(64)).is_ok());
        assert_eq!(
            reason(ZoneLabel::parse(&"A".repeat(65))),
            FieldReason::TooLong
        );
    }

    #[test]
    fn control_bidirectional_and_invisible_characters_are_refused_everywhere() {
        for hidden in [
            "\r\n",
            "\0",
            "\u{1b}",
            "\t",
            "\u{7f}",
            "\u{85}",
            "\u{a0}",
            "\u{ad}",
            "\u{200b}",
            "\u{200d}",
            "\u{200e}",
            "\u{202e}",
            "\u{2028}",
            "\u{2066}",
            "\u{2069}",
            "\u{2060}",
            "\u{feff}",
            "\u{fffd}",
            "\u{115f}",
            "\u{3164}",
            "\u{e0041}",
            "\u{fe0f}",
            "\u{34f}",
        ] {
            let text = format!("Paul{hidden}Durand");
            assert_eq!(
                reason(PersonName::parse(&text)),
                FieldReason::Character,
                "{hidden:?}"
            );
            assert_eq!(
                reason(PartnerName::parse(&text)),
                FieldReason::Character,
                "{hidden:?}"
            );
            assert_eq!(reason(AgreementLabel::parse(&text)), FieldReason::Character);
            assert_eq!(
                reason(ZoneLabel::parse(&text)),
                FieldReason::Character,
                "{hidden:?}"
            );
        }
    }

    #[test]
    fn piled_up_marks_are_refused() {
        let piled = format!("Zo{}", "\u{308}".repeat(10_000));
        assert_eq!(reason(PersonName::parse(&piled)), FieldReason::TooLong);
        let few = format!("Zo{}", "\u{323}\u{308}\u{308}\u{308}".repeat(3));
        assert_eq!(reason(PersonName::parse(&few)), FieldReason::Character);
        assert_eq!(
            reason(PersonName::parse("\u{301}Paul")),
            FieldReason::Character
        );
    }

    #[test]
    fn no_name_carries_a_link() {
        for link in [
            "www.example.fr",
            "example.fr",
            "voir example.fr/x",
            "a.fr",
            "t.co",
            "10.0.0.1",
            "example.fr.",
            "é.fr",
            "x.é.fr",
            "a.b1",
            "exa-mple.fr",
            "S.C.I.example.fr",
            "example\u{3002}fr",
            "example\u{ff0e}fr",
            "example\u{a4f8}fr",
            "example\u{2024}fr",
        ] {
            assert_eq!(
                reason(PersonName::parse(link)),
                FieldReason::Character,
                "{link}"
            );
            assert_eq!(
                reason(PartnerName::parse(link)),
                FieldReason::Character,
                "{link}"
            );
            assert_eq!(
                reason(AgreementLabel::parse(link)),
                FieldReason::Character,
                "{link}"
            );
            assert_eq!(
                reason(ZoneLabel::parse(link)),
                FieldReason::Character,
                "{link}"
            );
        }
        for link in ["https://example", "mailto:a@b", "a@example"] {
            assert_eq!(
                reason(PartnerName::parse(link)),
                FieldReason::Character,
                "{link}"
            );
        }
    }

    #[test]
    fn markup_and_template_languages_are_refused() {
        for text in [
            "{{7*7}}", "<script>", "#import", "$x$", "a_b", "\\n", "*x*", "[x]", "@a",
        ] {
            assert_eq!(
                reason(PersonName::parse(text)),
                FieldReason::Character,
                "{text}"
            );
            assert_eq!(
                reason(PartnerName::parse(text)),
                FieldReason::Character,
                "{text}"
            );
        }
    }

    #[test]
    fn organisations_have_initials_digits_and_signs() {
        for name in [
            "LES OLIVIERS",
            "S.C.I. DURAND",
            "S.A.R.L. Petit & Fils (Gironde)",
            "Immo 33, agence",
            "1001 Vies",
            "Durand et Cie.",
            "Habitat Sud/Est",
            "Foncière (S.A.)",
            "L'Abri",
        ] {
            assert_eq!(PartnerName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(reason(PersonName::parse("Paul 2")), FieldReason::Character);
        assert_eq!(reason(PersonName::parse("S.C.I.")), FieldReason::Character);
    }

    #[test]
    fn a_name_has_a_letter() {
        assert_eq!(reason(PersonName::parse("--")), FieldReason::Format);
        assert_eq!(reason(PartnerName::parse("(&)")), FieldReason::Format);
    }

    #[test]
    fn a_refusal_names_the_character_by_its_code_when_it_cannot_be_seen() {
        let violation = PersonName::parse("Paul\u{202e}").unwrap_err();
        assert!(
            violation.description.contains("U+202E"),
            "{}",
            violation.description
        );
        assert!(!violation.localized.contains('\u{202e}'));
    }

    #[test]
    fn a_person_s_name_never_prints_itself() {
        assert_eq!(
            format!("{:?}", PersonName::parse("Paul").unwrap()),
            "PersonName(…)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_reads_back_as_itself(text in any::<String>()) {
            if let Ok(name) = PersonName::parse(&text) {
                prop_assert_eq!(PersonName::parse(name.as_str()).unwrap(), name);
            }
            if let Ok(name) = PartnerName::parse(&text) {
                prop_assert_eq!(PartnerName::parse(name.as_str()).unwrap(), name);
            }
        }

        #[test]
        fn what_is_taken_holds_no_host_name(text in "[a-zA-Zé0-9 .'/(&,-]{1,20}") {
            if let Ok(name) = PartnerName::parse(&text) {
                let host = name.as_str().split(['/', ' ', '(', '&', ',']).any(|word| {
                    word.split('.').collect::<Vec<_>>().windows(2).any(|pair| {
                        !pair[0].is_empty() && pair[1].starts_with(char::is_alphanumeric)
                            && pair[1].chars().take_while(|c| c.is_alphanumeric()).count() >= 2
                    })
                });
                prop_assert!(!host, "{}", name.as_str());
            }
        }
    }
}
