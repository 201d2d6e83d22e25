//! From what SQLite answers to what the contract knows.

use storage::mutation;

/// A failure on its way out of this crate. `sqlx`'s errors and the contract's are both foreign
/// here: this type is what `?` turns the one into, and what turns into the other.
#[derive(Debug)]
pub(crate) struct Fault(storage::Error);

/// The result of a step of a unit.
pub(crate) type Result<T> = std::result::Result<T, Fault>;

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        let passing = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(_) => primary_code(&error).is_some_and(is_passing),
            _ => false,
        };
        Self(if passing {
            storage::Error::Unavailable(error.into())
        } else {
            storage::Error::Unexpected(error.into())
        })
    }
}

impl From<storage::Error> for Fault {
    fn from(error: storage::Error) -> Self {
        Self(error)
    }
}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self(storage::Error::Unexpected(error.into()))
    }
}

impl From<Fault> for storage::Error {
    fn from(fault: Fault) -> Self {
        fault.0
    }
}

impl From<Fault> for mutation::Error {
    fn from(fault: Fault) -> Self {
        Self::Storage(fault.0)
    }
}

const BUSY: i32 = 5;
const LOCKED: i32 = 6;

/// Whether another connection is in the way.
pub(crate) fn is_busy(error: &sqlx::Error) -> bool {
    primary_code(error).is_some_and(|code| code == BUSY || code == LOCKED)
}

/// Whether SQLite's primary result code names something of the machine, that may be over soon:
/// busy, locked, out of memory, input/output, disk full, cannot open.
fn is_passing(code: i32) -> bool {
    const NO_MEMORY: i32 = 7;
    const INPUT_OUTPUT: i32 = 10;
    const FULL: i32 = 13;
    const CANNOT_OPEN: i32 = 14;
    matches!(
        code,
        BUSY | LOCKED | NO_MEMORY | INPUT_OUTPUT | FULL | CANNOT_OPEN
    )
}

fn primary_code(error: &sqlx::Error) -> Option<i32> {
    let extended: i32 = error.as_database_error()?.code()?.parse().ok()?;
    Some(extended & 0xff)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sqlx::sqlite::SqliteConnectOptions;
    use sqlx::{ConnectOptions as _, Executor as _};

    use super::*;

    #[tokio::test]
    async fn a_database_held_by_another_is_busy_and_may_answer_later() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteConnectOptions::new()
            .filename(folder.path().join("held.db"))
            .create_if_missing(true)
            .busy_timeout(Duration::ZERO);
        let mut holder = options.connect().await.unwrap();
        holder.execute("BEGIN EXCLUSIVE").await.unwrap();

        let mut other = options.connect().await.unwrap();
        let error = other.execute("BEGIN IMMEDIATE").await.unwrap_err();
        assert!(is_busy(&error), "{error}");
        let told = storage::Error::from(Fault::from(error));
        assert!(matches!(told, storage::Error::Unavailable(_)), "{told:?}");
    }

    #[tokio::test]
    async fn a_statement_that_makes_no_sense_is_unexpected() {
        let mut connection = SqliteConnectOptions::new()
            .in_memory(true)
            .connect()
            .await
            .unwrap();
        let error = connection.execute("SELECT nonsense").await.unwrap_err();
        assert!(!is_busy(&error));
        let told = storage::Error::from(Fault::from(error));
        assert!(matches!(told, storage::Error::Unexpected(_)), "{told:?}");
    }
}
