//! The guide's scenario and security's cases, through the doors users take.
//!
//! [`guide`] tells the users' guide in its own order. [`security`] holds what an attacker, a fault
//! or a careless client may do, each case named so that it is found again. [`readme`] does what the
//! README says to type.

#![expect(
    clippy::unwrap_used,
    reason = "what fails in a test is best seen where it fails"
)]

mod guide;
mod readme;
mod security;
