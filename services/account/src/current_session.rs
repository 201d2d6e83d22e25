//! What a portal draws around a person who is there: session, account, partner, agreements.

use api::convert::{account, partner, session as convert};
use api::refusal::Refusal;
use api::revision::Minimum;
use api::session::v1;
use domain::call::Call;
use domain::paris;
use domain::policy::Actor;
use domain::session::NextStep;
use storage::page::PageRequest;
use storage::partner::AgreementFilter;

use crate::SessionDeps;
use crate::session_service::session_of;

/// Most agreements that a partner has.
const MOST_AGREEMENTS: u32 = 50;

impl SessionDeps {
    /// Reads the session of the call. Before its sign-in is complete nothing is shown of the
    /// partner. That the session was used is noted where the call came in.
    pub(crate) async fn current_session(
        &self,
        call: &Call,
        minimum: Minimum,
    ) -> Result<v1::GetCurrentSessionResponse, Refusal> {
        let session = session_of(call)?;
        let today = paris::today(self.clock.now());
        // Read first: all that is read after it is as new or newer.
        let revision = self.stores.database.revision().await?;
        minimum.held_by(revision)?;

        let own = self.stores.accounts.account(session.account).await?;
        let own = own.ok_or(Refusal::SessionInvalid)?;
        let begun = v1::GetCurrentSessionResponse {
            session: Some(convert::message(session)),
            account: Some(account::message(&own, Actor::Person(&own), today)),
            revision: revision.encode(),
            ..Default::default()
        };
        if session.next_step != NextStep::None {
            return Ok(begun);
        }

        let theirs = self.stores.partners.partner(session.partner).await?;
        let theirs = theirs.ok_or(Refusal::SessionInvalid)?;
        let filter = AgreementFilter {
            partner: Some(theirs.id),
            ..AgreementFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: MOST_AGREEMENTS,
        };
        let agreements = self.stores.partners.agreements(&filter, &page).await?;
        let agreements = agreements.rows.iter().map(|(_, agreement)| agreement);
        Ok(v1::GetCurrentSessionResponse {
            partner: Some(partner::partner(&theirs)),
            agreements: agreements
                .map(|agreement| partner::agreement(agreement, today))
                .collect(),
            ..begun
        })
    }
}
