//! Benchmarks against a release binary, over real gRPC on loopback.
//!
//! A benchmark prints what it measured and judges nothing: these figures are read by people, and
//! the machine they ran on is part of them. What can be a ratio within one run is one.
#![expect(
    clippy::print_stdout,
    reason = "printing figures is what a benchmark is for"
)]

mod landlord;
mod memory;
mod service;
mod sign_in;
mod start;
mod table;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Parser, Subcommand};

/// Measure a release binary of compte-partenaire
#[derive(Debug, Parser)]
struct Load {
    #[command(subcommand)]
    scenario: Scenario,
}

#[derive(Debug, Subcommand)]
enum Scenario {
    /// From the start of the process to its first SERVING, on an existing database
    Start(start::Start),
    /// Resident memory before the first hash and letter, and after many
    Memory(memory::Memory),
    /// Sign-ins a second, beside what the hashing threads alone can do
    SignIn(sign_in::SignIn),
}

/// What is measured.
#[derive(Debug, Clone, Args)]
struct Target {
    /// The release binary
    #[arg(long, value_name = "FILE")]
    server: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    match Load::parse().scenario {
        Scenario::Start(start) => start.run().await,
        Scenario::Memory(memory) => memory.run().await,
        Scenario::SignIn(sign_in) => sign_in.run().await,
    }
}
