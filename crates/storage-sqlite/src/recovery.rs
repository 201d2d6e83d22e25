//! Requests of recovery: written down blindly, resolved afterwards under their limits.

pub(crate) mod limits;
pub(crate) mod requests;

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::audit::Entry;
use domain::delivery::NewDelivery;
use domain::{AccountId, PartnerId};
use sqlx::{Row as _, SqliteConnection};
use storage::delivery::Lease;
use storage::recovery::{Candidate, RecoveryRequest, RecoveryStore, Settlement, Submitted};
use uuid::Uuid;

use crate::error::Result;
use crate::mutation::{Origin, queue};
use crate::{SqliteStore, audit};

#[async_trait]
impl RecoveryStore for SqliteStore {
    async fn request(&self, request: &RecoveryRequest) -> storage::Result<()> {
        let mut unit = self.write().await?;
        requests::insert(unit.connection(), request).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn claim_request(&self, lease: &Lease) -> storage::Result<Option<RecoveryRequest>> {
        // Workers ask every moment and mostly for nothing: the writer is not kept from others.
        if !requests::any_free(self.read().await?.connection(), lease.now).await? {
            return Ok(None);
        }
        let mut unit = self.write().await?;
        let claimed = requests::claim(unit.connection(), lease).await?;
        unit.commit().await?;
        Ok(claimed)
    }

    async fn candidates(
        &self,
        submitted: &Submitted,
        limit: u32,
    ) -> storage::Result<Vec<Candidate>> {
        let digest = match submitted {
            Submitted::UserNumber(_) => None,
            Submitted::Email(key) => Some(self.email_digest(key)),
        };
        let mut snapshot = self.read().await?;
        Ok(requests::candidates(snapshot.connection(), submitted, digest, limit).await?)
    }

    async fn settle(&self, settlement: &Settlement) -> storage::Result<Option<Vec<AccountId>>> {
        let mut unit = self.write().await?;
        let now = settlement.now;
        let connection = unit.connection();
        if !requests::wipe(connection, settlement.request, settlement.lease, now).await? {
            return Ok(None);
        }
        let queued = queue_within_limits(connection, settlement).await?;
        for entry in &settlement.refused {
            audit::record(connection, entry).await?;
        }
        unit.commit().await?;
        Ok(Some(queued))
    }
}

/// Queues what the limits let through. Messages of one request never count against each other: a
/// person with several accounts on one address gets one for each.
async fn queue_within_limits(
    connection: &mut SqliteConnection,
    settlement: &Settlement,
) -> Result<Vec<AccountId>> {
    let mut queued = BTreeSet::new();
    let mut order = Vec::new();
    for (message, entry) in &settlement.messages {
        let Some(recipient) = recipient(connection, message.account).await? else {
            continue;
        };
        let email_key = recipient.email_key_of(message);
        let refused =
            limits::refused(connection, settlement, message, email_key.as_deref()).await?;
        if refused || !queued.insert(message.account) {
            audit::record(connection, &over_limit(entry)).await?;
            continue;
        }
        let origin = Origin::Recovery {
            request: settlement.request,
            email_key,
        };
        queue(
            connection,
            recipient.partner,
            message,
            origin,
            settlement.now,
        )
        .await?;
        audit::record(connection, entry).await?;
        order.push(message.account);
    }
    Ok(order)
}

/// The same line, of something that was not done.
fn over_limit(entry: &Entry) -> Entry {
    entry.clone().refused().with("refused", "DELIVERY_LIMIT")
}

struct AccountRow {
    partner: PartnerId,
    email_key: Option<Vec<u8>>,
}

impl AccountRow {
    /// The address that the message counts against: none for a letter.
    fn email_key_of(&self, message: &NewDelivery) -> Option<Vec<u8>> {
        match message.channel {
            domain::account::Channel::Email => self.email_key.clone(),
            domain::account::Channel::Letter => None,
        }
    }
}

async fn recipient(
    connection: &mut SqliteConnection,
    account: AccountId,
) -> Result<Option<AccountRow>> {
    let row = sqlx::query("SELECT partner_id, email_key FROM accounts WHERE id = ?")
        .bind(account.uuid())
        .fetch_optional(connection)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let partner: Uuid = row.try_get("partner_id")?;
    Ok(Some(AccountRow {
        partner: partner.into(),
        email_key: row.try_get("email_key")?,
    }))
}
