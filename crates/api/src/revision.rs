//! « Not older than this »: the revision that a caller of a read may ask for.

use storage::Revision;

use crate::refusal::Refusal;

/// The field of every request that asks so.
const FIELD: &str = "minimum_revision";

/// What the answer must be as new as; nothing, when the caller did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Minimum(Option<Revision>);

impl Minimum {
    /// Reads the field `minimum_revision`; empty asks for nothing.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        match Revision::parse(text) {
            Some(revision) => Ok(Self(Some(revision))),
            None => Err(invalid()),
        }
    }

    /// Refuses a revision that cannot have been given by the database that was read at `known`:
    /// another one's, or one of a place that it has not come to.
    pub fn held_by(self, known: Revision) -> Result<(), Refusal> {
        match self.0 {
            Some(asked) if asked.database != known.database || asked.place > known.place => {
                Err(invalid())
            }
            _ => Ok(()),
        }
    }
}

fn invalid() -> Refusal {
    Refusal::RevisionInvalid { field: FIELD }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn revision(database: u128, place: i64) -> Revision {
        Revision {
            database: uuid::Uuid::from_u128(database),
            place,
        }
    }

    fn asked(text: &str, known: Revision) -> Result<(), Refusal> {
        Minimum::read(text)?.held_by(known)
    }

    #[test]
    fn knowledge_as_new_as_asked_or_newer_will_do() {
        for place in [0, 41, 42] {
            let text = revision(7, place).encode();
            assert_eq!(asked(&text, revision(7, 42)), Ok(()), "{place}");
        }
        assert_eq!(asked("", revision(7, 0)), Ok(()));
    }

    #[test]
    fn a_revision_that_this_database_never_gave_is_refused() {
        for text in [
            "now",
            "42",
            &revision(8, 42).encode(),
            &revision(7, 43).encode(),
            &revision(7, i64::MAX).encode(),
        ] {
            assert_eq!(asked(text, revision(7, 42)), Err(invalid()), "{text}");
        }
    }
}
