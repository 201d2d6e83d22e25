//! Who may do what to whom: the only place that says so.
//!
//! Use cases decide by these functions and by nothing else. They read as the table of roles reads:
//! a user acts on no one, a manager on plain users whose groups are all their own, the
//! administrator on all of the partner, the Caf on everyone.

use std::collections::BTreeSet;

use crate::GroupId;
use crate::account::{Account, Channel, Newcomer, Role};

pub use crate::rank::Rank;

/// Who acts on the accounts of a partner.
#[derive(Debug, Clone, Copy)]
pub enum Actor<'a> {
    /// A person of that same partner, signed in.
    Person(&'a Account),
    /// An agent of the Caf.
    Caf,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// List the partner's accounts.
    ListAccounts,
    /// Find an account by its user number or identifier.
    FindAccount,
    /// Create a plain user.
    CreateAccount,
    /// Change names, contacts, work mode or dates.
    Update,
    /// Change the postal address or the contact channel.
    ChangePostalContact,
    /// Tick and untick groups.
    ChangeMemberships,
    /// Send new credentials by e-mail.
    ReissueCredentials,
    /// Send new credentials by letter.
    ReissueByLetter,
    /// Make a plain user a manager.
    AppointManager,
    /// Make a manager a plain user.
    DismissManager,
    /// Give the partner another administrator.
    ReplaceAdministrator,
    /// Read what became of a message.
    ViewDelivery,
}

/// Who it would take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Needed {
    /// A manager whose groups include those named beside.
    Manager,
    /// The partner's administrator.
    Administrator,
    /// The Caf.
    Caf,
}

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor may not even know of the object: answered as if it did not exist.
    #[error("the object is not seen by the actor")]
    NotSeen,
    /// The actor's role, or the groups they hold, do not suffice.
    #[error("the actor may not do this")]
    NotAllowed {
        /// What was asked.
        action: Action,
        /// Who it would take.
        needed: Needed,
        /// The groups that the actor lacks, when that is why.
        lacking: Vec<GroupId>,
    },
    /// A higher rank imposed what would be lifted.
    #[error("imposed by a higher rank")]
    ImposedByHigherRank(Rank),
    /// The administrator is replaced by the Caf, never changed this way.
    #[error("the administrator is protected")]
    AdministratorProtected(Action),
}

type Verdict = Result<(), Refusal>;

impl Actor<'_> {
    /// The rank at which this actor decides; a plain user has none.
    pub fn rank(self) -> Option<Rank> {
        match self {
            Self::Caf => Some(Rank::Caf),
            Self::Person(own) => match own.role {
                Role::Administrator => Some(Rank::Administrator),
                Role::Manager => Some(Rank::Manager),
                Role::User => None,
            },
        }
    }

    /// Whether that account is the actor's own.
    pub fn is(self, target: &Account) -> bool {
        matches!(self, Self::Person(own) if own.id == target.id)
    }

    /// Those of the groups that the actor does not hold. Administrator and Caf hold every group.
    fn lacks<'g>(self, groups: impl IntoIterator<Item = &'g GroupId>) -> Vec<GroupId> {
        match self {
            Self::Caf => Vec::new(),
            Self::Person(own) if own.is_administrator() => Vec::new(),
            Self::Person(own) => {
                let held = own.groups();
                groups
                    .into_iter()
                    .filter(|group| !held.contains(group))
                    .copied()
                    .collect()
            }
        }
    }
}

/// What part of a partner's accounts an actor sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Their own account alone.
    Own,
    /// Accounts that share one of these groups, the administrator, who holds all, included.
    Sharing(BTreeSet<GroupId>),
    /// Everyone.
    All,
}

/// What the actor sees.
pub fn sight(actor: Actor<'_>) -> Sight {
    match actor.rank() {
        Some(Rank::Caf | Rank::Administrator) => Sight::All,
        Some(Rank::Manager) => match actor {
            Actor::Person(own) => Sight::Sharing(own.groups()),
            Actor::Caf => Sight::All,
        },
        None => Sight::Own,
    }
}

/// Whether the actor sees the account.
pub fn sees(actor: Actor<'_>, target: &Account) -> bool {
    actor.is(target)
        || match sight(actor) {
            Sight::All => true,
            Sight::Own => false,
            Sight::Sharing(held) => {
                target.is_administrator()
                    || target.memberships.iter().any(|m| held.contains(&m.group))
            }
        }
}

/// Whether the actor sees the group.
pub fn sees_group(actor: Actor<'_>, group: GroupId) -> bool {
    actor.lacks([&group]).is_empty()
}

/// Whether the actor may list the accounts they see.
pub fn may_list_accounts(actor: Actor<'_>) -> Verdict {
    at_least_manager(actor, Action::ListAccounts)
}

/// Whether the actor may find an account by its user number or identifier: whoever typed many
/// would learn which exist.
pub fn may_find_by_key(actor: Actor<'_>) -> Verdict {
    only_the_caf(actor, Action::FindAccount)
}

/// Whether the actor may create a plain user in these groups.
pub fn may_create(actor: Actor<'_>, groups: &BTreeSet<GroupId>) -> Verdict {
    at_least_manager(actor, Action::CreateAccount)?;
    holds_all(actor, groups, Action::CreateAccount)
}

/// Whether the actor may give a new account what the form says beyond names, e-mail, phone, work
/// mode and dates: its identifier, user number, postal address, or the letter as channel.
pub fn may_give(actor: Actor<'_>, newcomer: &Newcomer) -> Verdict {
    let Newcomer {
        person,
        user_number,
        identifier,
        ..
    } = newcomer;
    if user_number.is_some() || identifier.is_some() {
        only_the_caf(actor, Action::CreateAccount)?;
    }
    if person.postal_address.is_some() || person.contact_channel == Channel::Letter {
        only_the_caf(actor, Action::ChangePostalContact)?;
    }
    Ok(())
}

/// Whether the actor may change names, work mode and phone. The administrator changes their own
/// phone by [`may_update_phone`].
pub fn may_update(actor: Actor<'_>, target: &Account) -> Verdict {
    may_manage(actor, target, Action::Update)
}

/// Whether the actor may change nothing but the phone of this account: what the administrator may
/// do to themself, and whoever may update it anyway.
pub fn may_update_phone(actor: Actor<'_>, target: &Account) -> Verdict {
    if actor.is(target) && target.is_administrator() {
        return Ok(());
    }
    may_update(actor, target)
}

/// Whether the actor may change opening and closing dates. The administrator has no planned end:
/// the Caf replaces them.
pub fn may_change_dates(actor: Actor<'_>, target: &Account) -> Verdict {
    seen(actor, target)?;
    not_administrator(target, Action::Update)?;
    may_update(actor, target)
}

/// Whether the actor may change the postal address or the contact channel.
pub fn may_change_postal_contact(actor: Actor<'_>, target: &Account) -> Verdict {
    seen(actor, target)?;
    only_the_caf(actor, Action::ChangePostalContact)
}

/// Whether the actor may have new credentials sent by e-mail.
pub fn may_reissue(actor: Actor<'_>, target: &Account) -> Verdict {
    may_manage(actor, target, Action::ReissueCredentials)
}

/// Whether the actor may have new credentials sent by letter.
pub fn may_reissue_by_letter(actor: Actor<'_>, target: &Account) -> Verdict {
    may_reissue(actor, target)?;
    only_the_caf(actor, Action::ReissueByLetter)
}

/// Whether the actor may tick `add` and untick `remove` for the account. A manager ticks only for
/// users whose groups are all their own, and only groups they hold; they untick a group they hold
/// from any plain user they see.
pub fn may_change_memberships(
    actor: Actor<'_>,
    target: &Account,
    add: &BTreeSet<GroupId>,
    remove: &BTreeSet<GroupId>,
) -> Verdict {
    let action = Action::ChangeMemberships;
    seen(actor, target)?;
    not_administrator(target, action)?;
    plain_user_or_higher_actor(actor, target, action)?;
    if !add.is_empty() {
        holds_all(actor, &target.groups(), action)?;
    }
    holds_all(actor, add, action)?;
    holds_all(actor, remove, action)
}

/// Whether the actor may make the account a manager. Lifting a dismissal takes the rank that
/// imposed it, or a higher one.
pub fn may_appoint(actor: Actor<'_>, target: &Account) -> Verdict {
    decides_on_managers(actor, target, Action::AppointManager)?;
    match target.dismissed_by {
        Some(imposed) if actor.rank() < Some(imposed) => Err(Refusal::ImposedByHigherRank(imposed)),
        _ => Ok(()),
    }
}

/// Whether the actor may make the account a plain user again.
pub fn may_dismiss(actor: Actor<'_>, target: &Account) -> Verdict {
    decides_on_managers(actor, target, Action::DismissManager)
}

/// Whether the actor may give the partner another administrator.
pub fn may_replace_administrator(actor: Actor<'_>) -> Verdict {
    only_the_caf(actor, Action::ReplaceAdministrator)
}

/// Whether the actor may read what became of messages to the accounts they see.
pub fn may_view_deliveries(actor: Actor<'_>) -> Verdict {
    at_least_manager(actor, Action::ViewDelivery)
}

/// The common rule of managing an account: a plain user whose groups the actor all holds, a
/// manager by the administrator or the Caf, the administrator by the Caf alone.
fn may_manage(actor: Actor<'_>, target: &Account, action: Action) -> Verdict {
    seen(actor, target)?;
    plain_user_or_higher_actor(actor, target, action)?;
    holds_all(actor, &target.groups(), action)
}

fn decides_on_managers(actor: Actor<'_>, target: &Account, action: Action) -> Verdict {
    seen(actor, target)?;
    if actor.rank() < Some(Rank::Administrator) {
        return Err(not_allowed(action, Needed::Administrator));
    }
    not_administrator(target, action)
}

/// Managers act on plain users other than themselves; the administrator on anyone but themself;
/// on the administrator only the Caf.
fn plain_user_or_higher_actor(actor: Actor<'_>, target: &Account, action: Action) -> Verdict {
    let needed = match target.role {
        Role::User => Rank::Manager,
        Role::Manager => Rank::Administrator,
        Role::Administrator => Rank::Caf,
    };
    if actor.rank() >= Some(needed) {
        return Ok(());
    }
    Err(not_allowed(action, needed.into()))
}

fn seen(actor: Actor<'_>, target: &Account) -> Verdict {
    if sees(actor, target) {
        Ok(())
    } else {
        Err(Refusal::NotSeen)
    }
}

fn at_least_manager(actor: Actor<'_>, action: Action) -> Verdict {
    match actor.rank() {
        Some(_) => Ok(()),
        None => Err(not_allowed(action, Needed::Manager)),
    }
}

fn only_the_caf(actor: Actor<'_>, action: Action) -> Verdict {
    match actor {
        Actor::Caf => Ok(()),
        Actor::Person(_) => Err(not_allowed(action, Needed::Caf)),
    }
}

fn not_administrator(target: &Account, action: Action) -> Verdict {
    if target.is_administrator() {
        return Err(Refusal::AdministratorProtected(action));
    }
    Ok(())
}

fn holds_all(actor: Actor<'_>, groups: &BTreeSet<GroupId>, action: Action) -> Verdict {
    let lacking = actor.lacks(groups);
    if lacking.is_empty() {
        return Ok(());
    }
    Err(Refusal::NotAllowed {
        action,
        needed: Needed::Manager,
        lacking,
    })
}

fn not_allowed(action: Action, needed: Needed) -> Refusal {
    Refusal::NotAllowed {
        action,
        needed,
        lacking: Vec::new(),
    }
}

impl From<Rank> for Needed {
    fn from(rank: Rank) -> Self {
        match rank {
            Rank::Manager => Self::Manager,
            Rank::Administrator => Self::Administrator,
            Rank::Caf => Self::Caf,
        }
    }
}

#[cfg(test)]
mod tests;
