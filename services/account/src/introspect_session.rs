//! Whether a token is that of a person who is signed in. A dead one is an answer, not an error.

use api::convert::account;
use api::convert::session::{self as convert, Introspection, Wake};
use api::refusal::Refusal;
use api::session::v1;
use domain::account::{Availability, availability};
use domain::session::{NextStep, Session};
use domain::{Timestamp, TokenDigest, paris};
use storage::session::Standing;

use crate::SessionDeps;

impl SessionDeps {
    /// Tells of a session that lives and is complete; of any other nothing, not even which of the
    /// two it is not.
    pub(crate) async fn introspect_session(
        &self,
        asked: Introspection,
    ) -> Result<v1::IntrospectSessionResponse, Refusal> {
        // Read first: all that is read after it is as new or newer.
        let revision = self.stores.database.revision().await?;
        asked.minimum.held_by(revision)?;
        let inactive = v1::IntrospectSessionResponse {
            revision: revision.encode(),
            ..Default::default()
        };

        let Some(token) = asked.token else {
            return Ok(inactive);
        };
        let now = self.clock.now();
        let Some(mut session) = self.signed_in(token.digest(), now).await? else {
            return Ok(inactive);
        };
        let own = self.stores.accounts.account(session.account).await?;
        let partner = self.stores.partners.partner(session.partner).await?;
        let Some((own, partner)) = own.zip(partner) else {
            return Ok(inactive);
        };
        if asked.wake == Wake::Keep {
            self.last_use.used(session.id, now);
            session.last_used_at = now;
        }
        Ok(v1::IntrospectSessionResponse {
            active: true,
            session: Some(convert::message(&session)),
            account: Some(account::summary(&own, &partner.name)),
            ..inactive
        })
    }

    /// The session of that token, when the person is signed in by it.
    async fn signed_in(
        &self,
        token: TokenDigest,
        now: Timestamp,
    ) -> Result<Option<Session>, Refusal> {
        let standing = self.stores.session_reads.standing(token).await?;
        Ok(standing
            .filter(|standing| is_signed_in(standing, now))
            .map(|standing| standing.session))
    }
}

fn is_signed_in(standing: &Standing, now: Timestamp) -> bool {
    let today = paris::today(now);
    standing.session.live(now)
        && standing.session.next_step == NextStep::None
        && availability(standing.state, &standing.dates, today) == Availability::Open
}
