//! Taking messages to send.

use domain::account::Channel;
use domain::delivery::Cause;
use domain::name::PartnerName;
use domain::{DeliveryId, Timestamp};
use sqlx::{Row as _, SqliteConnection};
use storage::delivery::{Job, Lease};
use uuid::Uuid;

use super::list::subject;
use crate::account;
use crate::codes::Code;
use crate::error::Result;
use crate::row::{Row, micros};

/// Asks whether anything of a channel is due.
pub(crate) const ANY_DUE: &str = "SELECT 1 FROM deliveries
         WHERE channel = ? AND state IN ('QUEUED', 'SENDING') AND due_at <= ? LIMIT 1";

/// Whether anything is due.
pub(super) async fn any_due(
    connection: &mut SqliteConnection,
    channel: Channel,
    now: Timestamp,
) -> Result<bool> {
    let row = sqlx::query(ANY_DUE)
        .bind(channel.code())
        .bind(micros(now))
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Finds what of a channel is due, in the order of claims.
pub(crate) const DUE: &str = "SELECT id FROM deliveries
         WHERE channel = ? AND state IN ('QUEUED', 'SENDING') AND due_at <= ?
         ORDER BY (cause = 'RECOVERY'), created_at, id LIMIT ?";

/// Claims what is due: recovery last, then oldest first.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    channel: Channel,
    lease: &Lease,
    limit: u32,
) -> Result<Vec<Job>> {
    let due = sqlx::query(DUE)
        .bind(channel.code())
        .bind(micros(lease.now))
        .bind(limit)
        .fetch_all(&mut *connection)
        .await?;
    let mut jobs = Vec::with_capacity(due.len());
    for row in &due {
        let id: Uuid = row.try_get("id")?;
        hold(connection, id, lease).await?;
        jobs.extend(job(connection, id.into()).await?);
    }
    Ok(jobs)
}

/// Takes the message, and notes to which of the account's addresses it is about to go.
async fn hold(connection: &mut SqliteConnection, id: Uuid, lease: &Lease) -> Result<()> {
    sqlx::query(
        "UPDATE deliveries SET state = 'SENDING', attempts = attempts + 1, state_at = ?,
            due_at = ?, lease_id = ?,
            contact_version = (SELECT contact_version FROM accounts a
                WHERE a.id = deliveries.account_id),
            recipient = CASE channel WHEN 'EMAIL' THEN coalesce(subject_email,
                (SELECT email FROM accounts a WHERE a.id = deliveries.account_id)) END
         WHERE id = ?",
    )
    .bind(micros(lease.now))
    .bind(micros(lease.until))
    .bind(lease.id)
    .bind(id)
    .execute(connection)
    .await?;
    Ok(())
}

async fn job(connection: &mut SqliteConnection, id: DeliveryId) -> Result<Option<Job>> {
    let row = sqlx::query(
        "SELECT d.id, d.account_id, d.kind, d.channel, d.cause, d.subject_role, d.subject_email,
            d.attempts, d.created_at, p.name AS partner_name
         FROM deliveries d JOIN partners p ON p.id = d.partner_id WHERE d.id = ?",
    )
    .bind(id.uuid())
    .fetch_one(&mut *connection)
    .await?;
    let row = Row::of("deliveries", &row)?;
    let cause: Cause = row.code("cause")?;
    let account = account::one(connection, row.reference("account_id")?).await?;
    let Some(account) = account else {
        return Ok(None);
    };
    Ok(Some(Job {
        id,
        kind: row.code("kind")?,
        channel: row.code("channel")?,
        cause,
        subject: subject(&row)?,
        attempts: row.count("attempts")?,
        created_at: row.time("created_at")?,
        account,
        partner_name: row.text("partner_name", PartnerName::stored)?,
    }))
}
