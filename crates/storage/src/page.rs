//! Lists, a page at a time, by key and never by offset: a page costs the same at any depth, and a
//! row is neither skipped nor shown twice because another came in between.

use uuid::Uuid;

use crate::Revision;

/// Where a list goes on: after this row, in the list's own order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The row's place in the order; empty for lists ordered by id alone.
    pub sort: String,
    /// The row's id, which parts ties.
    pub id: Uuid,
}

impl Cursor {
    /// The bytes that a page token carries.
    pub fn encode(&self) -> Vec<u8> {
        [self.id.as_bytes().as_slice(), self.sort.as_bytes()].concat()
    }

    /// Reads those bytes; `None` when they are no cursor.
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let (id, sort) = bytes.split_at_checked(16)?;
        let sort = String::from_utf8(sort.to_vec()).ok()?;
        Some(Self {
            sort,
            id: Uuid::from_slice(id).ok()?,
        })
    }
}

/// Which page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// After this row, or from the beginning.
    pub after: Option<Cursor>,
    /// At most so many rows.
    pub limit: u32,
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The rows, each with the cursor that goes on after it.
    pub rows: Vec<(Cursor, T)>,
    /// Whether more follow the last of them.
    pub more: bool,
    /// What the page was read at.
    pub revision: Revision,
}
