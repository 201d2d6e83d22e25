//! Accounts in answers to mutations: read again after the change, without the groups that the actor
//! does not hold. The change itself may have taken the account out of their sight; they are told
//! what came of it all the same.

use std::collections::BTreeSet;

use api::account::v1;
use api::acting::{acting, no_account, query};
use api::convert::account as convert;
use api::refusal::Refusal;
use domain::AccountId;
use domain::call::Call;
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
        Ok(convert::message(account, actor, today))
    }
}
