//! Signing in, changing the password, and what a session stands on.

use async_trait::async_trait;
use domain::account::{Role, State};
use domain::audit;
use domain::dates::AccountDates;
use domain::delivery::NewDelivery;
use domain::identifier::IdentifierKey;
use domain::provisional::Selector;
use domain::session::{Epochs, Session};
use domain::throttle::Side;
use domain::{AccountId, PartnerId, PasswordHash, SessionId, Timestamp, TokenDigest};
use uuid::Uuid;

use crate::{KeyedDigest, Result, Revision};

/// Whose throttle a sign-in is charged to. The same for an identifier that exists and one that
/// does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottleKey {
    /// The identifier's key, digested.
    pub identifier: KeyedDigest,
    /// The person's network address, digested, when a trusted caller told it.
    pub address: Option<KeyedDigest>,
}

/// A try with a password.
#[derive(Debug, Clone)]
pub struct PasswordTry {
    /// What was typed, folded.
    pub identifier: IdentifierKey,
    /// Where it is charged.
    pub throttle: ThrottleKey,
    /// When.
    pub now: Timestamp,
}

/// A try with a provisional password.
#[derive(Debug, Clone)]
pub struct ProvisionalTry {
    /// What was typed, folded.
    pub identifier: IdentifierKey,
    /// The password's public first group.
    pub selector: Selector,
    /// When.
    pub now: Timestamp,
}

/// Whether a password may be tried at all.
#[derive(Debug, Clone)]
pub enum Admission {
    /// Not now; no hash is computed.
    Refused,
    /// It may, and it counts as a failure until it succeeds.
    Admitted {
        /// The counter it was charged to.
        side: Side,
        /// The account, when there is one.
        holder: Option<Holder>,
        /// Its password, when it has chosen one and may use it.
        hash: Option<PasswordHash>,
    },
}

/// What a sign-in needs to know of an account.
#[derive(Debug, Clone)]
pub struct Holder {
    /// The account.
    pub account: AccountId,
    /// Its partner.
    pub partner: PartnerId,
    /// Read before hashing; a session is born with them.
    pub epochs: Epochs,
    /// Its state.
    pub state: State,
    /// Its dates.
    pub dates: AccountDates,
    /// Its role.
    pub role: Role,
}

/// A live provisional password that was charged one try.
#[derive(Debug, Clone)]
pub struct ChargedProvisional {
    /// Which.
    pub id: Uuid,
    /// Its hash.
    pub hash: PasswordHash,
    /// Whose.
    pub holder: Holder,
}

/// A session to be born.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// The session, as it will be read.
    pub session: Session,
    /// The key it is found by.
    pub token: TokenDigest,
    /// What it stands on.
    pub epochs: Epochs,
}

/// What a successful sign-in proved.
#[derive(Debug, Clone)]
pub enum Proof {
    /// The account's password.
    Password {
        /// Resets this counter, and makes the address a usual one.
        throttle: ThrottleKey,
        /// The counter that was charged.
        side: Side,
        /// The same password hashed anew, when the parameters have changed.
        rehash: Option<PasswordHash>,
    },
    /// A provisional password, whose try is given back.
    Provisional {
        /// Which.
        id: Uuid,
    },
}

/// What a change of password verifies against.
#[derive(Debug, Clone)]
pub struct CurrentPassword {
    /// The account's password, or the provisional one that opened the session.
    pub hash: PasswordHash,
    /// The provisional password that the change will spend.
    pub provisional: Option<Uuid>,
    /// Whose.
    pub holder: Holder,
    /// Wrong tries left after this one; at none the session has ended.
    pub tries_left: u32,
}

/// A change of password, verified and hashed.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    /// When.
    pub now: Timestamp,
    /// The session that asked: it must still live.
    pub session: SessionId,
    /// The new password.
    pub hash: PasswordHash,
    /// The provisional password that this spends.
    pub spends: Option<Uuid>,
    /// The throttle that is reset, both sides; the address becomes a usual one.
    pub throttle: ThrottleKey,
    /// The session that replaces all others. Its epochs are those read with the current password;
    /// the unit stores the account's raised one.
    pub new_session: NewSession,
    /// « Votre mot de passe a été modifié », when there is an address.
    pub notice: Option<NewDelivery>,
    /// What the audit says of it.
    pub audit: audit::Entry,
}

/// What a session stands on, as it is now. A session whose epochs have moved is never found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The session.
    pub session: Session,
    /// The account's state.
    pub state: State,
    /// The account's dates.
    pub dates: AccountDates,
    /// The account's role.
    pub role: Role,
}

/// Finding the session of a token. Separate from the rest because its answers may be cached.
#[async_trait]
pub trait SessionReads: Send + Sync {
    /// The session, unless it has ended or its epochs have moved. Its own time and the account's
    /// dates are for the reader to judge.
    async fn standing(&self, token: TokenDigest) -> Result<Option<Standing>>;
}

/// Noting that a session was used, off the path of the call: whoever implements it gathers the
/// notes and hands them to [`SessionStore::touch`].
pub trait LastUse: Send + Sync {
    /// The session was used then by the person, not in the background. Never waits and never
    /// fails; a note that is lost shortens the session's idle life, nothing else.
    fn used(&self, session: SessionId, at: Timestamp);
}

/// Signing in, changing the password, ending.
#[async_trait]
pub trait SessionStore: Send + Sync {
    /// Charges the throttle, then reads the account: the same statements whether it exists or not.
    async fn admit_password_try(&self, tried: &PasswordTry) -> Result<Admission>;

    /// Charges the live provisional password with that selector; `None` when there is none, or
    /// its tries are used up.
    async fn charge_provisional_try(
        &self,
        tried: &ProvisionalTry,
    ) -> Result<Option<ChargedProvisional>>;

    /// Gives a right try back to someone who may not come in, for their account has not opened
    /// yet: coming early uses nothing up. Without effect on a password that is no longer live.
    async fn give_back_provisional_try(
        &self,
        charged: &ChargedProvisional,
        now: Timestamp,
    ) -> Result<()>;

    /// Opens the session, unless the epochs have moved or the provisional password is no longer
    /// live: `None` then. Above five full sessions the oldest ends; a session opened by a
    /// provisional password ends the earlier one of its kind.
    async fn open(
        &self,
        session: &NewSession,
        proof: &Proof,
        audit: &audit::Entry,
    ) -> Result<Option<Revision>>;

    /// Writes down something that was refused.
    async fn record(&self, audit: &audit::Entry) -> Result<()>;

    /// Charges the session one try at its current password; the last one left ends the session.
    /// `None` when the session is not live.
    async fn charge_current_password(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<Option<CurrentPassword>>;

    /// Takes one charge of [`SessionStore::charge_current_password`] back, for a try that could
    /// not be hashed: a session that ended with it goes on. Never below none, and without effect
    /// on a session whose time or epochs are over.
    async fn give_back_current_password_try(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<()>;

    /// Changes the password: sets it, spends the provisional one, voids the others, cancels
    /// queued credentials, raises the epoch, ends every session but the new one, resets the
    /// throttle, makes the address a usual one, records the first connection, queues the notice.
    /// `None` when the session or the provisional password was used up meanwhile: of many racing,
    /// one wins.
    async fn change_password(&self, change: &PasswordChange) -> Result<Option<Revision>>;

    /// Ends the session. Ending one that has ended is no error.
    async fn end(&self, session: SessionId, audit: &audit::Entry) -> Result<Revision>;

    /// Notes when sessions were last used; never moves one back.
    async fn touch(&self, used: &[(SessionId, Timestamp)]) -> Result<()>;
}
