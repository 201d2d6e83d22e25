//! The RPCs of DeliveryService.

use api::call;
use api::delivery::v1;
use api::delivery::v1::delivery_service_server::DeliveryService;
use tonic::{Request, Response, Status};

use crate::Deps;

/// Answers the RPCs of DeliveryService.
#[derive(Clone)]
pub struct DeliveryServiceHandler(Deps);

impl DeliveryServiceHandler {
    /// With what it works with.
    pub fn new(deps: Deps) -> Self {
        Self(deps)
    }
}

#[tonic::async_trait]
impl DeliveryService for DeliveryServiceHandler {
    async fn get_delivery(
        &self,
        request: Request<v1::GetDeliveryRequest>,
    ) -> Result<Response<v1::GetDeliveryResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.get_delivery(&call, request).await?))
    }

    async fn list_deliveries(
        &self,
        request: Request<v1::ListDeliveriesRequest>,
    ) -> Result<Response<v1::ListDeliveriesResponse>, Status> {
        let (call, request) = call::open(request)?;
        Ok(Response::new(self.0.list_deliveries(&call, request).await?))
    }
}
