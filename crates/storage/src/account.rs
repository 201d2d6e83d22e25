//! Reading accounts.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::account::{Account, State};
use domain::identifier::IdentifierKey;
use domain::throttle::Throttle;
use domain::user_number::UserNumberKey;
use domain::{AccountId, AgreementId, GroupId, PartnerId, Timestamp};

use crate::page::{Page, PageRequest};
use crate::{KeyedDigest, Result};

/// Which accounts a list shows. Conditions add up; an empty one does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountFilter {
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// With a group of this agreement ticked; its partner's administrator, who holds every group,
    /// included.
    pub agreement: Option<AgreementId>,
    /// With this group ticked; its partner's administrator included.
    pub group: Option<GroupId>,
    /// In one of these states.
    pub states: BTreeSet<State>,
    /// Sharing one of these groups with someone who sees no more, the partner's administrator and
    /// the account named beside included.
    pub seen_by: Option<SeenBy>,
}

/// The limits of what a manager sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenBy {
    /// Their own account.
    pub own: AccountId,
    /// The groups they hold.
    pub groups: BTreeSet<GroupId>,
}

/// What an account is found by besides its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// Its user number's key.
    UserNumber(UserNumberKey),
    /// Its identifier's key.
    Identifier(IdentifierKey),
}

/// How signing in goes for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SignInHealth {
    /// The failures that are remembered.
    pub throttle: Throttle,
    /// Provisional passwords that would open the account now.
    pub live_provisional_passwords: u32,
}

/// Reading accounts.
#[async_trait]
pub trait AccountReads: Send + Sync {
    /// The account with its memberships in live groups.
    async fn account(&self, id: AccountId) -> Result<Option<Account>>;

    /// A page of accounts, ordered by family name, given name (case and accents aside), then id.
    async fn accounts(&self, filter: &AccountFilter, page: &PageRequest) -> Result<Page<Account>>;

    /// The account with that key.
    async fn account_by_key(&self, key: &Key) -> Result<Option<AccountId>>;

    /// How signing in goes for each of these accounts, in their order. Beside each stands the
    /// digest that its identifier is throttled under.
    async fn sign_in_health(
        &self,
        accounts: &[(AccountId, KeyedDigest)],
        now: Timestamp,
    ) -> Result<Vec<SignInHealth>>;
}
