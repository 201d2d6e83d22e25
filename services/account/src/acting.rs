//! Who acts, and on whom: what every use case asks of the authority first.

use std::collections::BTreeSet;

use api::refusal::{Refusal, Resource};
use domain::account::Account;
use domain::call::{Actor, Call};
use domain::paris::Day;
use domain::policy;
use domain::{AccountId, GroupId};
use storage::authority::{Authority, AuthorityQuery, Groups, NotActing, Of};

/// The authority that decides on `target`, the actor's own account and these groups included.
pub(crate) fn query(
    of: Of,
    call: &Call,
    target: Option<AccountId>,
    groups: BTreeSet<GroupId>,
) -> AuthorityQuery {
    let own = match &call.actor {
        Actor::Person(session) => Some(session.account),
        Actor::Caf(_) | Actor::Nobody => None,
    };
    AuthorityQuery {
        of,
        accounts: own.into_iter().chain(target).collect(),
        groups: Groups::Named(groups),
    }
}

/// Who acts; whoever belongs elsewhere is told that nothing is there.
pub(crate) fn acting<'a>(
    authority: &'a Authority,
    call: &Call,
    today: Day,
    absent: impl FnOnce() -> Refusal,
) -> Result<policy::Actor<'a>, Refusal> {
    authority
        .acting(&call.actor, today)
        .map_err(|why| match why {
            NotActing::Foreign => absent(),
            NotActing::Ended => Refusal::SessionInvalid,
        })
}

/// The account that is acted on.
pub(crate) fn target(authority: &Authority, id: AccountId) -> Result<&Account, Refusal> {
    authority.account(id).ok_or_else(|| no_account(id))
}

/// There is no such account, or not for this actor.
pub(crate) fn no_account(id: AccountId) -> Refusal {
    Refusal::not_found(Resource::Account, id)
}
