//! RecoveryService: lost identifiers and forgotten passwords, asked by people who are not signed
//! in.
//!
//! A call writes one row and answers nothing. Whoever is known by what was typed is found out by a
//! worker afterwards, so that neither the answer nor its time tells: the rules of what is then
//! sent stand in [`domain::recovery`].

use std::sync::Arc;

use api::call::open;
use api::convert::recovery as convert;
use api::recovery::v1;
use api::recovery::v1::recovery_service_server::RecoveryService;
use api::refusal::Refusal;
use domain::call::Call;
use domain::{Clock, Random};
use storage::recovery::{RecoveryRequest, RecoveryStore, Submitted};
use tonic::{Request, Response, Status};

/// What RecoveryService works with. Nothing in it can look anybody up.
#[derive(Clone)]
pub struct Deps {
    /// Where requests are written down.
    pub recoveries: Arc<dyn RecoveryStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the requests' ids come from.
    pub random: Arc<dyn Random>,
}

/// The RPCs of RecoveryService.
#[derive(Clone)]
pub struct RecoveryServiceHandler(Deps);

impl RecoveryServiceHandler {
    /// Works with these.
    pub fn new(deps: Deps) -> Self {
        Self(deps)
    }

    /// Writes the request down, blindly.
    async fn note(&self, call: Call, submitted: Submitted) -> Result<(), Refusal> {
        let Deps {
            recoveries,
            clock,
            random,
        } = &self.0;
        let request = RecoveryRequest {
            id: random.uuid(),
            at: clock.now(),
            submitted,
            caller: call.caller.name,
            client: call.client,
        };
        Ok(recoveries.request(&request).await?)
    }
}

#[tonic::async_trait]
impl RecoveryService for RecoveryServiceHandler {
    async fn recover_identifier(
        &self,
        request: Request<v1::RecoverIdentifierRequest>,
    ) -> Result<Response<v1::RecoverIdentifierResponse>, Status> {
        let (call, request) = open(request)?;
        let number = convert::user_number(&request).map_err(Refusal::from)?;
        self.note(call, Submitted::UserNumber(number)).await?;
        Ok(Response::new(v1::RecoverIdentifierResponse {}))
    }

    async fn recover_password(
        &self,
        request: Request<v1::RecoverPasswordRequest>,
    ) -> Result<Response<v1::RecoverPasswordResponse>, Status> {
        let (call, request) = open(request)?;
        let email = convert::email(&request).map_err(Refusal::from)?;
        self.note(call, Submitted::Email(email)).await?;
        Ok(Response::new(v1::RecoverPasswordResponse {}))
    }
}

#[cfg(test)]
mod tests;
