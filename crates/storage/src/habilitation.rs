//! What an account holds, for the question who may act where. Separate from the rest because its
//! answers may be cached.

use async_trait::async_trait;
use domain::AccountId;
use domain::habilitation::Holdings;

use crate::{Result, Revision};

/// Reading what accounts hold.
#[async_trait]
pub trait HabilitationReads: Send + Sync {
    /// What the account holds, and at which revision that was read; `None` when it does not exist.
    async fn holdings(&self, account: AccountId) -> Result<(Option<Holdings>, Revision)>;
}
