//! The throttle of sign-ins, as rows. Its rules are the domain's; they run inside the transaction
//! that holds the row.

use domain::Timestamp;
use domain::throttle::{Counter, MOST_ROWS, ROW_LIFE, Side, Throttle, USUAL_FOR};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use storage::KeyedDigest;
use storage::session::ThrottleKey;

use crate::error::Result;
use crate::row::{micros, micros_before};

/// Old rows that leave with each try: the table shrinks faster than it grows.
const PRUNED_AT_ONCE: i64 = 10;

/// Where the try comes from.
pub(crate) async fn side(
    connection: &mut SqliteConnection,
    key: &ThrottleKey,
    now: Timestamp,
) -> Result<Side> {
    let Some(address) = &key.address else {
        return Ok(Side::Strange);
    };
    let usual = sqlx::query(
        "SELECT 1 FROM usual_addresses
         WHERE identifier = ? AND address = ? AND last_success_at > ?",
    )
    .bind(key.identifier.as_slice())
    .bind(address.as_slice())
    .bind(micros_before(now, USUAL_FOR))
    .fetch_optional(connection)
    .await?;
    Ok(if usual.is_some() {
        Side::Usual
    } else {
        Side::Strange
    })
}

/// The counters; untouched ones when there is no row.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    identifier: &KeyedDigest,
) -> Result<Throttle> {
    let row = sqlx::query(
        "SELECT usual_consecutive, usual_delaying, usual_last_failure, strange_consecutive,
            strange_delaying, strange_last_failure
         FROM throttles WHERE identifier = ?",
    )
    .bind(identifier.as_slice())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else {
        return Ok(Throttle::default());
    };
    Ok(Throttle {
        usual: counter(
            &row,
            "usual_consecutive",
            "usual_delaying",
            "usual_last_failure",
        )?,
        strange: counter(
            &row,
            "strange_consecutive",
            "strange_delaying",
            "strange_last_failure",
        )?,
    })
}

fn counter(
    row: &SqliteRow,
    consecutive: &'static str,
    delaying: &'static str,
    last_failure: &'static str,
) -> Result<Counter> {
    let last_failure: Option<i64> = row.try_get(last_failure)?;
    Ok(Counter {
        consecutive: row.try_get(consecutive)?,
        delaying: row.try_get(delaying)?,
        last_failure: last_failure.and_then(|micros| Timestamp::from_microsecond(micros).ok()),
    })
}

/// Writes the counters; no row when they are untouched.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    identifier: &KeyedDigest,
    throttle: &Throttle,
) -> Result<()> {
    let Some(last_failure) = throttle.last_failure() else {
        return forget(connection, identifier).await;
    };
    sqlx::query(
        "INSERT INTO throttles (identifier, usual_consecutive, usual_delaying,
            usual_last_failure, strange_consecutive, strange_delaying, strange_last_failure,
            last_failure)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (identifier) DO UPDATE SET
            usual_consecutive = excluded.usual_consecutive,
            usual_delaying = excluded.usual_delaying,
            usual_last_failure = excluded.usual_last_failure,
            strange_consecutive = excluded.strange_consecutive,
            strange_delaying = excluded.strange_delaying,
            strange_last_failure = excluded.strange_last_failure,
            last_failure = excluded.last_failure",
    )
    .bind(identifier.as_slice())
    .bind(throttle.usual.consecutive)
    .bind(throttle.usual.delaying)
    .bind(throttle.usual.last_failure.map(micros))
    .bind(throttle.strange.consecutive)
    .bind(throttle.strange.delaying)
    .bind(throttle.strange.last_failure.map(micros))
    .bind(micros(last_failure))
    .execute(connection)
    .await?;
    Ok(())
}

/// Resets both sides.
pub(crate) async fn forget(
    connection: &mut SqliteConnection,
    identifier: &KeyedDigest,
) -> Result<()> {
    sqlx::query("DELETE FROM throttles WHERE identifier = ?")
        .bind(identifier.as_slice())
        .execute(connection)
        .await?;
    Ok(())
}

/// Lets rows leave after their life.
pub(crate) const PRUNE_OLD: &str = "DELETE FROM throttles WHERE identifier IN (
            SELECT identifier FROM throttles WHERE last_failure <= ?
            ORDER BY last_failure LIMIT ?)";

/// Lets the oldest rows leave above the most there may be.
pub(crate) const PRUNE_MOST: &str = "DELETE FROM throttles WHERE identifier IN (
            SELECT identifier FROM throttles ORDER BY last_failure
            LIMIT (SELECT min(max(size - ?, 0), ?) FROM throttle_size))";

/// Lets rows leave after their life, or oldest first above the most there may be.
pub(crate) async fn prune(connection: &mut SqliteConnection, now: Timestamp) -> Result<()> {
    sqlx::query(PRUNE_OLD)
        .bind(micros_before(now, ROW_LIFE))
        .bind(PRUNED_AT_ONCE)
        .execute(&mut *connection)
        .await?;
    sqlx::query(PRUNE_MOST)
        .bind(MOST_ROWS)
        .bind(PRUNED_AT_ONCE)
        .execute(connection)
        .await?;
    Ok(())
}

/// The address of a success is usual from now on.
pub(crate) async fn remember_address(
    connection: &mut SqliteConnection,
    key: &ThrottleKey,
    now: Timestamp,
) -> Result<()> {
    let Some(address) = &key.address else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO usual_addresses (identifier, address, last_success_at) VALUES (?, ?, ?)
         ON CONFLICT (identifier, address) DO UPDATE
            SET last_success_at = max(last_success_at, excluded.last_success_at)",
    )
    .bind(key.identifier.as_slice())
    .bind(address.as_slice())
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM usual_addresses WHERE (identifier, address) IN (
            SELECT identifier, address FROM usual_addresses WHERE last_success_at <= ?
            ORDER BY last_success_at LIMIT ?)",
    )
    .bind(micros_before(now, USUAL_FOR))
    .bind(PRUNED_AT_ONCE)
    .execute(connection)
    .await?;
    Ok(())
}
