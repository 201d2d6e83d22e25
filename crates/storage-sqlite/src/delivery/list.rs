//! Reading messages and what became of them.

use domain::DeliveryId;
use domain::account::Channel;
use domain::delivery::{Delivery, Recipient, State, Subject};
use domain::email::Email;
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use storage::delivery::DeliveryFilter;
use storage::page::{Cursor, PageRequest};

use crate::account::postal_address;
use crate::codes::Code;
use crate::error::Result;
use crate::list::{by_id_alone, cut, push_list};
use crate::row::{Row, micros};

/// `SELECT` of everything a [`Delivery`] is read from; `d` is the message, `a` its account.
macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.account_id, d.partner_id, d.kind, d.channel, d.state,
                d.subject_email, d.recipient, d.attempts, d.created_at, d.state_at, d.due_at,
                d.failure, a.email, a.postal_lines, a.postal_country,
                (SELECT max(expires_at) FROM provisional_passwords v
                    WHERE v.delivery_id = d.id AND v.spent_at IS NULL AND v.voided_at IS NULL
                ) AS provisional_expires_at
             FROM deliveries d CROSS JOIN accounts a ON a.id = d.account_id ",
            $rest
        )
    };
}

/// The message.
pub(super) async fn one(
    connection: &mut SqliteConnection,
    id: DeliveryId,
) -> Result<Option<Delivery>> {
    let row = sqlx::query(select_deliveries!("WHERE d.id = ?"))
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// A page of messages, and whether more follow.
pub(super) async fn page(
    connection: &mut SqliteConnection,
    filter: &DeliveryFilter,
    page: &PageRequest,
) -> Result<(Vec<(Cursor, Delivery)>, bool)> {
    let mut rows = list_query(filter, page)
        .build()
        .fetch_all(connection)
        .await?;
    let more = cut(&mut rows, page);
    let rows = rows.iter().map(|row| {
        let delivery = from_row(row)?;
        Ok((by_id_alone(delivery.id.uuid()), delivery))
    });
    Ok((rows.collect::<Result<_>>()?, more))
}

/// Newest first: ids sort by the time they were made.
pub(crate) fn list_query(filter: &DeliveryFilter, page: &PageRequest) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(select_deliveries!("WHERE TRUE"));
    if let Some(account) = filter.account {
        query.push(" AND d.account_id = ").push_bind(account.uuid());
    }
    if let Some(partner) = filter.partner {
        query.push(" AND d.partner_id = ").push_bind(partner.uuid());
    }
    if !filter.states.is_empty() {
        query.push(" AND d.state IN ");
        push_list(&mut query, filter.states.iter().map(Code::code));
    }
    if let Some(channel) = filter.channel {
        query.push(" AND d.channel = ").push_bind(channel.code());
    }
    if let Some(since) = filter.since {
        query.push(" AND d.created_at >= ").push_bind(micros(since));
    }
    if let Some(after) = &page.after {
        query.push(" AND d.id < ").push_bind(after.id);
    }
    query
        .push(" ORDER BY d.id DESC LIMIT ")
        .push_bind(i64::from(page.limit) + 1);
    query
}

fn from_row(row: &SqliteRow) -> Result<Delivery> {
    let row = Row::of("deliveries", row)?;
    let channel = row.code("channel")?;
    let state = row.code("state")?;
    Ok(Delivery {
        id: row.id(),
        account: row.reference("account_id")?,
        partner: row.reference("partner_id")?,
        kind: row.code("kind")?,
        channel,
        state,
        recipient: recipient(&row, channel, state)?,
        attempts: row.count("attempts")?,
        created_at: row.time("created_at")?,
        state_at: row.time("state_at")?,
        next_attempt_at: row
            .optional_time("due_at")?
            .filter(|_| state == State::Queued),
        provisional_expires_at: row.optional_time("provisional_expires_at")?,
        failure: row.get("failure")?,
    })
}

/// Where it went; of one that waits, where it would go now.
fn recipient(row: &Row<'_>, channel: Channel, state: State) -> Result<Recipient> {
    let went: Option<String> = row.get("recipient")?;
    let now = match channel {
        Channel::Email => email(row)?,
        Channel::Letter => postal_address(row)?.and_then(|address| address.lines().last().cloned()),
    };
    let recipient = if state == State::Queued {
        now
    } else {
        went.or(now)
    };
    Ok(match (recipient, channel) {
        (None, _) => Recipient::Nowhere,
        (Some(email), Channel::Email) => Recipient::Email(Email::stored(email)),
        (Some(line), Channel::Letter) => Recipient::Letter(line),
    })
}

fn email(row: &Row<'_>) -> Result<Option<String>> {
    let former: Option<String> = row.get("subject_email")?;
    Ok(former.or(row.get("email")?))
}

/// What a message says beyond its kind, from `subject_role` and `subject_email`.
pub(super) fn subject(row: &Row<'_>) -> Result<Subject> {
    if let Some(role) = row.optional_code("subject_role")? {
        return Ok(Subject::Role(role));
    }
    let former = row.optional_text("subject_email", Email::stored)?;
    Ok(former.map_or(Subject::Plain, Subject::FormerEmail))
}
