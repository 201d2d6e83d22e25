//! The partner's own part in a mutation, and its agreements and groups.

use domain::agreement::NewAgreement;
use domain::group::NewGroup;
use domain::partner::{self, NewPartner};
use domain::{PartnerId, Timestamp};
use sqlx::SqliteConnection;
use storage::mutation::{AuthorityMove, Error, Mutation, On};

use crate::codes::Code;
use crate::error::{Fault, Result};
use crate::row::{day_text, micros};

/// Compares the authority, then writes the partner, its agreements and its groups.
pub(super) async fn write(
    connection: &mut SqliteConnection,
    mutation: &Mutation,
) -> std::result::Result<(), Error> {
    let now = mutation.now;
    let partner = mutation.partner.partner();
    let decided_in_time = match &mutation.partner {
        On::New(new) => insert(connection, new, now).await?,
        On::Existing {
            authority_version,
            moves,
            ..
        } => raise_authority(connection, partner, *authority_version, *moves).await?,
    };
    if !decided_in_time {
        return Err(Error::Conflict);
    }
    if let Some(administrator) = mutation.new_administrator {
        sqlx::query(
            "UPDATE partners SET administrator_id = ?, version = version + 1, updated_at = ?
             WHERE id = ?",
        )
        .bind(administrator.uuid())
        .bind(micros(now))
        .bind(partner.uuid())
        .execute(&mut *connection)
        .await
        .map_err(Fault::from)?;
    }
    for agreement in &mutation.new_agreements {
        if !insert_agreement(connection, partner, agreement, now).await? {
            return Err(Error::Conflict);
        }
    }
    for group in &mutation.new_groups {
        if !insert_group(connection, partner, group, now).await? {
            return Err(Error::Conflict);
        }
    }
    Ok(())
}

/// `false` when another decision came first.
async fn raise_authority(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    decided_on: i64,
    moves: AuthorityMove,
) -> Result<bool> {
    let raised = sqlx::query(
        "UPDATE partners SET authority_version = authority_version + ?
         WHERE id = ? AND authority_version = ?",
    )
    .bind(i64::from(moves == AuthorityMove::Raised))
    .bind(partner.uuid())
    .bind(decided_on)
    .execute(connection)
    .await?;
    Ok(raised.rows_affected() == 1)
}

/// `false` when the Caf's reference was taken meanwhile.
async fn insert(
    connection: &mut SqliteConnection,
    new: &NewPartner,
    now: Timestamp,
) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO partners (id, version, authority_version, snapshot_version, epoch, caf_code,
            reference, name, siret, state, administrator_id, created_at, updated_at)
         VALUES (?, 1, 1, 1, 1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(new.reference.caf_code.as_str())
    .bind(new.reference.reference.as_str())
    .bind(new.name.as_str())
    .bind(new.siret.as_ref().map(domain::siret::Siret::as_str))
    .bind(partner::State::Active.code())
    .bind(new.administrator.uuid())
    .bind(micros(now))
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}

/// `false` when its reference was taken meanwhile.
async fn insert_agreement(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    new: &NewAgreement,
    now: Timestamp,
) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO agreements (id, partner_id, version, reference, label, state, start_date,
            end_date, created_at, updated_at)
         VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(partner.uuid())
    .bind(new.reference.as_str())
    .bind(new.label.as_str())
    .bind(new.state.code())
    .bind(day_text(new.start))
    .bind(new.end.map(day_text))
    .bind(micros(now))
    .bind(micros(now))
    .execute(&mut *connection)
    .await?;
    if inserted.rows_affected() == 0 {
        return Ok(false);
    }
    for service in &new.services {
        sqlx::query("INSERT INTO agreement_services (agreement_id, service_code) VALUES (?, ?)")
            .bind(new.id.uuid())
            .bind(service.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(true)
}

/// `false` when the agreement got such a group meanwhile.
async fn insert_group(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    new: &NewGroup,
    now: Timestamp,
) -> Result<bool> {
    let inserted = sqlx::query(
        "INSERT INTO groups (id, partner_id, agreement_id, housing_type, zone_code, zone_label,
            created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    )
    .bind(new.id.uuid())
    .bind(partner.uuid())
    .bind(new.agreement.uuid())
    .bind(new.scope.key.housing.code())
    .bind(new.scope.key.zone.as_str())
    .bind(new.scope.zone_label.as_str())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(inserted.rows_affected() == 1)
}
