//! The binary: settings, wiring, layers, accept loop, lifecycle.
//!
//! [`cli`] is what an operator types, [`config`] what an operator decides. [`lifecycle::start`]
//! makes a server of it: [`wiring`] builds the services and workers over the database,
//! [`transport`] takes connections, [`layers`] is the way of each call to its service.

pub mod cli;
pub mod config;
pub mod descriptor;
pub mod lifecycle;
pub mod logs;
pub mod transport;

mod dev;
mod keys;
mod layers;
#[cfg(test)]
mod trial;
mod wiring;

pub use layers::{Answering, Deadlines, Door, InFlight};
pub use lifecycle::{Mode, Running, Sources, StartError, start};
