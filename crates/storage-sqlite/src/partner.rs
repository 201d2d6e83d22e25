//! Reading partners, agreements and groups.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use domain::agreement::Agreement;
use domain::group::Group;
use domain::name::{AgreementLabel, PartnerName};
use domain::partner::{Partner, PartnerReference};
use domain::references::{CafCode, Reference, ServiceCode};
use domain::siret::Siret;
use domain::{AgreementId, PartnerId};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use storage::page::{Page, PageRequest};
use storage::partner::{AgreementFilter, GroupFilter, ListedGroup, PartnerReads};

use crate::SqliteStore;
use crate::account::scope;
use crate::codes::Code;
use crate::error::Result;
use crate::list::{by_id_alone, cut, push_list};
use crate::row::Row;

#[async_trait]
impl PartnerReads for SqliteStore {
    async fn partner(&self, id: PartnerId) -> storage::Result<Option<Partner>> {
        Ok(by_id(self.read().await?.connection(), id).await?)
    }

    async fn partner_by_reference(
        &self,
        reference: &PartnerReference,
    ) -> storage::Result<Option<Partner>> {
        Ok(by_reference(self.read().await?.connection(), reference).await?)
    }

    async fn agreement(&self, id: AgreementId) -> storage::Result<Option<Agreement>> {
        let mut snapshot = self.read().await?;
        Ok(agreements_by_id(snapshot.connection(), [id].into_iter())
            .await?
            .pop())
    }

    async fn agreements(
        &self,
        filter: &AgreementFilter,
        page: &PageRequest,
    ) -> storage::Result<Page<Agreement>> {
        Ok(self.page_of_agreements(filter, page).await?)
    }

    async fn groups(
        &self,
        filter: &GroupFilter,
        page: &PageRequest,
    ) -> storage::Result<Page<ListedGroup>> {
        Ok(self.page_of_groups(filter, page).await?)
    }
}

impl SqliteStore {
    async fn page_of_agreements(
        &self,
        filter: &AgreementFilter,
        page: &PageRequest,
    ) -> Result<Page<Agreement>> {
        let mut snapshot = self.read().await?;
        let mut query = agreement_list_query(filter, page);
        let mut rows = query.build().fetch_all(snapshot.connection()).await?;
        let more = cut(&mut rows, page);
        let agreements = with_services(snapshot.connection(), &rows).await?;
        let revision = snapshot.revision().await?;
        let rows = agreements
            .into_iter()
            .map(|agreement| (by_id_alone(agreement.id.uuid()), agreement))
            .collect();
        Ok(Page {
            rows,
            more,
            revision,
        })
    }

    async fn page_of_groups(
        &self,
        filter: &GroupFilter,
        page: &PageRequest,
    ) -> Result<Page<ListedGroup>> {
        let mut snapshot = self.read().await?;
        let mut query = group_list_query(filter, page);
        let mut rows = query.build().fetch_all(snapshot.connection()).await?;
        let more = cut(&mut rows, page);
        let revision = snapshot.revision().await?;
        let rows = rows
            .iter()
            .map(|row| {
                let member_count = Row::of("groups", row)?.count("member_count")?;
                let group = group_from_row(row)?;
                Ok((
                    by_id_alone(group.id.uuid()),
                    ListedGroup {
                        group,
                        member_count,
                    },
                ))
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Page {
            rows,
            more,
            revision,
        })
    }
}

/// `SELECT` of everything a [`Partner`] is read from.
macro_rules! select_partners {
    ($rest:literal) => {
        concat!(
            "SELECT id, version, authority_version, epoch, caf_code, reference, name, siret,
                state, administrator_id, created_at, updated_at FROM partners ",
            $rest
        )
    };
}

/// `SELECT` of everything an [`Agreement`] is read from, its services apart.
macro_rules! select_agreements {
    ($rest:literal) => {
        concat!(
            "SELECT id, partner_id, version, reference, label, state, start_date, end_date,
                created_at, updated_at FROM agreements ",
            $rest
        )
    };
}

/// `SELECT` of everything a [`Group`] is read from.
macro_rules! select_groups {
    ($rest:literal) => {
        concat!(
            "SELECT id, partner_id, agreement_id, housing_type, zone_code, zone_label, created_at
             FROM groups ",
            $rest
        )
    };
}

/// The partner.
pub(crate) async fn by_id(
    connection: &mut SqliteConnection,
    id: PartnerId,
) -> Result<Option<Partner>> {
    let row = sqlx::query(select_partners!("WHERE id = ?"))
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(partner_from_row).transpose()
}

/// The partner by the Caf's reference.
pub(crate) async fn by_reference(
    connection: &mut SqliteConnection,
    reference: &PartnerReference,
) -> Result<Option<Partner>> {
    let row = sqlx::query(select_partners!("WHERE caf_code = ? AND reference = ?"))
        .bind(reference.caf_code.as_str())
        .bind(reference.reference.as_str())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(partner_from_row).transpose()
}

/// The agreements of those ids, by id.
pub(crate) async fn agreements_by_id(
    connection: &mut SqliteConnection,
    ids: impl Iterator<Item = AgreementId>,
) -> Result<Vec<Agreement>> {
    let mut query = QueryBuilder::new(select_agreements!("WHERE id IN "));
    push_list(&mut query, ids.map(AgreementId::uuid));
    query.push(" ORDER BY id");
    let rows = query.build().fetch_all(&mut *connection).await?;
    with_services(connection, &rows).await
}

/// Every agreement of the partner, by id.
pub(crate) async fn agreements_of(
    connection: &mut SqliteConnection,
    partner: PartnerId,
) -> Result<Vec<Agreement>> {
    let rows = sqlx::query(select_agreements!("WHERE partner_id = ? ORDER BY id"))
        .bind(partner.uuid())
        .fetch_all(&mut *connection)
        .await?;
    with_services(connection, &rows).await
}

/// Every group of the partner, by id.
pub(crate) async fn groups_of(
    connection: &mut SqliteConnection,
    partner: PartnerId,
) -> Result<Vec<Group>> {
    let rows = sqlx::query(select_groups!("WHERE partner_id = ? ORDER BY id"))
        .bind(partner.uuid())
        .fetch_all(connection)
        .await?;
    rows.iter().map(group_from_row).collect()
}

/// Those groups that are the partner's, by id.
pub(crate) async fn groups_by_id(
    connection: &mut SqliteConnection,
    partner: PartnerId,
    ids: &BTreeSet<domain::GroupId>,
) -> Result<Vec<Group>> {
    let mut query = QueryBuilder::new(select_groups!("WHERE partner_id = "));
    query.push_bind(partner.uuid()).push(" AND id IN ");
    push_list(&mut query, ids.iter().map(|id| id.uuid()));
    query.push(" ORDER BY id");
    let rows = query.build().fetch_all(connection).await?;
    rows.iter().map(group_from_row).collect()
}

pub(crate) fn agreement_list_query(
    filter: &AgreementFilter,
    page: &PageRequest,
) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(select_agreements!("WHERE TRUE"));
    if let Some(partner) = filter.partner {
        query.push(" AND partner_id = ").push_bind(partner.uuid());
    }
    if !filter.services.is_empty() {
        query.push(
            " AND EXISTS (SELECT 1 FROM agreement_services s
                WHERE s.agreement_id = agreements.id AND s.service_code IN ",
        );
        push_list(
            &mut query,
            filter.services.iter().map(|code| code.as_str().to_owned()),
        );
        query.push(")");
    }
    if !filter.states.is_empty() {
        query.push(" AND state IN ");
        push_list(&mut query, filter.states.iter().map(Code::code));
    }
    push_page_by_id(&mut query, page);
    query
}

pub(crate) fn group_list_query(filter: &GroupFilter, page: &PageRequest) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(
        "SELECT id, partner_id, agreement_id, housing_type, zone_code, zone_label, created_at,
            (SELECT count(*) FROM memberships m JOIN accounts a ON a.id = m.account_id
                WHERE m.group_id = groups.id AND a.state <> 'CLOSED') AS member_count
         FROM groups WHERE TRUE",
    );
    if let Some(partner) = filter.partner {
        query.push(" AND partner_id = ").push_bind(partner.uuid());
    }
    if let Some(agreement) = filter.agreement {
        query
            .push(" AND agreement_id = ")
            .push_bind(agreement.uuid());
    }
    if let Some(among) = &filter.among {
        query.push(" AND id IN ");
        push_list(&mut query, among.iter().map(|id| id.uuid()));
    }
    push_page_by_id(&mut query, page);
    query
}

/// Ends a list ordered by id with the page asked for, and one row more.
fn push_page_by_id(query: &mut QueryBuilder<Sqlite>, page: &PageRequest) {
    if let Some(after) = &page.after {
        query.push(" AND id > ").push_bind(after.id);
    }
    query
        .push(" ORDER BY id LIMIT ")
        .push_bind(i64::from(page.limit) + 1);
}

fn partner_from_row(row: &SqliteRow) -> Result<Partner> {
    let row = Row::of("partners", row)?;
    Ok(Partner {
        id: row.id(),
        version: row.get("version")?,
        authority_version: row.get("authority_version")?,
        epoch: row.get("epoch")?,
        reference: PartnerReference {
            caf_code: row.text("caf_code", CafCode::stored)?,
            reference: row.text("reference", Reference::stored)?,
        },
        name: row.text("name", PartnerName::stored)?,
        siret: row.optional_text("siret", Siret::stored)?,
        state: row.code("state")?,
        administrator: row.reference("administrator_id")?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

async fn with_services(
    connection: &mut SqliteConnection,
    rows: &[SqliteRow],
) -> Result<Vec<Agreement>> {
    let mut agreements = rows
        .iter()
        .map(agreement_from_row)
        .collect::<Result<Vec<_>>>()?;
    if agreements.is_empty() {
        return Ok(agreements);
    }
    let mut query = QueryBuilder::new(
        "SELECT agreement_id AS id, service_code FROM agreement_services WHERE agreement_id IN ",
    );
    push_list(
        &mut query,
        agreements.iter().map(|agreement| agreement.id.uuid()),
    );
    let rows = query.build().fetch_all(connection).await?;

    let mut services: HashMap<AgreementId, BTreeSet<ServiceCode>> = HashMap::new();
    for row in &rows {
        let row = Row::of("agreement_services", row)?;
        let code = row.text("service_code", ServiceCode::stored)?;
        services.entry(row.id()).or_default().insert(code);
    }
    for agreement in &mut agreements {
        agreement.services = services.remove(&agreement.id).unwrap_or_default();
    }
    Ok(agreements)
}

fn agreement_from_row(row: &SqliteRow) -> Result<Agreement> {
    let row = Row::of("agreements", row)?;
    Ok(Agreement {
        id: row.id(),
        partner: row.reference("partner_id")?,
        version: row.get("version")?,
        reference: row.text("reference", Reference::stored)?,
        label: row.text("label", AgreementLabel::stored)?,
        state: row.code("state")?,
        start: row.day("start_date")?,
        end: row.optional_day("end_date")?,
        services: BTreeSet::new(),
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    })
}

fn group_from_row(row: &SqliteRow) -> Result<Group> {
    let row = Row::of("groups", row)?;
    Ok(Group {
        id: row.id(),
        partner: row.reference("partner_id")?,
        agreement: row.reference("agreement_id")?,
        scope: scope(&row)?,
        created_at: row.time("created_at")?,
    })
}
