//! For whom a call is made: the session behind a token, if it lives and may do this.

use std::sync::Arc;

use api::access::{Rpc, SignIn};
use api::refusal::Refusal;
use api::session::v1::GetCurrentSessionRequest;
use domain::account::{Availability, availability};
use domain::call::{Actor, Call};
use domain::session::{NextStep, Session};
use domain::{Clock, SessionToken, paris};
use prost::Message as _;
use storage::session::{LastUse as _, SessionReads, Standing};

use super::access::{Admitted, Claim};
use super::detach::Message;
use super::last_use::LastUse;

/// The one RPC with a session whose message may say that the person does not sit before it.
const GET_CURRENT_SESSION: &str = "/comptepartenaire.session.v1.SessionService/GetCurrentSession";

/// Finds actors.
pub(crate) struct Actors {
    /// Where sessions are found.
    pub(crate) sessions: Arc<dyn SessionReads>,
    /// Notes which are used.
    pub(crate) last_use: LastUse,
    /// Judges them.
    pub(crate) clock: Arc<dyn Clock>,
}

impl Actors {
    /// The call, with its actor.
    pub(super) async fn find(
        &self,
        admitted: Admitted,
        message: &Message,
    ) -> Result<Call, Refusal> {
        let Admitted {
            rpc,
            caller,
            claim,
            client,
        } = admitted;
        let actor = match claim {
            Claim::Nobody => Actor::Nobody,
            Claim::Caf(agent) => Actor::Caf(agent),
            Claim::Session { token, sign_in } => {
                let token = token.ok_or(Refusal::SessionInvalid)?;
                let session = self.session(&token, sign_in).await?;
                if keeps_awake(rpc, message) {
                    self.last_use.used(session.id, self.clock.now());
                }
                Actor::Person(Box::new(session))
            }
        };
        Ok(Call {
            caller,
            actor,
            method: rpc.path,
            client,
        })
    }

    async fn session(&self, token: &SessionToken, sign_in: SignIn) -> Result<Session, Refusal> {
        let standing = self.sessions.standing(token.digest()).await?;
        let Standing {
            session,
            state,
            dates,
            ..
        } = standing.ok_or(Refusal::SessionInvalid)?;

        let session = self.last_use.applied_to(session);
        let now = self.clock.now();
        let open = availability(state, &dates, paris::today(now)) == Availability::Open;
        if !session.live(now) || !open {
            return Err(Refusal::SessionInvalid);
        }
        if session.next_step != NextStep::None && sign_in == SignIn::Complete {
            return Err(Refusal::SignInIncomplete(session.next_step));
        }
        Ok(session)
    }
}

/// Whether the person sits before this call. A portal that refreshes a page by itself says so, and
/// the session goes on ageing.
fn keeps_awake(rpc: &Rpc, message: &Message) -> bool {
    if rpc.path != GET_CURRENT_SESSION {
        return true;
    }
    // What cannot be read is refused by its service, and keeps nothing awake.
    GetCurrentSessionRequest::decode(message.content()).is_ok_and(|request| !request.background)
}

#[cfg(test)]
mod tests;
