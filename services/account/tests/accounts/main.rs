//! AccountService told as stories on a real database: who may make, read and change which account,
//! and what follows from it.

#![expect(
    clippy::unwrap_used,
    reason = "these are tests: what helps a story to be told may panic as the story may"
)]

mod creating;
mod reading;
mod recording;
mod reissuing;
mod updating;
mod world;
