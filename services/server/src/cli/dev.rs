//! `dev`

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::say;
use crate::config;
use crate::dev::{Demo, Folder, tour};
use crate::lifecycle::{self, Mode, Signals, Sources};
use crate::logs;

/// Try the service: everything on, in one folder, on this machine only
///
/// The database, the server key, and the outbox lie in the data folder. E-mails are written to
/// <data-dir>/outbox/mail instead of being sent, letters to <data-dir>/outbox/letters. Started
/// again on the same folder, it goes on with what is there.
///
/// Every caller holds every role; the metadata `dev-caller-role` (PORTAL, BUSINESS, BACKOFFICE,
/// MAILROOM or OBSERVER) narrows a call to one. Values of the configuration can be set by the
/// environment, COMPTE_PARTENAIRE__<SECTION>__<KEY>. Ctrl-C stops it.
#[derive(Debug, Args)]
pub(super) struct Dev {
    /// Where everything is kept; made if it is not there
    #[arg(long, value_name = "FOLDER", default_value = "var/dev")]
    data_dir: PathBuf,
    /// Where clients connect; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: SocketAddr,
    /// Begin afresh: remove what an earlier `dev` left in the folder
    #[arg(long)]
    fresh: bool,
}

impl Dev {
    pub(super) async fn run(self) -> Result<()> {
        let folder = Folder::open(self.data_dir)?;
        let mut settings = folder.settings(config::load(None)?);
        settings.listen.address = self.listen;
        if self.fresh {
            lifecycle::can_listen(&settings).await?;
            folder.clear()?;
        }
        logs::start(&settings.logs)?;
        let signals = Signals::listen()?;

        let running = lifecycle::start(settings, Mode::Dev, Sources::default()).await?;
        let demo = Demo::provision(running.address()).await?;
        demo.write(&folder.demo())?;
        say(&tour(&demo, folder.path()))?;
        signals.stop_asked().await;
        running.stop();
        running.wait().await;
        Ok(())
    }
}
