//! What a signed-in person holds: a token, living only while nothing it rests on has moved.

use jiff::{SignedDuration, Timestamp};

use crate::account::Role;
use crate::{AccountId, PartnerId, SessionId};

/// What is still to be done before the person counts as signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NextStep {
    /// Nothing: signed in.
    None,
    /// Choose a password: the session was opened by a provisional one.
    ChangePassword,
}

/// What the person proved to open the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FactorKind {
    /// Their own password.
    Password,
    /// A provisional password.
    ProvisionalPassword,
}

/// How long sessions live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetimes {
    /// Without use, for a user: 30 minutes.
    pub user_idle: SignedDuration,
    /// In all, for a user: 12 hours.
    pub user_absolute: SignedDuration,
    /// Without use, for managers and administrators: 15 minutes.
    pub privileged_idle: SignedDuration,
    /// In all, for managers and administrators: 8 hours.
    pub privileged_absolute: SignedDuration,
    /// In all, for a session that may only change the password: 15 minutes.
    pub incomplete: SignedDuration,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            user_idle: SignedDuration::from_mins(30),
            user_absolute: SignedDuration::from_hours(12),
            privileged_idle: SignedDuration::from_mins(15),
            privileged_absolute: SignedDuration::from_hours(8),
            incomplete: SignedDuration::from_mins(15),
        }
    }
}

impl Lifetimes {
    /// Idle and absolute life of a session of that role at that step.
    pub fn of(&self, role: Role, next_step: NextStep) -> (SignedDuration, SignedDuration) {
        match (next_step, role) {
            (NextStep::ChangePassword, _) => (self.incomplete, self.incomplete),
            (NextStep::None, Role::User) => (self.user_idle, self.user_absolute),
            (NextStep::None, Role::Manager | Role::Administrator) => {
                (self.privileged_idle, self.privileged_absolute)
            }
        }
    }
}

/// Full sessions an account may hold at once; the oldest ends when a sixth begins.
pub const FULL_SESSIONS_PER_ACCOUNT: u32 = 5;

/// Wrong current passwords that a session may present to change the password; the fifth ends it.
pub const WRONG_TRIES_PER_SESSION: u32 = 5;

/// The moments that account and partner stood at when something was decided: unequal to the
/// stored ones, it is void. See [`crate::account::Account::epoch`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Epochs {
    /// The account's.
    pub account: i64,
    /// The partner's.
    pub partner: i64,
}

/// Where a call for a person comes from, as told by a caller trusted for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// The person's network address.
    pub address: Option<std::net::IpAddr>,
    /// The person's browser, at most 256 characters.
    pub user_agent: Option<String>,
}

/// A session as it is stored. Whether it still lives is said by [`Session::live`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id; public, unlike its token.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// The account's partner.
    pub partner: PartnerId,
    /// What is still to be done before it counts.
    pub next_step: NextStep,
    /// What was proved to open it.
    pub factor: FactorKind,
    /// When it began, which is when the factor was verified.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_used_at: Timestamp,
    /// How long it lives without use.
    pub idle: SignedDuration,
    /// When it ends whatever happens.
    pub expires_at: Timestamp,
    /// From where it was opened.
    pub client: Client,
}

impl Session {
    /// When it ends if nothing uses it again.
    pub fn idle_expires_at(&self) -> Timestamp {
        self.last_used_at
            .saturating_add(self.idle)
            .unwrap_or(self.expires_at)
            .min(self.expires_at)
    }

    /// Whether its own time has not run out. Epochs and the account's dates are judged where the
    /// session is read.
    pub fn live(&self, now: Timestamp) -> bool {
        now < self.idle_expires_at()
    }
}
