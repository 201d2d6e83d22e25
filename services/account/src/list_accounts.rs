//! Listing accounts: a manager those in sight, the administrator all of the partner, the Caf all.

use api::account::v1;
use api::acting::{acting, query};
use api::convert::account_requests::ListAccounts;
use api::page::MOST_BYTES;
use api::refusal::{Refusal, Resource};
use domain::account::Account;
use domain::call::{Actor, Call};
use domain::policy::{self, Sight};
use domain::{AccountId, GroupId, PartnerId, Timestamp, paris};
use prost::Message;
use storage::Revision;
use storage::account::{AccountFilter, SeenBy};
use storage::authority::{Groups, Of};
use storage::page::{Cursor, Page, PageRequest};

use crate::AccountDeps;

/// Rows read at a time: an account may show hundreds of groups, and a page of 500 such is cut long
/// before its end.
const ROWS_AT_ONCE: usize = 50;

/// A page of accounts, as the actor sees them.
pub(crate) struct Listed {
    pub(crate) accounts: Vec<v1::Account>,
    pub(crate) next: String,
    pub(crate) revision: Revision,
}

impl AccountDeps {
    /// The page asked for.
    pub(crate) async fn list_accounts(
        &self,
        call: &Call,
        asked: ListAccounts,
    ) -> Result<Listed, Refusal> {
        let now = self.clock.now();
        match &call.actor {
            Actor::Person(session) => {
                let own = (session.partner, session.account);
                self.list_own_partner(call, own, asked, now).await
            }
            Actor::Caf(_) | Actor::Nobody => {
                self.exist(&asked).await?;
                let filter = filter(&asked, asked.partner, None);
                self.page(call, policy::Actor::Caf, filter, asked, now)
                    .await
            }
        }
    }

    /// What one of the partner's own people sees of it.
    async fn list_own_partner(
        &self,
        call: &Call,
        (partner, own): (PartnerId, AccountId),
        asked: ListAccounts,
        now: Timestamp,
    ) -> Result<Listed, Refusal> {
        let query = query(
            Of::Partner(partner),
            call,
            [],
            Groups::Named(asked.group.into_iter().collect()),
        );
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or(Refusal::SessionInvalid)?;
        let today = paris::today(now);
        let actor = acting(&authority, call, today, || Refusal::SessionInvalid)?;
        policy::may_list_accounts(actor).map_err(|why| Refusal::by_policy(why, None))?;
        if let Some(other) = asked.partner.filter(|asked| *asked != partner) {
            return Err(Refusal::not_found(Resource::Partner, other));
        }
        if let Some(id) = asked
            .agreement
            .filter(|id| authority.agreement(*id).is_none())
        {
            return Err(Refusal::not_found(Resource::Agreement, id));
        }
        let unseen =
            |id: &GroupId| authority.group(*id).is_none() || !policy::sees_group(actor, *id);
        if let Some(id) = asked.group.filter(unseen) {
            return Err(Refusal::not_found(Resource::Group, id));
        }
        let seen_by = match policy::sight(actor) {
            Sight::All => None,
            Sight::Sharing(groups) => Some(SeenBy { own, groups }),
            Sight::Own => Some(SeenBy {
                own,
                groups: [].into(),
            }),
        };
        let filter = filter(&asked, Some(partner), seen_by);
        self.page(call, actor, filter, asked, now).await
    }

    /// Whether what an agent filters by exists at all.
    async fn exist(&self, asked: &ListAccounts) -> Result<(), Refusal> {
        if let Some(id) = asked.partner {
            let found = self.stores.partners.partner(id).await?;
            found.ok_or_else(|| Refusal::not_found(Resource::Partner, id))?;
        }
        if let Some(id) = asked.agreement {
            let found = self.stores.partners.agreement(id).await?;
            found.ok_or_else(|| Refusal::not_found(Resource::Agreement, id))?;
        }
        if let Some(id) = asked.group {
            // Every group has its partner's administrator, so one without anybody does not exist.
            let filter = AccountFilter {
                group: Some(id),
                ..AccountFilter::default()
            };
            let anybody = PageRequest {
                after: None,
                limit: 1,
            };
            let found = self.stores.accounts.accounts(&filter, &anybody).await?;
            if found.rows.is_empty() {
                return Err(Refusal::not_found(Resource::Group, id));
            }
        }
        Ok(())
    }

    async fn page(
        &self,
        call: &Call,
        actor: policy::Actor<'_>,
        filter: AccountFilter,
        asked: ListAccounts,
        now: Timestamp,
    ) -> Result<Listed, Refusal> {
        let bound_to = bound_to(call, &asked.filter);
        let after = match self.tokens.read(call.method, &bound_to, &asked.token)? {
            None => None,
            Some(cursor) => Some(Cursor::decode(&cursor).ok_or(Refusal::PageTokenInvalid)?),
        };
        let size = usize::try_from(asked.size).unwrap_or(usize::MAX);
        let mut filling = Filling::after(after);
        let mut revision = None;
        while filling.goes_on(size) {
            let read = self.read(&filter, &filling, size).await?;
            revision.get_or_insert(read.revision);
            let accounts: Vec<&Account> = read.rows.iter().map(|(_, account)| account).collect();
            let messages = self.show(actor, &accounts, now).await?;
            let cursors = read.rows.into_iter().map(|(cursor, _)| cursor);
            filling.take(cursors.zip(messages), read.more);
        }
        let next = filling.next().map(|cursor| {
            let cursor = cursor.encode();
            self.tokens.issue(call.method, &bound_to, &cursor)
        });
        let revision = match revision {
            Some(revision) => revision,
            None => self.stores.database.revision().await?,
        };
        Ok(Listed {
            accounts: filling.accounts,
            next: next.unwrap_or_default(),
            revision,
        })
    }

    async fn read(
        &self,
        filter: &AccountFilter,
        filling: &Filling,
        size: usize,
    ) -> Result<Page<Account>, Refusal> {
        let missing = (size - filling.accounts.len()).min(ROWS_AT_ONCE);
        let page = PageRequest {
            after: filling.last.clone(),
            limit: u32::try_from(missing).unwrap_or(u32::MAX),
        };
        Ok(self.stores.accounts.accounts(filter, &page).await?)
    }
}

/// A page being filled.
struct Filling {
    accounts: Vec<v1::Account>,
    bytes: usize,
    last: Option<Cursor>,
    room: Room,
}

/// Whether more goes on a page.
#[derive(PartialEq, Eq)]
enum Room {
    /// More is to be read.
    Left,
    /// What was read did not all fit.
    Full,
    /// The list is over.
    Over,
}

impl Filling {
    fn after(last: Option<Cursor>) -> Self {
        Self {
            accounts: Vec::new(),
            bytes: 0,
            last,
            room: Room::Left,
        }
    }

    fn goes_on(&self, size: usize) -> bool {
        self.room == Room::Left && self.accounts.len() < size
    }

    /// Takes what fits: one account at least, so that a list always goes on.
    fn take(&mut self, read: impl Iterator<Item = (Cursor, v1::Account)>, more: bool) {
        for (cursor, account) in read {
            self.bytes += account.encoded_len();
            if self.bytes > MOST_BYTES && !self.accounts.is_empty() {
                self.room = Room::Full;
                return;
            }
            self.accounts.push(account);
            self.last = Some(cursor);
        }
        if !more {
            self.room = Room::Over;
        }
    }

    /// Where the next page begins, when there is one.
    fn next(&self) -> Option<&Cursor> {
        self.last.as_ref().filter(|_| self.room != Room::Over)
    }
}

fn filter(
    asked: &ListAccounts,
    partner: Option<PartnerId>,
    seen_by: Option<SeenBy>,
) -> AccountFilter {
    AccountFilter {
        partner,
        agreement: asked.agreement,
        group: asked.group,
        states: asked.states.clone(),
        seen_by,
    }
}

/// What a page token is good for: this filter, and whom it was answered to.
fn bound_to(call: &Call, filter: &[u8]) -> Vec<u8> {
    let to = match &call.actor {
        Actor::Person(session) => session.account.to_string(),
        Actor::Caf(_) | Actor::Nobody => String::new(),
    };
    [to.as_bytes(), b"\n", filter].concat()
}
