//! Changing the password: charged to the session, then done once.

use domain::change::Change;
use domain::session::{Epochs, WRONG_TRIES_PER_SESSION};
use domain::{AccountId, PasswordHash, SessionId, Timestamp};
use sqlx::{Row as _, SqliteConnection};
use storage::mutation::CredentialsMove;
use storage::session::{CurrentPassword, PasswordChange};
use uuid::Uuid;

use super::rows;
use crate::error::Result;
use crate::feed::{self, Held};
use crate::mutation::{Origin, queue};
use crate::provisional::{self, PASSWORD_CHOSEN};
use crate::row::micros;
use crate::throttle;

/// Charges the session one try. The row of a session at its last try stays until that try is
/// over: should it be right, the change needs it. To everyone else the session has ended.
pub(super) async fn charge(
    connection: &mut SqliteConnection,
    session: SessionId,
    now: Timestamp,
) -> Result<Option<CurrentPassword>> {
    let charged = sqlx::query(
        "UPDATE sessions SET tries = tries + 1
         WHERE id = ? AND tries < ? AND expires_at > ? AND last_used_at + idle > ?
            AND account_epoch = (SELECT epoch FROM accounts WHERE id = sessions.account_id)
            AND partner_epoch = (SELECT epoch FROM partners WHERE id = sessions.partner_id)
         RETURNING account_id, provisional_id, tries",
    )
    .bind(session.uuid())
    .bind(WRONG_TRIES_PER_SESSION)
    .bind(micros(now))
    .bind(micros(now))
    .fetch_optional(&mut *connection)
    .await?;
    let Some(charged) = charged else {
        return Ok(None);
    };
    let account = AccountId::from(charged.try_get::<Uuid, _>("account_id")?);
    let provisional: Option<Uuid> = charged.try_get("provisional_id")?;
    let tries_left = WRONG_TRIES_PER_SESSION.saturating_sub(charged.try_get("tries")?);

    let hash = current_hash(connection, account, provisional, now).await?;
    let Some(holder) = rows::holder_of(connection, account).await? else {
        return Ok(None);
    };
    if tries_left == 0 {
        let ended = Change::SessionsEnded {
            account,
            sessions: vec![session],
        };
        feed::append(connection, holder.partner, &[ended], Held::Unchanged, now).await?;
    }
    Ok(hash.map(|hash| CurrentPassword {
        hash,
        provisional,
        holder,
        tries_left,
    }))
}

/// Takes one charge back. A session that ended with that very try goes on.
pub(super) async fn give_back(
    connection: &mut SqliteConnection,
    session: SessionId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE sessions SET tries = max(tries - 1, 0)
         WHERE id = ? AND expires_at > ? AND last_used_at + idle > ?
            AND account_epoch = (SELECT epoch FROM accounts WHERE id = sessions.account_id)
            AND partner_epoch = (SELECT epoch FROM partners WHERE id = sessions.partner_id)",
    )
    .bind(session.uuid())
    .bind(micros(now))
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

async fn current_hash(
    connection: &mut SqliteConnection,
    account: AccountId,
    provisional: Option<Uuid>,
    now: Timestamp,
) -> Result<Option<PasswordHash>> {
    let query = match provisional {
        None => sqlx::query("SELECT password_hash AS hash FROM accounts WHERE id = ?")
            .bind(account.uuid()),
        Some(id) => sqlx::query(
            "SELECT hash FROM provisional_passwords
             WHERE id = ? AND account_id = ? AND spent_at IS NULL AND voided_at IS NULL
                AND expires_at > ?",
        )
        .bind(id)
        .bind(account.uuid())
        .bind(micros(now)),
    };
    let row = query.fetch_optional(connection).await?;
    let hash: Option<String> = row.map(|row| row.try_get("hash")).transpose()?.flatten();
    Ok(hash.map(PasswordHash::new))
}

/// Changes the password; `false` when the session or the provisional password was used up
/// meanwhile.
pub(super) async fn change(
    connection: &mut SqliteConnection,
    change: &PasswordChange,
) -> Result<bool> {
    let account = change.new_session.session.account;
    if !session_may(connection, change).await? {
        return Ok(false);
    }
    if let Some(id) = change.spends
        && !provisional::spend(connection, id, account, change.now).await?
    {
        return Ok(false);
    }
    if !set_password(connection, change).await? {
        return Ok(false);
    }
    let ended = delete_sessions(connection, account).await?;
    let epochs = Epochs {
        account: change.new_session.epochs.account + 1,
        partner: change.new_session.epochs.partner,
    };
    if !rows::insert(connection, &change.new_session, epochs, None).await? {
        return Ok(false);
    }
    let voided = CredentialsMove::Voided;
    provisional::void_by(connection, account, voided, change.now, PASSWORD_CHOSEN).await?;
    throttle::forget(connection, &change.throttle.identifier).await?;
    throttle::remember_address(connection, &change.throttle, change.now).await?;
    let partner = change.new_session.session.partner;
    if let Some(notice) = &change.notice {
        queue(connection, partner, notice, Origin::Mutation, change.now).await?;
    }
    let ended = Change::SessionsEnded {
        account,
        sessions: ended,
    };
    feed::append(connection, partner, &[ended], Held::Changed, change.now).await?;
    Ok(true)
}

/// Whether the session that asks still lives, belongs to that account, and was opened by the very
/// provisional password that the change spends, or by none.
async fn session_may(connection: &mut SqliteConnection, change: &PasswordChange) -> Result<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM sessions s
            JOIN accounts a ON a.id = s.account_id AND a.epoch = s.account_epoch
            JOIN partners p ON p.id = s.partner_id AND p.epoch = s.partner_epoch
         WHERE s.id = ? AND s.account_id = ? AND s.provisional_id IS ? AND s.expires_at > ?
            AND s.last_used_at + s.idle > ?",
    )
    .bind(change.session.uuid())
    .bind(change.new_session.session.account.uuid())
    .bind(change.spends)
    .bind(micros(change.now))
    .bind(micros(change.now))
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

async fn set_password(connection: &mut SqliteConnection, change: &PasswordChange) -> Result<bool> {
    let set = sqlx::query(
        "UPDATE accounts SET password_hash = ?, epoch = epoch + 1, version = version + 1,
            first_connected_at = coalesce(first_connected_at, ?), updated_at = ?
         WHERE id = ? AND epoch = ?",
    )
    .bind(change.hash.expose())
    .bind(micros(change.now))
    .bind(micros(change.now))
    .bind(change.new_session.session.account.uuid())
    .bind(change.new_session.epochs.account)
    .execute(connection)
    .await?;
    Ok(set.rows_affected() == 1)
}

async fn delete_sessions(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Vec<SessionId>> {
    let rows = sqlx::query("DELETE FROM sessions WHERE account_id = ? RETURNING id")
        .bind(account.uuid())
        .fetch_all(connection)
        .await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<Uuid, _>("id")?.into()))
        .collect()
}
