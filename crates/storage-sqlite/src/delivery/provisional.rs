//! Storing a provisional password that is about to be sent.

use domain::account::Channel;
use domain::email::Email;
use domain::provisional::{MOST_LIVE_DELIVERIES, MOST_WRONG_TRIES};
use domain::{AccountId, Timestamp};
use sqlx::{Row as _, SqliteConnection};
use storage::delivery::{Destination, NewProvisional, Stored};
use uuid::Uuid;

use crate::account::postal_address;
use crate::codes::Code;
use crate::error::Result;
use crate::row::{Row, micros};

/// Stores it, unless what it rests on has moved or its selector is taken.
pub(super) async fn store(
    connection: &mut SqliteConnection,
    new: &NewProvisional,
) -> Result<Stored> {
    let Some((account, destination)) = destination(connection, new).await? else {
        return Ok(Stored::Moved);
    };
    void_expired(connection, account, new.now).await?;
    if !insert(connection, new, account, &destination).await? {
        return Ok(Stored::SelectorTaken);
    }
    note_recipient(connection, new, &destination).await?;
    void_oldest(connection, account, new.now).await?;
    Ok(Stored::Live(destination))
}

/// Where the message goes, while lease, epoch and contact version stand as they were claimed.
async fn destination(
    connection: &mut SqliteConnection,
    new: &NewProvisional,
) -> Result<Option<(AccountId, Destination)>> {
    let row = sqlx::query(
        "SELECT a.id, d.channel, a.email, a.postal_lines, a.postal_country
         FROM deliveries d JOIN accounts a ON a.id = d.account_id
         WHERE d.id = ? AND d.state = 'SENDING' AND d.lease_id = ? AND d.due_at > ?
            AND a.epoch = ? AND a.contact_version = ?",
    )
    .bind(new.delivery.uuid())
    .bind(new.lease)
    .bind(micros(new.now))
    .bind(new.account_epoch)
    .bind(new.contact_version)
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let row = Row::of("accounts", &row)?;
    let destination = match row.code("channel")? {
        Channel::Email => row
            .optional_text("email", Email::stored)?
            .map(Destination::Email),
        Channel::Letter => postal_address(&row)?.map(Destination::Letter),
    };
    Ok(destination.map(|destination| (row.id(), destination)))
}

/// One whose time is over blocks no selector and is no live delivery.
async fn void_expired(
    connection: &mut SqliteConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE provisional_passwords SET voided_at = ?, hash = NULL
         WHERE account_id = ? AND spent_at IS NULL AND voided_at IS NULL AND expires_at <= ?",
    )
    .bind(micros(now))
    .bind(account.uuid())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// `false` when another live one has that selector.
async fn insert(
    connection: &mut SqliteConnection,
    new: &NewProvisional,
    account: AccountId,
    destination: &Destination,
) -> Result<bool> {
    let channel = match destination {
        Destination::Email(_) => Channel::Email,
        Destination::Letter(_) => Channel::Letter,
    };
    let inserted = sqlx::query(
        "INSERT INTO provisional_passwords (id, account_id, delivery_id, channel, selector, hash,
            created_at, expires_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(new.id)
    .bind(account.uuid())
    .bind(new.delivery.uuid())
    .bind(channel.code())
    .bind(new.selector.as_str())
    .bind(new.hash.expose())
    .bind(micros(new.now))
    .bind(micros(new.expires_at))
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

async fn note_recipient(
    connection: &mut SqliteConnection,
    new: &NewProvisional,
    destination: &Destination,
) -> Result<()> {
    let recipient = match destination {
        Destination::Email(email) => Some(email.as_str()),
        Destination::Letter(address) => address.lines().last().map(String::as_str),
    };
    sqlx::query("UPDATE deliveries SET recipient = ? WHERE id = ?")
        .bind(recipient)
        .bind(new.delivery.uuid())
        .execute(connection)
        .await?;
    Ok(())
}

/// Above the most live deliveries, the passwords of the oldest are voided, its uncertain tries
/// included.
async fn void_oldest(
    connection: &mut SqliteConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<()> {
    let deliveries = sqlx::query(
        "SELECT delivery_id FROM provisional_passwords
         WHERE account_id = ? AND spent_at IS NULL AND voided_at IS NULL AND tries < ?
         GROUP BY delivery_id ORDER BY max(created_at) DESC, delivery_id DESC LIMIT -1 OFFSET ?",
    )
    .bind(account.uuid())
    .bind(MOST_WRONG_TRIES)
    .bind(i64::try_from(MOST_LIVE_DELIVERIES).unwrap_or(i64::MAX))
    .fetch_all(&mut *connection)
    .await?;
    for row in &deliveries {
        let delivery: Uuid = row.try_get("delivery_id")?;
        sqlx::query(
            "UPDATE provisional_passwords SET voided_at = ?, hash = NULL
             WHERE delivery_id = ? AND spent_at IS NULL AND voided_at IS NULL",
        )
        .bind(micros(now))
        .bind(delivery)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
