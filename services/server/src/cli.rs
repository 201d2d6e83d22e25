//! What an operator types.

mod check_config;
mod descriptor;
mod dev;
mod healthcheck;
mod migrate;
mod serve;

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// The identity service behind the Caf's « Mon Compte Partenaire », over gRPC.
///
/// It creates and signs in the accounts of partner organisations, recovers lost credentials by
/// e-mail or letter, and decides who may do what. Try it with `dev`; run it with `serve`.
#[derive(Debug, Parser)]
#[command(name = "compte-partenaire", version, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Dev(dev::Dev),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    CheckConfig(check_config::CheckConfig),
    Healthcheck(healthcheck::Healthcheck),
    Descriptor(descriptor::Descriptor),
}

impl Cli {
    /// Does what was asked; the exit code of those who judge something tells how it stands.
    pub async fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Dev(dev) => dev.run().await?,
            Command::Serve(serve) => serve.run().await?,
            Command::Migrate(migrate) => migrate.run().await?,
            Command::CheckConfig(check) => check.run()?,
            Command::Healthcheck(healthcheck) => return healthcheck.run().await,
            Command::Descriptor(descriptor) => descriptor.run()?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Tells a person something on standard output.
fn say(text: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{text}")
}
