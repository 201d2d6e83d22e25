//! Writing the record: the row, and apart from it what could name a person.

use domain::audit::{By, Entry};
use sqlx::SqliteConnection;

use crate::error::Result;
use crate::row::micros;

/// Writes one line, in the transaction of what it tells.
pub(crate) async fn record(connection: &mut SqliteConnection, entry: &Entry) -> Result<()> {
    let (actor, actor_account, actor_agent) = match &entry.by {
        By::Service => ("SERVICE", None, None),
        By::Account(account) => ("ACCOUNT", Some(account.uuid()), None),
        By::Caf(agent) => ("CAF", None, Some(agent.as_str())),
    };
    sqlx::query(
        "INSERT INTO audit_events (id, at, event, succeeded, caller, actor, actor_account_id,
            actor_agent, partner_id, account_id, attributes, personal_digest)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.id)
    .bind(micros(entry.at))
    .bind(entry.event.name())
    .bind(entry.succeeded)
    .bind(&entry.caller)
    .bind(actor)
    .bind(actor_account)
    .bind(actor_agent)
    .bind(entry.partner.map(domain::PartnerId::uuid))
    .bind(entry.account.map(domain::AccountId::uuid))
    .bind(serde_json::to_string(&entry.attributes)?)
    .bind(entry.personal_digest().to_vec())
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO audit_personal (event_id, salt, personal) VALUES (?, ?, ?)")
        .bind(entry.id)
        .bind(entry.salt.to_vec())
        .bind(entry.personal.to_text())
        .execute(connection)
        .await?;
    Ok(())
}
