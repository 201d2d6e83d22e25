//! Password strength, and hashing on threads that own their memory.
//!
//! Two halves that share nothing but the password's normal form:
//!
//! * [`strength`] judges a password that a person chooses, and says every reason for refusing it
//!   at once;
//! * [`Hasher`] hashes and verifies. A hash takes 19 MiB and tens of milliseconds, so the number
//!   that may run or wait at one moment is fixed at start; past it, callers hear it at once.

mod hasher;
mod normal;
mod parameters;
mod pepper;

pub mod strength;

pub use hasher::{Error, Hasher, Rehash, Settings, StoredHashProblem, Verdict};
pub use normal::{MAX_BYTES, TooLong, normalise};
pub use parameters::{Parameters, ParametersError};
pub use pepper::{Pepper, PepperError, Peppers};
