//! Limits that hold at the moment of writing: counted in the transaction that adds to them.

use domain::Timestamp;
use domain::delivery::{Cause, NewDelivery};
use sqlx::{Row as _, SqliteConnection};
use storage::mutation::{Counted, Error, Mutation, Quota};

use crate::codes::Code;
use crate::error::{Fault, Result};
use crate::row::micros;

/// Refuses a mutation that would pass one of its limits.
pub(super) async fn check(
    connection: &mut SqliteConnection,
    mutation: &Mutation,
) -> std::result::Result<(), Error> {
    for quota in &mutation.quotas {
        let earlier = counted(connection, mutation, quota).await?;
        let own = mutation
            .deliveries
            .iter()
            .filter(|new| counts(quota.what, new))
            .count();
        let most = usize::try_from(quota.max).unwrap_or(usize::MAX);
        if let Some(excess) = (earlier.len() + own)
            .checked_sub(most)
            .filter(|&excess| excess > 0)
        {
            let leaving = earlier.get(excess - 1).copied().unwrap_or(mutation.now);
            return Err(Error::Quota {
                quota: *quota,
                retry_at: leaves_at(leaving, quota, mutation.now),
            });
        }
    }
    Ok(())
}

/// When one of those counted leaves the window, which is as long as from its start to now.
fn leaves_at(counted: Timestamp, quota: &Quota, now: Timestamp) -> Timestamp {
    let window = now.duration_since(quota.since);
    counted.saturating_add(window).unwrap_or(Timestamp::MAX)
}

fn counts(what: Counted, new: &NewDelivery) -> bool {
    match what {
        Counted::ReissuesTo(account) => new.account == account && new.cause == Cause::Reissue,
        Counted::CreationsAndReissues => matches!(new.cause, Cause::Creation | Cause::Reissue),
    }
}

/// When credentials were reissued to an account, but for those cancelled before they left.
pub(crate) const REISSUES_TO: &str = "SELECT created_at FROM deliveries
             WHERE account_id = ? AND cause = ? AND created_at > ? AND state <> 'CANCELLED'
             ORDER BY created_at";

/// When a partner caused credentials, whatever became of them.
pub(crate) const CREATIONS_AND_REISSUES: &str = "SELECT created_at FROM deliveries
             WHERE partner_id = ? AND cause IN ('CREATION', 'REISSUE') AND created_at > ?
             ORDER BY created_at";

/// When those in the window were asked for, oldest first.
async fn counted(
    connection: &mut SqliteConnection,
    mutation: &Mutation,
    quota: &Quota,
) -> Result<Vec<Timestamp>> {
    let query = match quota.what {
        Counted::ReissuesTo(account) => sqlx::query(REISSUES_TO)
            .bind(account.uuid())
            .bind(Cause::Reissue.code()),
        Counted::CreationsAndReissues => {
            sqlx::query(CREATIONS_AND_REISSUES).bind(mutation.partner.partner().uuid())
        }
    };
    let rows = query
        .bind(micros(quota.since))
        .fetch_all(connection)
        .await?;
    let times = rows.iter().map(|row| {
        let at: i64 = row.try_get("created_at")?;
        Ok(Timestamp::from_microsecond(at).unwrap_or(Timestamp::MAX))
    });
    times.collect::<std::result::Result<_, Fault>>()
}
