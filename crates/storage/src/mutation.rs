//! Changing a partner and its accounts: the change as data, and the one unit that applies it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::account::{Channel, NewAccount, Newcomer, Person, State, StoredRole};
use domain::agreement::NewAgreement;
use domain::audit;
use domain::change::Change;
use domain::dates::AccountDates;
use domain::delivery::NewDelivery;
use domain::group::NewGroup;
use domain::partner::NewPartner;
use domain::policy::Rank;
use domain::{AccountId, DeliveryId, GroupId, PartnerId, RequestId, Timestamp};

use crate::{KeyedDigest, Revision};

/// One change of one partner, decided and complete. All of it is written, or nothing.
#[derive(Debug, Clone)]
pub struct Mutation {
    /// When.
    pub now: Timestamp,
    /// Which partner, and on what knowledge of it this was decided.
    pub partner: On,
    /// The caller's own name for it, so that it is carried out once.
    pub request: Option<RequestClaim>,
    /// Agreements to add.
    pub new_agreements: Vec<NewAgreement>,
    /// Groups to add, to agreements new or old.
    pub new_groups: Vec<NewGroup>,
    /// Accounts to add, each a plain user or the administrator named below or by the new partner.
    pub new_accounts: Vec<NewAccount>,
    /// Accounts to change.
    pub changes: Vec<AccountChange>,
    /// The account that becomes the one administrator.
    pub new_administrator: Option<AccountId>,
    /// Messages to queue.
    pub deliveries: Vec<NewDelivery>,
    /// Limits that must hold at the moment of writing, counted without this mutation.
    pub quotas: Vec<Quota>,
    /// What the feed says of it. Its row is written, and the revision moves, also when it has
    /// nothing to say to others.
    pub feed: Vec<Change>,
    /// What the audit says of it.
    pub audit: audit::Entry,
    /// What a replay of the request answers.
    pub outcome: MutationResult,
}

impl Mutation {
    /// A mutation of nothing yet, to be filled in. As it is, it claims its request id, moves
    /// the revision and leaves its line in the audit.
    pub fn of(now: Timestamp, partner: On, audit: audit::Entry) -> Self {
        Self {
            now,
            partner,
            request: None,
            new_agreements: Vec::new(),
            new_groups: Vec::new(),
            new_accounts: Vec::new(),
            changes: Vec::new(),
            new_administrator: None,
            deliveries: Vec::new(),
            quotas: Vec::new(),
            feed: Vec::new(),
            audit,
            outcome: MutationResult::default(),
        }
    }
}

/// Which partner a mutation changes.
#[derive(Debug, Clone)]
pub enum On {
    /// An existing one. The unit locks its row and writes nothing when the version has moved.
    Existing {
        /// The partner.
        partner: PartnerId,
        /// The authority version that the decision was made on.
        authority_version: i64,
        /// Whether this mutation changes roles, memberships, states or dates: decisions made on
        /// the same knowledge then have to be made again.
        moves: AuthorityMove,
    },
    /// A new one, made here with its administrator among the new accounts.
    New(Box<NewPartner>),
}

impl On {
    /// The partner's id.
    pub fn partner(&self) -> PartnerId {
        match self {
            Self::Existing { partner, .. } => *partner,
            Self::New(new) => new.id,
        }
    }
}

/// Whether a mutation changes what decisions rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorityMove {
    /// Roles, memberships, states or dates change.
    Raised,
    /// Only names, contacts or messages.
    Kept,
}

/// One account's part in a mutation. What is `None` or empty stays as it is. Applying it raises
/// the account's version.
#[derive(Debug, Clone)]
pub struct AccountChange {
    /// The account.
    pub account: AccountId,
    /// The version it was read at; moved since, the whole mutation is decided again.
    pub version: i64,
    /// Names and contacts, all of them.
    pub person: Option<Person>,
    /// Whether the e-mail or postal address is another: raises the contact version, and a
    /// credential on its way to the old one is not sent.
    pub contact: ContactMove,
    /// First and last day. Provisional passwords that are neither spent nor voided end as they
    /// would had they been sent with that first day.
    pub dates: Option<AccountDates>,
    /// The stored role, and who dismissed them if this is a dismissal.
    pub role: Option<RoleChange>,
    /// The state.
    pub state: Option<State>,
    /// Groups to tick; one ticked already stays.
    pub add_groups: BTreeSet<GroupId>,
    /// Groups to untick; one not ticked stays so.
    pub remove_groups: BTreeSet<GroupId>,
    /// Whether every session of the account ends.
    pub sessions: SessionsMove,
    /// Which provisional passwords are voided and queued credential messages cancelled. Messages
    /// queued by this same mutation are not touched.
    pub credentials: CredentialsMove,
    /// Whether recovery rests, and until when.
    pub pause_recovery: PauseMove,
}

impl AccountChange {
    /// A change of nothing yet, to be filled in.
    pub fn of(account: AccountId, version: i64) -> Self {
        Self {
            account,
            version,
            person: None,
            contact: ContactMove::Kept,
            dates: None,
            role: None,
            state: None,
            add_groups: BTreeSet::new(),
            remove_groups: BTreeSet::new(),
            sessions: SessionsMove::Kept,
            credentials: CredentialsMove::Kept,
            pause_recovery: PauseMove::Kept,
        }
    }
}

/// Whether messages go elsewhere from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactMove {
    /// The addresses are the same.
    Kept,
    /// The e-mail or postal address is another; the contact problem is forgotten.
    Moved,
}

/// A change of the stored role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoleChange {
    /// The stored role from now on.
    pub role: StoredRole,
    /// The rank that dismissed, while that stands.
    pub dismissed_by: Option<Rank>,
}

/// What becomes of the account's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionsMove {
    /// They go on.
    Kept,
    /// The epoch rises: all of them are dead at once.
    Ended,
}

/// What becomes of provisional passwords in flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialsMove {
    /// They stay good.
    Kept,
    /// All are voided.
    Voided,
    /// Those sent that way are voided.
    VoidedOn(Channel),
    /// Those sent either way are voided, because both addresses moved.
    VoidedOnBoth,
}

/// What becomes of the pause in which recovery rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PauseMove {
    /// It stays as it is, if there is one.
    Kept,
    /// Recovery rests until then, in place of any earlier pause.
    Until(Timestamp),
    /// There is none any more.
    Lifted,
}

/// A limit that must hold when the mutation is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// What is counted.
    pub what: Counted,
    /// At most so many in the window, this mutation's own included.
    pub max: u32,
    /// The window's start.
    pub since: Timestamp,
}

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counted {
    /// Credentials reissued to one account, but for those cancelled before they left: whoever
    /// mends the address must be able to reissue to the new one. Sent, failed and waiting ones
    /// count.
    ReissuesTo(AccountId),
    /// Creations and reissues of the whole partner, the cancelled ones too.
    CreationsAndReissues,
}

/// The caller's own name for a mutation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestClaim {
    /// Caller, method and actor, digested: the same id means another thing elsewhere.
    pub scope: KeyedDigest,
    /// The name.
    pub id: RequestId,
    /// The request's body, digested with its secrets cleared: the same id with another body is
    /// refused.
    pub body: KeyedDigest,
}

/// What a mutation made, by ids alone: a replay reads the things again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MutationResult {
    /// The account made or changed.
    pub account: Option<AccountId>,
    /// The second account concerned: the former administrator.
    pub other_account: Option<AccountId>,
    /// The partner made or added to.
    pub partner: Option<PartnerId>,
    /// The message queued.
    pub delivery: Option<DeliveryId>,
    /// Whether the partner is new.
    pub created: bool,
    /// What was added, by field path.
    pub changed_paths: Vec<String>,
    /// What was found different and left alone, by field path.
    pub ignored_paths: Vec<String>,
}

/// A mutation carried out, now or earlier under the same request id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it made.
    pub result: MutationResult,
    /// Knowledge that includes it.
    pub revision: Revision,
}

/// Why a mutation was not carried out. Nothing of it is written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The partner's authority or an account's version moved, or the new partner's reference was
    /// taken meanwhile: read again and decide again.
    #[error("what the decision rested on has moved")]
    Conflict,
    /// The request id was used with another body.
    #[error("the request id was used for another request")]
    RequestReused(RequestId),
    /// The user number belongs, or has belonged, to another account.
    #[error("the user number is taken")]
    UserNumberTaken,
    /// The identifier belongs, or has belonged, to another account.
    #[error("the identifier is taken")]
    IdentifierTaken,
    /// A limit would be passed.
    #[error("a limit is reached until {retry_at}")]
    Quota {
        /// The limit.
        quota: Quota,
        /// When the oldest of those counted leaves the window.
        retry_at: Timestamp,
    },
    /// The database could not answer.
    #[error(transparent)]
    Storage(#[from] crate::Error),
}

impl Error {
    /// Whether deciding again mends it: what was read has moved.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict)
    }

    /// Whether deciding again mends it: a value that was drawn for the newcomer, not given by
    /// anyone, is another account's.
    pub fn is_of_drawn(&self, newcomer: &Newcomer) -> bool {
        match self {
            Self::UserNumberTaken => newcomer.user_number.is_none(),
            Self::IdentifierTaken => newcomer.identifier.is_none(),
            _ => false,
        }
    }
}

/// Changing a partner and its accounts.
#[async_trait]
pub trait Mutations: Send + Sync {
    /// What that request made earlier, if it was carried out in the last 24 hours.
    /// [`Error::RequestReused`] when it carried another body.
    async fn replay(
        &self,
        request: &RequestClaim,
        now: Timestamp,
    ) -> Result<Option<Outcome>, Error>;

    /// Carries the mutation out in one transaction: request id, authority, limits, rows,
    /// messages, feed and audit, or nothing. A request carried out meanwhile answers its outcome.
    async fn apply(&self, mutation: &Mutation) -> Result<Outcome, Error>;
}
