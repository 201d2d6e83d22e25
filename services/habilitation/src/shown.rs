//! Accounts in answers to mutations.

use api::account::v1;
use api::acting::no_account;
use api::refusal::Refusal;
use api::shown;
use domain::account::Account;
use domain::call::Call;
use domain::{AccountId, policy};

use crate::Deps;

impl Deps {
    /// The account as it is after its change.
    pub(crate) async fn shown(&self, call: &Call, id: AccountId) -> Result<v1::Account, Refusal> {
        let (now, _) = self.moment();
        shown::changed(&self.stores, &self.throttle_key, call, id, now).await
    }

    /// The account as agents see it.
    pub(crate) async fn shown_to_the_caf(&self, account: &Account) -> Result<v1::Account, Refusal> {
        let (now, _) = self.moment();
        let (stores, key) = (&self.stores, &self.throttle_key);
        let shown = shown::accounts(stores, key, policy::Actor::Caf, &[account], now).await?;
        let shown = shown.into_iter().next();
        shown.ok_or_else(|| no_account(account.id))
    }
}
