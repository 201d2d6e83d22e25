//! Etags: the version of a thing, as clients send it back.

use std::fmt::Display;

use crate::refusal::Refusal;

/// The etag of a thing at that version.
pub fn of(version: i64) -> String {
    version.to_string()
}

/// Whether the etag sent is that of the thing as it is; an empty one does not ask.
pub fn check(sent: &str, id: impl Display, version: i64) -> Result<(), Refusal> {
    let etag = of(version);
    if sent.is_empty() || sent == etag {
        return Ok(());
    }
    Err(Refusal::EtagMismatch {
        id: id.to_string(),
        etag,
    })
}
