//! How far someone's knowledge reaches: a place in the feed of changes of one database.

use async_trait::async_trait;
use uuid::Uuid;

use crate::Result;

/// A place in the feed of one database. Opaque to clients, who hand it back to say « not older
/// than this ».
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    /// The database's epoch: another one after a restore, so that a place is never mistaken.
    pub database: Uuid,
    /// The place of the last change known.
    pub place: i64,
}

impl Revision {
    /// The text given to clients: the epoch's 32 hexadecimal digits, a dot, the place.
    pub fn encode(&self) -> String {
        format!("{}.{}", self.database.simple(), self.place)
    }

    /// Reads that text; `None` when it is no revision.
    pub fn parse(text: &str) -> Option<Self> {
        let (database, place) = text.split_once('.')?;
        let place = place.parse().ok().filter(|place| *place >= 0)?;
        let revision = Self {
            database: Uuid::try_parse(database).ok()?,
            place,
        };
        (revision.encode() == text).then_some(revision)
    }
}

/// The database itself.
#[async_trait]
pub trait Database: Send + Sync {
    /// Answers when the database can read and write: what readiness follows.
    async fn ready(&self) -> Result<()>;

    /// The place of the newest change that is committed.
    async fn revision(&self) -> Result<Revision>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_revision_reads_back_and_nothing_else_is_one() {
        let revision = Revision {
            database: Uuid::from_u128(7),
            place: 42,
        };
        assert_eq!(Revision::parse(&revision.encode()), Some(revision));
        for wrong in [
            "",
            ".",
            "7.42",
            "00000000000000000000000000000007.-1",
            "x.1",
        ] {
            assert_eq!(Revision::parse(wrong), None, "{wrong}");
        }
        let padded = revision.encode().replace(".42", ".042");
        assert_eq!(Revision::parse(&padded), None);
    }
}
