//! The RPCs of HabilitationService.

use api::call;
use api::habilitation::v1;
use api::habilitation::v1::habilitation_service_server::HabilitationService;
use tonic::{Request, Response, Status};

use crate::Deps;

/// Answers the RPCs of HabilitationService.
#[derive(Clone)]
pub struct HabilitationServiceHandler(Deps);

impl HabilitationServiceHandler {
    /// With what it works with.
    pub fn new(deps: Deps) -> Self {
        Self(deps)
    }
}

#[tonic::async_trait]
impl HabilitationService for HabilitationServiceHandler {
    async fn update_memberships(
        &self,
        request: Request<v1::UpdateMembershipsRequest>,
    ) -> Result<Response<v1::UpdateMembershipsResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(
            self.0.update_memberships(&call, request).await?,
        ))
    }

    async fn appoint_manager(
        &self,
        request: Request<v1::AppointManagerRequest>,
    ) -> Result<Response<v1::AppointManagerResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.appoint_manager(&call, request).await?))
    }

    async fn dismiss_manager(
        &self,
        request: Request<v1::DismissManagerRequest>,
    ) -> Result<Response<v1::DismissManagerResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.dismiss_manager(&call, request).await?))
    }

    async fn replace_administrator(
        &self,
        request: Request<v1::ReplaceAdministratorRequest>,
    ) -> Result<Response<v1::ReplaceAdministratorResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(
            self.0.replace_administrator(&call, request).await?,
        ))
    }

    async fn check_habilitation(
        &self,
        request: Request<v1::CheckHabilitationRequest>,
    ) -> Result<Response<v1::CheckHabilitationResponse>, Status> {
        let (_, request) = call::open(request)?;
        Ok(Response::new(self.0.check(request).await?))
    }

    async fn batch_check_habilitations(
        &self,
        request: Request<v1::BatchCheckHabilitationsRequest>,
    ) -> Result<Response<v1::BatchCheckHabilitationsResponse>, Status> {
        let (_, request) = call::open(request)?;
        Ok(Response::new(self.0.batch_check(request).await?))
    }

    async fn list_habilitations(
        &self,
        request: Request<v1::ListHabilitationsRequest>,
    ) -> Result<Response<v1::ListHabilitationsResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(
            self.0.list_habilitations(&call, request).await?,
        ))
    }
}
