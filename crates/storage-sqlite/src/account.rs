//! Reading accounts.

use std::collections::HashMap;

use async_trait::async_trait;
use domain::account::{Account, ContactProblem, Membership, Person, StoredRole};
use domain::dates::AccountDates;
use domain::email::Email;
use domain::group::{Scope, ScopeKey};
use domain::identifier::Identifier;
use domain::name::{PersonName, ZoneLabel};
use domain::phone::Phone;
use domain::postal_address::PostalAddress;
use domain::references::ZoneCode;
use domain::user_number::UserNumber;
use domain::{AccountId, Timestamp};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use storage::KeyedDigest;
use storage::account::{AccountFilter, AccountReads, Key, SignInHealth};
use storage::page::{Cursor, Page, PageRequest};

use crate::SqliteStore;
use crate::codes::Code;
use crate::error::Result;
use crate::list::{cut, push_list};
use crate::row::Row;
use crate::{provisional, throttle};

/// `SELECT` of everything an [`Account`] is read from, its memberships apart; `a` is the account,
/// `p` its partner. The join is written so that SQLite keeps the accounts' order.
macro_rules! select_accounts {
    ($rest:expr) => {
        concat!(
            "SELECT a.id, a.partner_id, a.version, a.epoch, a.contact_version, a.state,
                a.stored_role, a.dismissed_by, a.identifier, a.user_number, a.family_name,
                a.given_name, a.sort_name, a.email, a.phone, a.work_mode, a.contact_channel,
                a.postal_lines, a.postal_country, a.opening_date, a.closing_date, a.created_at,
                a.updated_at, a.first_connected_at, a.last_signed_in_at,
                a.recovery_paused_until, a.problem_since, a.problem_delivery_id,
                a.problem_explanation, p.administrator_id = a.id AS is_administrator
             FROM accounts a CROSS JOIN partners p ON p.id = a.partner_id ",
            $rest
        )
    };
}

#[async_trait]
impl AccountReads for SqliteStore {
    async fn account(&self, id: AccountId) -> storage::Result<Option<Account>> {
        let mut snapshot = self.read().await?;
        let found = one(snapshot.connection(), id).await?;
        let mut accounts = Vec::from_iter(found);
        add_memberships(snapshot.connection(), &mut accounts).await?;
        Ok(accounts.pop())
    }

    async fn accounts(
        &self,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> storage::Result<Page<Account>> {
        Ok(self.page_of_accounts(filter, page).await?)
    }

    async fn account_by_key(&self, key: &Key) -> storage::Result<Option<AccountId>> {
        Ok(self.keyed_account(key).await?)
    }

    async fn sign_in_health(
        &self,
        accounts: &[(AccountId, KeyedDigest)],
        now: Timestamp,
    ) -> storage::Result<Vec<SignInHealth>> {
        let mut snapshot = self.read().await?;
        let mut read = Vec::with_capacity(accounts.len());
        for (account, identifier) in accounts {
            read.push(SignInHealth {
                throttle: throttle::read(snapshot.connection(), identifier).await?,
                live_provisional_passwords: provisional::live(snapshot.connection(), *account, now)
                    .await?,
            });
        }
        Ok(read)
    }
}

impl SqliteStore {
    async fn keyed_account(&self, key: &Key) -> Result<Option<AccountId>> {
        let (sql, key) = match key {
            Key::UserNumber(key) => (
                "SELECT id FROM accounts WHERE user_number_key = ?",
                key.as_str(),
            ),
            Key::Identifier(key) => (
                "SELECT id FROM accounts WHERE identifier_key = ?",
                key.as_str(),
            ),
        };
        let row = sqlx::query(sql)
            .bind(key)
            .fetch_optional(self.read().await?.connection())
            .await?;
        row.map(|row| Ok(Row::of("accounts", &row)?.id()))
            .transpose()
    }

    async fn page_of_accounts(
        &self,
        filter: &AccountFilter,
        page: &PageRequest,
    ) -> Result<Page<Account>> {
        let mut snapshot = self.read().await?;
        let mut query = list_query(filter, page);
        let mut rows = query.build().fetch_all(snapshot.connection()).await?;
        let more = cut(&mut rows, page);
        let mut accounts = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
        add_memberships(snapshot.connection(), &mut accounts).await?;
        let cursors = rows.iter().map(cursor).collect::<Result<Vec<_>>>()?;
        let revision = snapshot.revision().await?;
        Ok(Page {
            rows: cursors.into_iter().zip(accounts).collect(),
            more,
            revision,
        })
    }
}

pub(crate) fn list_query(filter: &AccountFilter, page: &PageRequest) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(select_accounts!("WHERE TRUE"));
    if let Some(partner) = filter.partner {
        query.push(" AND a.partner_id = ").push_bind(partner.uuid());
    }
    if let Some(agreement) = filter.agreement {
        query
            .push(" AND a.partner_id = (SELECT partner_id FROM agreements WHERE id = ")
            .push_bind(agreement.uuid())
            .push(
                ") AND (p.administrator_id = a.id OR EXISTS (
                    SELECT 1 FROM memberships m JOIN groups g ON g.id = m.group_id
                    WHERE m.account_id = a.id AND g.agreement_id = ",
            )
            .push_bind(agreement.uuid())
            .push("))");
    }
    if let Some(group) = filter.group {
        query
            .push(" AND a.partner_id = (SELECT partner_id FROM groups WHERE id = ")
            .push_bind(group.uuid())
            .push(
                ") AND (p.administrator_id = a.id OR EXISTS (
                    SELECT 1 FROM memberships m
                    WHERE m.account_id = a.id AND m.group_id = ",
            )
            .push_bind(group.uuid())
            .push("))");
    }
    if !filter.states.is_empty() {
        query.push(" AND a.state IN ");
        push_list(&mut query, filter.states.iter().map(Code::code));
    }
    if let Some(seen_by) = &filter.seen_by {
        query
            .push(" AND (p.administrator_id = a.id OR a.id = ")
            .push_bind(seen_by.own.uuid())
            .push(
                " OR EXISTS (SELECT 1 FROM memberships m
                    WHERE m.account_id = a.id AND m.group_id IN ",
            );
        push_list(&mut query, seen_by.groups.iter().map(|group| group.uuid()));
        query.push("))");
    }
    if let Some(after) = &page.after {
        query
            .push(" AND (a.sort_name, a.id) > (")
            .push_bind(after.sort.clone())
            .push(", ")
            .push_bind(after.id)
            .push(")");
    }
    query
        .push(" ORDER BY a.sort_name, a.id LIMIT ")
        .push_bind(i64::from(page.limit) + 1);
    query
}

fn cursor(row: &SqliteRow) -> Result<Cursor> {
    let row = Row::of("accounts", row)?;
    Ok(Cursor {
        sort: row.get("sort_name")?,
        id: row.id(),
    })
}

/// The account without its memberships.
pub(crate) async fn one(
    connection: &mut SqliteConnection,
    id: AccountId,
) -> Result<Option<Account>> {
    let row = sqlx::query(select_accounts!("WHERE a.id = ?"))
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The accounts of those that are the partner's, by id, with their memberships.
pub(crate) async fn of_partner(
    connection: &mut SqliteConnection,
    partner: domain::PartnerId,
    ids: impl Iterator<Item = AccountId>,
) -> Result<Vec<Account>> {
    let mut query = QueryBuilder::new(select_accounts!("WHERE a.partner_id = "));
    query.push_bind(partner.uuid()).push(" AND a.id IN ");
    push_list(&mut query, ids.map(AccountId::uuid));
    query.push(" ORDER BY a.id");
    let rows = query.build().fetch_all(&mut *connection).await?;
    let mut accounts = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    add_memberships(connection, &mut accounts).await?;
    Ok(accounts)
}

/// The accounts of an address.
pub(crate) const OF_EMAIL: &str = select_accounts!("WHERE a.email_key = ? ORDER BY a.id LIMIT ?");

/// The account of a user number.
pub(crate) const OF_USER_NUMBER: &str = select_accounts!("WHERE a.user_number_key = ?");

/// Those whose address has that keyed digest, by id, without memberships.
pub(crate) async fn of_email(
    connection: &mut SqliteConnection,
    digest: storage::KeyedDigest,
    limit: u32,
) -> Result<Vec<Account>> {
    let rows = sqlx::query(OF_EMAIL)
        .bind(digest.to_vec())
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(from_row).collect()
}

/// The one with that user number, without memberships.
pub(crate) async fn of_user_number(
    connection: &mut SqliteConnection,
    key: &domain::user_number::UserNumberKey,
) -> Result<Option<Account>> {
    let row = sqlx::query(OF_USER_NUMBER)
        .bind(key.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Reads the memberships of all of them at once, by group.
pub(crate) async fn add_memberships(
    connection: &mut SqliteConnection,
    accounts: &mut [Account],
) -> Result<()> {
    if accounts.is_empty() {
        return Ok(());
    }
    let mut query = QueryBuilder::new(
        "SELECT m.account_id AS id, m.group_id, m.granted_at, g.agreement_id, g.housing_type,
            g.zone_code, g.zone_label
         FROM memberships m JOIN groups g ON g.id = m.group_id WHERE m.account_id IN ",
    );
    push_list(&mut query, accounts.iter().map(|account| account.id.uuid()));
    query.push(" ORDER BY m.account_id, m.group_id");
    let rows = query.build().fetch_all(connection).await?;

    let mut memberships: HashMap<AccountId, Vec<Membership>> = HashMap::new();
    for row in &rows {
        let row = Row::of("memberships", row)?;
        memberships.entry(row.id()).or_default().push(Membership {
            group: row.reference("group_id")?,
            agreement: row.reference("agreement_id")?,
            scope: scope(&row)?,
            granted_at: row.time("granted_at")?,
        });
    }
    for account in accounts {
        account.memberships = memberships.remove(&account.id).unwrap_or_default();
    }
    Ok(())
}

/// What a group covers.
pub(crate) fn scope(row: &Row<'_>) -> Result<Scope> {
    Ok(Scope {
        key: ScopeKey {
            housing: row.code("housing_type")?,
            zone: row.text("zone_code", ZoneCode::stored)?,
        },
        zone_label: row.text("zone_label", ZoneLabel::stored)?,
    })
}

/// First and last day.
pub(crate) fn dates(row: &Row<'_>) -> Result<AccountDates> {
    Ok(AccountDates::stored(
        row.day("opening_date")?,
        row.optional_day("closing_date")?,
    ))
}

/// An account without its memberships.
pub(crate) fn from_row(row: &SqliteRow) -> Result<Account> {
    let row = Row::of("accounts", row)?;
    let stored_role: StoredRole = row.code("stored_role")?;
    Ok(Account {
        id: row.id(),
        partner: row.reference("partner_id")?,
        version: row.get("version")?,
        epoch: row.get("epoch")?,
        contact_version: row.get("contact_version")?,
        state: row.code("state")?,
        role: stored_role.shown(row.get("is_administrator")?),
        dismissed_by: row.optional_code("dismissed_by")?,
        identifier: row.text("identifier", Identifier::stored)?,
        user_number: row.text("user_number", UserNumber::stored)?,
        person: person(&row)?,
        dates: dates(&row)?,
        memberships: Vec::new(),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
        first_connected_at: row.optional_time("first_connected_at")?,
        last_signed_in_at: row.optional_time("last_signed_in_at")?,
        recovery_paused_until: row.optional_time("recovery_paused_until")?,
        contact_problem: contact_problem(&row)?,
    })
}

fn person(row: &Row<'_>) -> Result<Person> {
    Ok(Person {
        family_name: row.text("family_name", PersonName::stored)?,
        given_name: row.text("given_name", PersonName::stored)?,
        email: row.optional_text("email", Email::stored)?,
        phone: row.optional_text("phone", Phone::stored)?,
        work_mode: row.optional_code("work_mode")?,
        contact_channel: row.code("contact_channel")?,
        postal_address: postal_address(row)?,
    })
}

/// The postal address, from `postal_lines` and `postal_country`.
pub(crate) fn postal_address(row: &Row<'_>) -> Result<Option<PostalAddress>> {
    let lines: Option<String> = row.get("postal_lines")?;
    let country: Option<String> = row.get("postal_country")?;
    Ok(lines.zip(country).map(|(lines, country)| {
        PostalAddress::stored(lines.split('\n').map(str::to_owned).collect(), country)
    }))
}

fn contact_problem(row: &Row<'_>) -> Result<Option<ContactProblem>> {
    let Some(since) = row.optional_time("problem_since")? else {
        return Ok(None);
    };
    Ok(Some(ContactProblem {
        since,
        delivery: row.reference::<domain::DeliveryId>("problem_delivery_id")?,
        explanation: row.get("problem_explanation")?,
    }))
}
