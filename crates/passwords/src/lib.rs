//! Password hashing on threads that own their memory.
//!
//! A hash takes 19 MiB and tens of milliseconds, so the number that may run or wait at one moment
//! is fixed at start; past it, callers hear it at once.

mod hasher;
mod normal;
mod parameters;
mod pepper;

pub use hasher::{Error, Hasher, Rehash, Settings, StoredHashProblem, Verdict};
pub use normal::{MAX_BYTES, TooLong, normalise};
pub use parameters::{Parameters, ParametersError};
pub use pepper::{Pepper, PepperError, Peppers};
