//! Reading everything there is: page after page, and all of it to see that nothing was written.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::agreement::Agreement;
use domain::delivery::Delivery;
use domain::partner::Partner;

use super::super::Db;
use crate::account::AccountFilter;
use crate::delivery::DeliveryFilter;
use crate::page::{Cursor, Page, PageRequest};
use crate::partner::{AgreementFilter, GroupFilter, ListedGroup};
use crate::{Result, Revision};

/// Walks a list to its end, `size` rows at a time, each page asked by the cursor that a client
/// would send back.
pub(crate) async fn walk<T>(
    size: u32,
    page: impl AsyncFn(PageRequest) -> Result<Page<T>>,
) -> Vec<T> {
    let mut rows = Vec::new();
    let mut after = None;
    loop {
        let read = page(PageRequest { after, limit: size }).await.unwrap();
        assert!(read.rows.len() <= size as usize, "a page longer than asked");
        after = read
            .rows
            .last()
            .and_then(|(cursor, _)| Cursor::decode(&cursor.encode()));
        rows.extend(read.rows.into_iter().map(|(_, row)| row));
        assert!(rows.len() < 1_000, "a list without an end");
        if !read.more {
            return rows;
        }
        assert!(after.is_some(), "more rows promised after an empty page");
    }
}

/// A list's first page.
pub(crate) fn first(limit: u32) -> PageRequest {
    PageRequest { after: None, limit }
}

pub(crate) async fn accounts(db: &Db, filter: &AccountFilter, size: u32) -> Vec<Account> {
    walk(size, async |page| db.accounts(filter, &page).await).await
}

pub(crate) async fn agreements(db: &Db, filter: &AgreementFilter, size: u32) -> Vec<Agreement> {
    walk(size, async |page| db.agreements(filter, &page).await).await
}

pub(crate) async fn groups(db: &Db, filter: &GroupFilter, size: u32) -> Vec<ListedGroup> {
    walk(size, async |page| db.groups(filter, &page).await).await
}

pub(crate) async fn deliveries(db: &Db, filter: &DeliveryFilter, size: u32) -> Vec<Delivery> {
    walk(size, async |page| db.deliveries(filter, &page).await).await
}

/// All that can be read. Equal before and after, nothing was written.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    revision: Revision,
    partners: Vec<Option<Partner>>,
    agreements: Vec<Agreement>,
    groups: Vec<ListedGroup>,
    accounts: Vec<Account>,
    deliveries: Vec<Delivery>,
}

/// Reads all of it.
pub(crate) async fn everything(db: &Db) -> Everything {
    let accounts = accounts(db, &AccountFilter::default(), 100).await;
    let agreements = agreements(db, &AgreementFilter::default(), 100).await;
    let mut partners = Vec::new();
    for id in accounts
        .iter()
        .map(|account| account.partner)
        .collect::<BTreeSet<_>>()
    {
        partners.push(db.partner(id).await.unwrap());
    }
    let mut listed = Vec::new();
    for agreement in &agreements {
        let filter = GroupFilter {
            partner: None,
            agreement: Some(agreement.id),
            among: None,
        };
        listed.extend(groups(db, &filter, 100).await);
    }
    Everything {
        revision: db.revision().await.unwrap(),
        partners,
        agreements,
        groups: listed,
        accounts,
        deliveries: deliveries(db, &DeliveryFilter::default(), 100).await,
    }
}
