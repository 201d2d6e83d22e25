//! How a server ends: it says so, lets calls end, and is gone in time whatever peers do.

use std::sync::Arc;

use storage_sqlite::SqliteStore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::layers::Door;
use crate::transport::Settings;

/// What is ended, in the order of its fields.
pub(super) struct Drain {
    pub(super) settings: Settings,
    /// Cancelled by whoever wants the server to stop: health tells it from then on.
    pub(super) stop: CancellationToken,
    /// Cancelled when connections and workers shall end.
    pub(super) leave: CancellationToken,
    pub(super) accepting: JoinHandle<()>,
    pub(super) calls: TaskTracker,
    pub(super) work: TaskTracker,
    pub(super) door: Arc<Door>,
    pub(super) store: Arc<SqliteStore>,
}

/// Waits for the word to stop, then drains.
pub(super) async fn run(drain: Drain) {
    drain.stop.cancelled().await;
    let cut = Instant::now() + drain.settings.drain_cut.get();
    tracing::info!("draining");
    sleep(drain.settings.drain_announced.get()).await;

    drain.leave.cancel();
    let ending = async {
        if let Err(panicked) = drain.accepting.await {
            tracing::error!(error = %panicked, "the accept loop ended by a fault");
        }
        drain.calls.close();
        drain.calls.wait().await;
        drain.work.close();
        drain.work.wait().await;
        drop(drain.door);
        // Whoever still holds the database at this point is not known to us, and it closes with
        // the process.
        if let Some(store) = Arc::into_inner(drain.store) {
            store.close().await;
        }
    };
    if timeout_at(cut, ending).await.is_err() {
        tracing::warn!("not everything ended in time; it is cut");
    }
    tracing::info!("stopped");
}
