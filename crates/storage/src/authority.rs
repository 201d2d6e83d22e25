//! What a mutation is decided on: everything that says who may do what in one partner, read in
//! one snapshot together with the version it belongs to.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::account::Account;
use domain::agreement::Agreement;
use domain::group::Group;
use domain::partner::{Partner, PartnerReference};
use domain::{AccountId, AgreementId, DeliveryId, GroupId, PartnerId, SessionId};

use crate::Result;

/// How the partner is named whose authority is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// By its id.
    Partner(PartnerId),
    /// By the Caf's reference of it.
    Reference(PartnerReference),
    /// By one of its accounts.
    Account(AccountId),
    /// By one of its agreements.
    Agreement(AgreementId),
    /// By one of its sessions.
    Session(SessionId),
    /// By a message to one of its accounts.
    Delivery(DeliveryId),
}

/// Which authority is read. Ids that do not exist in the partner are simply not in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityQuery {
    /// Of which partner.
    pub of: Of,
    /// The accounts concerned, the actor's own among them.
    pub accounts: BTreeSet<AccountId>,
    /// The groups concerned.
    pub groups: Groups,
}

/// The groups that a decision needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Groups {
    /// These.
    Named(BTreeSet<GroupId>),
    /// Every live group of the partner (at most 2,000).
    All,
}

/// What a decision rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authority {
    /// The partner, whose `authority_version` a mutation names.
    pub partner: Partner,
    /// All of its agreements (at most 50).
    pub agreements: Vec<Agreement>,
    /// Those accounts asked for that are the partner's; its administrator is always here.
    pub accounts: Vec<Account>,
    /// Those groups asked for that are the partner's and live.
    pub groups: Vec<Group>,
}

impl Authority {
    /// One of the accounts asked for.
    pub fn account(&self, id: AccountId) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The partner's administrator.
    pub fn administrator(&self) -> Option<&Account> {
        self.account(self.partner.administrator)
    }

    /// One of the partner's agreements.
    pub fn agreement(&self, id: AgreementId) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    /// One of the groups asked for.
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.iter().find(|group| group.id == id)
    }
}

/// Reading what mutations are decided on. Never from a cache.
#[async_trait]
pub trait AuthorityReads: Send + Sync {
    /// The authority, in one snapshot; `None` when the partner does not exist.
    async fn authority(&self, query: &AuthorityQuery) -> Result<Option<Authority>>;
}
