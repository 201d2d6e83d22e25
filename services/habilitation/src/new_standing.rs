//! What a person goes through whose role changes: their sessions end, credentials on their way are
//! voided, and they are told. Who never connected gets first credentials anew, outside all limits:
//! those they were sent have just been voided by others.

use domain::account::{self, Account, Role, State, StoredRole};
use domain::change::Change;
use domain::dates::AccountDates;
use domain::delivery::{Kind, NewDelivery, Subject};
use domain::paris::Day;
use domain::policy::Rank;
use domain::{DeliveryId, Random, Timestamp};
use storage::mutation::{AccountChange, CredentialsMove, Mutation, RoleChange, SessionsMove};

/// What an account becomes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Standing {
    /// Its role.
    pub(crate) role: Role,
    /// Who dismissed its holder, while that stands.
    pub(crate) dismissed_by: Option<Rank>,
    /// Its state.
    pub(crate) state: State,
    /// Its dates.
    pub(crate) dates: AccountDates,
}

impl Standing {
    /// Another role, the rest as it is.
    pub(crate) fn with_role(account: &Account, role: Role) -> Self {
        Self {
            role,
            dismissed_by: None,
            state: account.state,
            dates: account.dates,
        }
    }

    fn role_change(self) -> RoleChange {
        let role = match self.role {
            Role::User | Role::Administrator => StoredRole::User,
            Role::Manager => StoredRole::Manager,
        };
        RoleChange {
            role,
            dismissed_by: self.dismissed_by,
        }
    }

    /// Whether the account will be of use again without anyone deciding so.
    fn stays(self, today: Day) -> bool {
        account::availability(self.state, &self.dates, today).lasts()
    }
}

/// How and when a person is told of their new standing.
pub(crate) struct Telling<'a> {
    /// By which notice.
    pub(crate) notice: Kind,
    /// When.
    pub(crate) now: Timestamp,
    /// On which day.
    pub(crate) today: Day,
    /// Where ids come from.
    pub(crate) random: &'a dyn Random,
}

impl Telling<'_> {
    /// The person of `account` comes to that standing: adds to `mutation` the messages and the
    /// rows of the feed. Answers the change, for the caller to complete and add, and the message
    /// with first credentials, when one is needed.
    pub(crate) fn of(
        &self,
        account: &Account,
        standing: Standing,
        mutation: &mut Mutation,
    ) -> (AccountChange, Option<DeliveryId>) {
        let change = AccountChange {
            role: Some(standing.role_change()),
            state: (standing.state != account.state).then_some(standing.state),
            dates: (standing.dates != account.dates).then_some(standing.dates),
            sessions: SessionsMove::Ended,
            credentials: CredentialsMove::Voided,
            ..AccountChange::of(account.id, account.version)
        };
        mutation.feed.push(Change::Account {
            account: account.id,
            state: standing.state,
            role: standing.role,
            dates: standing.dates,
        });
        mutation.feed.push(Change::SessionsEnded {
            account: account.id,
            sessions: Vec::new(),
        });
        let credentials = self.first_credentials(account, standing);
        let sent = credentials.as_ref().map(|delivery| delivery.id);
        mutation.deliveries.extend(credentials);
        mutation.deliveries.extend(self.word(account, standing));
        (change, sent)
    }

    fn first_credentials(&self, account: &Account, standing: Standing) -> Option<NewDelivery> {
        if account.has_connected() || !standing.stays(self.today) {
            return None;
        }
        let channel = account.person.contact_channel;
        Some(NewDelivery::first_credentials(
            account.id,
            channel,
            self.now,
            self.random,
        ))
    }

    /// Notices go by e-mail only; without an address there is none.
    fn word(&self, account: &Account, standing: Standing) -> Option<NewDelivery> {
        account.person.email.as_ref()?;
        let subject = Subject::Role(standing.role);
        Some(NewDelivery::notice(
            account.id,
            self.notice,
            subject,
            self.now,
            self.random,
        ))
    }
}
