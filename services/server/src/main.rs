//! The binary `compte-partenaire`.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Error, Result};
use clap::Parser;
use mimalloc::MiMalloc;
use server::cli::Cli;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        // With standard error closed, the exit code still tells.
        let _ = writeln!(std::io::stderr(), "error: {}", told(&error));
        ExitCode::FAILURE
    })
}

/// The error and its causes, each said once: some libraries end their message with its cause.
fn told(error: &Error) -> String {
    let mut told = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if told.ends_with(&cause) {
            continue;
        }
        if !told.is_empty() {
            told.push_str(": ");
        }
        told.push_str(&cause);
    }
    told
}

fn run() -> Result<ExitCode> {
    install_tls_provider();
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let code = runtime.block_on(cli.run());
    // Whatever still blocks a thread ends with the process.
    runtime.shutdown_background();
    code
}

/// aws-lc-rs for whoever speaks TLS; an earlier choice in this process cannot be.
fn install_tls_provider() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
