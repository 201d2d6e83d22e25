//! Sessions and their holders, as rows.

use domain::account::StoredRole;
use domain::session::{Client, Epochs, Session};
use domain::{AccountId, TokenDigest};
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use storage::session::{Holder, NewSession, Standing};
use uuid::Uuid;

use crate::account::dates;
use crate::codes::Code;
use crate::error::Result;
use crate::row::{Row, duration_micros, micros};

/// Finds the session of a token digest, its epochs unmoved.
pub(crate) const STANDING: &str =
    "SELECT s.id, s.account_id, s.partner_id, s.next_step, s.factor, s.created_at,
            s.last_used_at, s.idle, s.expires_at, s.client_address, s.client_user_agent, a.state,
            a.stored_role, a.opening_date, a.closing_date,
            p.administrator_id = a.id AS is_administrator
         FROM sessions s
            JOIN accounts a ON a.id = s.account_id AND a.epoch = s.account_epoch
            JOIN partners p ON p.id = s.partner_id AND p.epoch = s.partner_epoch
         WHERE s.token_digest = ? AND s.tries < ?";

/// The session of that token, unless an epoch has moved under it, or its tries at the current
/// password are used up.
pub(super) async fn standing(
    connection: &mut SqliteConnection,
    token: TokenDigest,
) -> Result<Option<Standing>> {
    let row = sqlx::query(STANDING)
        .bind(token.0.to_vec())
        .bind(domain::session::WRONG_TRIES_PER_SESSION)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(standing_from_row).transpose()
}

fn standing_from_row(row: &SqliteRow) -> Result<Standing> {
    let row = Row::of("sessions", row)?;
    let stored_role: StoredRole = row.code("stored_role")?;
    Ok(Standing {
        session: session(&row)?,
        state: row.code("state")?,
        dates: dates(&row)?,
        role: stored_role.shown(row.get("is_administrator")?),
    })
}

fn session(row: &Row<'_>) -> Result<Session> {
    let address = row.get::<Option<&str>>("client_address")?.map(|address| {
        address
            .parse()
            .map_err(|_| row.fault("client_address", "it is no address"))
    });
    Ok(Session {
        id: row.id(),
        account: row.reference("account_id")?,
        partner: row.reference("partner_id")?,
        next_step: row.code("next_step")?,
        factor: row.code("factor")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time("last_used_at")?,
        idle: row.duration("idle")?,
        expires_at: row.time("expires_at")?,
        client: Client {
            address: address.transpose()?,
            user_agent: row.get("client_user_agent")?,
        },
    })
}

/// Writes the session with those epochs, unless account or partner stand at others: `false`.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    new: &NewSession,
    epochs: Epochs,
    provisional: Option<Uuid>,
) -> Result<bool> {
    let session = &new.session;
    let inserted = sqlx::query(
        "INSERT INTO sessions (id, token_digest, account_id, partner_id, account_epoch,
            partner_epoch, next_step, factor, provisional_id, created_at, last_used_at, idle,
            expires_at, client_address, client_user_agent)
         SELECT ?, ?, a.id, p.id, a.epoch, p.epoch, ?, ?, ?, ?, ?, ?, ?, ?, ?
         FROM accounts a JOIN partners p ON p.id = a.partner_id
         WHERE a.id = ? AND a.epoch = ? AND p.epoch = ?",
    )
    .bind(session.id.uuid())
    .bind(new.token.0.to_vec())
    .bind(session.next_step.code())
    .bind(session.factor.code())
    .bind(provisional)
    .bind(micros(session.created_at))
    .bind(micros(session.last_used_at))
    .bind(duration_micros(session.idle))
    .bind(micros(session.expires_at))
    .bind(session.client.address.map(|address| address.to_string()))
    .bind(session.client.user_agent.as_deref())
    .bind(session.account.uuid())
    .bind(epochs.account)
    .bind(epochs.partner)
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// What a [`Holder`] is read from, beside the account's own columns: `a` and `p` are account and
/// partner.
macro_rules! holder_columns {
    () => {
        "a.id, a.partner_id, a.epoch, p.epoch AS partner_epoch, a.state, a.stored_role,
         a.opening_date, a.closing_date, p.administrator_id = a.id AS is_administrator"
    };
}
pub(super) use holder_columns;

/// What a sign-in needs to know of an account.
pub(super) fn holder(row: &SqliteRow) -> Result<Holder> {
    let row = Row::of("accounts", row)?;
    let stored_role: StoredRole = row.code("stored_role")?;
    Ok(Holder {
        account: row.id(),
        partner: row.reference("partner_id")?,
        epochs: Epochs {
            account: row.get("epoch")?,
            partner: row.get("partner_epoch")?,
        },
        state: row.code("state")?,
        dates: dates(&row)?,
        role: stored_role.shown(row.get("is_administrator")?),
    })
}

/// What a sign-in needs to know of that account.
pub(super) async fn holder_of(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<Holder>> {
    let row = sqlx::query(concat!(
        "SELECT ",
        holder_columns!(),
        " FROM accounts a JOIN partners p ON p.id = a.partner_id WHERE a.id = ?"
    ))
    .bind(account.uuid())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(holder).transpose()
}
