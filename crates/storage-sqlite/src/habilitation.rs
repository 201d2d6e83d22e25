//! Reading what an account holds.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::AccountId;
use domain::account::Account;
use domain::habilitation::{HeldGroup, Holdings};
use sqlx::SqliteConnection;
use storage::Revision;
use storage::habilitation::HabilitationReads;

use crate::error::Result;
use crate::{SqliteStore, account, partner};

#[async_trait]
impl HabilitationReads for SqliteStore {
    async fn holdings(&self, id: AccountId) -> storage::Result<(Option<Holdings>, Revision)> {
        let mut snapshot = self.read().await?;
        let holdings = read(snapshot.connection(), id).await?;
        let revision = snapshot.revision().await?;
        Ok((holdings, revision))
    }
}

async fn read(connection: &mut SqliteConnection, id: AccountId) -> Result<Option<Holdings>> {
    let Some(account) = account::one(connection, id).await? else {
        return Ok(None);
    };
    let groups = if account.is_administrator() {
        all_groups(connection, &account).await?
    } else {
        ticked_groups(connection, &account).await?
    };
    let ids: BTreeSet<_> = groups.iter().map(|group| group.agreement).collect();
    let agreements = partner::agreements_by_id(connection, ids.into_iter()).await?;
    Ok(Some(Holdings {
        account: account.id,
        partner: account.partner,
        role: account.role,
        state: account.state,
        dates: account.dates,
        groups,
        agreements,
    }))
}

async fn all_groups(
    connection: &mut SqliteConnection,
    account: &Account,
) -> Result<Vec<HeldGroup>> {
    let groups = partner::groups_of(connection, account.partner).await?;
    let held = groups.into_iter().map(|group| HeldGroup {
        group: group.id,
        scope: group.scope,
        agreement: group.agreement,
    });
    Ok(held.collect())
}

async fn ticked_groups(
    connection: &mut SqliteConnection,
    account: &Account,
) -> Result<Vec<HeldGroup>> {
    let mut accounts = [account.clone()];
    account::add_memberships(connection, &mut accounts).await?;
    let [account] = accounts;
    let held = account.memberships.into_iter().map(|membership| HeldGroup {
        group: membership.group,
        scope: membership.scope,
        agreement: membership.agreement,
    });
    Ok(held.collect())
}
