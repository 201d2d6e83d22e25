//! Writing the feed of changes: one row for all that a transaction changed.

use domain::change::Change;
use domain::{PartnerId, Timestamp};
use serde::Serialize;
use sqlx::SqliteConnection;

use crate::codes::Code;
use crate::error::Result;
use crate::row::{day_text, micros};

/// Whether a copy of the partner's rights, held anywhere, has become old.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Held {
    /// Something that such a copy holds has changed.
    Changed,
    /// Nothing of it has.
    Unchanged,
}

/// Writes the row, in the transaction of the changes; one without changes still moves the
/// revision. The partner's snapshot version rises first, so that the row carries the one that
/// includes it.
pub(crate) async fn append(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    changes: &[Change],
    held: Held,
    now: Timestamp,
) -> Result<()> {
    if held == Held::Changed {
        sqlx::query("UPDATE partners SET snapshot_version = snapshot_version + 1 WHERE id = ?")
            .bind(partner.uuid())
            .execute(&mut *connection)
            .await?;
    }
    let body: Vec<Row> = changes.iter().map(Row::of).collect();
    sqlx::query(
        "INSERT INTO changes (partner_id, snapshot_version, committed_at, body)
         SELECT id, snapshot_version, ?, ? FROM partners WHERE id = ?",
    )
    .bind(micros(now))
    .bind(serde_json::to_string(&body)?)
    .bind(partner.uuid())
    .execute(connection)
    .await?;
    Ok(())
}

/// A change as it is stored. Its names outlive the program: they are read by later versions.
#[derive(Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Row {
    Account {
        account: String,
        state: &'static str,
        role: &'static str,
        opening: String,
        closing: Option<String>,
    },
    Membership {
        account: String,
        group: String,
        member: bool,
    },
    SessionsEnded {
        account: String,
        sessions: Vec<String>,
    },
    Partner {
        partner: String,
        administrator: String,
    },
    Agreement {
        agreement: String,
    },
    Group {
        group: String,
    },
}

impl Row {
    fn of(change: &Change) -> Self {
        match change {
            Change::Account {
                account,
                state,
                role,
                dates,
            } => Self::Account {
                account: account.to_string(),
                state: state.code(),
                role: role.code(),
                opening: day_text(dates.opening()),
                closing: dates.closing().map(day_text),
            },
            Change::Membership {
                account,
                group,
                member,
            } => Self::Membership {
                account: account.to_string(),
                group: group.to_string(),
                member: *member,
            },
            Change::SessionsEnded { account, sessions } => Self::SessionsEnded {
                account: account.to_string(),
                sessions: sessions.iter().map(ToString::to_string).collect(),
            },
            Change::Partner {
                partner,
                administrator,
            } => Self::Partner {
                partner: partner.to_string(),
                administrator: administrator.to_string(),
            },
            Change::Agreement(agreement) => Self::Agreement {
                agreement: agreement.to_string(),
            },
            Change::Group(group) => Self::Group {
                group: group.to_string(),
            },
        }
    }
}
