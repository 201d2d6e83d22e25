//! Applying a mutation: one transaction, in one order, so that two that touch the same things
//! never wait for each other crosswise on any database.

mod accounts;
mod deliveries;
mod partner;
pub(crate) mod quota;
mod request;

use async_trait::async_trait;
use domain::Timestamp;
use storage::mutation::{
    AccountChange, AuthorityMove, Error, Mutation, Mutations, On, Outcome, RequestClaim,
    SessionsMove,
};

use crate::feed::{self, Held};
use crate::provisional::CHANGED_MEANWHILE;
use crate::unit::Unit;
use crate::{SqliteStore, audit, provisional};

pub(crate) use deliveries::{Origin, queue};

#[async_trait]
impl Mutations for SqliteStore {
    async fn replay(
        &self,
        request: &RequestClaim,
        now: Timestamp,
    ) -> Result<Option<Outcome>, Error> {
        let mut snapshot = self.read().await?;
        let database = self.database;
        request::carried_out(snapshot.connection(), request, now, database).await
    }

    async fn apply(&self, mutation: &Mutation) -> Result<Outcome, Error> {
        let mut unit = self.write().await?;
        if let Some(request) = &mutation.request {
            let connection = unit.connection();
            let earlier =
                request::carried_out(connection, request, mutation.now, self.database).await?;
            if let Some(outcome) = earlier {
                return Ok(outcome);
            }
        }
        self.write_all(&mut unit, mutation).await?;
        let outcome = Outcome {
            result: mutation.outcome.clone(),
            revision: unit.revision().await?,
        };
        if let Some(request) = &mutation.request {
            request::remember(unit.connection(), request, mutation.now, &outcome).await?;
        }
        unit.commit().await?;
        Ok(outcome)
    }
}

impl SqliteStore {
    async fn write_all(&self, unit: &mut Unit, mutation: &Mutation) -> Result<(), Error> {
        let connection = unit.connection();
        let partner = mutation.partner.partner();
        partner::write(connection, mutation).await?;
        quota::check(connection, mutation).await?;
        for account in &mutation.new_accounts {
            accounts::insert(self, connection, partner, account, mutation.now).await?;
        }
        for change in &mutation.changes {
            accounts::change(self, connection, partner, change, mutation.now).await?;
            provisional::void_by(
                connection,
                change.account,
                change.credentials,
                mutation.now,
                CHANGED_MEANWHILE,
            )
            .await?;
        }
        for delivery in &mutation.deliveries {
            queue(
                connection,
                partner,
                delivery,
                Origin::Mutation,
                mutation.now,
            )
            .await?;
        }
        feed::append(
            connection,
            partner,
            &mutation.feed,
            held(mutation),
            mutation.now,
        )
        .await?;
        audit::record(connection, &mutation.audit).await?;
        Ok(())
    }
}

/// Whether it changes what a copy of the partner's rights holds: accounts, agreements, groups,
/// memberships, states, roles, dates, epochs.
fn held(mutation: &Mutation) -> Held {
    let moves = match mutation.partner {
        On::Existing { moves, .. } => moves == AuthorityMove::Raised,
        On::New(_) => return Held::Unchanged, // a new partner is in no copy yet
    };
    let adds = !(mutation.new_accounts.is_empty()
        && mutation.new_groups.is_empty()
        && mutation.new_agreements.is_empty());
    let ends_sessions = |change: &AccountChange| change.sessions == SessionsMove::Ended;
    if moves || adds || mutation.changes.iter().any(ends_sessions) {
        Held::Changed
    } else {
        Held::Unchanged
    }
}
