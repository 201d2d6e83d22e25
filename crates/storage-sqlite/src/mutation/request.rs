//! What callers named, so that it is carried out once.

use domain::Timestamp;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use sqlx::{Row as _, SqliteConnection};
use storage::Revision;
use storage::mutation::{Error, MutationResult, Outcome, RequestClaim};
use uuid::Uuid;

use crate::error::{Fault, Result};
use crate::row::{Row, micros, micros_before};

/// How long a request id is remembered.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);

/// Forgotten rows that leave with each new one: the table shrinks faster than it grows.
const FORGOTTEN_AT_ONCE: i64 = 20;

/// What the request made earlier; refused when it carried another body then.
pub(super) async fn carried_out(
    connection: &mut SqliteConnection,
    request: &RequestClaim,
    now: Timestamp,
    database: Uuid,
) -> std::result::Result<Option<Outcome>, Error> {
    let row = sqlx::query(
        "SELECT id, body, result, place FROM request_ids
         WHERE scope = ? AND id = ? AND carried_out_at > ?",
    )
    .bind(request.scope.to_vec())
    .bind(request.id.uuid())
    .bind(micros_before(now, REMEMBERED))
    .fetch_optional(connection)
    .await
    .map_err(Fault::from)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let body: Vec<u8> = row.try_get("body").map_err(Fault::from)?;
    if body != request.body {
        return Err(Error::RequestReused(request.id));
    }
    Ok(Some(outcome(&Row::of("request_ids", &row)?, database)?))
}

/// Remembers what it made, in the same transaction.
pub(super) async fn remember(
    connection: &mut SqliteConnection,
    request: &RequestClaim,
    now: Timestamp,
    outcome: &Outcome,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO request_ids (scope, id, body, carried_out_at, result, place)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (scope, id) DO UPDATE SET body = excluded.body,
            carried_out_at = excluded.carried_out_at, result = excluded.result,
            place = excluded.place",
    )
    .bind(request.scope.to_vec())
    .bind(request.id.uuid())
    .bind(request.body.to_vec())
    .bind(micros(now))
    .bind(serde_json::to_string(&Made::of(&outcome.result))?)
    .bind(outcome.revision.place)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM request_ids WHERE (scope, id) IN (
            SELECT scope, id FROM request_ids WHERE carried_out_at <= ?
            ORDER BY carried_out_at LIMIT ?)",
    )
    .bind(micros_before(now, REMEMBERED))
    .bind(FORGOTTEN_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}

fn outcome(row: &Row<'_>, database: Uuid) -> Result<Outcome> {
    let made: Made = serde_json::from_str(row.get("result")?)
        .map_err(|_| row.fault("result", "it is not what a mutation made"))?;
    Ok(Outcome {
        result: made.into(),
        revision: Revision {
            database,
            place: row.get("place")?,
        },
    })
}

/// What a mutation made, as it is stored.
#[derive(Serialize, Deserialize)]
struct Made {
    account: Option<String>,
    other_account: Option<String>,
    partner: Option<String>,
    delivery: Option<String>,
    created: bool,
    changed_paths: Vec<String>,
    ignored_paths: Vec<String>,
}

impl Made {
    fn of(result: &MutationResult) -> Self {
        Self {
            account: result.account.map(|id| id.to_string()),
            other_account: result.other_account.map(|id| id.to_string()),
            partner: result.partner.map(|id| id.to_string()),
            delivery: result.delivery.map(|id| id.to_string()),
            created: result.created,
            changed_paths: result.changed_paths.clone(),
            ignored_paths: result.ignored_paths.clone(),
        }
    }
}

impl From<Made> for MutationResult {
    fn from(made: Made) -> Self {
        fn id<I: From<Uuid>>(text: Option<String>) -> Option<I> {
            text.and_then(|text| Uuid::try_parse(&text).ok())
                .map(I::from)
        }
        Self {
            account: id(made.account),
            other_account: id(made.other_account),
            partner: id(made.partner),
            delivery: id(made.delivery),
            created: made.created,
            changed_paths: made.changed_paths,
            ignored_paths: made.ignored_paths,
        }
    }
}
