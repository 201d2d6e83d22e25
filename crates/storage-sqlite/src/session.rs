//! Signing in and out, changing the password, and what a session stands on.

pub(crate) mod admission;
mod opening;
mod password_change;
pub(crate) mod rows;

use async_trait::async_trait;
use domain::audit::Entry;
use domain::change::Change;
use domain::{SessionId, Timestamp, TokenDigest};
use sqlx::Row as _;
use storage::Revision;
use storage::session::{
    Admission, ChargedProvisional, CurrentPassword, NewSession, PasswordChange, PasswordTry, Proof,
    ProvisionalTry, SessionReads, SessionStore, Standing,
};

use crate::error::{Fault, Result};
use crate::feed::{self, Held};
use crate::row::micros;
use crate::{SqliteStore, audit, provisional};

#[async_trait]
impl SessionReads for SqliteStore {
    async fn standing(&self, token: TokenDigest) -> storage::Result<Option<Standing>> {
        Ok(rows::standing(self.read().await?.connection(), token).await?)
    }
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn admit_password_try(&self, tried: &PasswordTry) -> storage::Result<Admission> {
        let mut unit = self.write().await?;
        let admission = admission::password_try(unit.connection(), tried).await?;
        unit.commit().await?;
        Ok(admission)
    }

    async fn charge_provisional_try(
        &self,
        tried: &ProvisionalTry,
    ) -> storage::Result<Option<ChargedProvisional>> {
        let mut unit = self.write().await?;
        let charged = admission::provisional_try(unit.connection(), tried).await?;
        unit.commit().await?;
        Ok(charged)
    }

    async fn give_back_provisional_try(
        &self,
        charged: &ChargedProvisional,
        now: Timestamp,
    ) -> storage::Result<()> {
        let mut unit = self.write().await?;
        let account = charged.holder.account;
        provisional::refund(unit.connection(), charged.id, account, now).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn open(
        &self,
        session: &NewSession,
        proof: &Proof,
        entry: &Entry,
    ) -> storage::Result<Option<Revision>> {
        let mut unit = self.write().await?;
        if !opening::open(unit.connection(), session, proof).await? {
            return Ok(None);
        }
        audit::record(unit.connection(), entry).await?;
        Ok(Some(unit.commit().await?))
    }

    async fn record(&self, entry: &Entry) -> storage::Result<()> {
        let mut unit = self.write().await?;
        audit::record(unit.connection(), entry).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn charge_current_password(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> storage::Result<Option<CurrentPassword>> {
        let mut unit = self.write().await?;
        let charged = password_change::charge(unit.connection(), session, now).await?;
        unit.commit().await?;
        Ok(charged)
    }

    async fn give_back_current_password_try(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> storage::Result<()> {
        let mut unit = self.write().await?;
        password_change::give_back(unit.connection(), session, now).await?;
        unit.commit().await?;
        Ok(())
    }

    async fn change_password(&self, change: &PasswordChange) -> storage::Result<Option<Revision>> {
        let mut unit = self.write().await?;
        if !password_change::change(unit.connection(), change).await? {
            return Ok(None);
        }
        audit::record(unit.connection(), &change.audit).await?;
        Ok(Some(unit.commit().await?))
    }

    async fn end(&self, session: SessionId, entry: &Entry) -> storage::Result<Revision> {
        Ok(self.end_session(session, entry).await?)
    }

    async fn touch(&self, used: &[(SessionId, Timestamp)]) -> storage::Result<()> {
        Ok(self.touch_sessions(used).await?)
    }
}

impl SqliteStore {
    async fn end_session(&self, session: SessionId, entry: &Entry) -> Result<Revision> {
        let mut unit = self.write().await?;
        let ended =
            sqlx::query("DELETE FROM sessions WHERE id = ? RETURNING account_id, partner_id")
                .bind(session.uuid())
                .fetch_optional(unit.connection())
                .await?;
        if let Some(row) = ended {
            let account: uuid::Uuid = row.try_get("account_id")?;
            let partner: uuid::Uuid = row.try_get("partner_id")?;
            let change = Change::SessionsEnded {
                account: account.into(),
                sessions: vec![session],
            };
            let connection = unit.connection();
            feed::append(
                connection,
                partner.into(),
                &[change],
                Held::Unchanged,
                entry.at,
            )
            .await?;
            audit::record(connection, entry).await?;
        }
        unit.commit().await
    }

    async fn touch_sessions(&self, used: &[(SessionId, Timestamp)]) -> Result<()> {
        let mut unit = self.write().await?;
        for (session, at) in used {
            sqlx::query("UPDATE sessions SET last_used_at = ? WHERE id = ? AND last_used_at < ?")
                .bind(micros(*at))
                .bind(session.uuid())
                .bind(micros(*at))
                .execute(unit.connection())
                .await
                .map_err(Fault::from)?;
        }
        unit.commit().await?;
        Ok(())
    }
}
