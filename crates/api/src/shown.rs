//! Accounts in answers: as far as the one who asks sees them, with how signing in goes for agents.

use std::collections::BTreeSet;

use domain::account::Account;
use domain::call::Call;
use domain::keys::ThrottleKey;
use domain::{AccountId, Timestamp, paris, policy};
use storage::Stores;
use storage::authority::{Groups, Of};

use crate::account::v1;
use crate::acting::{acting, no_account, query};
use crate::convert::account as convert;
use crate::refusal::Refusal;

/// The accounts as this actor sees them at that moment, in their order.
pub async fn accounts(
    stores: &Stores,
    throttle_key: &ThrottleKey,
    actor: policy::Actor<'_>,
    accounts: &[&Account],
    now: Timestamp,
) -> Result<Vec<v1::Account>, Refusal> {
    let today = paris::today(now);
    let shown = accounts
        .iter()
        .map(|account| convert::message(account, actor, today));
    if !matches!(actor, policy::Actor::Caf) {
        return Ok(shown.collect());
    }
    let throttled = |account: &&Account| {
        let identifier = account.identifier.key();
        (account.id, throttle_key.identifier(&identifier))
    };
    let asked: Vec<_> = accounts.iter().map(throttled).collect();
    let healths = stores.accounts.sign_in_health(&asked, now).await?;
    let told = shown.zip(healths).map(|(account, health)| v1::Account {
        sign_in_health: Some(convert::sign_in_health(&health, now)),
        ..account
    });
    Ok(told.collect())
}

/// An account after it was changed, read again. Who was let change it is shown it, also when the
/// change took it out of their sight: a manager may take away the last group that they share.
pub async fn changed(
    stores: &Stores,
    throttle_key: &ThrottleKey,
    call: &Call,
    id: AccountId,
    now: Timestamp,
) -> Result<v1::Account, Refusal> {
    let query = query(Of::Account(id), call, [id], Groups::Named(BTreeSet::new()));
    let authority = stores.authorities.authority(&query).await?;
    let authority = authority.ok_or_else(|| no_account(id))?;
    let actor = acting(&authority, call, paris::today(now), || no_account(id))?;
    let account = authority.account(id).ok_or_else(|| no_account(id))?;
    let shown = accounts(stores, throttle_key, actor, &[account], now).await?;
    shown.into_iter().next().ok_or_else(|| no_account(id))
}
