//! The RPCs of PartnerService.

use api::call;
use api::partner::v1;
use api::partner::v1::partner_service_server::PartnerService;
use tonic::{Request, Response, Status};

use crate::Deps;

/// Answers the RPCs of PartnerService.
#[derive(Clone)]
pub struct PartnerServiceHandler(Deps);

impl PartnerServiceHandler {
    /// With what it works with.
    pub fn new(deps: Deps) -> Self {
        Self(deps)
    }
}

#[tonic::async_trait]
impl PartnerService for PartnerServiceHandler {
    async fn provision_partner(
        &self,
        request: Request<v1::ProvisionPartnerRequest>,
    ) -> Result<Response<v1::ProvisionPartnerResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(
            self.0.provision_partner(&call, request).await?,
        ))
    }

    async fn get_partner(
        &self,
        request: Request<v1::GetPartnerRequest>,
    ) -> Result<Response<v1::GetPartnerResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.get_partner(&call, request).await?))
    }

    async fn get_agreement(
        &self,
        request: Request<v1::GetAgreementRequest>,
    ) -> Result<Response<v1::GetAgreementResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.get_agreement(&call, request).await?))
    }

    async fn list_agreements(
        &self,
        request: Request<v1::ListAgreementsRequest>,
    ) -> Result<Response<v1::ListAgreementsResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.list_agreements(&call, request).await?))
    }

    async fn list_groups(
        &self,
        request: Request<v1::ListGroupsRequest>,
    ) -> Result<Response<v1::ListGroupsResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.list_groups(&call, request).await?))
    }
}
