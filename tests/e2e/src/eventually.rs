//! Waiting for workers, never for time: what is awaited is looked for until it is there, or until
//! its deadline has passed on the machine's own clock.

use std::time::{Duration, Instant};

/// How long a worker may take before a test says that it never will.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Looks until `look` sees it. Panics after [`PATIENCE`], saying what was awaited.
pub async fn eventually<T>(awaited: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    within(PATIENCE, awaited, look).await
}

/// Looks until `look` sees it, no longer than `limit`.
pub async fn within<T>(
    limit: Duration,
    awaited: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> T {
    let started = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(
            started.elapsed() < limit,
            "waited {limit:?} in vain for {awaited}"
        );
        tokio::time::sleep(PAUSE).await;
    }
}
