//! What works without being called: e-mails, letters, recoveries.

use std::sync::Arc;

use notifier::{DeliveryWorker, RecoveryWorker, Tools};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Error, Foundations};

/// The three workers.
pub(crate) struct Workers {
    email: DeliveryWorker,
    letters: DeliveryWorker,
    recovery: RecoveryWorker,
}

/// Builds them. The mail server need not be there yet.
pub(crate) fn workers(on: &Foundations<'_>) -> Result<Workers, Error> {
    let tools = Tools {
        deliveries: Arc::clone(&on.stores.deliveries),
        hasher: Arc::clone(&on.hasher),
        clock: Arc::clone(&on.sources.clock),
        random: Arc::clone(&on.sources.random),
    };
    let messages = &on.settings.messages;
    Ok(Workers {
        email: DeliveryWorker::email(tools.clone(), on.mail_transport()?, messages)?,
        letters: DeliveryWorker::letters(tools, on.letter_folder()?, messages)?,
        recovery: RecoveryWorker::new(
            Arc::clone(&on.stores.recoveries),
            Arc::clone(&on.sources.clock),
            Arc::clone(&on.sources.random),
            on.settings.limits.to_domain(),
            &messages.pace,
        ),
    })
}

impl Workers {
    /// Works until told to stop. `faulty` is told at once of a worker that ends by itself.
    pub(crate) async fn run(self, stop: CancellationToken, faulty: impl AsyncFnOnce()) {
        let mut workers = JoinSet::new();
        workers.spawn(self.email.run(stop.clone()));
        workers.spawn(self.letters.run(stop.clone()));
        workers.spawn(self.recovery.run(stop.clone()));
        let first = workers.join_next().await;
        if !stop.is_cancelled() {
            let error = first.and_then(Result::err).map(|error| error.to_string());
            tracing::error!(error, "a worker of deliveries ended by a fault");
            faulty().await;
        }
        while workers.join_next().await.is_some() {}
    }
}
