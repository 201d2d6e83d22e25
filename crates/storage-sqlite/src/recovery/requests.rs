//! The requests themselves, and the accounts that they may concern.

use domain::Timestamp;
use domain::account::Account;
use domain::email::EmailKey;
use domain::name::PartnerName;
use domain::session::Client;
use domain::user_number::UserNumberKey;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;
use storage::KeyedDigest;
use storage::delivery::Lease;
use storage::recovery::{Candidate, RecoveryRequest, Submitted};
use uuid::Uuid;

use crate::account;
use crate::error::Result;
use crate::row::{Row, micros};

const USER_NUMBER: &str = "USER_NUMBER";
const EMAIL: &str = "EMAIL";

/// Writes it down.
pub(super) async fn insert(
    connection: &mut SqliteConnection,
    request: &RecoveryRequest,
) -> Result<()> {
    let (submitted_as, submitted) = match &request.submitted {
        Submitted::UserNumber(key) => (USER_NUMBER, key.as_str()),
        Submitted::Email(key) => (EMAIL, key.as_str()),
    };
    sqlx::query(
        "INSERT INTO recovery_requests (id, made_at, submitted_as, submitted, caller,
            client_address, client_user_agent)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(request.id)
    .bind(micros(request.at))
    .bind(submitted_as)
    .bind(submitted)
    .bind(&request.caller)
    .bind(request.client.address.map(|address| address.to_string()))
    .bind(request.client.user_agent.as_deref())
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether any is free.
pub(super) async fn any_free(connection: &mut SqliteConnection, now: Timestamp) -> Result<bool> {
    let row = sqlx::query(
        "SELECT 1 FROM recovery_requests WHERE lease_until IS NULL OR lease_until <= ? LIMIT 1",
    )
    .bind(micros(now))
    .fetch_optional(connection)
    .await?;
    Ok(row.is_some())
}

/// Takes the oldest free request.
pub(crate) const CLAIM: &str = "UPDATE recovery_requests SET lease_id = ?, lease_until = ?
         WHERE id = (SELECT id FROM recovery_requests
            WHERE lease_until IS NULL OR lease_until <= ? ORDER BY made_at, id LIMIT 1)
         RETURNING id, made_at, submitted_as, submitted, caller, client_address,
            client_user_agent";

/// Takes the oldest free one.
pub(super) async fn claim(
    connection: &mut SqliteConnection,
    lease: &Lease,
) -> Result<Option<RecoveryRequest>> {
    let row = sqlx::query(CLAIM)
        .bind(lease.id)
        .bind(micros(lease.until))
        .bind(micros(lease.now))
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(from_row).transpose()
}

fn from_row(row: &SqliteRow) -> Result<RecoveryRequest> {
    let row = Row::of("recovery_requests", row)?;
    let submitted = match row.get("submitted_as")? {
        USER_NUMBER => Submitted::UserNumber(row.text("submitted", UserNumberKey::stored)?),
        EMAIL => Submitted::Email(row.text("submitted", EmailKey::stored)?),
        _ => return Err(row.fault("submitted_as", "the name is not known")),
    };
    let address = row.get::<Option<&str>>("client_address")?.map(|address| {
        address
            .parse()
            .map_err(|_| row.fault("client_address", "it is no address"))
    });
    Ok(RecoveryRequest {
        id: row.id(),
        at: row.time("made_at")?,
        submitted,
        caller: row.get("caller")?,
        client: Client {
            address: address.transpose()?,
            user_agent: row.get("client_user_agent")?,
        },
    })
}

/// Takes the row away with what was typed; `false` when the lease was lost.
pub(super) async fn wipe(
    connection: &mut SqliteConnection,
    request: Uuid,
    lease: Uuid,
    now: Timestamp,
) -> Result<bool> {
    let wiped = sqlx::query(
        "DELETE FROM recovery_requests WHERE id = ? AND lease_id = ? AND lease_until > ?",
    )
    .bind(request)
    .bind(lease)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(wiped.rows_affected() == 1)
}

/// The accounts that a request may concern, by id; `digest` is that of a submitted address.
pub(super) async fn candidates(
    connection: &mut SqliteConnection,
    submitted: &Submitted,
    digest: Option<KeyedDigest>,
    limit: u32,
) -> Result<Vec<Candidate>> {
    let mut accounts = match (submitted, digest) {
        (Submitted::UserNumber(key), _) => {
            Vec::from_iter(account::of_user_number(connection, key).await?)
        }
        (Submitted::Email(_), Some(digest)) => account::of_email(connection, digest, limit).await?,
        (Submitted::Email(_), None) => Vec::new(),
    };
    account::add_memberships(connection, &mut accounts).await?;
    let mut candidates = Vec::with_capacity(accounts.len());
    for account in accounts {
        candidates.push(candidate(connection, account).await?);
    }
    Ok(candidates)
}

async fn candidate(connection: &mut SqliteConnection, account: Account) -> Result<Candidate> {
    let row = sqlx::query(
        "SELECT p.id, p.name, EXISTS (
            SELECT 1 FROM deliveries d WHERE d.account_id = ? AND d.channel = 'EMAIL'
                AND d.state = 'SENT'
                AND d.kind IN ('FIRST_CREDENTIALS', 'LOST_IDENTIFIER', 'PROVISIONAL_PASSWORD')
            ) AS sent_by_email
         FROM partners p WHERE p.id = ?",
    )
    .bind(account.id.uuid())
    .bind(account.partner.uuid())
    .fetch_one(connection)
    .await?;
    let row = Row::of("partners", &row)?;
    Ok(Candidate {
        account,
        partner_name: row.text("name", PartnerName::stored)?,
        credentials_sent_by_email: row.get("sent_by_email")?,
    })
}
