//! AccountService told as stories on a real database: who may make, read and change which account,
//! and what follows from it.

mod creating;
mod reading;
mod recording;
mod reissuing;
mod updating;
mod world;
