//! The traits together: one bound for whoever needs them all, one handle for each for the rest.

use std::sync::Arc;

use crate::Database;
use crate::account::AccountReads;
use crate::authority::AuthorityReads;
use crate::delivery::DeliveryStore;
use crate::habilitation::HabilitationReads;
use crate::mutation::Mutations;
use crate::partner::PartnerReads;
use crate::recovery::RecoveryStore;
use crate::session::{SessionReads, SessionStore};

/// A whole database, as the contract suite takes it.
pub trait Store:
    AccountReads
    + AuthorityReads
    + Database
    + DeliveryStore
    + HabilitationReads
    + Mutations
    + PartnerReads
    + RecoveryStore
    + SessionReads
    + SessionStore
{
}

impl<T> Store for T where
    T: AccountReads
        + AuthorityReads
        + Database
        + DeliveryStore
        + HabilitationReads
        + Mutations
        + PartnerReads
        + RecoveryStore
        + SessionReads
        + SessionStore
{
}

/// What services and workers are given. Only `session_reads` and `habilitations` may stand behind
/// a cache; whoever decides a mutation reads the others.
#[derive(Clone)]
pub struct Stores {
    /// Reading accounts.
    pub accounts: Arc<dyn AccountReads>,
    /// What mutations are decided on.
    pub authorities: Arc<dyn AuthorityReads>,
    /// The database itself.
    pub database: Arc<dyn Database>,
    /// The outbox.
    pub deliveries: Arc<dyn DeliveryStore>,
    /// What accounts hold.
    pub habilitations: Arc<dyn HabilitationReads>,
    /// Changing partners and accounts.
    pub mutations: Arc<dyn Mutations>,
    /// Reading partners, agreements and groups.
    pub partners: Arc<dyn PartnerReads>,
    /// Requests of recovery.
    pub recoveries: Arc<dyn RecoveryStore>,
    /// Finding the session of a token.
    pub session_reads: Arc<dyn SessionReads>,
    /// Signing in and out.
    pub sessions: Arc<dyn SessionStore>,
}

impl<S: Store + 'static> From<Arc<S>> for Stores {
    fn from(store: Arc<S>) -> Self {
        Self {
            accounts: store.clone(),
            authorities: store.clone(),
            database: store.clone(),
            deliveries: store.clone(),
            habilitations: store.clone(),
            mutations: store.clone(),
            partners: store.clone(),
            recoveries: store.clone(),
            session_reads: store.clone(),
            sessions: store,
        }
    }
}
