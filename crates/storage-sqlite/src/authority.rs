//! Reading what mutations are decided on, in one snapshot.

use async_trait::async_trait;
use domain::PartnerId;
use sqlx::{Row as _, SqliteConnection};
use storage::authority::{Authority, AuthorityQuery, AuthorityReads, Groups, Of};
use uuid::Uuid;

use crate::error::Result;
use crate::{SqliteStore, account, partner};

#[async_trait]
impl AuthorityReads for SqliteStore {
    async fn authority(&self, query: &AuthorityQuery) -> storage::Result<Option<Authority>> {
        Ok(read(self.read().await?.connection(), query).await?)
    }
}

async fn read(
    connection: &mut SqliteConnection,
    query: &AuthorityQuery,
) -> Result<Option<Authority>> {
    let Some(partner_id) = partner_of(connection, &query.of).await? else {
        return Ok(None);
    };
    let Some(partner) = partner::by_id(connection, partner_id).await? else {
        return Ok(None);
    };
    let mut ids = query.accounts.clone();
    ids.insert(partner.administrator);
    let accounts = account::of_partner(connection, partner.id, ids.into_iter()).await?;
    let agreements = partner::agreements_of(connection, partner.id).await?;
    let groups = match &query.groups {
        Groups::All => partner::groups_of(connection, partner.id).await?,
        Groups::Named(ids) if ids.is_empty() => Vec::new(),
        Groups::Named(ids) => partner::groups_by_id(connection, partner.id, ids).await?,
    };
    Ok(Some(Authority {
        partner,
        agreements,
        accounts,
        groups,
    }))
}

async fn partner_of(connection: &mut SqliteConnection, of: &Of) -> Result<Option<PartnerId>> {
    let (statement, id) = match of {
        Of::Partner(id) => return Ok(Some(*id)),
        Of::Reference(reference) => {
            let found = partner::by_reference(connection, reference).await?;
            return Ok(found.map(|partner| partner.id));
        }
        Of::Account(id) => ("SELECT partner_id FROM accounts WHERE id = ?", id.uuid()),
        Of::Agreement(id) => ("SELECT partner_id FROM agreements WHERE id = ?", id.uuid()),
        Of::Session(id) => ("SELECT partner_id FROM sessions WHERE id = ?", id.uuid()),
        Of::Delivery(id) => ("SELECT partner_id FROM deliveries WHERE id = ?", id.uuid()),
    };
    let row = sqlx::query(statement)
        .bind(id)
        .fetch_optional(connection)
        .await?;
    let id: Option<Uuid> = row.map(|row| row.try_get("partner_id")).transpose()?;
    Ok(id.map(PartnerId::from))
}
