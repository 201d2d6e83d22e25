//! E-mail addresses: written so that what is stored is what a mail server takes.

use crate::text_value::text_value;
use crate::violation::{FieldReason, Violation};

text_value! {
    /// One address, at most 254 bytes: an ASCII dot-atom, `@`, a domain of lower-cased A-labels.
    /// The local part is kept as it was typed. Mail goes to this text, byte for byte.
    personal Email
}

text_value! {
    /// What an address is found by: its domain as lower-cased A-labels, its local part
    /// ASCII-lower-cased, nothing else folded.
    personal EmailKey
}

impl Email {
    /// Most bytes of an address in an SMTP envelope (RFC 5321 §4.5.3.1.3, less the brackets).
    pub const MOST_BYTES: usize = 254;

    /// Most bytes before the `@` (RFC 5321 §4.5.3.1.1).
    const MOST_LOCAL_BYTES: usize = 64;

    /// Reads a typed address; blanks around it are dropped.
    pub fn parse(text: &str) -> Result<Self, Violation> {
        let typed = text.trim();
        if typed.is_empty() {
            return Err(Violation::required());
        }
        if typed.len() > Self::MOST_BYTES {
            return Err(too_long());
        }
        let (local, domain) = typed.split_once('@').ok_or_else(|| {
            format(
                "an address is written name@domain",
                "Une adresse s’écrit nom@domaine.",
            )
        })?;
        check_local_part(local)?;
        let domain = ascii_domain(domain)?;
        let address = format!("{local}@{domain}");
        if address.len() > Self::MOST_BYTES {
            return Err(too_long());
        }
        Ok(Self(address))
    }

    /// What it is found by.
    pub fn lookup_key(&self) -> EmailKey {
        let (local, domain) = self.parts();
        EmailKey(format!(
            "{}@{}",
            local.to_ascii_lowercase(),
            domain.to_ascii_lowercase()
        ))
    }

    /// Enough for its owner to recognise it, too little to write to it: `j…@e….org`.
    pub fn recipient_hint(&self) -> String {
        let (local, domain) = self.parts();
        let (name, last_label) = domain.rsplit_once('.').unwrap_or((domain, ""));
        format!("{}…@{}….{last_label}", first(local), first(name))
    }

    fn parts(&self) -> (&str, &str) {
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

fn first(text: &str) -> &str {
    text.chars().next().map_or("", |c| &text[..c.len_utf8()])
}

fn check_local_part(local: &str) -> Result<(), Violation> {
    let atext = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~-".contains(c);
    if let Some(c) = local.chars().find(|&c| !atext(c) && c != '.') {
        return Err(Violation::new(
            FieldReason::Character,
            format!(
                "the character U+{:04X} cannot stand before the @",
                u32::from(c)
            ),
            "Avant l’arobase, une adresse ne contient que des lettres sans accent, des chiffres et quelques signes.",
        ));
    }
    if local.len() > Email::MOST_LOCAL_BYTES {
        return Err(format(
            "at most 64 characters stand before the @",
            "Une adresse compte au plus 64 caractères avant l’arobase.",
        ));
    }
    if local.split('.').any(str::is_empty) {
        return Err(format(
            "before the @ stand one or more words parted by single full stops",
            "Avant l’arobase, il faut un ou plusieurs mots séparés par un seul point.",
        ));
    }
    Ok(())
}

fn ascii_domain(domain: &str) -> Result<String, Violation> {
    let refused = || {
        format(
            "after the @ stands a full domain name, as example.org",
            "Après l’arobase, il faut un nom de domaine complet, comme example.org.",
        )
    };
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| refused())?;
    // The mapping turns look-alikes (full-width letters, the Kelvin sign, ideographic full stops)
    // into ASCII. Nobody has such a domain: a typist gets told, a forger gets nothing.
    let mapped = !domain.is_ascii() && {
        domain.split('.').count() != ascii.split('.').count()
            || domain
                .split('.')
                .zip(ascii.split('.'))
                .any(|(typed, label)| !typed.is_ascii() && !label.starts_with("xn--"))
    };
    // A last label that begins with a digit makes an IPv4 address, not a name.
    let named = ascii.rsplit_once('.').is_some_and(|(_, last)| {
        last.len() >= 2 && last.starts_with(|c: char| c.is_ascii_lowercase())
    });
    if mapped || !named {
        Err(refused())
    } else {
        Ok(ascii)
    }
}

fn format(english: &str, french: &str) -> Violation {
    Violation::new(FieldReason::Format, english, french)
}

fn too_long() -> Violation {
    Violation::new(
        FieldReason::TooLong,
        "an address has at most 254 bytes",
        "Une adresse compte au plus 254 caractères.",
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reason(text: &str) -> FieldReason {
        Email::parse(text).expect_err(text).reason
    }

    #[test]
    fn the_local_part_is_kept_and_the_domain_becomes_a_labels() {
        for (typed, kept) in [
            ("Paul.Durand@Example.ORG", "Paul.Durand@example.org"),
            (" a+b@example.fr ", "a+b@example.fr"),
            ("x@Forêt.example", "x@xn--fort-ipa.example"),
            ("x@xn--fort-ipa.example", "x@xn--fort-ipa.example"),
            ("o'neil@sub.example.fr", "o'neil@sub.example.fr"),
        ] {
            assert_eq!(Email::parse(typed).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_no_single_plain_address_is_refused() {
        for wrong in [
            "paul",
            "@example.org",
            "paul@",
            "paul@example",
            "paul@example.org.",
            "paul@.org",
            "paul@example..org",
            ".paul@example.org",
            "paul.@example.org",
            "pa..ul@example.org",
            "paul@[127.0.0.1]",
            "paul@127.0.0.1",
            "paul@[IPv6:::1]",
            "\"paul d\"@example.org",
            "Paul <paul@example.org>",
            "a@example.org,b@example.org",
            "a@b@example.org",
            "paul@exa_mple.org",
            "paul@-example.org",
            "paul@example.org\r\nBcc: x@example.org",
            "paul@example.org\0",
            "pa ul@example.org",
            "paul@exa mple.org",
            "paul@example.1",
            "paul\u{200b}@example.org",
            "paul@exa\u{202e}mple.org",
            "paul@xn--a.example",
            "paul@example.org?subject=x",
            "paul@example.org/x",
            "paul@%65xample.org",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(reason("  "), FieldReason::Required);
    }

    #[test]
    fn look_alikes_of_an_address_are_no_address() {
        for alike in [
            "mıke@example.org",
            "İke@example.org",
            "mi\u{212a}e@example.org",
            "ｍike@example.org",
            "mike＠example.org",
            "mike@ｅxample.org",
            "mike@example\u{3002}org",
            "mike@exam\u{fb01}le.org",
            "mike@\u{212a}example.org",
            "mike@example.org\u{3002}",
            "mike@exa\u{ad}mple.org",
        ] {
            assert!(Email::parse(alike).is_err(), "{alike:?}");
        }
        // A dotless i in a domain is a domain of its own, found by nothing else.
        let key = |text| Email::parse(text).unwrap().lookup_key();
        assert_ne!(key("mike@mıke.example"), key("mike@mike.example"));
    }

    #[test]
    fn lengths_are_those_of_the_stored_form() {
        let local = "a".repeat(64);
        assert!(Email::parse(&format!("{local}@example.org")).is_ok());
        assert_eq!(
            reason(&format!("{local}a@example.org")),
            FieldReason::Format
        );
        let label = "b".repeat(61);
        let domain = format!("{label}.{label}.{label}.fr");
        assert_eq!(domain.len(), 188);
        assert!(Email::parse(&format!("{local}@{domain}")).is_ok());
        assert_eq!(
            reason(&format!("{local}@bb.{domain}")),
            FieldReason::TooLong
        );
        assert_eq!(
            reason(&format!("{}@example.org", "a".repeat(1_000_000))),
            FieldReason::TooLong
        );
    }

    #[test]
    fn the_key_folds_ascii_case_and_nothing_else() {
        let key = |text| Email::parse(text).unwrap().lookup_key();
        assert_eq!(key("Paul@Example.org"), key("pAUL@example.ORG"));
        assert_ne!(key("pa.ul@example.org"), key("paul@example.org"));
        assert_ne!(key("paul+x@example.org"), key("paul@example.org"));
        assert_eq!(key("x@FORÊT.example"), key("X@xn--fort-ipa.example"));
        assert_eq!(key("Paul@Example.org").as_str(), "paul@example.org");
    }

    #[test]
    fn a_hint_cannot_be_written_to() {
        let hint = |text| Email::parse(text).unwrap().recipient_hint();
        assert_eq!(hint("jeanne@example.org"), "j…@e….org");
        assert_eq!(hint("j@a.example.fr"), "j…@a….fr");
    }

    #[test]
    fn an_address_never_prints_itself() {
        let email = Email::parse("paul@example.org").unwrap();
        assert_eq!(
            format!("{email:?} {:?}", email.lookup_key()),
            "Email(…) EmailKey(…)"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics_and_a_taken_one_reads_back_as_itself(text in any::<String>()) {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email);
            }
        }

        #[test]
        fn near_addresses_read_back_as_themselves(
            text in "[a-zA-Z.+ı]{1,6}@[a-zA-Zéßｅ0-9.-]{1,12}\\.[a-zA-Z0-9é]{1,4}",
        ) {
            if let Ok(email) = Email::parse(&text) {
                prop_assert!(email.as_str().is_ascii());
                prop_assert_eq!(Email::parse(email.as_str()).unwrap(), email.clone());
            }
        }
    }
}
