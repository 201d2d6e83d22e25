//! What is typed to recover an identifier or a password. What cannot be a user number or an
//! address is refused for its form alone, whoever is known.

use domain::email::{Email, EmailKey};
use domain::user_number::{UserNumber, UserNumberKey};
use domain::violation::{Violation, Violations};

use crate::recovery::v1;

/// Most characters of a user number as typed, blanks and dashes included; a true one has 14.
const MOST_USER_NUMBER: usize = 64;

/// The key of the user number typed for « Identifiant perdu ».
pub fn user_number(request: &v1::RecoverIdentifierRequest) -> Result<UserNumberKey, Violations> {
    let typed = &request.user_number;
    let parsed = if typed.chars().count() > MOST_USER_NUMBER {
        Err(Violation::too_long(MOST_USER_NUMBER))
    } else {
        UserNumber::parse(typed).map(|number| number.key())
    };
    parsed.map_err(|violation| Violations::one("user_number", violation))
}

/// The key of the address typed for « Mot de passe oublié ».
pub fn email(request: &v1::RecoverPasswordRequest) -> Result<EmailKey, Violations> {
    let parsed = Email::parse(&request.email).map(|email| email.lookup_key());
    parsed.map_err(|violation| Violations::one("email", violation))
}

#[cfg(test)]
mod tests {
    use domain::violation::FieldReason;

    use super::*;

    fn number(typed: &str) -> Result<UserNumberKey, FieldReason> {
        let user_number = typed.to_owned();
        let request = v1::RecoverIdentifierRequest { user_number };
        super::user_number(&request).map_err(|violations| reason(&violations))
    }

    fn address(typed: &str) -> Result<EmailKey, FieldReason> {
        let email = typed.to_owned();
        let request = v1::RecoverPasswordRequest { email };
        super::email(&request).map_err(|violations| reason(&violations))
    }

    fn reason(violations: &Violations) -> FieldReason {
        let (_, violation) = violations.iter().next().unwrap();
        violation.reason
    }

    #[test]
    fn a_user_number_is_read_however_it_is_spaced_and_cased() {
        assert_eq!(number("abcd efgh-2345 67"), number("ABCDEFGH234567"));
        assert!(number("ABCDEFGH234567").is_ok());
    }

    #[test]
    fn what_cannot_be_a_user_number_is_told_so() {
        assert_eq!(number(""), Err(FieldReason::Required));
        assert_eq!(number("ABC"), Err(FieldReason::Format));
        assert_eq!(number("\u{212a}BCDEFGH234567"), Err(FieldReason::Format));
        assert_eq!(number(&" ".repeat(65)), Err(FieldReason::TooLong));
    }

    #[test]
    fn what_cannot_be_an_address_is_told_so() {
        assert_eq!(address("Mike@Example.org"), address("mike@example.org"));
        assert_eq!(address(""), Err(FieldReason::Required));
        for alike in [
            "mıke@example.org",
            "ｍike@example.org",
            "mi\u{212a}e@example.org",
            "mike@example.org.",
        ] {
            assert!(address(alike).is_err(), "{alike}");
        }
    }
}
