//! How long the service takes from nothing to its first SERVING.

use anyhow::Result;
use clap::Args;

use crate::Target;
use crate::service::Installation;
use crate::table::{median, millis, print_machine, print_row};

#[derive(Debug, Args)]
pub(crate) struct Start {
    #[command(flatten)]
    target: Target,
    /// Starts that are counted, after one that is not
    #[arg(long, default_value_t = 20)]
    runs: usize,
}

impl Start {
    pub(crate) async fn run(self) -> Result<()> {
        let installation = Installation::make(&self.target.server).await?;
        let mut starts = Vec::with_capacity(self.runs);
        for run in 0..=self.runs {
            let service = installation.start().await?;
            if run > 0 {
                starts.push(service.started_in);
            }
            service.stop().await?;
        }
        print_machine();
        let slowest = starts.iter().max().copied().unwrap_or_default();
        let fastest = starts.iter().min().copied().unwrap_or_default();
        print_row(
            "start to SERVING, existing database: fastest",
            &millis(fastest),
        );
        print_row(
            "start to SERVING, existing database: median",
            &millis(median(starts)),
        );
        print_row(
            "start to SERVING, existing database: slowest",
            &millis(slowest),
        );
        Ok(())
    }
}
