//! What the database refuses, as callers are told it.

use std::time::Duration;

use domain::{OsRandom, Random, Timestamp};
use storage::mutation::{self, Counted, Quota};

use crate::refusal::{Limit, Refusal};

impl From<storage::Error> for Refusal {
    fn from(error: storage::Error) -> Self {
        match error {
            storage::Error::Unavailable(_) => {
                tracing::warn!(error = chain(&error), "the database is not available");
                Self::StorageUnavailable
            }
            storage::Error::Row { .. } | storage::Error::Unexpected(_) => Self::internal(&error),
        }
    }
}

impl Refusal {
    /// A fault of the service: logged here under the id that the caller is told.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        let id = OsRandom.uuid();
        tracing::error!(error_id = %id, error = chain(error), "internal error");
        Self::Internal(id)
    }

    /// Why a mutation was not carried out at `now`, when a new account's own fields stand at
    /// those paths of the request.
    pub fn of_mutation(error: mutation::Error, now: Timestamp, fields: NewAccountFields) -> Self {
        match error {
            mutation::Error::Conflict => Self::AuthorityMoved,
            mutation::Error::RequestReused(id) => Self::RequestIdReused(id),
            mutation::Error::UserNumberTaken => Self::UserNumberTaken {
                field: fields.user_number,
            },
            mutation::Error::IdentifierTaken => Self::IdentifierTaken {
                field: fields.identifier,
            },
            mutation::Error::Quota { quota, retry_at } => by_quota(quota, retry_at, now),
            mutation::Error::Storage(error) => error.into(),
        }
    }
}

/// Where a request holds the fields of a new account that must be unique.
#[derive(Debug, Clone, Copy)]
pub struct NewAccountFields {
    /// The path of the user number.
    pub user_number: &'static str,
    /// The path of the identifier.
    pub identifier: &'static str,
}

impl NewAccountFields {
    /// Of a request that adds nobody, and so takes neither.
    pub const NONE: Self = Self {
        user_number: "",
        identifier: "",
    };
}

fn by_quota(quota: Quota, retry_at: Timestamp, now: Timestamp) -> Refusal {
    let limit = Limit {
        most: quota.max,
        window: positive(now, quota.since),
        retry_in: positive(retry_at, now),
    };
    match quota.what {
        Counted::ReissuesTo(account) => Refusal::DeliveryLimit { account, limit },
        Counted::CreationsAndReissues => Refusal::PartnerLimit(limit),
    }
}

fn positive(later: Timestamp, earlier: Timestamp) -> Duration {
    Duration::try_from(later.duration_since(earlier)).unwrap_or_default()
}

/// An error with its causes, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
