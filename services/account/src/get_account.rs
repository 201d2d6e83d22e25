//! Reading one account: a person's own, those a manager or administrator sees, all for the Caf.

use api::account::v1;
use api::acting::{acting, no_account, query, target};
use api::convert::account_requests::AccountRef;
use api::refusal::{Refusal, Resource};
use api::shown;
use domain::account::Account;
use domain::call::{Actor, Call};
use domain::policy;
use domain::{AccountId, Timestamp, paris};
use storage::account::Key;
use storage::authority::{Groups, Of};

use crate::AccountDeps;

impl AccountDeps {
    /// The account named, as far as the actor sees it.
    pub(crate) async fn get_account(
        &self,
        call: &Call,
        named: AccountRef,
    ) -> Result<v1::Account, Refusal> {
        let now = self.clock.now();
        let id = match named {
            AccountRef::Id(id) => id,
            AccountRef::UserNumber(key, sent) => {
                self.find(call, Key::UserNumber(key), sent, now).await?
            }
            AccountRef::Identifier(key, sent) => {
                self.find(call, Key::Identifier(key), sent, now).await?
            }
        };
        self.seen(call, id, now).await
    }

    /// The account as it is now, when the actor sees it.
    async fn seen(
        &self,
        call: &Call,
        id: AccountId,
        now: Timestamp,
    ) -> Result<v1::Account, Refusal> {
        let query = query(Of::Account(id), call, [id], no_groups());
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or_else(|| no_account(id))?;
        let actor = acting(&authority, call, paris::today(now), || no_account(id))?;
        let account = target(&authority, actor, id)?;
        let shown = self.show(actor, &[account], now).await?;
        shown.into_iter().next().ok_or_else(|| no_account(id))
    }

    /// Accounts as this actor sees them.
    pub(crate) async fn show(
        &self,
        actor: policy::Actor<'_>,
        accounts: &[&Account],
        now: Timestamp,
    ) -> Result<Vec<v1::Account>, Refusal> {
        shown::accounts(&self.stores, &self.throttle_key, actor, accounts, now).await
    }

    /// An account after it was changed.
    pub(crate) async fn changed(
        &self,
        call: &Call,
        id: AccountId,
        now: Timestamp,
    ) -> Result<v1::Account, Refusal> {
        shown::changed(&self.stores, &self.throttle_key, call, id, now).await
    }

    /// The account with that key, which the Caf alone looks for.
    async fn find(
        &self,
        call: &Call,
        key: Key,
        sent: String,
        now: Timestamp,
    ) -> Result<AccountId, Refusal> {
        if let Actor::Person(session) = &call.actor {
            let of = Of::Partner(session.partner);
            let query = query(of, call, [], Groups::Named([].into()));
            let authority = self.stores.authorities.authority(&query).await?;
            let authority = authority.ok_or(Refusal::SessionInvalid)?;
            let today = paris::today(now);
            let actor = acting(&authority, call, today, || Refusal::SessionInvalid)?;
            policy::may_find_by_key(actor).map_err(|why| Refusal::by_policy(why, None))?;
        }
        let found = self.stores.accounts.account_by_key(&key).await?;
        found.ok_or_else(|| Refusal::not_found(Resource::Account, sent))
    }
}

/// A decision on no group.
pub(crate) fn no_groups() -> Groups {
    Groups::Named([].into())
}
