//! Ending the session that the call is made with.

use api::refusal::Refusal;
use domain::audit::{Entry, Event};
use domain::call::Call;
use storage::Revision;

use crate::SessionDeps;
use crate::session_service::session_of;

impl SessionDeps {
    /// Ends it, whatever is still to be done before its sign-in is complete.
    pub(crate) async fn sign_out(&self, call: &Call) -> Result<Revision, Refusal> {
        let session = session_of(call)?;
        let (now, random) = (self.clock.now(), self.random.as_ref());
        let audit = Entry::new(
            Event::SessionEnded,
            &call.caller.name,
            call.by(),
            now,
            random,
        )
        .on(session.partner, session.account)
        .with_personal(call.personal(None));
        Ok(self.stores.sessions.end(session.id, &audit).await?)
    }
}
