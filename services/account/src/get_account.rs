//! Reading one account: a person's own, those a manager or administrator sees, all for the Caf.

use std::collections::BTreeSet;

use api::account::v1;
use api::convert::account as convert;
use api::convert::account_requests::AccountRef;
use api::refusal::{Refusal, Resource};
use domain::account::Account;
use domain::call::{Actor, Call};
use domain::policy;
use domain::{AccountId, Timestamp, paris};
use storage::account::Key;
use storage::authority::Of;

use crate::AccountDeps;
use crate::acting::{acting, no_account, query, target};

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
        self.show(call, id, now).await
    }

    /// The account as it is now, as far as the actor sees it.
    pub(crate) async fn show(
        &self,
        call: &Call,
        id: AccountId,
        now: Timestamp,
    ) -> Result<v1::Account, Refusal> {
        let query = query(Of::Account(id), call, Some(id), BTreeSet::new());
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or_else(|| no_account(id))?;
        let today = paris::today(now);
        let actor = acting(&authority, call, today, || no_account(id))?;
        let account = target(&authority, id)?;
        if !policy::sees(actor, account) {
            return Err(no_account(id));
        }
        let shown = convert::message(account, actor, today);
        let mut shown = self.with_health(actor, vec![(account, shown)], now).await?;
        shown.pop().ok_or_else(|| no_account(id))
    }

    /// Adds how signing in goes for each, when an agent reads.
    pub(crate) async fn with_health(
        &self,
        actor: policy::Actor<'_>,
        shown: Vec<(&Account, v1::Account)>,
        now: Timestamp,
    ) -> Result<Vec<v1::Account>, Refusal> {
        if !matches!(actor, policy::Actor::Caf) {
            return Ok(shown.into_iter().map(|(_, message)| message).collect());
        }
        let throttled = |account: &Account| {
            let key = account.identifier.key();
            (
                account.id,
                self.throttle_key.digest(key.as_str().as_bytes()),
            )
        };
        let accounts: Vec<_> = shown
            .iter()
            .map(|(account, _)| throttled(account))
            .collect();
        let healths = self.stores.accounts.sign_in_health(&accounts, now).await?;
        let told = shown.into_iter().zip(healths);
        Ok(told
            .map(|((_, message), health)| v1::Account {
                sign_in_health: Some(convert::sign_in_health(&health, now)),
                ..message
            })
            .collect())
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
            let query = query(of, call, None, BTreeSet::new());
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
