//! What the mutations of this crate answer and refuse alike.

use std::collections::BTreeSet;

use api::refusal::Refusal;
use domain::account::{self, Account};
use domain::paris::Day;
use domain::{DeliveryId, GroupId};
use storage::authority::Authority;

/// A mutation was carried out and does not name what it made.
#[derive(Debug, thiserror::Error)]
#[error("a mutation was carried out and does not name its {0}")]
struct Unnamed(&'static str);

/// What a mutation made, which its outcome always names.
pub(crate) fn made<T>(thing: Option<T>, what: &'static str) -> Result<T, Refusal> {
    thing.ok_or_else(|| Refusal::internal(&Unnamed(what)))
}

/// A message as answers name it; empty when there is none.
pub(crate) fn delivery_id(delivery: Option<DeliveryId>) -> String {
    delivery.map(|id| id.to_string()).unwrap_or_default()
}

/// Refuses an account that is closed or past its last day.
pub(crate) fn not_ended(account: &Account, today: Day) -> Result<(), Refusal> {
    let state = account.availability(today);
    if state.lasts() {
        return Ok(());
    }
    Err(Refusal::AccountNotActive {
        account: account.id,
        state,
    })
}

/// Refuses groups to be given when one stands under an agreement that is not validated, or has
/// ended.
pub(crate) fn open_agreements(
    authority: &Authority,
    given: &BTreeSet<GroupId>,
    today: Day,
) -> Result<(), Refusal> {
    let mut agreements = given
        .iter()
        .filter_map(|group| authority.group(*group))
        .filter_map(|group| authority.agreement(group.agreement));
    match agreements.find(|agreement| !agreement.open_for_habilitation(today)) {
        None => Ok(()),
        Some(agreement) => {
            let agreement = Box::new(agreement.clone());
            Err(account::Error::AgreementNotValidated(agreement).into())
        }
    }
}
