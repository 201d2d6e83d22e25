//! Who is asked about: the holder of a session, or an account whether anyone is signed in or not.

use api::convert::account;
use api::convert::habilitation::Subject;
use api::habilitation::v1;
use api::refusal::Refusal;
use domain::account::State;
use domain::habilitation::{Denial, Holdings};
use domain::session::NextStep;
use domain::{SessionId, SessionToken, Timestamp};
use storage::Revision;

use crate::Deps;

/// Whether the question is asked for something that the person does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wake {
    /// It keeps the session awake.
    Keep,
    /// A machine asks in the background: the session goes on towards its end.
    Leave,
}

/// What is known of a subject.
pub(crate) struct Known {
    /// What the account holds, or why it may act nowhere.
    pub(crate) holdings: Result<Holdings, Denial>,
    /// The session asked about, when it lives.
    pub(crate) session: Option<SessionId>,
    /// When that session ends, if nothing uses it again.
    pub(crate) session_end: Option<Timestamp>,
    /// The state of the database that this was read at.
    pub(crate) revision: Revision,
}

impl Known {
    /// Who the subject is, for the answer; nothing when unknown.
    pub(crate) fn context(&self) -> Option<v1::SubjectContext> {
        let holdings = self.holdings.as_ref().ok()?;
        Some(v1::SubjectContext {
            account_id: holdings.account.to_string(),
            partner_id: holdings.partner.to_string(),
            session_id: self.session.map(|id| id.to_string()).unwrap_or_default(),
            role: account::role_number(holdings.role),
        })
    }
}

impl Deps {
    /// Finds what is known of a subject. A subject that is not there is an answer, not an error.
    pub(crate) async fn know(&self, subject: &Subject, wake: Wake) -> Result<Known, Refusal> {
        match subject {
            Subject::Session(Some(token)) => self.know_holder(token, wake).await,
            Subject::Session(None) => self.nobody(Denial::SessionInvalid).await,
            Subject::Account(account) => {
                let (holdings, revision) = self.stores.habilitations.holdings(*account).await?;
                let holdings = holdings.ok_or(Denial::AccountUnknown);
                Ok(Known {
                    holdings,
                    session: None,
                    session_end: None,
                    revision,
                })
            }
        }
    }

    async fn know_holder(&self, token: &SessionToken, wake: Wake) -> Result<Known, Refusal> {
        let now = self.clock.now();
        let standing = self.stores.session_reads.standing(token.digest()).await?;
        let standing = standing.filter(|s| s.session.live(now) && s.state == State::Active);
        let Some(mut session) = standing.map(|standing| standing.session) else {
            return self.nobody(Denial::SessionInvalid).await;
        };
        if session.next_step == NextStep::ChangePassword {
            return self.nobody(Denial::SignInIncomplete).await;
        }
        if wake == Wake::Keep {
            self.last_use.used(session.id, now);
            session.last_used_at = now;
        }
        let (holdings, revision) = self.stores.habilitations.holdings(session.account).await?;
        Ok(Known {
            holdings: holdings.ok_or(Denial::SessionInvalid),
            session: Some(session.id),
            session_end: Some(session.idle_expires_at()),
            revision,
        })
    }

    async fn nobody(&self, denial: Denial) -> Result<Known, Refusal> {
        let revision = self.stores.database.revision().await?;
        Ok(Known {
            holdings: Err(denial),
            session: None,
            session_end: None,
            revision,
        })
    }
}
