//! Putting another person in the place of a partner's administrator, in one transaction: at no
//! moment are there two or none. An act of the Caf, whatever the partner has used up of its limits.

use api::acting::{acting, live_groups, no_account, query};
use api::convert::roles::{self, Former, ReplaceAdministrator, Successor};
use api::habilitation::v1;
use api::refusal::{Refusal, Resource};
use api::stored::NewAccountFields;
use domain::account::{Account, Availability, Newcomer, Role, State};
use domain::audit::Event;
use domain::call::Call;
use domain::change::Change;
use domain::dates::AccountDates;
use domain::delivery::{Kind, NewDelivery, Subject};
use domain::paris::Day;
use domain::policy::{self, Action};
use domain::{AccountId, DeliveryId, Timestamp};
use prost::Message;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{self, AccountChange, AuthorityMove, Mutation, RequestClaim};

use crate::Deps;
use crate::answers::{delivery_id, made, open_agreements};
use crate::new_standing::{Standing, Telling};

/// Where the request holds what must be unique.
const FIELDS: NewAccountFields = NewAccountFields {
    user_number: "new_person.user_number",
    identifier: "new_person.identifier",
};

impl Deps {
    /// Gives the partner another administrator.
    pub(crate) async fn replace_administrator(
        &self,
        call: &Call,
        request: v1::ReplaceAdministratorRequest,
    ) -> Result<v1::ReplaceAdministratorResponse, Refusal> {
        let (now, today) = self.moment();
        let asked = roles::replace_administrator(&request, today)?;
        let claim = self
            .claims
            .claim(call, asked.request, &request.encode_to_vec());
        let named = Groups::Named(asked.former.groups());
        let query = query(Of::Partner(asked.partner), call, asked.account(), named);
        let replacement = Replacement {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today,
        };
        let outcome = carry_out(&self.stores, &query, Some(&claim), now, &replacement).await?;
        let administrator = made(outcome.result.account, "administrator")?;
        let former = made(outcome.result.other_account, "former administrator")?;
        Ok(v1::ReplaceAdministratorResponse {
            administrator: Some(self.shown(call, administrator).await?),
            former: Some(self.shown(call, former).await?),
            delivery_id: delivery_id(outcome.result.delivery),
            revision: outcome.revision.encode(),
        })
    }
}

struct Replacement<'a> {
    deps: &'a Deps,
    call: &'a Call,
    asked: &'a ReplaceAdministrator,
    claim: RequestClaim,
    now: Timestamp,
    today: Day,
}

impl UseCase for Replacement<'_> {
    type Refusal = Refusal;

    fn refused(&self, error: mutation::Error) -> Refusal {
        Refusal::of_mutation(error, self.now, FIELDS)
    }

    fn absent(&self) -> Refusal {
        Refusal::not_found(Resource::Partner, self.asked.partner)
    }

    fn permit(&self, authority: &Authority) -> Result<(), Refusal> {
        let actor = acting(authority, self.call, self.today, || self.absent())?;
        if let Some(id) = self.asked.account() {
            authority.account(id).ok_or_else(|| no_account(id))?;
        }
        live_groups(authority, &self.asked.former.groups())?;
        let permitted = policy::may_replace_administrator(actor);
        permitted.map_err(|why| Refusal::by_policy(why, None))
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        let former = made(authority.administrator(), "administrator")?;
        let audit = self
            .call
            .entry(Event::AuthzAdmin, self.now, &*self.deps.random)
            .with("former_account_id", former.id.to_string())
            .with_personal(self.call.personal(self.asked.comment.clone()));
        let mut mutation = Mutation::of(self.now, authority.on(AuthorityMove::Raised), audit);
        mutation.request = Some(self.claim);

        let (successor, sent) = match &self.asked.successor {
            Successor::Account(id) => {
                let account = authority.account(*id).ok_or_else(|| no_account(*id))?;
                self.may_succeed(account)?;
                (account.id, self.promote(account, &mut mutation))
            }
            Successor::Newcomer(newcomer) => self.bring_in(newcomer, &mut mutation),
        };
        open_agreements(authority, &self.asked.former.groups(), self.today)?;
        self.see_off(former, &mut mutation);

        mutation.new_administrator = Some(successor);
        mutation.feed.push(Change::Partner {
            partner: authority.partner.id,
            administrator: successor,
        });
        mutation.audit = mutation.audit.on(authority.partner.id, successor);
        mutation.outcome.account = Some(successor);
        mutation.outcome.other_account = Some(former.id);
        mutation.outcome.delivery = sent;
        Ok(mutation)
    }

    fn decides_again(&self, error: &mutation::Error) -> bool {
        let drawn = match &self.asked.successor {
            Successor::Newcomer(newcomer) => error.is_of_drawn(newcomer),
            Successor::Account(_) => false,
        };
        drawn || error.is_conflict()
    }
}

impl Replacement<'_> {
    /// Whoever comes is not there already, and may come in today.
    fn may_succeed(&self, account: &Account) -> Result<(), Refusal> {
        if account.is_administrator() {
            return Err(Refusal::AdministratorProtected {
                account: account.id,
                action: Action::ReplaceAdministrator,
            });
        }
        match account.availability(self.today) {
            Availability::Open => Ok(()),
            state => Err(Refusal::AccountNotActive {
                account: account.id,
                state,
            }),
        }
    }

    /// An administrator holds every group by role, and has no planned end.
    fn promote(&self, account: &Account, mutation: &mut Mutation) -> Option<DeliveryId> {
        let standing = Standing {
            dates: AccountDates::stored(account.dates.opening(), None),
            ..Standing::with_role(account, Role::Administrator)
        };
        let (change, sent) = self.telling().of(account, standing, mutation);
        let groups = account.groups();
        let ended = groups.iter().map(|group| Change::Membership {
            account: account.id,
            group: *group,
            member: false,
        });
        mutation.feed.extend(ended);
        mutation.changes.push(AccountChange {
            remove_groups: groups,
            ..change
        });
        sent
    }

    fn bring_in(
        &self,
        newcomer: &Newcomer,
        mutation: &mut Mutation,
    ) -> (AccountId, Option<DeliveryId>) {
        let random = &*self.deps.random;
        let id = AccountId::new(self.now, random);
        let account = newcomer.account(id, [].into(), random);
        let channel = account.person.contact_channel;
        let credentials = NewDelivery::first_credentials(id, channel, self.now, random);
        let sent = credentials.id;
        mutation.deliveries.push(credentials);
        if account.person.email.is_some() {
            let subject = Subject::Role(Role::Administrator);
            let kind = Kind::AdministratorReplaced;
            let notice = NewDelivery::notice(id, kind, subject, self.now, random);
            mutation.deliveries.push(notice);
        }
        mutation
            .feed
            .extend(Change::of_new(&account, Role::Administrator));
        mutation.new_accounts.push(account);
        (id, Some(sent))
    }

    fn see_off(&self, former: &Account, mutation: &mut Mutation) {
        let state = match self.asked.former {
            Former::BecomesUser(_) => former.state,
            Former::Closed => State::Closed,
        };
        let standing = Standing {
            state,
            ..Standing::with_role(former, Role::User)
        };
        let (change, _) = self.telling().of(former, standing, mutation);
        let groups = self.asked.former.groups();
        let kept = groups.iter().map(|group| Change::Membership {
            account: former.id,
            group: *group,
            member: true,
        });
        mutation.feed.extend(kept);
        mutation.changes.push(AccountChange {
            add_groups: groups,
            ..change
        });
    }

    fn telling(&self) -> Telling<'_> {
        Telling {
            notice: Kind::AdministratorReplaced,
            now: self.now,
            today: self.today,
            random: &*self.deps.random,
        }
    }
}
