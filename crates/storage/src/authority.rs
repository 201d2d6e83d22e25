//! What a mutation is decided on: everything that says who may do what in one partner, read in
//! one snapshot together with the version it belongs to.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::account::{Account, Availability};
use domain::agreement::Agreement;
use domain::call;
use domain::group::Group;
use domain::paris::Day;
use domain::partner::{Partner, PartnerReference};
use domain::policy;
use domain::{AccountId, AgreementId, DeliveryId, GroupId, PartnerId, SessionId};

use crate::Result;
use crate::mutation::{AuthorityMove, On};

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

    /// Who acts, as the policy knows them: the person's own account as it stands now, which must
    /// be among those asked for.
    pub fn acting(
        &self,
        actor: &call::Actor,
        today: Day,
    ) -> std::result::Result<policy::Actor<'_>, NotActing> {
        let session = match actor {
            call::Actor::Caf(_) => return Ok(policy::Actor::Caf),
            call::Actor::Nobody => return Err(NotActing::Ended),
            call::Actor::Person(session) if session.partner != self.partner.id => {
                return Err(NotActing::Foreign);
            }
            call::Actor::Person(session) => session,
        };
        let own = self.account(session.account).ok_or(NotActing::Ended)?;
        match own.availability(today) {
            Availability::Open => Ok(policy::Actor::Person(own)),
            _ => Err(NotActing::Ended),
        }
    }

    /// The partner, as a mutation decided on this names it.
    pub fn on(&self, moves: AuthorityMove) -> On {
        On::Existing {
            partner: self.partner.id,
            authority_version: self.partner.authority_version,
            moves,
        }
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

/// Why someone does not act in a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotActing {
    /// They belong to another partner, and are told that nothing is there.
    Foreign,
    /// Their session is worth nothing any more.
    Ended,
}

/// Reading what mutations are decided on. Never from a cache.
#[async_trait]
pub trait AuthorityReads: Send + Sync {
    /// The authority, in one snapshot; `None` when the partner does not exist.
    async fn authority(&self, query: &AuthorityQuery) -> Result<Option<Authority>>;
}
