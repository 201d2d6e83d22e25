//! SessionService as its callers meet it, on a real database with a clock of our own.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod changing;
mod provisional;
mod reading;
mod signing_in;
mod throttle;
mod world;
