//! Where a story is told: a database with a clock.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::account::{Account, NewAccount, State};
use domain::keys::ServerKey;
use domain::{AccountId, Clock, OsRandom, PartnerId, Timestamp};
use storage::Stores;
use storage::authority::{Authority, AuthorityQuery, Groups, Of};
use storage::mutation::{AccountChange, AuthorityMove, Mutation, SessionsMove};
use storage_sqlite::SqliteStore;
use tempfile::TempDir;

use crate::{OurClock, START, mutation};

/// A database in a folder of its own, which goes with it, and the clock of the story.
pub struct Place {
    /// The database.
    pub store: Arc<SqliteStore>,
    /// The same, as the services take it.
    pub stores: Stores,
    /// The key it was opened with.
    pub key: ServerKey,
    /// The time.
    pub clock: Arc<OurClock>,
    folder: TempDir,
}

impl Place {
    /// An empty database, at [`START`].
    pub async fn open() -> Self {
        Self::open_at(START).await
    }

    /// An empty database, at that instant.
    pub async fn open_at(start: Timestamp) -> Self {
        let folder = TempDir::new().unwrap();
        let key = ServerKey::generate(&OsRandom);
        let path = folder.path().join("accounts.db");
        let store = Arc::new(SqliteStore::open(&path, &key, &OsRandom).await.unwrap());
        Self {
            stores: Stores::from(store.clone()),
            store,
            key,
            clock: Arc::new(OurClock::at(start)),
            folder,
        }
    }

    /// The database file, as an operator would find it.
    pub fn path(&self) -> PathBuf {
        self.folder().join("accounts.db")
    }

    /// The folder it lies in, with room for what else a story writes.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the clock tells.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The account as it stands.
    pub async fn account(&self, id: AccountId) -> Account {
        self.stores.accounts.account(id).await.unwrap().unwrap()
    }

    /// What decisions about the partner and those accounts rest on.
    pub async fn authority_of(&self, partner: PartnerId, accounts: &[AccountId]) -> Authority {
        let query = AuthorityQuery {
            of: Of::Partner(partner),
            accounts: accounts.iter().copied().collect(),
            groups: Groups::All,
        };
        let read = self.stores.authorities.authority(&query).await;
        read.unwrap().unwrap()
    }

    /// Writes what `fill` makes of a mutation of the partner, whatever the rules say.
    pub async fn write(&self, partner: PartnerId, fill: impl FnOnce(&mut Mutation)) {
        let on = self.authority_of(partner, &[]).await;
        let mut mutation = mutation(self.now(), on.on(AuthorityMove::Raised));
        fill(&mut mutation);
        self.stores.mutations.apply(&mutation).await.unwrap();
    }

    /// Adds somebody to the partner.
    pub async fn add_to(&self, partner: PartnerId, account: NewAccount) -> AccountId {
        let id = account.id;
        self.write(partner, |mutation| mutation.new_accounts.push(account))
            .await;
        id
    }

    /// Changes an account, whatever the rules say.
    pub async fn change(&self, id: AccountId, fill: impl FnOnce(&mut AccountChange)) {
        let account = self.account(id).await;
        let mut change = AccountChange::of(id, account.version);
        fill(&mut change);
        self.write(account.partner, |mutation| mutation.changes.push(change))
            .await;
    }

    /// Closes an account.
    pub async fn close(&self, id: AccountId) {
        self.change(id, |change| {
            change.state = Some(State::Closed);
            change.sessions = SessionsMove::Ended;
        })
        .await;
    }
}
