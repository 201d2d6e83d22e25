//! Who is given what: the services over the database, and what is served beside them.

use domain::keys::ServerKey;
use passwords::Hasher;
use storage::Stores;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use crate::config::Settings;
use crate::layers::LastUse;
use crate::lifecycle::Sources;

/// Why services could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The hashing threads.
    #[error(transparent)]
    Hashing(#[from] passwords::Error),
    /// The descriptors that the build made cannot be read.
    #[error("reflection cannot read its descriptors")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// Everything that answers.
pub(crate) struct Wired {
    /// The way to each service.
    pub(crate) routes: Routes,
    /// Where their health is told.
    pub(crate) health: HealthReporter,
    /// The names of ours.
    pub(crate) services: Vec<&'static str>,
}

/// Builds them all.
pub(crate) fn services(
    settings: &Settings,
    stores: &Stores,
    key: &ServerKey,
    sources: &Sources,
    last_use: &LastUse,
) -> Result<Wired, Error> {
    let health = HealthReporter::new();
    let routes = Routes::new(HealthServer::new(HealthService::from_health_reporter(
        health.clone(),
    )))
    .add_service(reflection().build_v1()?)
    .add_service(reflection().build_v1alpha()?);
    Ok(Wired {
        routes: routes.prepare(),
        health,
        services: Vec::new(),
    })
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(api::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(api::GOOGLE_RPC_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
