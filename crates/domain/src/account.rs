//! One natural person's access to one partner.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::agreement::Agreement;
use crate::dates::AccountDates;
use crate::email::Email;
use crate::group::Scope;
use crate::identifier::Identifier;
use crate::name::PersonName;
use crate::paris::Day;
use crate::phone::Phone;
use crate::postal_address::PostalAddress;
use crate::rank::Rank;
use crate::user_number::UserNumber;
use crate::{AccountId, AgreementId, DeliveryId, GroupId, PartnerId, Random};

pub use crate::channel::Channel;

/// What a person is inside their partner. Only [`StoredRole`] is stored: the administrator is the
/// account that the partner names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Acts on the groups ticked for them, and on no one.
    User,
    /// « Responsable d'habilitation »: manages plain users within their own groups.
    Manager,
    /// Exactly one per partner; holds every group, computed and never stored.
    Administrator,
}

/// The part of the role that an account itself holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StoredRole {
    /// A plain user.
    User,
    /// A manager.
    Manager,
}

impl StoredRole {
    /// The role shown, knowing whether the partner names this account its administrator.
    pub fn shown(self, administrator: bool) -> Role {
        match self {
            _ if administrator => Role::Administrator,
            Self::User => Role::User,
            Self::Manager => Role::Manager,
        }
    }
}

/// Where the person works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkMode {
    /// « Sédentaire »: a fixed workstation.
    Sedentary,
    /// « Itinérant »: works from changing places.
    Itinerant,
}

/// What is stored of an account's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// In use, inside its dates.
    Active,
    /// Ended; kept until it is erased.
    Closed,
}

/// What an account is good for at a given moment: the first that holds, in this order of
/// [`Account::availability`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Availability {
    /// May sign in.
    Open,
    /// Before its opening date.
    NotYetOpen,
    /// After its closing date.
    Expired,
    /// Closed.
    Closed,
}

impl Availability {
    /// Whether the account is of use, today or from its opening date on, if nobody decides
    /// otherwise.
    pub fn lasts(self) -> bool {
        match self {
            Self::Open | Self::NotYetOpen => true,
            Self::Expired | Self::Closed => false,
        }
    }
}

/// Who the person is and how they are reached: the fields that an update replaces as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// « Nom ».
    pub family_name: PersonName,
    /// « Prénom ».
    pub given_name: PersonName,
    /// « Adresse mail »: a contact, never a key; several accounts may share one.
    pub email: Option<Email>,
    /// « Téléphone ».
    pub phone: Option<Phone>,
    /// Fixed workstation or not, when known.
    pub work_mode: Option<WorkMode>,
    /// How credentials are sent when the caller does not say.
    pub contact_channel: Channel,
    /// Where letters go; needed for them.
    pub postal_address: Option<PostalAddress>,
}

/// A group ticked for an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: GroupId,
    /// The agreement that the group stands under.
    pub agreement: AgreementId,
    /// What the group covers.
    pub scope: Scope,
    /// Since when it is ticked.
    pub granted_at: Timestamp,
}

/// Why the last message to this person did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactProblem {
    /// Since when.
    pub since: Timestamp,
    /// The delivery that failed.
    pub delivery: DeliveryId,
    /// What the mail server answered, in its words.
    pub explanation: String,
}

/// An account as it is stored, its memberships included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// The partner it acts for.
    pub partner: PartnerId,
    /// Rises with each change of the account; shown as the etag.
    pub version: i64,
    /// Rises whenever sessions and provisional passwords must die.
    pub epoch: i64,
    /// Rises whenever the e-mail or postal address changes.
    pub contact_version: i64,
    /// What is stored of its life.
    pub state: State,
    /// What the person is inside the partner.
    pub role: Role,
    /// The rank that dismissed this manager, while the dismissal stands.
    pub dismissed_by: Option<Rank>,
    /// What is typed to sign in.
    pub identifier: Identifier,
    /// « N° utilisateur »: public, proves nothing.
    pub user_number: UserNumber,
    /// Who they are and how they are reached.
    pub person: Person,
    /// First and last day of access.
    pub dates: AccountDates,
    /// The groups ticked, none for the administrator, who holds every group by role.
    pub memberships: Vec<Membership>,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When the person first chose a password.
    pub first_connected_at: Option<Timestamp>,
    /// When the person last signed in with their own password.
    pub last_signed_in_at: Option<Timestamp>,
    /// Until when recovery and reissuing rest, after the partner's people changed the address.
    pub recovery_paused_until: Option<Timestamp>,
    /// Why the last message did not arrive.
    pub contact_problem: Option<ContactProblem>,
}

impl Account {
    /// What the account is good for on that day.
    pub fn availability(&self, today: Day) -> Availability {
        availability(self.state, &self.dates, today)
    }

    /// The groups ticked for it.
    pub fn groups(&self) -> BTreeSet<GroupId> {
        self.memberships.iter().map(|m| m.group).collect()
    }

    /// Whether the person has ever chosen a password.
    pub fn has_connected(&self) -> bool {
        self.first_connected_at.is_some()
    }

    /// Whether the administrator of the partner is this account.
    pub fn is_administrator(&self) -> bool {
        self.role == Role::Administrator
    }
}

/// What an account in that state with those dates is good for on that day.
pub fn availability(state: State, dates: &AccountDates, today: Day) -> Availability {
    match state {
        State::Closed => Availability::Closed,
        State::Active if dates.expired(today) => Availability::Expired,
        State::Active if dates.not_yet_open(today) => Availability::NotYetOpen,
        State::Active => Availability::Open,
    }
}

/// Everything that makes a new account, parsed and decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Its id.
    pub id: AccountId,
    /// What is typed to sign in.
    pub identifier: Identifier,
    /// « N° utilisateur ».
    pub user_number: UserNumber,
    /// Who they are and how they are reached.
    pub person: Person,
    /// First and last day of access.
    pub dates: AccountDates,
    /// The groups ticked; none for an administrator.
    pub groups: BTreeSet<GroupId>,
}

/// A person to make an account for, as the form says: what the service makes by itself may still
/// be absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Who they are and how they are reached.
    pub person: Person,
    /// First and last day of access.
    pub dates: AccountDates,
    /// « N° utilisateur », when the Caf gives it.
    pub user_number: Option<UserNumber>,
    /// What is typed to sign in, when the Caf gives it.
    pub identifier: Option<Identifier>,
}

impl Newcomer {
    /// Their account in these groups. What was not given is drawn, anew at each call.
    pub fn account(
        &self,
        id: AccountId,
        groups: BTreeSet<GroupId>,
        random: &dyn Random,
    ) -> NewAccount {
        let identifier = self.identifier.clone();
        let user_number = self.user_number.clone();
        NewAccount {
            id,
            identifier: identifier.unwrap_or_else(|| Identifier::generate(random)),
            user_number: user_number.unwrap_or_else(|| UserNumber::generate(random)),
            person: self.person.clone(),
            dates: self.dates,
            groups,
        }
    }
}

/// Why something cannot be done to an account, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The account must be active for this.
    #[error("the account is not active")]
    NotActive(AccountId, State),
    /// None of the agreements concerned is validated and unended.
    #[error("no agreement of the account's groups is validated")]
    AgreementNotValidated(Box<Agreement>),
    /// An account keeps one group at least; close it instead.
    #[error("the last group of an account is not unticked")]
    LastGroup(AccountId),
    /// Letters need a postal address.
    #[error("the account has no postal address")]
    NoPostalAddress(AccountId),
    /// E-mails need an address.
    #[error("the account has no e-mail address")]
    NoEmail(AccountId),
    /// The address was changed a short while ago.
    #[error("recovery rests until {0}")]
    RecoveryPaused(Timestamp),
}
