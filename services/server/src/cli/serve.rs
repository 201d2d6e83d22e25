//! `serve`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::config;
use crate::lifecycle::{self, Mode, Signals, Sources};
use crate::logs;

/// Run the service
///
/// Wants a configuration, a server key (the error says how to make one) and a database that
/// `migrate` has made. SIGTERM or SIGINT drains it: it tells balancers, lets calls end, and is
/// gone within the time of `transport.drain_cut`.
///
/// Callers are not authenticated yet, so it listens on loopback only, where every caller holds
/// every role.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The configuration; docs/compte-partenaire.example.toml explains every value. The
    /// environment goes before it: COMPTE_PARTENAIRE__<SECTION>__<KEY>
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Serve {
    pub(super) async fn run(self) -> Result<()> {
        let settings = config::load(Some(&self.config))?;
        logs::start(&settings.logs)?;
        let signals = Signals::listen()?;
        let running = lifecycle::start(settings, Mode::Serve, Sources::default()).await?;
        tracing::warn!(
            "callers are not authenticated yet: whoever connects from this machine holds every \
             role"
        );
        signals.stop_asked().await;
        running.stop();
        running.wait().await;
        Ok(())
    }
}
