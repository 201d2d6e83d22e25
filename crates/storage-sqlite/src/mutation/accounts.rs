//! The accounts' part in a mutation.

use std::collections::BTreeSet;

use domain::account::{NewAccount, Person, State, StoredRole};
use domain::{AccountId, GroupId, PartnerId, Timestamp};
use sqlx::SqliteConnection;
use storage::mutation::{AccountChange, ContactMove, Error, PauseMove, SessionsMove};

use crate::codes::Code;
use crate::error::Result;
use crate::row::{day_text, micros};
use crate::sort_name::sort_name;
use crate::{SqliteStore, provisional};

/// Adds an account with its memberships.
pub(super) async fn insert(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    partner: PartnerId,
    new: &NewAccount,
    now: Timestamp,
) -> std::result::Result<(), Error> {
    if !insert_row(connection, partner, new, now).await? {
        return Err(taken(connection, new).await?);
    }
    write_person(store, connection, new.id, &new.person).await?;
    tick(connection, partner, new.id, &new.groups, now).await?;
    Ok(())
}

/// Applies a change; refused when the account is another than the one it was decided on.
pub(super) async fn change(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    partner: PartnerId,
    change: &AccountChange,
    now: Timestamp,
) -> std::result::Result<(), Error> {
    if !raise_versions(connection, partner, change, now).await? {
        return Err(Error::Conflict);
    }
    write_parts(store, connection, change).await?;
    tick(connection, partner, change.account, &change.add_groups, now).await?;
    untick(connection, change.account, &change.remove_groups).await?;
    if change.sessions == SessionsMove::Ended {
        delete_sessions(connection, change.account).await?;
    }
    Ok(())
}

/// `false` when identifier or user number are taken.
async fn insert_row(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    new: &NewAccount,
    now: Timestamp,
) -> Result<bool> {
    let person = &new.person;
    let inserted = sqlx::query(
        "INSERT INTO accounts (id, partner_id, version, epoch, contact_version, state,
            stored_role, identifier, identifier_key, user_number, user_number_key, family_name,
            given_name, sort_name, contact_channel, opening_date, closing_date, created_at,
            updated_at)
         VALUES (?, ?, 1, 1, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(partner.uuid())
    .bind(State::Active.code())
    .bind(StoredRole::User.code())
    .bind(new.identifier.as_str())
    .bind(new.identifier.key().as_str())
    .bind(new.user_number.as_str())
    .bind(new.user_number.key().as_str())
    .bind(person.family_name.as_str())
    .bind(person.given_name.as_str())
    .bind(sort_name(person))
    .bind(person.contact_channel.code())
    .bind(day_text(new.dates.opening()))
    .bind(new.dates.closing().map(day_text))
    .bind(micros(now))
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// Which of its keys another account has: the user number first, for the Caf gives those.
async fn taken(connection: &mut SqliteConnection, new: &NewAccount) -> Result<Error> {
    let number = sqlx::query("SELECT 1 FROM accounts WHERE user_number_key = ?")
        .bind(new.user_number.key().as_str())
        .fetch_optional(&mut *connection)
        .await?;
    if number.is_some() {
        return Ok(Error::UserNumberTaken);
    }
    let identifier = sqlx::query("SELECT 1 FROM accounts WHERE identifier_key = ?")
        .bind(new.identifier.key().as_str())
        .fetch_optional(connection)
        .await?;
    // Otherwise its id: ids are drawn, and deciding again draws another.
    Ok(identifier.map_or(Error::Conflict, |_| Error::IdentifierTaken))
}

async fn raise_versions(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    change: &AccountChange,
    now: Timestamp,
) -> Result<bool> {
    let paused_until = match change.pause_recovery {
        PauseMove::Kept | PauseMove::Lifted => None,
        PauseMove::Until(end) => Some(micros(end)),
    };
    let raised = sqlx::query(
        "UPDATE accounts SET version = version + 1, updated_at = ?, epoch = epoch + ?,
            contact_version = contact_version + ?,
            recovery_paused_until = CASE WHEN ? THEN ? ELSE recovery_paused_until END
         WHERE id = ? AND partner_id = ? AND version = ?",
    )
    .bind(micros(now))
    .bind(i64::from(change.sessions == SessionsMove::Ended))
    .bind(i64::from(change.contact == ContactMove::Moved))
    .bind(change.pause_recovery != PauseMove::Kept)
    .bind(paused_until)
    .bind(change.account.uuid())
    .bind(partner.uuid())
    .bind(change.version)
    .execute(connection)
    .await?;
    Ok(raised.rows_affected() == 1)
}

async fn write_parts(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    change: &AccountChange,
) -> Result<()> {
    let id = change.account.uuid();
    if let Some(person) = &change.person {
        write_person(store, connection, change.account, person).await?;
    }
    if change.contact == ContactMove::Moved {
        forget_contact_problem(connection, change.account).await?;
    }
    if let Some(dates) = change.dates {
        sqlx::query("UPDATE accounts SET opening_date = ?, closing_date = ? WHERE id = ?")
            .bind(day_text(dates.opening()))
            .bind(dates.closing().map(day_text))
            .bind(id)
            .execute(&mut *connection)
            .await?;
        provisional::move_ends(connection, change.account, dates).await?;
    }
    if let Some(role) = change.role {
        sqlx::query("UPDATE accounts SET stored_role = ?, dismissed_by = ? WHERE id = ?")
            .bind(role.role.code())
            .bind(role.dismissed_by.as_ref().map(Code::code))
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    if let Some(state) = change.state {
        sqlx::query("UPDATE accounts SET state = ? WHERE id = ?")
            .bind(state.code())
            .bind(id)
            .execute(connection)
            .await?;
    }
    Ok(())
}

async fn write_person(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    account: AccountId,
    person: &Person,
) -> Result<()> {
    let email_key = person
        .email
        .as_ref()
        .map(|email| store.email_digest(&email.lookup_key()));
    let postal = person.postal_address.as_ref();
    sqlx::query(
        "UPDATE accounts SET family_name = ?, given_name = ?, sort_name = ?, email = ?,
            email_key = ?, phone = ?, work_mode = ?, contact_channel = ?, postal_lines = ?,
            postal_country = ?
         WHERE id = ?",
    )
    .bind(person.family_name.as_str())
    .bind(person.given_name.as_str())
    .bind(sort_name(person))
    .bind(person.email.as_ref().map(domain::email::Email::as_str))
    .bind(email_key.map(|digest| digest.to_vec()))
    .bind(person.phone.as_ref().map(domain::phone::Phone::as_str))
    .bind(person.work_mode.as_ref().map(Code::code))
    .bind(person.contact_channel.code())
    .bind(postal.map(|address| address.lines().join("\n")))
    .bind(postal.map(domain::postal_address::PostalAddress::country_code))
    .bind(account.uuid())
    .execute(connection)
    .await?;
    Ok(())
}

async fn forget_contact_problem(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<()> {
    sqlx::query(
        "UPDATE accounts SET problem_since = NULL, problem_delivery_id = NULL,
            problem_explanation = NULL
         WHERE id = ?",
    )
    .bind(account.uuid())
    .execute(connection)
    .await?;
    Ok(())
}

async fn tick(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    account: AccountId,
    groups: &BTreeSet<GroupId>,
    now: Timestamp,
) -> Result<()> {
    for group in groups {
        sqlx::query(
            "INSERT INTO memberships (account_id, group_id, partner_id, granted_at)
             VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(account.uuid())
        .bind(group.uuid())
        .bind(partner.uuid())
        .bind(micros(now))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

async fn untick(
    connection: &mut SqliteConnection,
    account: AccountId,
    groups: &BTreeSet<GroupId>,
) -> Result<()> {
    for group in groups {
        sqlx::query("DELETE FROM memberships WHERE account_id = ? AND group_id = ?")
            .bind(account.uuid())
            .bind(group.uuid())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// The raised epoch has killed them; this only takes their rows away.
async fn delete_sessions(connection: &mut SqliteConnection, account: AccountId) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE account_id = ?")
        .bind(account.uuid())
        .execute(connection)
        .await?;
    Ok(())
}
