//! Delivers what the outbox holds, and resolves the requests of recovery.
//!
//! Three workers, each of which any node may run, since leases in the database keep them apart:
//!
//! * [`DeliveryWorker::email`] makes the provisional password, composes the mail and hands it to
//!   a [`transport`], the operator's mail server or a folder;
//! * [`DeliveryWorker::letters`] does the same with a PDF in the folder of letters;
//! * [`RecoveryWorker`] turns what somebody typed into messages of the outbox, or into nothing.
//!
//! Read [`worker`](DeliveryWorker) for the life of a message, `courier` for what one try does,
//! `verdict` for what follows from how a try ended. No secret is at rest here: a message claimed
//! holds ids, its password is made at the moment of sending and lives on as a hash.

mod courier;
mod credentials;
mod mail;
mod moment;
mod outage;
mod recovery;
pub mod settings;
mod templates;
mod tools;
pub mod transport;
mod verdict;
mod words;
mod worker;

#[cfg(test)]
mod world;

pub use recovery::RecoveryWorker;
pub use settings::{Invalid, Pace, Problem, Security, Settings};
pub use tools::Tools;
pub use words::Words;
pub use worker::DeliveryWorker;
