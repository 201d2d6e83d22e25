//! Accounts in answers to mutations: read again after the change, without the groups that the actor
//! does not hold. The change itself may have taken the account out of their sight; they are told
//! what came of it all the same.

use std::collections::BTreeSet;

use api::account::v1;
use api::acting::{acting, no_account, query};
use api::convert::account as convert;
use api::refusal::Refusal;
use domain::account::Account;
use domain::call::Call;
use domain::{AccountId, policy};
use storage::authority::{Groups, Of};

use crate::Deps;

impl Deps {
    /// The account as it is now. Who was let change it is shown it, also when the change took it
    /// out of their sight: a manager may take away the last group that they share with it.
    pub(crate) async fn shown(&self, call: &Call, id: AccountId) -> Result<v1::Account, Refusal> {
        let groups = Groups::Named(BTreeSet::new());
        let query = query(Of::Account(id), call, [id], groups);
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or_else(|| no_account(id))?;
        let (_, today) = self.moment();
        let actor = acting(&authority, call, today, || no_account(id))?;
        let account = authority.account(id).ok_or_else(|| no_account(id))?;
        match actor {
            policy::Actor::Person(_) => Ok(convert::message(account, actor, today)),
            policy::Actor::Caf => self.shown_to_the_caf(account).await,
        }
    }

    /// The account as agents see it, how signing in goes included.
    pub(crate) async fn shown_to_the_caf(&self, account: &Account) -> Result<v1::Account, Refusal> {
        let (now, today) = self.moment();
        let throttled = self.throttle_key.identifier(&account.identifier.key());
        let asked = [(account.id, throttled)];
        let mut healths = self.stores.accounts.sign_in_health(&asked, now).await?;
        let health = healths.pop();
        Ok(v1::Account {
            sign_in_health: health.map(|health| convert::sign_in_health(&health, now)),
            ..convert::message(account, policy::Actor::Caf, today)
        })
    }
}
