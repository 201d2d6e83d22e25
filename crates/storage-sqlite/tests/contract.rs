//! The contract of every database, kept on a SQLite file.

use domain::OsRandom;
use domain::keys::ServerKey;
use storage_sqlite::SqliteStore;
use tempfile::TempDir;

storage::suite!(open);

async fn open() -> (SqliteStore, TempDir) {
    let folder = TempDir::new().expect("the system gives a folder");
    let (path, key) = (
        folder.path().join("contract.db"),
        ServerKey::generate(&OsRandom),
    );
    let store = SqliteStore::open(&path, &key, &OsRandom).await;
    (store.expect("a new database opens"), folder)
}
