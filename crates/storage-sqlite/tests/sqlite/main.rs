//! What is particular to a SQLite file: who may open it, how it is kept, and what stands in tables
//! that no trait reads back yet.

#![expect(
    clippy::unwrap_used,
    reason = "what a test takes for granted stops it where it is not"
)]

mod file;
mod fixture;
mod record;
mod trouble;
