//! What is particular to a SQLite file: who may open it, how it is kept, and what stands in tables
//! that no trait reads back yet.

mod file;
mod fixture;
mod record;
mod trouble;
