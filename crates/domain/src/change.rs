//! What a mutation changed, as those will read it who keep a copy of what they need.

use crate::account::{Role, State};
use crate::dates::AccountDates;
use crate::{AccountId, AgreementId, GroupId, PartnerId, SessionId};

/// One thing that changed. A transaction writes all of its own as one row of the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An account was made, or its state, role or dates changed.
    Account {
        /// The account.
        account: AccountId,
        /// Its state now.
        state: State,
        /// Its role now.
        role: Role,
        /// Its dates now.
        dates: AccountDates,
    },
    /// A group was ticked or unticked.
    Membership {
        /// The account.
        account: AccountId,
        /// The group.
        group: GroupId,
        /// Whether it is a member now.
        member: bool,
    },
    /// Sessions ended before their time.
    SessionsEnded {
        /// Whose.
        account: AccountId,
        /// Which: all of them, when none is named.
        sessions: Vec<SessionId>,
    },
    /// A partner was made, or has another administrator.
    Partner {
        /// The partner.
        partner: PartnerId,
        /// Its administrator now.
        administrator: AccountId,
    },
    /// An agreement was made.
    Agreement(AgreementId),
    /// A group was made.
    Group(GroupId),
}
