//! Units of work: a writing one has the only writer, a reading one sees one snapshot.

use std::time::Duration;

use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction};
use storage::Revision;
use uuid::Uuid;

use crate::SqliteStore;
use crate::error::{Result, is_busy};

/// Times that a unit is begun again when someone outside this process, a backup or an operator's
/// shell, holds the database for longer than the connection's own patience.
const BUSY_RETRIES: u32 = 2;

/// A transaction that writes. Dropped without [`Unit::commit`], it has written nothing.
pub(crate) struct Unit {
    transaction: Transaction<'static, Sqlite>,
    database: Uuid,
}

/// A transaction that reads: all of its statements see the database as the first one did.
pub(crate) struct Snapshot {
    transaction: Transaction<'static, Sqlite>,
    database: Uuid,
}

impl SqliteStore {
    /// Begins to write. The write lock is taken at once, so that no later statement finds it taken
    /// by another.
    pub(crate) async fn write(&self) -> Result<Unit> {
        let mut retries = 0;
        loop {
            match self.writer.begin_with("BEGIN IMMEDIATE").await {
                Ok(transaction) => {
                    return Ok(Unit {
                        transaction,
                        database: self.database,
                    });
                }
                Err(error) if is_busy(&error) && retries < BUSY_RETRIES => {
                    retries += 1;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Begins to read.
    pub(crate) async fn read(&self) -> Result<Snapshot> {
        let transaction = self.readers.begin().await?;
        Ok(Snapshot {
            transaction,
            database: self.database,
        })
    }
}

impl Unit {
    /// Where the unit's statements run.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// The one way a writing transaction ends well. Answers knowledge that includes it.
    pub(crate) async fn commit(mut self) -> Result<Revision> {
        let revision = revision(&mut self.transaction, self.database).await?;
        self.transaction.commit().await?;
        Ok(revision)
    }

    /// The newest place as this unit sees it, its own changes included.
    pub(crate) async fn revision(&mut self) -> Result<Revision> {
        revision(&mut self.transaction, self.database).await
    }
}

impl Snapshot {
    /// Where the unit's statements run.
    pub(crate) fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    /// The newest place that this snapshot includes.
    pub(crate) async fn revision(&mut self) -> Result<Revision> {
        revision(&mut self.transaction, self.database).await
    }
}

/// SQLite's own sequence, not the newest row: old rows of the feed leave one day.
async fn revision(connection: &mut SqliteConnection, database: Uuid) -> Result<Revision> {
    let row = sqlx::query(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0) AS place",
    )
    .fetch_one(connection)
    .await?;
    Ok(Revision {
        database,
        place: row.try_get("place")?,
    })
}
