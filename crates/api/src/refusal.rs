//! Why a call is refused, with all that its answer must say.
//!
//! One variant for every reason of the protos, holding what the reason's metadata tell: who refuses cannot forget a key,
//! and a new reason does not compile until its code, metadata and message are chosen. [`Refusal::status`] makes the
//! answer.

mod message;
mod metadata;
mod reason;
mod status;

use std::fmt;
use std::time::Duration;

use domain::account::Availability;
use domain::agreement::Agreement;
use domain::policy::{self, Action, Needed, Rank};
use domain::session::NextStep;
use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, GroupId, RequestId, Timestamp, account};
use uuid::Uuid;

use crate::access::{Actor, Rpc, WorkClass};

/// A refused call.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    /// Fields of the request are not acceptable.
    FieldInvalid(Violations),
    /// The chosen password is refused, by the violations told of its field.
    PasswordTooWeak(Violations),
    /// The page token was not given by this method for this filter.
    PageTokenInvalid,
    /// The revision was not given by this database.
    RevisionInvalid {
        /// The field that held it.
        field: &'static str,
    },
    /// The request id was used with another body.
    RequestIdReused(RequestId),
    /// Both a person and an agent were named.
    ActorAmbiguous,
    /// The RPC must be told for whom it is called.
    ActorRequired {
        /// The actors that would do.
        expected: Vec<Actor>,
    },
    /// The session is unknown, ended or expired.
    SessionInvalid,
    /// Signing in is refused, whatever is wrong.
    SignInRefused,
    /// The caller holds none of the roles that the RPC grants for that actor.
    CallerNotAllowed(&'static Rpc),
    /// The actor sees the object but may not do this.
    ActorNotAllowed {
        /// What was tried.
        action: Action,
        /// Who may.
        needed: Needed,
        /// The groups that the actor lacks, when that is why.
        groups: Vec<GroupId>,
    },
    /// A higher rank imposed what would be lifted.
    ImposedByHigherRank(Rank),
    /// There is no such object, or the actor may not see it.
    NotFound {
        /// What was looked for.
        resource: Resource,
        /// By which id, as it was sent.
        id: String,
    },
    /// The user number is, or was, another account's.
    UserNumberTaken {
        /// The path of the field that held it.
        field: &'static str,
    },
    /// The identifier is, or was, another account's.
    IdentifierTaken {
        /// The path of the field that held it.
        field: &'static str,
    },
    /// The session may not do this before this step is done.
    SignInIncomplete(NextStep),
    /// The present password is wrong.
    CurrentPasswordWrong {
        /// How many tries the session still has; at 0 it has ended.
        tries_left: u32,
    },
    /// The agreement is not validated, or has ended.
    AgreementNotValidated(Box<Agreement>),
    /// The account is not in a state for this.
    AccountNotActive {
        /// Which account.
        account: AccountId,
        /// What it is instead.
        state: Availability,
    },
    /// The administrator cannot be treated so.
    AdministratorProtected {
        /// The administrator's account.
        account: AccountId,
        /// What was tried.
        action: Action,
    },
    /// The account would be left without group.
    LastGroup(AccountId),
    /// A letter is asked for, and there is no postal address.
    NoPostalAddress(AccountId),
    /// An e-mail is asked for, and there is no e-mail address.
    NoEmail(AccountId),
    /// Nothing with credentials is sent before that time.
    RecoveryPaused(Timestamp),
    /// The object changed since it was read.
    EtagMismatch {
        /// The object's id.
        id: String,
        /// Its present etag.
        etag: String,
    },
    /// What the decision rested on moved too often.
    AuthorityMoved,
    /// The account was sent credentials as often as allowed.
    DeliveryLimit {
        /// Which account.
        account: AccountId,
        /// The limit, and when it allows again.
        limit: Limit,
    },
    /// The partner made and reissued as much as allowed.
    PartnerLimit(Limit),
    /// There is more of this work than can be done in time.
    Overloaded(WorkClass),
    /// The database does not answer.
    StorageUnavailable,
    /// The call took longer than this.
    Deadline(Duration),
    /// A fault of the service; what happened stands in the log under this id.
    Internal(Uuid),
}

/// What may be looked for and not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resource {
    /// A partner.
    Partner,
    /// An agreement.
    Agreement,
    /// A group.
    Group,
    /// An account.
    Account,
    /// A delivery.
    Delivery,
}

/// A limit that is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// How many are allowed.
    pub most: u32,
    /// In how long.
    pub window: Duration,
    /// How long from now until the next is allowed.
    pub retry_in: Duration,
}

impl Refusal {
    /// There is no such object, or the actor may not see it.
    pub fn not_found(resource: Resource, id: impl fmt::Display) -> Self {
        Self::NotFound {
            resource,
            id: id.to_string(),
        }
    }

    /// One field is not acceptable.
    pub fn field(path: impl Into<String>, violation: Violation) -> Self {
        Self::FieldInvalid(Violations::one(path, violation))
    }

    /// The body is not one message of the RPC.
    pub fn malformed_body() -> Self {
        let violation = Violation::new(
            FieldReason::Format,
            "the body is not one message of this RPC",
            "La demande n’a pas pu être lue.",
        );
        Self::field("", violation)
    }

    /// What the rules refuse to an actor who asked this of `account`; `None` where no account was concerned.
    pub fn by_policy(refusal: policy::Refusal, account: Option<AccountId>) -> Self {
        match (refusal, account) {
            (
                policy::Refusal::NotAllowed {
                    action,
                    needed,
                    lacking,
                },
                _,
            ) => Self::ActorNotAllowed {
                action,
                needed,
                groups: lacking,
            },
            (policy::Refusal::ImposedByHigherRank(rank), _) => Self::ImposedByHigherRank(rank),
            (policy::Refusal::AdministratorProtected(action), Some(account)) => {
                Self::AdministratorProtected { account, action }
            }
            (policy::Refusal::AdministratorProtected(action), None) => Self::ActorNotAllowed {
                action,
                needed: Needed::Caf,
                groups: Vec::new(),
            },
            (policy::Refusal::NotSeen, account) => {
                let id = account.map(|id| id.to_string()).unwrap_or_default();
                Self::NotFound {
                    resource: Resource::Account,
                    id,
                }
            }
        }
    }
}

impl std::error::Error for Refusal {}

impl From<Violations> for Refusal {
    fn from(violations: Violations) -> Self {
        Self::FieldInvalid(violations)
    }
}

impl From<account::Error> for Refusal {
    fn from(error: account::Error) -> Self {
        match error {
            account::Error::NotActive(account, state) => {
                let state = match state {
                    account::State::Active => Availability::Open,
                    account::State::Closed => Availability::Closed,
                };
                Self::AccountNotActive { account, state }
            }
            account::Error::AgreementNotValidated(agreement) => {
                Self::AgreementNotValidated(agreement)
            }
            account::Error::LastGroup(account) => Self::LastGroup(account),
            account::Error::NoPostalAddress(account) => Self::NoPostalAddress(account),
            account::Error::NoEmail(account) => Self::NoEmail(account),
            account::Error::RecoveryPaused(until) => Self::RecoveryPaused(until),
        }
    }
}

impl From<Refusal> for tonic::Status {
    fn from(refusal: Refusal) -> Self {
        refusal.status()
    }
}
