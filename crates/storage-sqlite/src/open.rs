//! Opening a database file: who may, with which settings, at which schema.

mod schema;

use std::fs::{File, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::Random;
use domain::keys::ServerKey;
use sqlx::Row as _;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use uuid::Uuid;

use crate::SqliteStore;

/// What is done about a database whose schema is not this program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Migrations {
    /// An older one is brought up to date, a new file made.
    Run,
    /// An older one is refused: migrating is a step of its own.
    Refuse,
}

/// Why a database file was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error(
        "the database {} is in use by another process, which holds {}: stop that process first",
        database.display(),
        lock.display()
    )]
    InUse {
        /// The database.
        database: PathBuf,
        /// The file whose lock is held.
        lock: PathBuf,
    },
    /// The system refused a file.
    #[error("cannot open {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite is older than the oldest whose journal is trusted.
    #[error("SQLite {found} is too old: 3.51.3 is the oldest that keeps this database safely")]
    SqliteTooOld {
        /// The version found.
        found: String,
    },
    /// The file was last used by a newer program.
    #[error(
        "the schema of {} is version {found}, newer than the {known} this program knows: start \
         the newer program",
        database.display()
    )]
    SchemaNewer {
        /// The database.
        database: PathBuf,
        /// Its schema.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// The file was last used by an older program.
    #[error(
        "the schema of {} is version {found}, older than this program's {known}: run `migrate` \
         first",
        database.display()
    )]
    SchemaOlder {
        /// The database.
        database: PathBuf,
        /// Its schema; 0 when it has none.
        found: i64,
        /// This program's.
        known: i64,
    },
    /// Bringing the schema up to date failed.
    #[error("the schema of {} could not be brought up to date", database.display())]
    Migration {
        /// The database.
        database: PathBuf,
        /// What went wrong.
        source: sqlx::migrate::MigrateError,
    },
    /// SQLite refused.
    #[error("SQLite cannot open {}", database.display())]
    Sqlite {
        /// The database.
        database: PathBuf,
        /// What it said.
        source: sqlx::Error,
    },
}

/// The first version without the bug by which a write-ahead log could lose a page.
const OLDEST_SQLITE: (u32, u32, u32) = (3, 51, 3);

/// Readers beside the one writer.
const READERS: u32 = 4;

/// How long a connection waits for a lock or for its turn.
const PATIENCE: Duration = Duration::from_secs(5);

impl SqliteStore {
    /// Opens the database file, making it and bringing its schema up to date where needed.
    pub async fn open(
        path: &Path,
        key: &ServerKey,
        random: &dyn Random,
    ) -> Result<Self, OpenError> {
        Self::open_with(path, key, random, Migrations::Run).await
    }

    /// Opens the database file; `migrations` says what is done about an older schema. A newer one
    /// is always refused.
    pub async fn open_with(
        path: &Path,
        key: &ServerKey,
        random: &dyn Random,
        migrations: Migrations,
    ) -> Result<Self, OpenError> {
        make_private_file(path, migrations)?;
        // By whatever name the file is opened, it has one lock.
        let path = &path.canonicalize().map_err(file_error(path))?;
        let lock = take_lock(path)?;
        let sqlite = |source| OpenError::Sqlite {
            database: path.to_owned(),
            source,
        };

        let writer = pool(1)
            .connect_with(writer_options(path))
            .await
            .map_err(sqlite)?;
        check_version(&writer, path).await?;
        schema::bring_up_to_date(&writer, path, migrations).await?;
        let database = epoch(&writer, random).await.map_err(sqlite)?;
        let readers = pool(READERS)
            .connect_with(reader_options(path))
            .await
            .map_err(sqlite)?;

        Ok(Self {
            writer,
            readers,
            database,
            email_key: key.email_lookup_key(),
            _lock: lock,
        })
    }

    /// Ends every connection and gives the file back. Units under way end first.
    pub async fn close(self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn file_error(path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    |source| OpenError::File {
        path: path.to_owned(),
        source,
    }
}

/// One process on a database: two would each trust what they know of it. The system gives the
/// lock back when the process ends, however it ends.
fn take_lock(path: &Path) -> Result<File, OpenError> {
    let mut lock_path = path.as_os_str().to_owned();
    lock_path.push(".lock");
    let lock_path = PathBuf::from(lock_path);
    let lock = private(OpenOptions::new().write(true).create(true).truncate(false))
        .open(&lock_path)
        .map_err(file_error(&lock_path))?;
    lock.set_permissions(private_permissions())
        .map_err(file_error(&lock_path))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse {
            database: path.to_owned(),
            lock: lock_path,
        }),
        Err(TryLockError::Error(source)) => Err(file_error(&lock_path)(source)),
    }
}

/// The file is there before SQLite sees it, readable by its owner alone whatever the umask; SQLite
/// gives its journals the same mode.
fn make_private_file(path: &Path, migrations: Migrations) -> Result<(), OpenError> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(migrations == Migrations::Run)
        .truncate(false);
    let opened = private(&mut options).open(path);
    let file = opened.map_err(|source| match (source.kind(), migrations) {
        (io::ErrorKind::NotFound, Migrations::Refuse) => OpenError::SchemaOlder {
            database: path.to_owned(),
            found: 0,
            known: schema::known_version(),
        },
        _ => file_error(path)(source),
    })?;
    file.set_permissions(private_permissions())
        .map_err(file_error(path))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

fn private_permissions() -> Permissions {
    Permissions::from_mode(0o600)
}

/// Connections live as long as the store: SQLite has no network to lose, and a new connection
/// would only lose its cache.
fn pool(connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .min_connections(connections)
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

fn common_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(true)
        .busy_timeout(PATIENCE)
        .pragma("mmap_size", "0")
        .pragma("trusted_schema", "OFF")
}

/// Erased content is overwritten, from the first migration on: an address or a hash that was
/// deleted is not found in the file. What was answered as written survives a loss of power.
fn writer_options(path: &Path) -> SqliteConnectOptions {
    common_options(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .thread_name(|_| "sqlite-writer".to_owned())
}

fn reader_options(path: &Path) -> SqliteConnectOptions {
    common_options(path)
        .read_only(true)
        .pragma("query_only", "ON")
        .thread_name(|id| format!("sqlite-reader-{id}"))
}

async fn check_version(writer: &SqlitePool, path: &Path) -> Result<(), OpenError> {
    let row = sqlx::query("SELECT sqlite_version() AS version")
        .fetch_one(writer)
        .await
        .map_err(|source| OpenError::Sqlite {
            database: path.to_owned(),
            source,
        })?;
    let found: String = row.get("version");
    let mut numbers = found.split('.').map(|number| number.parse().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    if (next(), next(), next()) < OLDEST_SQLITE {
        return Err(OpenError::SqliteTooOld { found });
    }
    Ok(())
}

async fn epoch(writer: &SqlitePool, random: &dyn Random) -> Result<Uuid, sqlx::Error> {
    sqlx::query("INSERT INTO meta (only_row, epoch) VALUES (1, ?) ON CONFLICT DO NOTHING")
        .bind(random.uuid())
        .execute(writer)
        .await?;
    sqlx::query("SELECT epoch FROM meta")
        .fetch_one(writer)
        .await?
        .try_get("epoch")
}

#[cfg(test)]
mod tests {
    use domain::OsRandom;

    use super::*;

    async fn store(folder: &tempfile::TempDir) -> SqliteStore {
        let path = folder.path().join("accounts.db");
        let key = ServerKey::generate(&OsRandom);
        SqliteStore::open(&path, &key, &OsRandom).await.unwrap()
    }

    async fn setting(pool: &SqlitePool, pragma: &'static str) -> i64 {
        sqlx::query(pragma).fetch_one(pool).await.unwrap().get(0)
    }

    #[tokio::test]
    async fn the_writer_loses_nothing_and_erases_what_it_deletes() {
        let folder = tempfile::tempdir().unwrap();
        let writer = store(&folder).await.writer.clone();
        for (pragma, expected) in [
            ("PRAGMA foreign_keys", 1),
            ("PRAGMA synchronous", 2),
            ("PRAGMA secure_delete", 1),
            ("PRAGMA busy_timeout", 5_000),
            ("PRAGMA mmap_size", 0),
            ("PRAGMA trusted_schema", 0),
        ] {
            assert_eq!(setting(&writer, pragma).await, expected, "{pragma}");
        }
    }

    #[tokio::test]
    async fn no_reader_writes() {
        let folder = tempfile::tempdir().unwrap();
        let readers = store(&folder).await.readers.clone();
        assert_eq!(setting(&readers, "PRAGMA query_only").await, 1);
        assert_eq!(setting(&readers, "PRAGMA mmap_size").await, 0);
        let written = sqlx::query("DELETE FROM changes").execute(&readers).await;
        assert!(written.is_err());
    }
}
