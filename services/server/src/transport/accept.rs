//! Takes connections while there is room for them, and ends them all when the server stops.

use std::sync::Arc;
use std::time::Duration;

use domain::Random;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Settings, connection};
use crate::layers::Door;

/// How long to rest when the system gives no connection, for want of file descriptors as a rule.
const REST: Duration = Duration::from_millis(100);

/// What the loop needs.
pub(crate) struct Accepting {
    /// Where connections come in.
    pub(crate) listener: TcpListener,
    /// What they are given to.
    pub(crate) door: Door,
    /// How they are bounded.
    pub(crate) settings: Settings,
    /// Draws each connection's age.
    pub(crate) random: Arc<dyn Random>,
    /// Cancelled when no more connections are wanted and those that stand shall end.
    pub(crate) stop: CancellationToken,
}

/// Accepts until told to stop, then ends within `drain_calls`, whatever peers do.
pub(crate) async fn serve(accepting: Accepting) {
    let Accepting {
        listener,
        door,
        settings,
        random,
        stop,
    } = accepting;
    let connections = TaskTracker::new();
    let cut = CancellationToken::new();
    let places = usize::try_from(settings.connections).unwrap_or(Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(places));

    loop {
        // The place first: a peer that finds none waits in the system's queue, and costs nothing.
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, address) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "no connection could be accepted");
                sleep(REST).await;
                continue;
            }
        };
        let age = jittered(settings.age.get(), random.as_ref());
        let (door, settings) = (door.clone(), settings.clone());
        let (stop, cut) = (stop.clone(), cut.clone());
        connections.spawn(async move {
            let _place = place;
            tokio::select! {
                () = cut.cancelled() => {}
                () = connection::live(stream, address, door, &settings, age, &stop) => {}
            }
        });
    }

    drop(listener);
    connections.close();
    let end = Instant::now() + settings.drain_calls.get();
    if timeout_at(end, connections.wait()).await.is_err() {
        tracing::warn!(connections = connections.len(), "cutting connections");
        cut.cancel();
        connections.wait().await;
    }
}

/// `age` give or take 10 %.
fn jittered(age: Duration, random: &dyn Random) -> Duration {
    let mut drawn = [0; 2];
    random.fill(&mut drawn);
    let share = f64::from(u16::from_le_bytes(drawn)) / f64::from(u16::MAX);
    age.mul_f64(0.9 + 0.2 * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Drawn(u8);

    impl Random for Drawn {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    #[test]
    fn the_age_of_a_connection_is_within_ten_percent() {
        let age = Duration::from_mins(30);
        let close =
            |one: Duration, other: u64| one.abs_diff(Duration::from_secs(other)).as_millis() < 10;
        assert!(close(jittered(age, &Drawn(0)), 1_620));
        assert!(close(jittered(age, &Drawn(255)), 1_980));
    }
}
