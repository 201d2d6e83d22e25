//! `healthcheck`

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::say;
use crate::config;

/// How long the service may take to answer: an orchestrator's own patience is rarely shorter.
const PATIENCE: Duration = Duration::from_secs(2);

/// Ask a running service for its health, for orchestrators
///
/// Exits with 0 if it serves, 1 if it does not or cannot be reached.
#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    /// The configuration of the service, which says where it listens
    #[arg(long, value_name = "FILE", required_unless_present = "listen")]
    config: Option<PathBuf>,
    /// Where it listens
    #[arg(long, value_name = "ADDRESS", conflicts_with = "config")]
    listen: Option<SocketAddr>,
    /// One service by its full name, or `delivery` for the workers; the whole if none is given
    #[arg(long, value_name = "NAME", default_value = "")]
    service: String,
}

impl Healthcheck {
    pub(super) async fn run(self) -> Result<ExitCode> {
        let address = match (self.listen, self.config) {
            (Some(address), _) => address,
            (None, config) => config::load(config.as_deref())?.listen.address,
        };
        let status = ask(address, self.service)
            .await
            .with_context(|| format!("no health from {address}"))?;
        say(status.as_str_name())?;
        Ok(match status {
            ServingStatus::Serving => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

async fn ask(address: SocketAddr, service: String) -> Result<ServingStatus> {
    let channel = Endpoint::from_shared(format!("http://{address}"))?
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .connect()
        .await?;
    let answer = HealthClient::new(channel)
        .check(HealthCheckRequest { service })
        .await;
    Ok(answer
        .map_err(|status| anyhow::anyhow!("{}", status.message().to_owned()))?
        .into_inner()
        .status())
}
