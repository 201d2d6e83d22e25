//! `migrate`

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use domain::OsRandom;
use storage_sqlite::{Migrations, SqliteStore};

use super::say;
use crate::config;
use crate::keys::{self, Absence};

/// Make the database, or bring its schema up to date
///
/// Stop the service first. Nothing is done where nothing is to do.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// The configuration of the service
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<()> {
        let settings = config::load(Some(&self.config))?;
        let key = keys::read(&settings.keys.server_key_file, Absence::Refuse, &OsRandom)?;
        let path = &settings.database.path;
        let store = SqliteStore::open_with(path, &key, &OsRandom, Migrations::Run).await?;
        store.close().await;
        say(&format!("the schema of {} is up to date", path.display()))?;
        Ok(())
    }
}
