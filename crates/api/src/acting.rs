//! Who acts in a mutation, and on whom: what every use case asks of the authority first.

use domain::account::Account;
use domain::call::{Actor, Call};
use domain::paris::Day;
use domain::{AccountId, GroupId, policy};
use storage::authority::{Authority, AuthorityQuery, Groups, NotActing, Of};

use crate::refusal::{Refusal, Resource};

/// The authority that decides on these accounts and groups, the actor's own account included.
pub fn query(
    of: Of,
    call: &Call,
    accounts: impl IntoIterator<Item = AccountId>,
    groups: Groups,
) -> AuthorityQuery {
    let own = match &call.actor {
        Actor::Person(session) => Some(session.account),
        Actor::Caf(_) | Actor::Nobody => None,
    };
    AuthorityQuery {
        of,
        accounts: own.into_iter().chain(accounts).collect(),
        groups,
    }
}

/// Who acts; whoever belongs to another partner is told that nothing is there.
pub fn acting<'a>(
    authority: &'a Authority,
    call: &Call,
    today: Day,
    absent: impl FnOnce() -> Refusal,
) -> Result<policy::Actor<'a>, Refusal> {
    let acting = authority.acting(&call.actor, today);
    acting.map_err(|why| match why {
        NotActing::Foreign => absent(),
        NotActing::Ended => Refusal::SessionInvalid,
    })
}

/// The account that is acted on, when the actor sees it.
pub fn target<'a>(
    authority: &'a Authority,
    actor: policy::Actor<'_>,
    id: AccountId,
) -> Result<&'a Account, Refusal> {
    let found = authority.account(id);
    let seen = found.filter(|account| policy::sees(actor, account));
    seen.ok_or_else(|| no_account(id))
}

/// There is no such account, or not for this actor.
pub fn no_account(id: AccountId) -> Refusal {
    Refusal::not_found(Resource::Account, id)
}

/// Refuses the first group that is no live one of the partner.
pub fn live_groups<'g>(
    authority: &Authority,
    groups: impl IntoIterator<Item = &'g GroupId>,
) -> Result<(), Refusal> {
    for group in groups {
        if authority.group(*group).is_none() {
            return Err(Refusal::not_found(Resource::Group, group));
        }
    }
    Ok(())
}
