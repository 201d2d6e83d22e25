//! Sending identifier, user number and a new provisional password once more.

use api::acting::{acting, no_account, query, target};
use api::convert::account_requests::ReissueCredentials;
use api::refusal::{Refusal, Resource};
use api::stored::NewAccountFields;
use domain::account::{self, Account, Channel};
use domain::audit::{Entry, Event};
use domain::call::Call;
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::paris::{self, Day};
use domain::{DeliveryId, Timestamp, policy};
use storage::Revision;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{
    self, AuthorityMove, Counted, Mutation, MutationResult, Quota, RequestClaim,
};

use crate::AccountDeps;

/// A message that was queued.
pub(crate) struct Queued {
    pub(crate) delivery: String,
    pub(crate) revision: Revision,
}

impl AccountDeps {
    /// Queues the message.
    pub(crate) async fn reissue_credentials(
        &self,
        call: &Call,
        asked: ReissueCredentials,
        claim: RequestClaim,
    ) -> Result<Queued, Refusal> {
        let now = self.clock.now();
        let of = Of::Account(asked.account);
        let query = query(of, call, [asked.account], Groups::Named([].into()));
        let reissue = Reissue {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today: paris::today(now),
        };
        let outcome = carry_out(&self.stores, &query, Some(&claim), now, &reissue).await?;
        let delivery = outcome.result.delivery;
        Ok(Queued {
            delivery: delivery.map(|id| id.to_string()).unwrap_or_default(),
            revision: outcome.revision,
        })
    }
}

struct Reissue<'a> {
    deps: &'a AccountDeps,
    call: &'a Call,
    asked: &'a ReissueCredentials,
    claim: RequestClaim,
    now: Timestamp,
    today: Day,
}

impl UseCase for Reissue<'_> {
    type Refusal = Refusal;

    fn refused(&self, error: mutation::Error) -> Refusal {
        Refusal::of_mutation(error, self.now, NewAccountFields::NONE)
    }

    fn absent(&self) -> Refusal {
        Refusal::not_found(Resource::Account, self.asked.account)
    }

    fn permit(&self, authority: &Authority) -> Result<(), Refusal> {
        let id = self.asked.account;
        let actor = acting(authority, self.call, self.today, || no_account(id))?;
        let target = target(authority, actor, id)?;
        let verdict = match self.channel(target) {
            Channel::Email => policy::may_reissue(actor, target),
            Channel::Letter => policy::may_reissue_by_letter(actor, target),
        };
        verdict.map_err(|why| Refusal::by_policy(why, Some(id)))
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        let id = self.asked.account;
        let target = authority.account(id).ok_or_else(|| no_account(id))?;
        self.in_use(target)?;
        self.reachable(target)?;
        self.not_paused(target)?;
        Ok(self.mutation(authority, target))
    }
}

impl Reissue<'_> {
    /// The way asked for, or the account's own.
    fn channel(&self, target: &Account) -> Channel {
        self.asked.channel.unwrap_or(target.person.contact_channel)
    }

    /// Closed and past its last day an account is sent nothing; before its first day it is.
    fn in_use(&self, target: &Account) -> Result<(), Refusal> {
        let state = target.availability(self.today);
        if state.lasts() {
            return Ok(());
        }
        Err(Refusal::AccountNotActive {
            account: target.id,
            state,
        })
    }

    fn reachable(&self, target: &Account) -> Result<(), account::Error> {
        match self.channel(target) {
            Channel::Email if target.person.email.is_none() => {
                Err(account::Error::NoEmail(target.id))
            }
            Channel::Letter if target.person.postal_address.is_none() => {
                Err(account::Error::NoPostalAddress(target.id))
            }
            Channel::Email | Channel::Letter => Ok(()),
        }
    }

    /// After the partner's people changed the address nothing leaves for a while, whoever asks.
    fn not_paused(&self, target: &Account) -> Result<(), account::Error> {
        match target.recovery_paused_until {
            Some(until) if self.now < until => Err(account::Error::RecoveryPaused(until)),
            _ => Ok(()),
        }
    }

    fn mutation(&self, authority: &Authority, target: &Account) -> Mutation {
        let random = &*self.deps.random;
        let delivery = NewDelivery {
            id: DeliveryId::new(self.now, random),
            account: target.id,
            kind: if target.has_connected() {
                Kind::ProvisionalPassword
            } else {
                Kind::FirstCredentials
            },
            channel: self.channel(target),
            cause: Cause::Reissue,
            subject: Subject::Plain,
        };
        let (caller, by) = (&self.call.caller.name, self.call.by());
        let audit = Entry::new(Event::CredentialsReissued, caller, by, self.now, random)
            .on(authority.partner.id, target.id)
            .with("delivery_id", delivery.id.to_string())
            .with_personal(self.call.personal(self.asked.comment.clone()));
        let reissues = self.deps.limits.reissues;
        let on = authority.on(AuthorityMove::Kept);
        Mutation {
            request: Some(self.claim),
            outcome: MutationResult {
                account: Some(target.id),
                delivery: Some(delivery.id),
                ..MutationResult::default()
            },
            deliveries: vec![delivery],
            quotas: vec![
                Quota {
                    what: Counted::ReissuesTo(target.id),
                    max: reissues.most,
                    since: reissues.window_start(self.now),
                },
                self.deps.partner_quota(self.now),
            ],
            ..Mutation::of(self.now, on, audit)
        }
    }
}
