//! Queueing messages, whoever causes them.

use domain::delivery::{NewDelivery, State, Subject};
use domain::{PartnerId, Timestamp};
use sqlx::SqliteConnection;
use uuid::Uuid;

use crate::codes::Code;
use crate::error::Result;
use crate::row::micros;

/// What a message comes from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// A mutation, or a change of password.
    Mutation,
    /// A request of recovery.
    Recovery {
        /// Which.
        request: Uuid,
        /// The address it goes to, digested, when it goes by e-mail.
        email_key: Option<Vec<u8>>,
    },
}

/// Queues a message, due at once.
pub(crate) async fn queue(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    new: &NewDelivery,
    origin: Origin,
    now: Timestamp,
) -> Result<()> {
    let (role, email) = match &new.subject {
        Subject::Plain => (None, None),
        Subject::Role(role) => (Some(role.code()), None),
        Subject::FormerEmail(email) => (None, Some(email.as_str())),
    };
    let (request, email_key) = match origin {
        Origin::Mutation => (None, None),
        Origin::Recovery { request, email_key } => (Some(request), email_key),
    };
    sqlx::query(
        "INSERT INTO deliveries (id, account_id, partner_id, kind, channel, cause, state,
            subject_role, subject_email, created_at, state_at, due_at, recovery_request_id,
            recovery_email_key)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(new.id.uuid())
    .bind(new.account.uuid())
    .bind(partner.uuid())
    .bind(new.kind.code())
    .bind(new.channel.code())
    .bind(new.cause.code())
    .bind(State::Queued.code())
    .bind(role)
    .bind(email)
    .bind(micros(now))
    .bind(micros(now))
    .bind(micros(now))
    .bind(request)
    .bind(email_key)
    .execute(connection)
    .await?;
    Ok(())
}
