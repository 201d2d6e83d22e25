//! Making an account in groups of one agreement, its first credentials on the way.

use api::account::v1;
use api::acting::{acting, live_groups, query};
use api::convert::account_requests::CreateAccount;
use api::refusal::{Refusal, Resource};
use api::stored::NewAccountFields;
use domain::account::{NewAccount, Role, State};
use domain::audit::{Entry, Event};
use domain::call::Call;
use domain::change::Change;
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::paris::{self, Day};
use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, DeliveryId, GroupId, Timestamp, account, policy};
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{self, AuthorityMove, Counted, Mutation, MutationResult, RequestClaim};
use storage::{Revision, mutation::Quota};

use crate::AccountDeps;

/// Where the request holds what must be unique.
const FIELDS: NewAccountFields = NewAccountFields {
    user_number: "account.user_number",
    identifier: "account.identifier",
};

/// An account that was made.
pub(crate) struct Made {
    pub(crate) account: v1::Account,
    pub(crate) delivery: String,
    pub(crate) revision: Revision,
}

impl AccountDeps {
    /// Makes the account and queues its first credentials.
    pub(crate) async fn create_account(
        &self,
        call: &Call,
        asked: CreateAccount,
        claim: RequestClaim,
        now: Timestamp,
    ) -> Result<Made, Refusal> {
        let of = Of::Agreement(asked.agreement);
        let query = query(
            of,
            call,
            [],
            Groups::Named(asked.groups.iter().copied().collect()),
        );
        let creation = Creation {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today: paris::today(now),
        };
        let outcome = carry_out(&self.stores, &query, Some(&claim), now, &creation).await?;
        let made = outcome.result;
        let id = made.account.ok_or_else(|| Refusal::internal(&NoAccount))?;
        Ok(Made {
            account: self.changed(call, id, now).await?,
            delivery: made.delivery.map(|id| id.to_string()).unwrap_or_default(),
            revision: outcome.revision,
        })
    }
}

/// The unit answered without the account it made.
#[derive(Debug, thiserror::Error)]
#[error("a creation was carried out and names no account")]
struct NoAccount;

struct Creation<'a> {
    deps: &'a AccountDeps,
    call: &'a Call,
    asked: &'a CreateAccount,
    claim: RequestClaim,
    now: Timestamp,
    today: Day,
}

impl UseCase for Creation<'_> {
    type Refusal = Refusal;

    fn refused(&self, error: mutation::Error) -> Refusal {
        Refusal::of_mutation(error, self.now, FIELDS)
    }

    fn absent(&self) -> Refusal {
        Refusal::not_found(Resource::Agreement, self.asked.agreement)
    }

    fn permit(&self, authority: &Authority) -> Result<(), Refusal> {
        let by_policy = |why| Refusal::by_policy(why, None);
        let actor = acting(authority, self.call, self.today, || self.absent())?;
        policy::may_create(actor, &[].into()).map_err(by_policy)?;
        live_groups(authority, &self.asked.groups)?;
        let groups = self.asked.groups.iter().copied().collect();
        policy::may_create(actor, &groups).map_err(by_policy)?;
        policy::may_give(actor, &self.asked.newcomer).map_err(by_policy)
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        self.one_agreement(authority)?;
        self.open_agreement(authority)?;
        let id = AccountId::new(self.now, &*self.deps.random);
        let groups = self.asked.groups.iter().copied().collect();
        let new = self.asked.newcomer.account(id, groups, &*self.deps.random);
        Ok(self.mutation(authority, new))
    }

    fn decides_again(&self, error: &mutation::Error) -> bool {
        error.is_conflict() || error.is_of_drawn(&self.asked.newcomer)
    }
}

impl Creation<'_> {
    /// Every group stands under the agreement named.
    fn one_agreement(&self, authority: &Authority) -> Result<(), Refusal> {
        let mut violations = Violations::new();
        for (place, id) in self.asked.groups.iter().enumerate() {
            let group = authority.group(*id);
            if group.is_some_and(|group| group.agreement != self.asked.agreement) {
                violations.push(format!("group_ids[{place}]"), other_agreement());
            }
        }
        Ok(violations.finish()?)
    }

    /// The agreement is validated and has not ended.
    fn open_agreement(&self, authority: &Authority) -> Result<(), Refusal> {
        let agreement = authority
            .agreement(self.asked.agreement)
            .ok_or_else(|| self.absent())?;
        if agreement.open_for_habilitation(self.today) {
            return Ok(());
        }
        let agreement = Box::new(agreement.clone());
        Err(account::Error::AgreementNotValidated(agreement).into())
    }

    fn mutation(&self, authority: &Authority, new: NewAccount) -> Mutation {
        let delivery = NewDelivery {
            id: DeliveryId::new(self.now, &*self.deps.random),
            account: new.id,
            kind: Kind::FirstCredentials,
            channel: new.person.contact_channel,
            cause: Cause::Creation,
            subject: Subject::Plain,
        };
        let by = self.call.by();
        let caller = &self.call.caller.name;
        let audit = Entry::new(Event::UserCreated, caller, by, self.now, &*self.deps.random)
            .on(authority.partner.id, new.id)
            .with("agreement_id", self.asked.agreement.to_string())
            .with_personal(self.call.personal(None));
        // Nobody has decided anything on an account that was not there.
        let on = authority.on(AuthorityMove::Kept);
        Mutation {
            request: Some(self.claim),
            feed: feed(&new),
            outcome: MutationResult {
                account: Some(new.id),
                delivery: Some(delivery.id),
                ..MutationResult::default()
            },
            new_accounts: vec![new],
            deliveries: vec![delivery],
            quotas: vec![self.deps.partner_quota(self.now)],
            ..Mutation::of(self.now, on, audit)
        }
    }
}

impl AccountDeps {
    /// What one partner may cause in messages with credentials.
    pub(crate) fn partner_quota(&self, now: Timestamp) -> Quota {
        let rate = self.limits.partner_messages;
        Quota {
            what: Counted::CreationsAndReissues,
            max: rate.most,
            since: rate.window_start(now),
        }
    }
}

fn feed(new: &NewAccount) -> Vec<Change> {
    let made = Change::Account {
        account: new.id,
        state: State::Active,
        role: Role::User,
        dates: new.dates,
    };
    let ticked = |group: &GroupId| Change::Membership {
        account: new.id,
        group: *group,
        member: true,
    };
    std::iter::once(made)
        .chain(new.groups.iter().map(ticked))
        .collect()
}

fn other_agreement() -> Violation {
    Violation::new(
        FieldReason::OtherAgreement,
        "the group stands under another agreement than the one named",
        "Ce groupe ne relève pas de la convention sélectionnée.",
    )
}
