//! The schema: migrations forward only, and no database of another program's schema.

use std::borrow::Cow;
use std::path::Path;

use sqlx::migrate::{Migrate, Migration, MigrationType, Migrator};
use sqlx::sqlite::SqlitePool;
use sqlx::{Row as _, SqlSafeStr};

use super::{Migrations, OpenError};

/// Every migration that this program knows, in their order.
fn known_migrations() -> Migrator {
    let migration = |version, description, sql: &'static str| {
        let description = Cow::Borrowed(description);
        Migration::new(
            version,
            description,
            MigrationType::Simple,
            sql.into_sql_str(),
            false,
        )
    };
    Migrator::with_migrations(vec![migration(
        1,
        "accounts",
        include_str!("../../migrations/0001_accounts.sql"),
    )])
}

/// The schema that this program knows.
pub(super) fn known_version() -> i64 {
    version_of(&known_migrations())
}

fn version_of(migrator: &Migrator) -> i64 {
    migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// Applies what is missing, or says why the file is not for this program.
pub(super) async fn bring_up_to_date(
    writer: &SqlitePool,
    path: &Path,
    migrations: Migrations,
) -> Result<(), OpenError> {
    let failed = |source| OpenError::Migration {
        database: path.to_owned(),
        source,
    };
    let migrator = known_migrations();
    let known = version_of(&migrator);
    let found = applied_version(writer, &migrator).await.map_err(failed)?;

    if found > known {
        return Err(OpenError::SchemaNewer {
            database: path.to_owned(),
            found,
            known,
        });
    }
    if found < known && migrations == Migrations::Refuse {
        return Err(OpenError::SchemaOlder {
            database: path.to_owned(),
            found,
            known,
        });
    }
    // Also with nothing to apply: what was applied is compared with what this program knows.
    migrator.run(writer).await.map_err(failed)
}

async fn applied_version(
    writer: &SqlitePool,
    migrator: &Migrator,
) -> Result<i64, sqlx::migrate::MigrateError> {
    let table = "SELECT count(*) AS tables FROM sqlite_schema WHERE name = '_sqlx_migrations'";
    let tables: i64 = sqlx::query(table).fetch_one(writer).await?.get("tables");
    if tables == 0 {
        return Ok(0);
    }
    let mut connection = writer.acquire().await?;
    let applied = connection
        .list_applied_migrations(&migrator.table_name)
        .await?;
    Ok(applied
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0))
}
