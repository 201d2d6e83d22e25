//! Who may act where: whether an account may act for a service on a group.

use crate::account::{Role, State};
use crate::agreement::Agreement;
use crate::dates::AccountDates;
use crate::group::Scope;
use crate::{AccountId, GroupId, PartnerId};

/// What an account holds, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// The account.
    pub account: AccountId,
    /// Its partner.
    pub partner: PartnerId,
    /// Its role.
    pub role: Role,
    /// Its state.
    pub state: State,
    /// Its dates.
    pub dates: AccountDates,
    /// The live groups it holds: those ticked, or every one of the partner for its administrator.
    pub groups: Vec<HeldGroup>,
    /// The agreements those groups stand under.
    pub agreements: Vec<Agreement>,
}

/// A group that an account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGroup {
    /// The group.
    pub group: GroupId,
    /// What it covers.
    pub scope: Scope,
    /// Its agreement, one of [`Holdings::agreements`].
    pub agreement: crate::AgreementId,
}
