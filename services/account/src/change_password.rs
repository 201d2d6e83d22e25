//! Choosing a password: the present one proves that the change is the person's, and the change
//! ends everything that stood on it.
//!
//! The new password is judged first, so that a person who must choose again has lost no try. Wrong
//! present ones are charged to the session alone: a stranger who throttles the sign-in cannot keep
//! the person from changing. A try that the hashing threads have no room for is given back: the
//! session does not end because the service is busy.

use api::convert::session::ChangePassword;
use api::refusal::Refusal;
use domain::account::{Account, Channel};
use domain::audit::{Entry, Event};
use domain::call::Call;
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::email::Email;
use domain::partner::Partner;
use domain::phone::Phone;
use domain::provisional::ProvisionalPassword;
use domain::session::{FactorKind, NextStep, Session};
use domain::violation::Violations;
use domain::{DeliveryId, Password, PasswordHash, Timestamp};
use passwords::Verdict;
use passwords::strength::{self, PersonalWords};
use storage::session::{CurrentPassword, PasswordChange, ThrottleKey};

use crate::SessionDeps;
use crate::password_policy::{not_hashed, typed};
use crate::session_service::{Opened, session_of};

/// The field that holds the new password.
const NEW_PASSWORD: &str = "new_password";

impl SessionDeps {
    /// Changes the password and opens the session that replaces all others.
    pub(crate) async fn change_password(
        &self,
        call: &Call,
        change: ChangePassword,
    ) -> Result<Opened, Refusal> {
        let session = session_of(call)?;
        let presented = typed("current_password", &change.current)?;
        let (account, partner) = self.person(session).await?;
        judge(&change.new, &presented, &account, &partner).await?;

        let now = self.clock.now();
        let charged = self
            .stores
            .sessions
            .charge_current_password(session.id, now);
        let current = charged.await?.ok_or(Refusal::SessionInvalid)?;
        let hashed = self.hashed(&presented, &current, change.new).await;
        if let Err(passwords::Error::Overloaded) = hashed {
            let given_back = self
                .stores
                .sessions
                .give_back_current_password_try(session.id, now);
            given_back.await?;
        }
        let Some(hash) = hashed.map_err(|error| not_hashed(&error))? else {
            let wrong = self.change_audit(Event::PasswordChangeFail, call, session, now);
            self.stores.sessions.record(&wrong.refused()).await?;
            return Err(Refusal::CurrentPasswordWrong {
                tries_left: current.tries_left,
            });
        };
        self.set(call, session, &account, &current, hash).await
    }

    async fn person(&self, session: &Session) -> Result<(Account, Partner), Refusal> {
        let account = self.stores.accounts.account(session.account).await?;
        let partner = self.stores.partners.partner(session.partner).await?;
        account.zip(partner).ok_or(Refusal::SessionInvalid)
    }

    /// The hash of the new password, when the present one is right.
    async fn hashed(
        &self,
        presented: &Password,
        current: &CurrentPassword,
        chosen: Password,
    ) -> Result<Option<PasswordHash>, passwords::Error> {
        if !self.proves(presented, current).await? {
            return Ok(None);
        }
        self.hasher.hash(chosen).await.map(Some)
    }

    /// Whether it is what the session was opened by: for a full one the person's own password, for
    /// the other that very provisional one. One hash either way.
    async fn proves(
        &self,
        presented: &Password,
        current: &CurrentPassword,
    ) -> Result<bool, passwords::Error> {
        let provisional = current
            .provisional
            .and_then(|_| ProvisionalPassword::parse(presented));
        let presented = match provisional {
            Some(provisional) => Password::new(provisional.expose().to_owned()),
            None => presented.clone(),
        };
        let verdict = self.hasher.verify(presented, current.hash.clone()).await?;
        Ok(matches!(verdict, Verdict::Matches { .. }))
    }

    async fn set(
        &self,
        call: &Call,
        session: &Session,
        account: &Account,
        current: &CurrentPassword,
        hash: PasswordHash,
    ) -> Result<Opened, Refusal> {
        let now = self.clock.now();
        let factor = match current.provisional {
            None => FactorKind::Password,
            Some(_) => FactorKind::ProvisionalPassword,
        };
        let proved = (factor, NextStep::None);
        let (token, new_session) = self.new_session(&current.holder, proved, &call.client, now);
        let change = PasswordChange {
            now,
            session: session.id,
            hash,
            spends: current.provisional,
            throttle: ThrottleKey {
                identifier: self.throttle_key.identifier(&account.identifier.key()),
                address: call
                    .client
                    .address
                    .map(|address| self.throttle_key.address(address)),
            },
            new_session,
            notice: account
                .person
                .email
                .as_ref()
                .map(|_| self.notice(account, now)),
            audit: self.change_audit(Event::PasswordChange, call, session, now),
        };
        let changed = self.stores.sessions.change_password(&change).await?;
        Ok(Opened {
            token,
            session: change.new_session.session,
            revision: changed.ok_or(Refusal::SessionInvalid)?,
        })
    }

    /// « Votre mot de passe a été modifié ».
    fn notice(&self, account: &Account, now: Timestamp) -> NewDelivery {
        NewDelivery {
            id: DeliveryId::new(now, self.random.as_ref()),
            account: account.id,
            kind: Kind::PasswordChanged,
            channel: Channel::Email,
            cause: Cause::Notice,
            subject: Subject::Plain,
        }
    }

    fn change_audit(&self, event: Event, call: &Call, session: &Session, now: Timestamp) -> Entry {
        Entry::new(
            event,
            &call.caller.name,
            call.by(),
            now,
            self.random.as_ref(),
        )
        .on(session.partner, session.account)
        .with_personal(call.personal(None))
    }
}

/// Refuses what is too easily guessed, with every reason. On a thread of its own: the most
/// intricate of texts take tens of milliseconds.
async fn judge(
    chosen: &Password,
    presented: &Password,
    account: &Account,
    partner: &Partner,
) -> Result<(), Refusal> {
    let words = personal_words(account, partner);
    let (chosen, presented) = (chosen.clone(), presented.clone());
    let judged = move || strength::judge(&chosen, &presented, &words);
    let found = tokio::task::spawn_blocking(judged).await;
    let found = found.map_err(|error| Refusal::internal(&error))?;

    let mut violations = Violations::new();
    for violation in found {
        violations.push(NEW_PASSWORD, violation);
    }
    violations.finish().map_err(Refusal::PasswordTooWeak)
}

fn personal_words(account: &Account, partner: &Partner) -> PersonalWords {
    let person = &account.person;
    let always = [
        person.family_name.as_str(),
        person.given_name.as_str(),
        account.identifier.as_str(),
        account.user_number.as_str(),
        partner.name.as_str(),
    ];
    let known = [
        person.email.as_ref().map(Email::as_str),
        person.phone.as_ref().map(Phone::as_str),
    ];
    PersonalWords::new(always.into_iter().chain(known.into_iter().flatten()))
}
