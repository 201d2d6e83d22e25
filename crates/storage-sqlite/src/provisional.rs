//! Provisional passwords and the queued messages that would carry one: voiding, spending.

use domain::account::Channel;
use domain::dates::AccountDates;
use domain::provisional::{MOST_WRONG_TRIES, expire_time};
use domain::{AccountId, Timestamp};
use sqlx::{Row as _, SqliteConnection};
use storage::mutation::CredentialsMove;
use uuid::Uuid;

use crate::codes::Code;
use crate::error::Result;
use crate::row::{Row, micros};

/// Why a message was cancelled, for the agents who read it.
pub(crate) const CHANGED_MEANWHILE: &str = "Le compte a été modifié avant l’envoi.";

/// Why a message was cancelled, for the agents who read it.
pub(crate) const PASSWORD_CHOSEN: &str = "Un mot de passe a été choisi avant l’envoi.";

/// Voids live provisional passwords and cancels the messages that would bring more, as told.
pub(crate) async fn void_by(
    connection: &mut SqliteConnection,
    account: AccountId,
    credentials: CredentialsMove,
    now: Timestamp,
    reason: &str,
) -> Result<()> {
    let channels: &[Channel] = match credentials {
        CredentialsMove::Kept => &[],
        CredentialsMove::VoidedOn(Channel::Email) => &[Channel::Email],
        CredentialsMove::VoidedOn(Channel::Letter) => &[Channel::Letter],
        CredentialsMove::Voided | CredentialsMove::VoidedOnBoth => {
            &[Channel::Email, Channel::Letter]
        }
    };
    for channel in channels {
        void(connection, account, *channel, now).await?;
        cancel(connection, account, *channel, now, reason).await?;
    }
    Ok(())
}

/// Has each one that is neither spent nor voided end as its channel, its sending and those days
/// say: one whose time was over opens again when its new end is to come.
pub(crate) async fn move_ends(
    connection: &mut SqliteConnection,
    account: AccountId,
    dates: AccountDates,
) -> Result<()> {
    let rows = sqlx::query(
        "SELECT id, channel, created_at FROM provisional_passwords
         WHERE account_id = ? AND spent_at IS NULL AND voided_at IS NULL",
    )
    .bind(account.uuid())
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        let row = Row::of("provisional_passwords", row)?;
        let expires_at = expire_time(row.code("channel")?, row.time("created_at")?, dates);
        sqlx::query("UPDATE provisional_passwords SET expires_at = ? WHERE id = ?")
            .bind(micros(expires_at))
            .bind(row.id::<Uuid>())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// How many would open the account now.
pub(crate) async fn live(
    connection: &mut SqliteConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<u32> {
    let row = sqlx::query(
        "SELECT count(*) AS live FROM provisional_passwords
         WHERE account_id = ? AND spent_at IS NULL AND voided_at IS NULL
            AND expires_at > ? AND tries < ?",
    )
    .bind(account.uuid())
    .bind(micros(now))
    .bind(MOST_WRONG_TRIES)
    .fetch_one(connection)
    .await?;
    Ok(row.try_get("live")?)
}

async fn void(
    connection: &mut SqliteConnection,
    account: AccountId,
    channel: Channel,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE provisional_passwords SET voided_at = ?, hash = NULL
         WHERE account_id = ? AND channel = ? AND spent_at IS NULL AND voided_at IS NULL",
    )
    .bind(micros(now))
    .bind(account.uuid())
    .bind(channel.code())
    .execute(connection)
    .await?;
    Ok(())
}

/// Also those in the hands of a worker: it has lost its lease then, and what it sends brings a
/// password that was just voided.
async fn cancel(
    connection: &mut SqliteConnection,
    account: AccountId,
    channel: Channel,
    now: Timestamp,
    reason: &str,
) -> Result<()> {
    sqlx::query(
        "UPDATE deliveries SET state = 'CANCELLED', state_at = ?, due_at = NULL, lease_id = NULL,
            failure = ?
         WHERE account_id = ? AND channel = ? AND state IN ('QUEUED', 'SENDING')
            AND kind IN ('FIRST_CREDENTIALS', 'LOST_IDENTIFIER', 'PROVISIONAL_PASSWORD')",
    )
    .bind(micros(now))
    .bind(reason)
    .bind(account.uuid())
    .bind(channel.code())
    .execute(connection)
    .await?;
    Ok(())
}

/// Spends a live one.
pub(crate) const SPEND: &str = "UPDATE provisional_passwords SET spent_at = ?, hash = NULL
         WHERE id = ? AND account_id = ? AND spent_at IS NULL AND voided_at IS NULL
            AND expires_at > ?";

/// Spends it; `false` when it is no longer live: of many racing, one wins.
pub(crate) async fn spend(
    connection: &mut SqliteConnection,
    id: Uuid,
    account: AccountId,
    now: Timestamp,
) -> Result<bool> {
    let spent = sqlx::query(SPEND)
        .bind(micros(now))
        .bind(id)
        .bind(account.uuid())
        .bind(micros(now))
        .execute(connection)
        .await?;
    Ok(spent.rows_affected() == 1)
}

/// Gives a right try back; `false` when the password is no longer live.
pub(crate) async fn refund(
    connection: &mut SqliteConnection,
    id: Uuid,
    account: AccountId,
    now: Timestamp,
) -> Result<bool> {
    let refunded = sqlx::query(
        "UPDATE provisional_passwords SET tries = max(tries - 1, 0)
         WHERE id = ? AND account_id = ? AND spent_at IS NULL AND voided_at IS NULL
            AND expires_at > ?",
    )
    .bind(id)
    .bind(account.uuid())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(refunded.rows_affected() == 1)
}

/// Voids the one that certainly did not leave.
pub(crate) async fn void_one(
    connection: &mut SqliteConnection,
    id: Uuid,
    delivery: domain::DeliveryId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE provisional_passwords SET voided_at = ?, hash = NULL
         WHERE id = ? AND delivery_id = ? AND spent_at IS NULL AND voided_at IS NULL",
    )
    .bind(micros(now))
    .bind(id)
    .bind(delivery.uuid())
    .execute(connection)
    .await?;
    Ok(())
}
