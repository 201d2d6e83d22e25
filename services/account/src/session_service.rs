//! SessionService: signing in and out, choosing a password, and telling whether a session lives.

use std::sync::Arc;

use api::access;
use api::call::open;
use api::convert::session as convert;
use api::refusal::Refusal;
use api::revision::Minimum;
use api::session::v1;
use api::session::v1::session_service_server::SessionService;
use domain::call::{Actor, Call};
use domain::keys::ThrottleKey;
use domain::session::{Lifetimes, Session};
use domain::{Clock, Random, SessionToken};
use passwords::Hasher;
use storage::session::LastUse;
use storage::{Revision, Stores};
use tonic::{Request, Response, Status};

use crate::password_policy;

/// What SessionService works with.
#[derive(Clone)]
pub struct SessionDeps {
    /// The database.
    pub stores: Stores,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids and tokens come from.
    pub random: Arc<dyn Random>,
    /// Hashes and verifies passwords.
    pub hasher: Arc<Hasher>,
    /// Under which identifiers and network addresses are throttled.
    pub throttle_key: ThrottleKey,
    /// How long sessions live.
    pub lifetimes: Lifetimes,
    /// Notes that a session was used.
    pub last_use: Arc<dyn LastUse>,
}

/// A session just opened. Its token is shown to its holder, once.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) token: SessionToken,
    pub(crate) session: Session,
    pub(crate) revision: Revision,
}

/// Whose session a call is made with.
pub(crate) fn session_of(call: &Call) -> Result<&Session, Refusal> {
    match &call.actor {
        Actor::Person(session) => Ok(session),
        Actor::Nobody | Actor::Caf(_) => Err(Refusal::ActorRequired {
            expected: vec![access::Actor::Session],
        }),
    }
}

/// The RPCs of SessionService.
#[derive(Clone)]
pub struct SessionServiceHandler(SessionDeps);

impl SessionServiceHandler {
    /// Works with these.
    pub fn new(deps: SessionDeps) -> Self {
        Self(deps)
    }
}

#[tonic::async_trait]
impl SessionService for SessionServiceHandler {
    async fn sign_in(
        &self,
        request: Request<v1::SignInRequest>,
    ) -> Result<Response<v1::SignInResponse>, Status> {
        let (call, request) = open(request)?;
        let typed = convert::sign_in(request).map_err(Refusal::from)?;
        let opened = self.0.sign_in(&call, typed).await?;
        Ok(Response::new(v1::SignInResponse {
            session_token: opened.token.expose().to_owned(),
            session: Some(convert::message(&opened.session)),
            revision: opened.revision.encode(),
        }))
    }

    async fn change_password(
        &self,
        request: Request<v1::ChangePasswordRequest>,
    ) -> Result<Response<v1::ChangePasswordResponse>, Status> {
        let (call, request) = open(request)?;
        let typed = convert::change_password(request).map_err(Refusal::from)?;
        let opened = self.0.change_password(&call, typed).await?;
        Ok(Response::new(v1::ChangePasswordResponse {
            session_token: opened.token.expose().to_owned(),
            session: Some(convert::message(&opened.session)),
            revision: opened.revision.encode(),
        }))
    }

    async fn sign_out(
        &self,
        request: Request<v1::SignOutRequest>,
    ) -> Result<Response<v1::SignOutResponse>, Status> {
        let (call, v1::SignOutRequest {}) = open(request)?;
        let revision = self.0.sign_out(&call).await?;
        Ok(Response::new(v1::SignOutResponse {
            revision: revision.encode(),
        }))
    }

    async fn get_current_session(
        &self,
        request: Request<v1::GetCurrentSessionRequest>,
    ) -> Result<Response<v1::GetCurrentSessionResponse>, Status> {
        let (call, request) = open(request)?;
        let minimum = Minimum::read(&request.minimum_revision)?;
        let current = self.0.current_session(&call, minimum).await?;
        Ok(Response::new(current))
    }

    async fn introspect_session(
        &self,
        request: Request<v1::IntrospectSessionRequest>,
    ) -> Result<Response<v1::IntrospectSessionResponse>, Status> {
        let (_, request) = open(request)?;
        let asked = convert::introspection(request)?;
        Ok(Response::new(self.0.introspect_session(asked).await?))
    }

    async fn get_password_policy(
        &self,
        request: Request<v1::GetPasswordPolicyRequest>,
    ) -> Result<Response<v1::GetPasswordPolicyResponse>, Status> {
        let (_, v1::GetPasswordPolicyRequest {}) = open(request)?;
        Ok(Response::new(v1::GetPasswordPolicyResponse {
            policy: Some(convert::password_policy(password_policy::RULES)),
        }))
    }
}
