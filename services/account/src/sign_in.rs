//! Signing in: the form of what was typed decides the path, and whatever is wrong, the answer is
//! one.
//!
//! Sixteen symbols of the alphabet are tried as a provisional password, anything else as the
//! person's own. A provisional try always computes one hash, a password try one hash or, while
//! throttled, none; known and unknown identifiers alike, by the same statements. Only after the
//! hash does the state of the account count, so that nothing about it is told by the time.

use api::convert::session::SignIn;
use api::refusal::Refusal;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::{Availability, availability};
use domain::audit::{By, Entry, Event};
use domain::call::Call;
use domain::identifier::IdentifierKey;
use domain::provisional::ProvisionalPassword;
use domain::session::{FactorKind, NextStep};
use domain::throttle::Side;
use domain::{Password, PasswordHash, Timestamp, paris};
use passwords::{Rehash, Verdict};
use storage::session::{
    Admission, ChargedProvisional, Holder, PasswordTry, Proof, ProvisionalTry, ThrottleKey,
};
use uuid::Uuid;

use crate::SessionDeps;
use crate::password_policy::{not_hashed, typed};
use crate::session_service::Opened;

/// One sign-in.
struct Attempt<'a> {
    call: &'a Call,
    identifier: IdentifierKey,
    throttle: ThrottleKey,
    now: Timestamp,
}

/// What was typed, by its form.
enum Tried {
    Own(Password),
    Provisional(ProvisionalPassword),
}

/// Someone who knows a right password of either kind. Whether they may come in is another matter.
struct Proved {
    holder: Holder,
    by: Evidence,
}

enum Evidence {
    Own { side: Side, rehash: Rehash },
    Provisional { id: Uuid },
}

impl SessionDeps {
    /// Opens a session, or refuses without saying why.
    pub(crate) async fn sign_in(&self, call: &Call, sign_in: SignIn) -> Result<Opened, Refusal> {
        let password = typed("password", &sign_in.password)?;
        let attempt = self.attempt(call, sign_in.identifier);
        let tried = match ProvisionalPassword::parse(&password) {
            Some(provisional) => Tried::Provisional(provisional),
            None => Tried::Own(password),
        };

        let proved = match &tried {
            Tried::Provisional(provisional) => self.try_provisional(&attempt, provisional).await?,
            Tried::Own(password) => self.try_own(&attempt, password).await?,
        };
        let opened = match proved.filter(|proved| may_come_in(&proved.holder, attempt.now)) {
            Some(proved) => self.open(&attempt, &tried, proved).await?,
            None => None,
        };
        match opened {
            Some(opened) => Ok(opened),
            None => self.refuse(&attempt, &tried).await,
        }
    }

    fn attempt<'a>(&self, call: &'a Call, identifier: IdentifierKey) -> Attempt<'a> {
        let (key, address) = (&self.throttle_key, call.client.address);
        let throttle = ThrottleKey {
            identifier: key.identifier(&identifier),
            address: address.map(|address| key.address(address)),
        };
        Attempt {
            call,
            identifier,
            throttle,
            now: self.clock.now(),
        }
    }

    /// Charged to the one live provisional password with that first group, if there is one. A right
    /// try is given back: by the opening of the session, or here when it comes before the first day.
    /// So is one that the hashing threads have no room for: nothing was compared, and somebody who
    /// asks again in a busy hour must not use the password up.
    async fn try_provisional(
        &self,
        attempt: &Attempt<'_>,
        provisional: &ProvisionalPassword,
    ) -> Result<Option<Proved>, Refusal> {
        let tried = ProvisionalTry {
            identifier: attempt.identifier.clone(),
            selector: provisional.selector(),
            now: attempt.now,
        };
        let charged = self.stores.sessions.charge_provisional_try(&tried).await?;

        let password = Password::new(provisional.expose().to_owned());
        let hash = charged.as_ref().map(|charged| charged.hash.clone());
        let verdict = self.verify_or_dummy(&password, hash).await;
        if let (Some(charged), Err(passwords::Error::Overloaded)) = (&charged, &verdict) {
            self.give_back(charged, attempt).await?;
        }
        let verdict = verdict.map_err(|error| not_hashed(&error))?;
        let (Some(charged), Verdict::Matches { .. }) = (charged, verdict) else {
            return Ok(None);
        };
        if !may_come_in(&charged.holder, attempt.now) {
            // Only who holds the right one gets here: there is nothing that the time could tell.
            self.give_back(&charged, attempt).await?;
        }
        Ok(Some(Proved {
            holder: charged.holder,
            by: Evidence::Provisional { id: charged.id },
        }))
    }

    async fn give_back(
        &self,
        charged: &ChargedProvisional,
        attempt: &Attempt<'_>,
    ) -> Result<(), Refusal> {
        let sessions = &self.stores.sessions;
        let given_back = sessions.give_back_provisional_try(charged, attempt.now);
        Ok(given_back.await?)
    }

    /// Charged to the throttle first. A try that the hashing threads then have no room for stays
    /// charged: giving it back would let a flood try passwords for free.
    async fn try_own(
        &self,
        attempt: &Attempt<'_>,
        password: &Password,
    ) -> Result<Option<Proved>, Refusal> {
        let tried = PasswordTry {
            identifier: attempt.identifier.clone(),
            throttle: attempt.throttle,
            now: attempt.now,
        };
        let admission = self.stores.sessions.admit_password_try(&tried).await?;
        let Admission::Admitted { side, holder, hash } = admission else {
            return Ok(None);
        };

        let chosen = hash.is_some();
        let verdict = self.verify_or_dummy(password, hash).await;
        let verdict = verdict.map_err(|error| not_hashed(&error))?;
        Ok(match (holder, verdict) {
            (Some(holder), Verdict::Matches { rehash }) if chosen => Some(Proved {
                holder,
                by: Evidence::Own { side, rehash },
            }),
            _ => None,
        })
    }

    /// Exactly one hash, whether there is one to compare with or not.
    async fn verify_or_dummy(
        &self,
        password: &Password,
        hash: Option<PasswordHash>,
    ) -> Result<Verdict, passwords::Error> {
        let hash = hash.unwrap_or_else(|| self.hasher.dummy());
        self.hasher.verify(password.clone(), hash).await
    }

    /// Opens the session on the epochs read before hashing: `None` when they have moved since.
    async fn open(
        &self,
        attempt: &Attempt<'_>,
        tried: &Tried,
        proved: Proved,
    ) -> Result<Option<Opened>, Refusal> {
        let Attempt { call, now, .. } = *attempt;
        let Proved { holder, by } = proved;
        let factor = match by {
            Evidence::Own { .. } => (FactorKind::Password, NextStep::None),
            Evidence::Provisional { .. } => {
                (FactorKind::ProvisionalPassword, NextStep::ChangePassword)
            }
        };
        let (token, new) = self.new_session(&holder, factor, &call.client, now);
        let proof = self.proof(attempt, tried, by).await;
        let audit = self
            .sign_in_audit(Event::LoginSuccess, By::Account(holder.account), attempt)
            .on(holder.partner, holder.account)
            .with("proof", tried.name());
        let revision = self.stores.sessions.open(&new, &proof, &audit).await?;
        Ok(revision.map(|revision| Opened {
            token,
            session: new.session,
            revision,
        }))
    }

    async fn proof(&self, attempt: &Attempt<'_>, tried: &Tried, by: Evidence) -> Proof {
        match by {
            Evidence::Provisional { id } => Proof::Provisional { id },
            Evidence::Own { side, rehash } => Proof::Password {
                throttle: attempt.throttle,
                side,
                rehash: self.hash_anew(tried, rehash).await,
            },
        }
    }

    /// The same password at today's cost. Without room for that now, the next sign-in does it.
    async fn hash_anew(&self, tried: &Tried, rehash: Rehash) -> Option<PasswordHash> {
        match (tried, rehash) {
            (Tried::Own(password), Rehash::Needed) => self.hasher.hash(password.clone()).await.ok(),
            _ => None,
        }
    }

    /// The same line for known and unknown. What was typed stands in it as its keyed digest alone,
    /// so that tries at one identifier are seen to be that.
    async fn refuse(&self, attempt: &Attempt<'_>, tried: &Tried) -> Result<Opened, Refusal> {
        let audit = self
            .sign_in_audit(Event::LoginFail, By::Service, attempt)
            .refused()
            .with("proof", tried.name())
            .with(
                "identifier_digest",
                URL_SAFE_NO_PAD.encode(attempt.throttle.identifier),
            );
        self.stores.sessions.record(&audit).await?;
        Err(Refusal::SignInRefused)
    }

    fn sign_in_audit(&self, event: Event, by: By, attempt: &Attempt<'_>) -> Entry {
        let Attempt { call, now, .. } = *attempt;
        Entry::new(event, &call.caller.name, by, now, self.random.as_ref())
            .with_personal(call.personal(None))
    }
}

impl Tried {
    fn name(&self) -> &'static str {
        match self {
            Self::Own(_) => "password",
            Self::Provisional(_) => "provisional_password",
        }
    }
}

fn may_come_in(holder: &Holder, now: Timestamp) -> bool {
    availability(holder.state, &holder.dates, paris::today(now)) == Availability::Open
}
