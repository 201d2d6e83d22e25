//! Writing down what became of a message.

use domain::delivery::State;
use domain::{DeliveryId, Timestamp};
use sqlx::SqliteConnection;
use storage::delivery::{Carried, Ending};
use uuid::Uuid;

use crate::codes::Code;
use crate::error::Result;
use crate::provisional;
use crate::row::micros;

/// Says what became of it; `false` when another worker holds it, or nobody any more. A lease that
/// is over but was given to no one still counts: what happened is better known than guessed.
pub(super) async fn finish(
    connection: &mut SqliteConnection,
    delivery: DeliveryId,
    lease: Uuid,
    ending: &Ending,
    carried: Carried,
    now: Timestamp,
) -> Result<bool> {
    if !write_ending(connection, delivery, lease, ending, now).await? {
        return Ok(false);
    }
    if let Carried::Void(password) = carried {
        provisional::void_one(connection, password, delivery, now).await?;
    }
    match ending {
        Ending::Failed { failure } => set_problem(connection, delivery, failure, now).await?,
        Ending::Sent => clear_problem(connection, delivery).await?,
        Ending::Rendered | Ending::Retry { .. } | Ending::Cancelled { .. } => {}
    }
    Ok(true)
}

async fn write_ending(
    connection: &mut SqliteConnection,
    delivery: DeliveryId,
    lease: Uuid,
    ending: &Ending,
    now: Timestamp,
) -> Result<bool> {
    let (state, due, failure) = match ending {
        Ending::Sent => (State::Sent, None, None),
        Ending::Rendered => (State::Rendered, None, None),
        Ending::Retry { at, failure } => (State::Queued, Some(micros(*at)), Some(failure)),
        Ending::Failed { failure } => (State::Failed, None, Some(failure)),
        Ending::Cancelled { reason } => (State::Cancelled, None, Some(reason)),
    };
    let written = sqlx::query(
        "UPDATE deliveries SET state = ?, state_at = ?, due_at = ?, lease_id = NULL, failure = ?
         WHERE id = ? AND state = 'SENDING' AND lease_id = ?",
    )
    .bind(state.code())
    .bind(micros(now))
    .bind(due)
    .bind(failure)
    .bind(delivery.uuid())
    .bind(lease)
    .execute(connection)
    .await?;
    Ok(written.rows_affected() == 1)
}

/// An e-mail given up shows on the account, unless it went to another address than the account's
/// own of today.
async fn set_problem(
    connection: &mut SqliteConnection,
    delivery: DeliveryId,
    failure: &str,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE accounts SET problem_since = ?, problem_delivery_id = ?, problem_explanation = ?
         WHERE (id, contact_version) IN (
            SELECT account_id, contact_version FROM deliveries
            WHERE id = ? AND channel = 'EMAIL' AND subject_email IS NULL)",
    )
    .bind(micros(now))
    .bind(delivery.uuid())
    .bind(failure)
    .bind(delivery.uuid())
    .execute(connection)
    .await?;
    Ok(())
}

/// An e-mail that arrived shows that an earlier failure, or its own, is mended. Ids sort by the
/// time they were made.
async fn clear_problem(connection: &mut SqliteConnection, delivery: DeliveryId) -> Result<()> {
    sqlx::query(
        "UPDATE accounts SET problem_since = NULL, problem_delivery_id = NULL,
            problem_explanation = NULL
         WHERE problem_delivery_id <= ? AND (id, contact_version) IN (
            SELECT account_id, contact_version FROM deliveries
            WHERE id = ? AND channel = 'EMAIL' AND subject_email IS NULL)",
    )
    .bind(delivery.uuid())
    .bind(delivery.uuid())
    .execute(connection)
    .await?;
    Ok(())
}
