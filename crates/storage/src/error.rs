//! What may go wrong with a database, whatever is asked of it.

use std::error::Error as StdError;

/// The result of a read.
pub type Result<T> = std::result::Result<T, Error>;

/// Why the database could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Busy beyond patience, gone, or not yet there: the same call may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] Box<dyn StdError + Send + Sync>),
    /// A stored value is not what the domain knows: names where an operator finds it.
    #[error("the value of {table}.{column} in row {id} does not convert: {problem}")]
    Row {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        id: String,
        /// What is wrong with it, without its value.
        problem: String,
    },
    /// The database answered what no statement of ours provokes.
    #[error("the database answered unexpectedly")]
    Unexpected(#[source] Box<dyn StdError + Send + Sync>),
}
