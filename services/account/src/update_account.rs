//! Changing names, contacts, work mode and dates of an account.
//!
//! An address is where credentials go, so a change of it does more than be written: what was sent
//! to the old one opens nothing any more, the old one is told, and when the partner's own people
//! did it to somebody who has connected, nothing with credentials leaves for a day.

use api::account::v1;
use api::acting::{acting, no_account, query, target};
use api::convert::account_update::{Field, UpdateAccount};
use api::convert::etag;
use api::refusal::Refusal;
use api::stored::NewAccountFields;
use domain::account::{self, Account, Channel, Person, State};
use domain::audit::{Entry, Event};
use domain::call::Call;
use domain::change::Change;
use domain::dates::AccountDates;
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::paris::{self, Day};
use domain::violation::Violations;
use domain::{DeliveryId, Timestamp, policy};
use storage::Revision;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::{UseCase, carry_out};
use storage::mutation::{
    self, AccountChange, AuthorityMove, ContactMove, CredentialsMove, Mutation, MutationResult, On,
    PauseMove, RequestClaim,
};

use crate::AccountDeps;

impl AccountDeps {
    /// Carries the update out and answers the account as it is then.
    pub(crate) async fn update_account(
        &self,
        call: &Call,
        asked: UpdateAccount,
        claim: Option<RequestClaim>,
        now: Timestamp,
    ) -> Result<(v1::Account, Revision), Refusal> {
        let id = asked.account;
        let query = query(Of::Account(id), call, [id], Groups::Named([].into()));
        let update = Update {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
            today: paris::today(now),
        };
        let outcome = carry_out(&self.stores, &query, claim.as_ref(), now, &update).await?;
        Ok((self.changed(call, id, now).await?, outcome.revision))
    }
}

struct Update<'a> {
    deps: &'a AccountDeps,
    call: &'a Call,
    asked: &'a UpdateAccount,
    claim: Option<RequestClaim>,
    now: Timestamp,
    today: Day,
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
        let id = self.asked.account;
        let actor = acting(authority, self.call, self.today, || no_account(id))?;
        let target = target(authority, actor, id)?;
        self.may(actor, target)
            .map_err(|why| Refusal::by_policy(why, Some(id)))
    }

    fn decide(&self, authority: &Authority) -> Result<Mutation, Refusal> {
        let id = self.asked.account;
        let before = authority.account(id).ok_or_else(|| no_account(id))?;
        etag::check(&self.asked.etag, before.id, before.version)?;
        if before.state == State::Closed {
            return Err(account::Error::NotActive(before.id, before.state).into());
        }
        let after = After {
            person: self.person(&before.person),
            dates: self.dates(before.dates)?,
        };
        self.reachable(before, &after.person)?;
        let changed = self.changed(before, &after);
        if changed.is_empty() {
            return Ok(self.unchanged(authority, before));
        }
        Ok(self.mutation(authority, before, after, &changed))
    }
}

/// The account as it will be.
struct After {
    person: Person,
    dates: AccountDates,
}

impl Update<'_> {
    fn names(&self, field: Field) -> bool {
        self.asked.named.contains(&field)
    }

    /// The permission that the fields named need together.
    fn may(&self, actor: policy::Actor<'_>, target: &Account) -> Result<(), policy::Refusal> {
        let postal = [Field::PostalAddress, Field::ContactChannel];
        let dates = [Field::OpeningDate, Field::ClosingDate];
        if self.asked.named == [Field::Phone] {
            return policy::may_update_phone(actor, target);
        }
        if postal.into_iter().any(|field| self.names(field)) {
            policy::may_change_postal_contact(actor, target)?;
        }
        if dates.into_iter().any(|field| self.names(field)) {
            policy::may_change_dates(actor, target)?;
        }
        policy::may_update(actor, target)
    }

    fn person(&self, before: &Person) -> Person {
        let fields = self.asked.fields.clone();
        Person {
            family_name: fields.family_name.or(before.family_name.clone()),
            given_name: fields.given_name.or(before.given_name.clone()),
            email: fields.email.or(before.email.clone()),
            phone: fields.phone.or(before.phone.clone()),
            work_mode: fields.work_mode.or(before.work_mode),
            contact_channel: fields.contact_channel.or(before.contact_channel),
            postal_address: fields.postal_address.or(before.postal_address.clone()),
        }
    }

    /// The dates as asked, the one not named as it stands.
    fn dates(&self, before: AccountDates) -> Result<AccountDates, Refusal> {
        let opening = self.asked.fields.opening_date.or(before.opening());
        let closing = self.asked.fields.closing_date.or(before.closing());
        AccountDates::parse(Some(opening), closing, self.today).map_err(|inner| {
            let mut violations = Violations::new();
            violations.append_within("account", inner);
            violations.into()
        })
    }

    /// Whether the channel leads somewhere, when address or channel are named.
    fn reachable(&self, before: &Account, after: &Person) -> Result<(), account::Error> {
        let concerned = [Field::Email, Field::ContactChannel, Field::PostalAddress];
        if !concerned.into_iter().any(|field| self.names(field)) {
            return Ok(());
        }
        match after.contact_channel {
            Channel::Email if after.email.is_none() => Err(account::Error::NoEmail(before.id)),
            Channel::Letter if after.postal_address.is_none() => {
                Err(account::Error::NoPostalAddress(before.id))
            }
            Channel::Email | Channel::Letter => Ok(()),
        }
    }

    /// The fields that will be others than they are.
    fn changed(&self, before: &Account, after: &After) -> Vec<Field> {
        let (old, new) = (&before.person, &after.person);
        let differs = |field: &Field| match field {
            Field::FamilyName => old.family_name != new.family_name,
            Field::GivenName => old.given_name != new.given_name,
            Field::Email => old.email != new.email,
            Field::Phone => old.phone != new.phone,
            Field::WorkMode => old.work_mode != new.work_mode,
            Field::ContactChannel => old.contact_channel != new.contact_channel,
            Field::PostalAddress => old.postal_address != new.postal_address,
            Field::OpeningDate => before.dates.opening() != after.dates.opening(),
            Field::ClosingDate => before.dates.closing() != after.dates.closing(),
        };
        self.asked.named.iter().copied().filter(differs).collect()
    }

    /// What is written of an account that is as asked already: that it was asked, under its name.
    fn unchanged(&self, authority: &Authority, before: &Account) -> Mutation {
        let audit = self.audit(before).with("unchanged", "true");
        self.asked_for(before, authority.on(AuthorityMove::Kept), audit)
    }

    fn mutation(
        &self,
        authority: &Authority,
        before: &Account,
        after: After,
        changed: &[Field],
    ) -> Mutation {
        let paths: Vec<_> = changed.iter().map(|field| field.path()).collect();
        let audit = self.audit(before).with("changed_paths", paths.join(","));
        Mutation {
            deliveries: self.notice(before, changed).into_iter().collect(),
            feed: vec![feed(before, after.dates)],
            changes: vec![self.change(authority, before, after, changed)],
            ..self.asked_for(before, authority.on(moves(changed)), audit)
        }
    }

    /// A mutation of nothing yet, that answers the account to a replay.
    fn asked_for(&self, before: &Account, on: On, audit: Entry) -> Mutation {
        Mutation {
            request: self.claim,
            outcome: MutationResult {
                account: Some(before.id),
                ..MutationResult::default()
            },
            ..Mutation::of(self.now, on, audit)
        }
    }

    fn audit(&self, before: &Account) -> Entry {
        let (caller, by) = (&self.call.caller.name, self.call.by());
        let random = &*self.deps.random;
        Entry::new(Event::UserUpdated, caller, by, self.now, random)
            .on(before.partner, before.id)
            .with_personal(self.call.personal(None))
    }

    fn change(
        &self,
        authority: &Authority,
        before: &Account,
        after: After,
        changed: &[Field],
    ) -> AccountChange {
        let email = changed.contains(&Field::Email);
        let postal = changed.contains(&Field::PostalAddress);
        AccountChange {
            dates: (after.dates != before.dates).then_some(after.dates),
            person: (after.person != before.person).then_some(after.person),
            contact: if email || postal {
                ContactMove::Moved
            } else {
                ContactMove::Kept
            },
            credentials: match (email, postal) {
                (true, true) => CredentialsMove::VoidedOnBoth,
                (true, false) => CredentialsMove::VoidedOn(Channel::Email),
                (false, true) => CredentialsMove::VoidedOn(Channel::Letter),
                (false, false) => CredentialsMove::Kept,
            },
            pause_recovery: self.pause(authority, before, email),
            ..AccountChange::of(before.id, before.version)
        }
    }

    /// Nothing with credentials leaves for a time when the partner's own people gave another
    /// address to somebody who has connected. An address that the Caf gave ends such a time.
    fn pause(&self, authority: &Authority, before: &Account, email: bool) -> PauseMove {
        if !email {
            return PauseMove::Kept;
        }
        match authority.acting(&self.call.actor, self.today) {
            Ok(policy::Actor::Caf) => PauseMove::Lifted,
            Ok(policy::Actor::Person(_)) if before.has_connected() => {
                let pause = self.deps.limits.pause_after_email_change;
                PauseMove::Until(self.now.checked_add(pause).unwrap_or(Timestamp::MAX))
            }
            Ok(policy::Actor::Person(_)) | Err(_) => PauseMove::Kept,
        }
    }

    /// What the old address is told.
    fn notice(&self, before: &Account, changed: &[Field]) -> Option<NewDelivery> {
        let former = before.person.email.clone()?;
        changed.contains(&Field::Email).then(|| NewDelivery {
            id: DeliveryId::new(self.now, &*self.deps.random),
            account: before.id,
            kind: Kind::EmailChanged,
            channel: Channel::Email,
            cause: Cause::Notice,
            subject: Subject::FormerEmail(former),
        })
    }
}

/// Permissions rest on dates, and whether credentials may be sent again on address, channel and
/// pause: who has decided by those decides again.
fn moves(changed: &[Field]) -> AuthorityMove {
    let rests_on = |field: &Field| match field {
        Field::Email
        | Field::ContactChannel
        | Field::PostalAddress
        | Field::OpeningDate
        | Field::ClosingDate => true,
        Field::FamilyName | Field::GivenName | Field::Phone | Field::WorkMode => false,
    };
    if changed.iter().any(rests_on) {
        AuthorityMove::Raised
    } else {
        AuthorityMove::Kept
    }
}

fn feed(before: &Account, dates: AccountDates) -> Change {
    Change::Account {
        account: before.id,
        state: before.state,
        role: before.role,
        dates,
    }
}
