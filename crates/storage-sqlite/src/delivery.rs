//! The outbox: what waits, what is being sent, what became of it.

pub(crate) mod claim;
mod finish;
pub(crate) mod list;
mod provisional;

use async_trait::async_trait;
use domain::account::Channel;
use domain::delivery::Delivery;
use domain::{DeliveryId, Timestamp};
use storage::delivery::{
    Carried, DeliveryFilter, DeliveryStore, Ending, Job, Lease, NewProvisional, Stored,
};
use storage::page::{Page, PageRequest};
use uuid::Uuid;

use crate::SqliteStore;

#[async_trait]
impl DeliveryStore for SqliteStore {
    async fn delivery(&self, id: DeliveryId) -> storage::Result<Option<Delivery>> {
        Ok(list::one(self.read().await?.connection(), id).await?)
    }

    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> storage::Result<Page<Delivery>> {
        let mut snapshot = self.read().await?;
        let (rows, more) = list::page(snapshot.connection(), filter, page).await?;
        Ok(Page {
            rows,
            more,
            revision: snapshot.revision().await?,
        })
    }

    async fn claim_deliveries(
        &self,
        channel: Channel,
        lease: &Lease,
        limit: u32,
    ) -> storage::Result<Vec<Job>> {
        // Workers ask every moment and mostly for nothing: the writer is not kept from others.
        if !claim::any_due(self.read().await?.connection(), channel, lease.now).await? {
            return Ok(Vec::new());
        }
        let mut unit = self.write().await?;
        let jobs = claim::claim(unit.connection(), channel, lease, limit).await?;
        unit.commit().await?;
        Ok(jobs)
    }

    async fn store_provisional(&self, provisional: &NewProvisional) -> storage::Result<Stored> {
        let mut unit = self.write().await?;
        let stored = provisional::store(unit.connection(), provisional).await?;
        unit.commit().await?;
        Ok(stored)
    }

    async fn finish(
        &self,
        delivery: DeliveryId,
        lease: Uuid,
        ending: &Ending,
        carried: Carried,
        now: Timestamp,
    ) -> storage::Result<bool> {
        let mut unit = self.write().await?;
        let held = finish::finish(unit.connection(), delivery, lease, ending, carried, now).await?;
        unit.commit().await?;
        Ok(held)
    }
}
