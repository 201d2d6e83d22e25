//! The storage contract kept on an embedded SQLite database: one file, one process.
//!
//! One connection writes, a few read. A unit that writes takes the write lock at its first word
//! (`BEGIN IMMEDIATE`), so what it reads is what it will change; a unit that reads in several
//! statements reads them in one snapshot. Read [`unit`] first, then any area: each file implements
//! the trait of the same name.

mod account;
mod audit;
mod authority;
mod codes;
mod delivery;
mod error;
mod feed;
mod habilitation;
mod list;
mod mutation;
mod open;
mod partner;
#[cfg(test)]
mod plans;
mod provisional;
mod recovery;
mod row;
mod session;
mod sort_name;
mod throttle;
mod unit;

use std::fs::File;

use async_trait::async_trait;
use domain::email::EmailKey;
use domain::keys::EmailLookupKey;
use sqlx::sqlite::SqlitePool;
use storage::{Database, KeyedDigest, Revision};
use uuid::Uuid;

pub use open::{Migrations, OpenError};

/// A database file, open. Every trait of [`storage::Store`] is implemented on it.
pub struct SqliteStore {
    writer: SqlitePool,
    readers: SqlitePool,
    database: Uuid,
    email_key: EmailLookupKey,
    /// Held as long as the store: no other process opens the file.
    _lock: File,
}

impl SqliteStore {
    /// What an address is looked up by: nothing can be read from it without the server's key.
    fn email_digest(&self, key: &EmailKey) -> KeyedDigest {
        self.email_key.digest(key.as_str().as_bytes())
    }
}

#[async_trait]
impl Database for SqliteStore {
    async fn ready(&self) -> storage::Result<()> {
        self.read().await?.revision().await?;
        // An empty unit: it needs the write lock, and leaves no trace.
        self.write().await?.commit().await?;
        Ok(())
    }

    async fn revision(&self) -> storage::Result<Revision> {
        Ok(self.read().await?.revision().await?)
    }
}
