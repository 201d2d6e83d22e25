//! Developers' chores, run as `cargo xtask <chore>`.
//!
//! `test` is the whole judgement on a change, the same on a developer's machine and in CI;
//! `bench` measures a release build. Tools that a chore needs are fetched at pinned versions into
//! `target/tools`; what only the system can provide comes from Debian's packages.

#![expect(
    clippy::print_stdout,
    reason = "a chore talks to the developer who typed it"
)]

mod bench;
mod command;
mod debian;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developers' chores")]
enum Chore {
    /// Check everything: formatting, lints, licences, all tests and the Python client
    Test(test::Selection),
    /// Measure a release build under one scenario of tests/load
    Bench(bench::Scenario),
}

fn main() -> ExitCode {
    let chore = Chore::parse();
    let workspace = Workspace::here();
    let outcome = match chore {
        Chore::Test(selection) => test::run(&selection, &workspace),
        Chore::Bench(scenario) => bench::run(&scenario, &workspace),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
