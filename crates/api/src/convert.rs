//! Between the wire and the domain: what several RPCs send or answer is read and written here once.
//!
//! What reads takes the field's path and the [`Violations`] of the whole request, notes what is wrong and answers
//! `None`: a request is read to its end, then refused by [`Violations::finish`] with all that is to mend.

pub mod account;
pub mod account_requests;
pub mod account_update;
pub mod contact;
pub mod days;
pub mod delivery;
pub mod etag;
pub mod habilitation;
pub mod ids;
pub mod new_account;
pub mod partner;
pub mod provisioning;
pub mod recovery;
pub mod roles;
pub mod scope;
pub mod session;

use domain::characters::visible_on_one_line;
use domain::violation::{FieldReason, Violation, Violations};

/// Most characters of a comment.
pub const COMMENT_MOST: usize = 500;

/// A number that is no value of its enum, or the unspecified one where a value is needed.
pub fn unknown_value() -> Violation {
    Violation::new(
        FieldReason::UnknownValue,
        "not a value that is known here",
        "Cette valeur n’est pas connue.",
    )
}

/// More than `most` elements in a list.
pub fn too_many(most: usize) -> Violation {
    Violation::new(
        FieldReason::TooMany,
        format!("at most {most} elements"),
        format!("Cette liste est limitée à {most} éléments."),
    )
}

/// An element given twice.
pub fn duplicate() -> Violation {
    Violation::new(
        FieldReason::Duplicate,
        "given twice",
        "Cette valeur est donnée deux fois.",
    )
}

/// A part of the path `within`; the part itself when `within` is the request.
pub fn below(within: &str, field: &str) -> String {
    match within {
        "" => field.to_owned(),
        _ => format!("{within}.{field}"),
    }
}

/// Why something was done, in the words of who did it, on one line; empty = nothing said.
pub fn comment(text: &str, violations: &mut Violations) -> Option<String> {
    let text = text.trim();
    if text.chars().count() > COMMENT_MOST {
        violations.push("comment", Violation::too_long(COMMENT_MOST));
        return None;
    }
    violations.check("comment", visible_on_one_line(text))?;
    (!text.is_empty()).then(|| text.to_owned())
}
