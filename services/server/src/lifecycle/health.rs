//! What balancers are told: whether calls can be answered, which the database alone decides. A
//! mail server that is down takes nobody out of the balancer.

use std::sync::Arc;
use std::time::Duration;

use storage::Database;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

/// The server as a whole, by gRPC's own convention.
const WHOLE: &str = "";

/// The name under which operators watch the workers; it moves nothing else.
const DELIVERY: &str = "delivery";

/// How often the database is asked: a node leaves its balancer within two of its looks.
const EVERY: Duration = Duration::from_secs(1);

/// How long it may take to answer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells balancers.
#[derive(Clone)]
pub(super) struct Health {
    reporter: HealthReporter,
    services: Arc<[&'static str]>,
}

impl Health {
    /// Nothing is served yet.
    pub(super) async fn new(reporter: HealthReporter, services: &[&'static str]) -> Self {
        let health = Self {
            reporter,
            services: services.into(),
        };
        health.tell(ServingStatus::NotServing).await;
        health
    }

    /// Tells it of the whole and of every service.
    pub(super) async fn tell(&self, status: ServingStatus) {
        for name in self.services.iter().copied().chain([WHOLE]) {
            self.reporter.set_service_status(name, status).await;
        }
    }

    /// Tells of the workers.
    pub(super) async fn tell_delivery(&self, status: ServingStatus) {
        self.reporter.set_service_status(DELIVERY, status).await;
    }

    /// Follows the database until told to stop, then tells that nothing is served any more.
    pub(super) async fn follow(self, database: Arc<dyn Database>, stop: CancellationToken) {
        let mut ticks = interval(EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut told = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = ticks.tick() => {}
            }
            let status = ask(database.as_ref()).await;
            if told != Some(status) {
                tracing::info!(%status, "health");
                self.tell(status).await;
                told = Some(status);
            }
        }
        self.tell(ServingStatus::NotServing).await;
        self.tell_delivery(ServingStatus::NotServing).await;
    }
}

/// Whether the database answers.
pub(super) async fn ask(database: &dyn Database) -> ServingStatus {
    match timeout(PATIENCE, database.ready()).await {
        Ok(Ok(())) => ServingStatus::Serving,
        Ok(Err(error)) => {
            tracing::warn!(%error, "the database is not ready");
            ServingStatus::NotServing
        }
        Err(_) => {
            tracing::warn!(
                waited_ms = PATIENCE.as_millis(),
                "the database does not answer"
            );
            ServingStatus::NotServing
        }
    }
}
