//! What the services ask of a database: units of work, rows, errors, and the contract suite.
//!
//! A method is a whole unit of work, never an open transaction handed out: a unit can try itself
//! again, and the contract suite can call it sixteen times at once. A unit guards what it writes
//! by the statement itself and reports how it went; it never decides who may do what.
//!
//! Mutations of a partner and its accounts are plain data ([`mutation::Mutation`]), decided by a
//! use case on an [`authority::Authority`] and applied by one unit, so that audit, change feed,
//! request id, limits and the guard of the authority version are kept in one place for all.

pub mod account;
pub mod authority;
pub mod carry_out;
#[cfg(feature = "contract")]
pub mod contract;
pub mod delivery;
pub mod habilitation;
pub mod mutation;
pub mod page;
pub mod partner;
pub mod recovery;
pub mod session;

mod error;
mod revision;
mod stores;

pub use error::{Error, Result};
pub use revision::{Database, Revision};
pub use stores::{Store, Stores};

/// A keyed digest, made with one of the server's derived keys: what is looked up without being
/// readable at rest.
pub type KeyedDigest = [u8; 32];
