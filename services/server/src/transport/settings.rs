//! The numbers of the transport, each with its reason.

use serde::Deserialize;

use crate::config::{Checks, Length};

/// How connections are bounded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Connections at once, 1 to 65,536; more wait in the system's queue. 1,024 stays below the
    /// file descriptors that a process is usually given.
    pub connections: u32,
    /// From the connection to the end of the client's HTTP/2 preface. A peer that connects and
    /// says nothing holds a place for no longer.
    pub preface: Length,
    /// Between two pings to a peer. With [`Self::pong`] this is what ends a connection whose peer
    /// has gone, or stops in the middle of a frame.
    pub ping: Length,
    /// How long a ping waits for its answer.
    pub pong: Length,
    /// Calls at once on one connection, 1 to 10,000. Said explicitly: left unsaid, there is no
    /// limit.
    pub streams: u32,
    /// Streams that may end by errors of the peer before the connection does, 1 to 65,536: what
    /// bounds a peer that opens calls only to reset them.
    pub local_error_resets: u32,
    /// Bytes of a call's metadata, 1,024 to 1,048,576. What is not body is never near 16 KiB.
    pub header_bytes: u32,
    /// Age after which a connection is asked to leave, so that calls spread over the nodes that
    /// there are. Each connection draws its own, within 10 % of this: those opened together do
    /// not come back together.
    pub age: Length,
    /// How long a connection that was asked to leave may take. It is also all that ends a peer
    /// that answers pings and reads nothing.
    pub grace: Length,
    /// How long a stopping server goes on as before, already telling that it stops: balancers
    /// look every few seconds, and until then they send calls here.
    pub drain_announced: Length,
    /// How long calls in flight are then waited for.
    pub drain_calls: Length,
    /// How long after the signal to stop everything ends, whatever peers do: what orchestrators
    /// wait before they kill.
    pub drain_cut: Length,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connections: 1_024,
            preface: Length::from_secs(5),
            ping: Length::from_secs(5),
            pong: Length::from_secs(5),
            streams: 100,
            local_error_resets: 1_024,
            header_bytes: 16 * 1024,
            age: Length::from_secs(30 * 60),
            grace: Length::from_secs(30),
            drain_announced: Length::from_secs(5),
            drain_calls: Length::from_secs(20),
            drain_cut: Length::from_secs(30),
        }
    }
}

impl Settings {
    /// What cannot be, by key.
    pub(crate) fn check(&self, checks: &mut Checks) {
        checks.between("connections", self.connections, 1, 65_536);
        checks.between("streams", self.streams, 1, 10_000);
        checks.between("local_error_resets", self.local_error_resets, 1, 65_536);
        checks.between("header_bytes", self.header_bytes, 1_024, 1_048_576);
        for (key, length) in [
            ("preface", self.preface),
            ("ping", self.ping),
            ("pong", self.pong),
            ("age", self.age),
            ("grace", self.grace),
        ] {
            checks.positive(key, length);
        }
        if self.drain_cut.get() < self.drain_announced.get() + self.drain_calls.get() {
            checks.wrong(
                "drain_cut",
                "is shorter than drain_announced and drain_calls together: calls would be cut \
                 before their time",
            );
        }
    }
}
