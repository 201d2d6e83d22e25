//! Making the session that follows from a proof.

use domain::session::{Client, FactorKind, NextStep, Session};
use domain::{SessionId, SessionToken, Timestamp};
use storage::session::{Holder, NewSession};

use crate::SessionDeps;

impl SessionDeps {
    /// A session of that holder, who proved that much, and the token that opens it.
    pub(crate) fn new_session(
        &self,
        holder: &Holder,
        (factor, next_step): (FactorKind, NextStep),
        client: &Client,
        now: Timestamp,
    ) -> (SessionToken, NewSession) {
        let (idle, absolute) = self.lifetimes.of(holder.role, next_step);
        let token = SessionToken::generate(self.random.as_ref());
        let session = Session {
            id: SessionId::new(now, self.random.as_ref()),
            account: holder.account,
            partner: holder.partner,
            next_step,
            factor,
            created_at: now,
            last_used_at: now,
            idle,
            expires_at: now.saturating_add(absolute).unwrap_or(Timestamp::MAX),
            client: client.clone(),
        };
        let new = NewSession {
            session,
            token: token.digest(),
            epochs: holder.epochs,
        };
        (token, new)
    }
}
