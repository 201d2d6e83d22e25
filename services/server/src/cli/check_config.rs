//! `check-config`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::say;
use crate::config;

/// Say what is wrong with a configuration, without starting anything
///
/// Exits with 0 if `serve` would take it. The files it names are not opened.
#[derive(Debug, Args)]
pub(super) struct CheckConfig {
    /// The configuration; the environment goes before it
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl CheckConfig {
    pub(super) fn run(self) -> Result<()> {
        config::load(Some(&self.config))?;
        say(&format!("{} is in order", self.config.display()))?;
        Ok(())
    }
}
