//! Giving groups to an account and taking them away, all of them or none.

use std::collections::BTreeSet;

use api::acting::{acting, live_groups, no_account, query, target};
use api::convert::etag;
use api::convert::roles::{self, UpdateMemberships};
use api::habilitation::v1;
use api::refusal::Refusal;
use api::stored::NewAccountFields;
use domain::account::{self, Account};
use domain::audit::Event;
use domain::call::Call;
use domain::change::Change;
use domain::paris::Day;
use domain::{GroupId, Timestamp, policy};
use prost::Message;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{
    self, AccountChange, AuthorityMove, Mutation, MutationResult, RequestClaim,
};

use crate::Deps;
use crate::answers::{not_ended, open_agreements};

impl Deps {
    /// Gives and takes away groups.
    pub(crate) async fn update_memberships(
        &self,
        call: &Call,
        request: v1::UpdateMembershipsRequest,
    ) -> Result<v1::UpdateMembershipsResponse, Refusal> {
        let asked = roles::update_memberships(&request)?;
        let claim = asked
            .request
            .map(|id| self.claims.claim(call, id, &request.encode_to_vec()));
        let (now, today) = self.moment();
        let named = asked.add.union(&asked.remove).copied().collect();
        let query = query(
            Of::Account(asked.account),
            call,
            [asked.account],
            Groups::Named(named),
        );
        let update = Update {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today,
        };
        let outcome = carry_out(&self.stores, &query, claim.as_ref(), now, &update).await?;
        Ok(v1::UpdateMembershipsResponse {
            account: Some(self.shown(call, asked.account).await?),
            revision: outcome.revision.encode(),
        })
    }
}

struct Update<'a> {
    deps: &'a Deps,
    call: &'a Call,
    asked: &'a UpdateMemberships,
    claim: Option<RequestClaim>,
    now: Timestamp,
    today: Day,
}

/// What really changes: groups that the account does not have yet, and groups that it has.
struct Difference {
    added: BTreeSet<GroupId>,
    removed: BTreeSet<GroupId>,
}

impl UseCase for Update<'_> {
    type Refusal = Refusal;

    fn refused(&self, error: mutation::Error) -> Refusal {
        Refusal::of_mutation(error, self.now, NewAccountFields::NONE)
    }

    fn absent(&self) -> Refusal {
        no_account(self.asked.account)
    }

    fn permit(&self, authority: &Authority) -> Result<(), Refusal> {
        let UpdateMemberships { add, remove, .. } = self.asked;
        let actor = acting(authority, self.call, self.today, || self.absent())?;
        let account = target(authority, actor, self.asked.account)?;
        live_groups(authority, add.iter().chain(remove))?;
        policy::may_change_memberships(actor, account, add, remove)
            .map_err(|why| Refusal::by_policy(why, Some(account.id)))
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        let account = authority
            .account(self.asked.account)
            .ok_or_else(|| self.absent())?;
        etag::check(&self.asked.etag, account.id, account.version)?;
        let difference = self.difference(account);
        self.may_be_added(authority, account, &difference.added)?;
        one_is_left(account, &difference)?;
        Ok(self.mutation(authority, account, difference))
    }
}

impl Update<'_> {
    fn difference(&self, account: &Account) -> Difference {
        let held = account.groups();
        Difference {
            added: self.asked.add.difference(&held).copied().collect(),
            removed: self.asked.remove.intersection(&held).copied().collect(),
        }
    }

    /// Whether the account may be given these: it has not ended, and nor have their agreements.
    fn may_be_added(
        &self,
        authority: &Authority,
        account: &Account,
        added: &BTreeSet<GroupId>,
    ) -> Result<(), Refusal> {
        if added.is_empty() {
            return Ok(());
        }
        not_ended(account, self.today)?;
        open_agreements(authority, added, self.today)
    }

    fn mutation(
        &self,
        authority: &Authority,
        account: &Account,
        difference: Difference,
    ) -> Mutation {
        let Difference { added, removed } = difference;
        let unchanged = added.is_empty() && removed.is_empty();
        let moves = if unchanged {
            AuthorityMove::Kept
        } else {
            AuthorityMove::Raised
        };
        let random = &*self.deps.random;
        let audit = self
            .call
            .entry(Event::AuthzChange, self.now, random)
            .on(account.partner, account.id)
            .with("added_group_ids", list(&added))
            .with("removed_group_ids", list(&removed));
        let mut mutation = Mutation::of(self.now, authority.on(moves), audit);
        mutation.request = self.claim;
        mutation.outcome = MutationResult {
            account: Some(account.id),
            ..MutationResult::default()
        };
        if unchanged {
            return mutation;
        }
        let row = |group: &GroupId, member| Change::Membership {
            account: account.id,
            group: *group,
            member,
        };
        let given = added.iter().map(|group| row(group, true));
        let taken = removed.iter().map(|group| row(group, false));
        mutation.feed = given.chain(taken).collect();
        mutation.changes.push(AccountChange {
            add_groups: added,
            remove_groups: removed,
            ..AccountChange::of(account.id, account.version)
        });
        mutation
    }
}

/// An account keeps one group at least.
fn one_is_left(account: &Account, difference: &Difference) -> Result<(), Refusal> {
    let left = account.groups().len() + difference.added.len() - difference.removed.len();
    if left == 0 && !difference.removed.is_empty() {
        return Err(account::Error::LastGroup(account.id).into());
    }
    Ok(())
}

fn list(groups: &BTreeSet<GroupId>) -> String {
    let ids: Vec<String> = groups.iter().map(ToString::to_string).collect();
    ids.join(",")
}
