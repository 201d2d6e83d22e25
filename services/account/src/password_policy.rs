//! What a chosen password must keep to, and what typed ones are read as.

use api::access::WorkClass;
use api::convert::session::PasswordRules;
use api::refusal::Refusal;
use domain::Password;
use domain::violation::{FieldReason, Violation};
use passwords::{MAX_BYTES, TooLong, normalise, strength};

/// The rules, as people are told them beforehand.
pub(crate) const RULES: PasswordRules = PasswordRules {
    min_characters: strength::MIN_CHARACTERS,
    max_characters: strength::MAX_CHARACTERS,
    max_bytes: MAX_BYTES,
    min_score: strength::MIN_SCORE,
};

/// The password typed into that field in its one form. One too long to be anybody's is refused
/// before anything is looked up or computed.
pub(crate) fn typed(field: &str, password: &Password) -> Result<Password, Refusal> {
    normalise(password).map_err(|TooLong| {
        let violation = Violation::new(
            FieldReason::TooLong,
            format!("a password takes at most {MAX_BYTES} bytes"),
            "Ce mot de passe est trop long.",
        );
        Refusal::field(field, violation)
    })
}

/// Why there was neither hash nor verdict.
pub(crate) fn not_hashed(error: &passwords::Error) -> Refusal {
    match error {
        passwords::Error::Overloaded => Refusal::Overloaded(WorkClass::SignIn),
        passwords::Error::TooLong(_)
        | passwords::Error::StoredHash(_)
        | passwords::Error::Broken
        | passwords::Error::Threads(_) => Refusal::internal(error),
    }
}
