//! Everything that answers.

use std::sync::Arc;

use account::{AccountDeps, AccountServiceHandler, SessionDeps, SessionServiceHandler};
use api::account::v1::account_service_server::AccountServiceServer;
use api::claims::Claims;
use api::delivery::v1::delivery_service_server::DeliveryServiceServer;
use api::habilitation::v1::habilitation_service_server::HabilitationServiceServer;
use api::page::Tokens;
use api::partner::v1::partner_service_server::PartnerServiceServer;
use api::recovery::v1::recovery_service_server::RecoveryServiceServer;
use api::session::v1::session_service_server::SessionServiceServer;
use delivery::DeliveryServiceHandler;
use habilitation::{HabilitationServiceHandler, PartnerServiceHandler};
use recovery::RecoveryServiceHandler;
use storage::session::LastUse;
use tonic::server::NamedService;
use tonic::service::{Routes, RoutesBuilder};
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use super::{Error, Foundations};
use crate::layers::MAX_MESSAGE_BYTES;

/// Bytes of the largest answer: a page ends at half of it.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

/// Everything that answers.
pub(crate) struct Served {
    /// The way to each service.
    pub(crate) routes: Routes,
    /// Where their health is told.
    pub(crate) health: HealthReporter,
    /// The names of ours.
    pub(crate) names: Vec<&'static str>,
}

/// Adds a service with the bounds that hold for all of them.
macro_rules! serve {
    ($routes:ident, $names:ident, $server:ident, $handler:expr) => {
        let server = $server::new($handler)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_ANSWER_BYTES);
        $names.push(name(&server));
        $routes.add_service(server);
    };
}

/// Builds the services, with health and reflection beside them.
pub(crate) fn services(on: &Foundations<'_>) -> Result<Served, Error> {
    let mut routes = RoutesBuilder::default();
    let mut names = Vec::new();
    serve!(
        routes,
        names,
        AccountServiceServer,
        AccountServiceHandler::new(on.account())
    );
    serve!(
        routes,
        names,
        SessionServiceServer,
        SessionServiceHandler::new(on.session())
    );
    serve!(
        routes,
        names,
        RecoveryServiceServer,
        RecoveryServiceHandler::new(on.recovery())
    );
    serve!(
        routes,
        names,
        PartnerServiceServer,
        PartnerServiceHandler::new(on.habilitation())
    );
    serve!(
        routes,
        names,
        HabilitationServiceServer,
        HabilitationServiceHandler::new(on.habilitation())
    );
    serve!(
        routes,
        names,
        DeliveryServiceServer,
        DeliveryServiceHandler::new(on.delivery())
    );

    let health = HealthReporter::new();
    let health_service = HealthService::from_health_reporter(health.clone());
    routes.add_service(HealthServer::new(health_service));
    routes.add_service(reflection().build_v1()?);
    routes.add_service(reflection().build_v1alpha()?);
    Ok(Served {
        routes: routes.routes().prepare(),
        health,
        names,
    })
}

/// The name that a service's health is asked by.
fn name<S: NamedService>(_: &S) -> &'static str {
    S::NAME
}

/// Our protos with google.rpc's: without these, grpcurl shows error details as base64.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(api::GOOGLE_RPC_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

impl Foundations<'_> {
    fn account(&self) -> AccountDeps {
        AccountDeps {
            stores: self.stores.clone(),
            clock: Arc::clone(&self.sources.clock),
            random: Arc::clone(&self.sources.random),
            limits: self.settings.limits.to_domain(),
            claims: self.claims(),
            tokens: self.tokens(),
            throttle_key: self.key.throttle_key(),
        }
    }

    fn session(&self) -> SessionDeps {
        SessionDeps {
            stores: self.stores.clone(),
            clock: Arc::clone(&self.sources.clock),
            random: Arc::clone(&self.sources.random),
            hasher: Arc::clone(&self.hasher),
            throttle_key: self.key.throttle_key(),
            lifetimes: self.settings.sessions.to_domain(),
            last_use: self.last_use(),
        }
    }

    fn recovery(&self) -> recovery::Deps {
        recovery::Deps {
            recoveries: Arc::clone(&self.stores.recoveries),
            clock: Arc::clone(&self.sources.clock),
            random: Arc::clone(&self.sources.random),
        }
    }

    fn habilitation(&self) -> habilitation::Deps {
        habilitation::Deps {
            stores: self.stores.clone(),
            clock: Arc::clone(&self.sources.clock),
            random: Arc::clone(&self.sources.random),
            claims: self.claims(),
            tokens: self.tokens(),
            throttle_key: self.key.throttle_key(),
            last_use: self.last_use(),
        }
    }

    fn delivery(&self) -> delivery::Deps {
        delivery::Deps {
            stores: self.stores.clone(),
            clock: Arc::clone(&self.sources.clock),
            tokens: self.tokens(),
        }
    }

    fn claims(&self) -> Claims {
        Claims::new(self.key.request_body_key())
    }

    fn tokens(&self) -> Tokens {
        Tokens::new(self.key.page_token_key())
    }

    fn last_use(&self) -> Arc<dyn LastUse> {
        Arc::new(self.last_use.clone())
    }
}
