//! What a mutation changed, as those will read it who keep a copy of what they need.

use crate::account::{NewAccount, Role, State};
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

impl Change {
    /// What a new account changes: it is there, in its groups.
    pub fn of_new(account: &NewAccount, role: Role) -> Vec<Self> {
        let made = Self::Account {
            account: account.id,
            state: State::Active,
            role,
            dates: account.dates,
        };
        let ticked = account.groups.iter().map(|group| Self::Membership {
            account: account.id,
            group: *group,
            member: true,
        });
        std::iter::once(made).chain(ticked).collect()
    }
}
