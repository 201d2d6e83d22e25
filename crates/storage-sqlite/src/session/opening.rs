//! Opening a session: what the proof brings, and which earlier sessions end.

use domain::change::Change;
use domain::session::{FULL_SESSIONS_PER_ACCOUNT, NextStep, Session, WRONG_TRIES_PER_SESSION};
use domain::{AccountId, SessionId, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use storage::session::{NewSession, Proof};
use uuid::Uuid;

use super::rows;
use crate::codes::Code;
use crate::error::Result;
use crate::feed::{self, Held};
use crate::row::micros;
use crate::{provisional, throttle};

/// Opens the session; `false` when its epochs or its provisional password are no longer good.
pub(super) async fn open(
    connection: &mut SqliteConnection,
    new: &NewSession,
    proof: &Proof,
) -> Result<bool> {
    let session = &new.session;
    let provisional = match proof {
        Proof::Password { .. } => None,
        Proof::Provisional { id } => Some(*id),
    };
    if !rows::insert(connection, new, new.epochs, provisional).await? {
        return Ok(false);
    }
    let now = session.created_at;
    match proof {
        Proof::Password {
            throttle: key,
            side,
            rehash,
        } => {
            let mut throttle = throttle::read(connection, &key.identifier).await?;
            throttle.succeed(*side);
            throttle::write(connection, &key.identifier, &throttle).await?;
            throttle::remember_address(connection, key, now).await?;
            note_sign_in(connection, session.account, rehash.as_ref(), now).await?;
        }
        Proof::Provisional { id } => {
            if !provisional::refund(connection, *id, session.account, now).await? {
                return Ok(false);
            }
        }
    }
    end_earlier(connection, session).await?;
    Ok(true)
}

/// When the person last signed in, and the same password hashed anew. No version rises: nobody's
/// decision rests on either.
async fn note_sign_in(
    connection: &mut SqliteConnection,
    account: AccountId,
    rehash: Option<&domain::PasswordHash>,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "UPDATE accounts SET last_signed_in_at = ?, password_hash = coalesce(?, password_hash)
         WHERE id = ?",
    )
    .bind(micros(now))
    .bind(rehash.map(domain::PasswordHash::expose))
    .bind(account.uuid())
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends those that the new one displaces, and takes the rows of dead ones away.
async fn end_earlier(connection: &mut SqliteConnection, session: &Session) -> Result<()> {
    delete_dead(connection, session.account, session.created_at).await?;
    let displaced = match session.next_step {
        NextStep::None => beyond_most(connection, session).await?,
        NextStep::ChangePassword => other_incomplete(connection, session).await?,
    };
    let ended = delete(connection, &displaced).await?;
    if ended.is_empty() {
        return Ok(());
    }
    let change = Change::SessionsEnded {
        account: session.account,
        sessions: ended,
    };
    let partner = session.partner;
    feed::append(
        connection,
        partner,
        &[change],
        Held::Unchanged,
        session.created_at,
    )
    .await
}

/// Rows of sessions that live no more: those of this account, and a few of others whose time is
/// over, so that the rows of people who never come back leave too.
async fn delete_dead(
    connection: &mut SqliteConnection,
    account: AccountId,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "DELETE FROM sessions WHERE account_id = ? AND (
            expires_at <= ? OR last_used_at + idle <= ? OR tries >= ?
            OR account_epoch <> (SELECT epoch FROM accounts WHERE id = sessions.account_id)
            OR partner_epoch <> (SELECT epoch FROM partners WHERE id = sessions.partner_id))",
    )
    .bind(account.uuid())
    .bind(micros(now))
    .bind(micros(now))
    .bind(WRONG_TRIES_PER_SESSION)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM sessions WHERE id IN (
            SELECT id FROM sessions WHERE expires_at <= ? ORDER BY expires_at LIMIT 10)",
    )
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// The oldest full sessions of the account beyond the most it may hold, the new one aside.
async fn beyond_most(
    connection: &mut SqliteConnection,
    session: &Session,
) -> Result<Vec<SqliteRow>> {
    let rows = sqlx::query(
        "SELECT id FROM sessions WHERE account_id = ? AND next_step = ? AND id <> ?
         ORDER BY created_at DESC, id DESC LIMIT -1 OFFSET ?",
    )
    .bind(session.account.uuid())
    .bind(NextStep::None.code())
    .bind(session.id.uuid())
    .bind(FULL_SESSIONS_PER_ACCOUNT - 1)
    .fetch_all(connection)
    .await?;
    Ok(rows)
}

/// The account's other sessions that may only change the password.
async fn other_incomplete(
    connection: &mut SqliteConnection,
    session: &Session,
) -> Result<Vec<SqliteRow>> {
    let rows =
        sqlx::query("SELECT id FROM sessions WHERE account_id = ? AND next_step = ? AND id <> ?")
            .bind(session.account.uuid())
            .bind(NextStep::ChangePassword.code())
            .bind(session.id.uuid())
            .fetch_all(connection)
            .await?;
    Ok(rows)
}

async fn delete(
    connection: &mut SqliteConnection,
    displaced: &[SqliteRow],
) -> Result<Vec<SessionId>> {
    let mut ended = Vec::new();
    for row in displaced {
        let id: Uuid = row.try_get("id")?;
        sqlx::query("DELETE FROM sessions WHERE id = ?")
            .bind(id)
            .execute(&mut *connection)
            .await?;
        ended.push(id.into());
    }
    Ok(ended)
}
