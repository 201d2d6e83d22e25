//! Making a plain user a manager, or a manager a plain user: one way for both, whose rules stand in
//! [`crate::appoint_manager`] and [`crate::dismiss_manager`].

use std::collections::BTreeSet;

use api::account::v1;
use api::acting::{acting, no_account, query, target};
use api::convert::roles::ChangeRole;
use api::refusal::Refusal;
use api::stored::NewAccountFields;
use domain::account::{Account, Role};
use domain::audit::Event;
use domain::call::Call;
use domain::delivery::Kind;
use domain::paris::Day;
use domain::{Timestamp, policy};
use storage::Revision;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{self, AuthorityMove, Mutation, MutationResult, RequestClaim};

use crate::Deps;
use crate::answers::delivery_id;
use crate::new_standing::{Standing, Telling};

/// One of the two steps between plain user and manager.
pub(crate) trait Step: Sync {
    /// The role that it leads to.
    const TO: Role;

    /// Whether the actor may take it with this account.
    fn permitted(&self, actor: policy::Actor<'_>, account: &Account)
    -> Result<(), policy::Refusal>;

    /// What the account becomes, as things stand.
    fn taken(
        &self,
        actor: policy::Actor<'_>,
        account: &Account,
        authority: &Authority,
        today: Day,
    ) -> Result<Standing, Refusal>;
}

/// A step that was taken, now or earlier under the same request id.
pub(crate) struct Taken {
    pub(crate) account: v1::Account,
    pub(crate) delivery: String,
    pub(crate) revision: Revision,
}

impl Deps {
    /// Takes the step. `body` is the encoded request.
    pub(crate) async fn change_role(
        &self,
        call: &Call,
        asked: ChangeRole,
        body: &[u8],
        step: impl Step,
    ) -> Result<Taken, Refusal> {
        let claim = asked.request.map(|id| self.claims.claim(call, id, body));
        let (now, today) = self.moment();
        let groups = Groups::Named(BTreeSet::new());
        let query = query(Of::Account(asked.account), call, [asked.account], groups);
        let change = Changing {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today,
            step,
        };
        let outcome = carry_out(&self.stores, &query, claim.as_ref(), now, &change).await?;
        Ok(Taken {
            account: self.shown(call, asked.account).await?,
            delivery: delivery_id(outcome.result.delivery),
            revision: outcome.revision,
        })
    }
}

struct Changing<'a, S> {
    deps: &'a Deps,
    call: &'a Call,
    asked: &'a ChangeRole,
    claim: Option<RequestClaim>,
    now: Timestamp,
    today: Day,
    step: S,
}

impl<S: Step> UseCase for Changing<'_, S> {
    type Refusal = Refusal;

    fn refused(&self, error: mutation::Error) -> Refusal {
        Refusal::of_mutation(error, self.now, NewAccountFields::NONE)
    }

    fn absent(&self) -> Refusal {
        no_account(self.asked.account)
    }

    fn permit(&self, authority: &Authority) -> Result<(), Refusal> {
        let actor = acting(authority, self.call, self.today, || self.absent())?;
        let account = target(authority, actor, self.asked.account)?;
        let permitted = self.step.permitted(actor, account);
        permitted.map_err(|why| Refusal::by_policy(why, Some(account.id)))
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        let actor = acting(authority, self.call, self.today, || self.absent())?;
        let account = target(authority, actor, self.asked.account)?;
        if account.role == S::TO {
            return Ok(self.mutation(authority, account, AuthorityMove::Kept));
        }
        let standing = self.step.taken(actor, account, authority, self.today)?;
        let mut mutation = self.mutation(authority, account, AuthorityMove::Raised);
        let telling = Telling {
            notice: Kind::RoleChanged,
            now: self.now,
            today: self.today,
            random: &*self.deps.random,
        };
        let (change, credentials) = telling.of(account, standing, &mut mutation);
        mutation.changes.push(change);
        mutation.outcome.delivery = credentials;
        Ok(mutation)
    }
}

impl<S: Step> Changing<'_, S> {
    /// A mutation of nothing yet: all that is written when the account is so already.
    fn mutation(&self, authority: &Authority, account: &Account, moves: AuthorityMove) -> Mutation {
        let random = &*self.deps.random;
        let comment = self.asked.comment.clone();
        let audit = self
            .call
            .entry(Event::AuthzChange, self.now, random)
            .on(account.partner, account.id)
            .with("former_role", name(account.role))
            .with("role", name(S::TO))
            .with_personal(self.call.personal(comment));
        let mut mutation = Mutation::of(self.now, authority.on(moves), audit);
        mutation.request = self.claim;
        mutation.outcome = MutationResult {
            account: Some(account.id),
            ..MutationResult::default()
        };
        mutation
    }
}

fn name(role: Role) -> &'static str {
    match role {
        Role::User => "USER",
        Role::Manager => "MANAGER",
        Role::Administrator => "ADMINISTRATOR",
    }
}
