//! Charging a try before any hash is computed.

use domain::throttle;
use domain::{AccountId, PasswordHash, provisional};
use sqlx::{Row as _, SqliteConnection};
use storage::session::{Admission, ChargedProvisional, PasswordTry, ProvisionalTry};
use uuid::Uuid;

use super::rows::{holder, holder_columns, holder_of};
use crate::error::Result;
use crate::row::micros;

/// Finds the account of an identifier.
pub(crate) const HOLDER_BY_IDENTIFIER: &str = concat!(
    "SELECT ",
    holder_columns!(),
    ", a.password_hash FROM accounts a JOIN partners p ON p.id = a.partner_id
         WHERE a.identifier_key = ?"
);

/// Charges the throttle, then reads the account, with the same statements whether there is one.
pub(super) async fn password_try(
    connection: &mut SqliteConnection,
    tried: &PasswordTry,
) -> Result<Admission> {
    let key = &tried.throttle;
    let side = crate::throttle::side(connection, key, tried.now).await?;
    let mut throttle = crate::throttle::read(connection, &key.identifier).await?;
    if throttle.admit(side, tried.now) != throttle::Admission::Admitted {
        return Ok(Admission::Refused);
    }
    throttle.charge(side, tried.now);
    crate::throttle::write(connection, &key.identifier, &throttle).await?;
    crate::throttle::prune(connection, tried.now).await?;

    let row = sqlx::query(HOLDER_BY_IDENTIFIER)
        .bind(tried.identifier.as_str())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(Admission::Admitted {
            side,
            holder: None,
            hash: None,
        });
    };
    let hash: Option<String> = row.try_get("password_hash")?;
    Ok(Admission::Admitted {
        side,
        holder: Some(holder(&row)?),
        hash: hash.map(PasswordHash::new),
    })
}

/// Charges the live provisional password of an identifier and a selector.
pub(crate) const CHARGE_PROVISIONAL: &str = "UPDATE provisional_passwords SET tries = tries + 1
         WHERE account_id = (SELECT id FROM accounts WHERE identifier_key = ?) AND selector = ?
            AND spent_at IS NULL AND voided_at IS NULL AND expires_at > ? AND tries < ?
         RETURNING id, account_id, hash";

/// Charges the live provisional password with that selector.
pub(super) async fn provisional_try(
    connection: &mut SqliteConnection,
    tried: &ProvisionalTry,
) -> Result<Option<ChargedProvisional>> {
    let row = sqlx::query(CHARGE_PROVISIONAL)
        .bind(tried.identifier.as_str())
        .bind(tried.selector.as_str())
        .bind(micros(tried.now))
        .bind(provisional::MOST_WRONG_TRIES)
        .fetch_optional(&mut *connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let account = AccountId::from(row.try_get::<Uuid, _>("account_id")?);
    let hash = PasswordHash::new(row.try_get("hash")?);
    let id = row.try_get("id")?;
    let holder = holder_of(connection, account).await?;
    Ok(holder.map(|holder| ChargedProvisional { id, hash, holder }))
}
