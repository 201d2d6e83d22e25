//! The limits of recovery, counted on what was queued before.

use domain::Timestamp;
use domain::account::Channel;
use domain::delivery::NewDelivery;
use domain::limits::Rate;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use storage::recovery::Settlement;

use crate::error::{Fault, Result};
use crate::row::micros;

/// Whether the account or the address has had its messages. Everything that was queued counts,
/// cancelled or failed: what a stranger may cause does not depend on how it went.
pub(super) async fn refused(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
    message: &NewDelivery,
    email_key: Option<&[u8]>,
) -> Result<bool> {
    let limits = &settlement.limits;
    let now = settlement.now;
    let both = [limits.recovery_messages, limits.recovery_spacing];
    let to_account = account_times(connection, message, both, now, None).await?;
    if both
        .iter()
        .any(|rate| rate.refused_until(&to_account, now).is_some())
    {
        return Ok(true);
    }
    if message.channel == Channel::Letter {
        let rate = limits.recovery_letters;
        let letter = Some(Channel::Letter);
        let letters = account_times(connection, message, [rate, rate], now, letter).await?;
        return Ok(rate.refused_until(&letters, now).is_some());
    }
    let Some(email_key) = email_key else {
        return Ok(false);
    };
    let to_address = address_times(connection, settlement, email_key, both).await?;
    Ok(both
        .iter()
        .any(|rate| rate.refused_until(&to_address, now).is_some()))
}

/// When messages of recovery to an account were queued.
pub(crate) const RECOVERIES_OF_ACCOUNT: &str = "SELECT created_at FROM deliveries
         WHERE account_id = ? AND cause = 'RECOVERY' AND created_at > ?
            AND (? IS NULL OR channel = ?)";

async fn account_times(
    connection: &mut SqliteConnection,
    message: &NewDelivery,
    rates: [Rate; 2],
    now: Timestamp,
    channel: Option<Channel>,
) -> Result<Vec<Timestamp>> {
    let rows = sqlx::query(RECOVERIES_OF_ACCOUNT)
        .bind(message.account.uuid())
        .bind(micros(longest_window_start(rates, now)))
        .bind(channel.as_ref().map(crate::codes::Code::code))
        .bind(channel.as_ref().map(crate::codes::Code::code))
        .fetch_all(connection)
        .await?;
    times(&rows)
}

/// When requests of recovery reached an address.
pub(crate) const RECOVERIES_OF_ADDRESS: &str =
    "SELECT min(created_at) AS created_at FROM deliveries
         WHERE recovery_email_key = ? AND created_at > ? AND recovery_request_id <> ?
         GROUP BY recovery_request_id";

/// One time for each earlier request: several accounts on one address get one mail each, and that
/// is one recovery of the address.
async fn address_times(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
    email_key: &[u8],
    rates: [Rate; 2],
) -> Result<Vec<Timestamp>> {
    let rows = sqlx::query(RECOVERIES_OF_ADDRESS)
        .bind(email_key)
        .bind(micros(longest_window_start(rates, settlement.now)))
        .bind(settlement.request)
        .fetch_all(connection)
        .await?;
    times(&rows)
}

fn longest_window_start(rates: [Rate; 2], now: Timestamp) -> Timestamp {
    let [one, other] = rates.map(|rate| rate.window_start(now));
    one.min(other)
}

fn times(rows: &[SqliteRow]) -> Result<Vec<Timestamp>> {
    let times = rows.iter().map(|row| {
        let at: i64 = row.try_get("created_at")?;
        Ok(Timestamp::from_microsecond(at).unwrap_or(Timestamp::MAX))
    });
    times.collect::<std::result::Result<_, Fault>>()
}
