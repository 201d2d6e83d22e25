//! A database that is watched while it writes: what was written is looked at as it was decided,
//! and others may come in between.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::Timestamp;
use storage::mutation::{Error, Mutation, Mutations, Outcome, RequestClaim};
use storage_sqlite::SqliteStore;

/// What happens just before the next mutation is written.
pub(crate) enum Meanwhile {
    /// Somebody else's is written.
    Write(Box<Mutation>),
    /// It meets this.
    Refuse(Error),
}

pub(crate) struct Watched {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) written: Mutex<Vec<Mutation>>,
    pub(crate) meanwhile: Mutex<Vec<Meanwhile>>,
}

#[async_trait]
impl Mutations for Watched {
    async fn replay(
        &self,
        request: &RequestClaim,
        now: Timestamp,
    ) -> Result<Option<Outcome>, Error> {
        self.store.replay(request, now).await
    }

    async fn apply(&self, mutation: &Mutation) -> Result<Outcome, Error> {
        let next = self.meanwhile.lock().unwrap().pop();
        match next {
            Some(Meanwhile::Write(other)) => {
                self.store.apply(&other).await?;
            }
            Some(Meanwhile::Refuse(error)) => return Err(error),
            None => {}
        }
        let outcome = self.store.apply(mutation).await?;
        self.written.lock().unwrap().push(mutation.clone());
        Ok(outcome)
    }
}
