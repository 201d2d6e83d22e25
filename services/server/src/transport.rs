//! The accept loop: how connections come in, how long they stay, how they end.
//!
//! tonic's own server waits for ever on a peer that sends nothing, cannot cut a connection that
//! will not end, and breaks calls in flight when a connection is old. This loop gives hyper one
//! connection at a time and bounds each of them, whatever its peer does: the preface must come in
//! time, pings must be answered, an old connection is asked to leave and then cut, and the drain
//! ends when it says it does.
//!
//! [`settings`] holds every number with its reason, [`accept`] takes connections,
//! [`connection`] lives through one of them.

mod accept;
mod connection;
mod counted;
mod settings;
#[cfg(test)]
mod tests;

pub(crate) use accept::{Accepting, serve};
pub(crate) use connection::Peer;
pub use settings::Settings;
