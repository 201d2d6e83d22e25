//! One message to one person, and what became of it.

use jiff::Timestamp;

use crate::account::{Channel, Role};
use crate::email::Email;
use crate::{AccountId, DeliveryId, PartnerId, Random};

/// Why a message is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Identifier, user number and provisional password of someone who never connected.
    FirstCredentials,
    /// The answer to « Identifiant perdu ».
    LostIdentifier,
    /// The answer to « Mot de passe oublié », or a reissue to someone who has connected.
    ProvisionalPassword,
    /// « Utilisez Identifiant perdu », to someone who never connected and holds a letter.
    Guidance,
    /// « Votre mot de passe a été modifié ».
    PasswordChanged,
    /// Told to the old address, without the new one.
    EmailChanged,
    /// The person became, or is no longer, a manager.
    RoleChanged,
    /// The partner has another administrator.
    AdministratorReplaced,
}

impl Kind {
    /// Whether the message carries a provisional password.
    pub fn carries_credentials(self) -> bool {
        matches!(
            self,
            Self::FirstCredentials | Self::LostIdentifier | Self::ProvisionalPassword
        )
    }
}

/// `QUEUED → SENDING → SENT` by e-mail, `QUEUED → RENDERED` by letter; `FAILED` and `CANCELLED`
/// end either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Waits for its turn, or for its next try.
    Queued,
    /// In the hands of a worker.
    Sending,
    /// Taken by the mail server.
    Sent,
    /// The letter lies in the folder of letters.
    Rendered,
    /// Given up; the reason stands beside.
    Failed,
    /// Its purpose lapsed before it was sent.
    Cancelled,
}

/// What asked for the message: the limits count by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cause {
    /// An account was created, or its role changed before the first connection.
    Creation,
    /// An agent or the partner's people asked for new credentials.
    Reissue,
    /// Anyone who typed a user number or an address.
    Recovery,
    /// Something happened that the person is told of.
    Notice,
}

/// What a message says beyond its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// Nothing more.
    Plain,
    /// The role the person now has.
    Role(Role),
    /// Another address than the account's present one: the old one, which is being told.
    FormerEmail(Email),
}

/// A message to be queued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id, which also makes its Message-ID or its file name.
    pub id: DeliveryId,
    /// The person.
    pub account: AccountId,
    /// Why it is sent.
    pub kind: Kind,
    /// How.
    pub channel: Channel,
    /// What asked for it.
    pub cause: Cause,
    /// What it says beyond its kind.
    pub subject: Subject,
}

impl NewDelivery {
    /// First credentials of someone who never connected.
    pub fn first_credentials(
        account: AccountId,
        channel: Channel,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        Self {
            id: DeliveryId::new(now, random),
            account,
            kind: Kind::FirstCredentials,
            channel,
            cause: Cause::Creation,
            subject: Subject::Plain,
        }
    }

    /// Word of something that happened. Notices go by e-mail only.
    pub fn notice(
        account: AccountId,
        kind: Kind,
        subject: Subject,
        now: Timestamp,
        random: &dyn Random,
    ) -> Self {
        Self {
            id: DeliveryId::new(now, random),
            account,
            kind,
            channel: Channel::Email,
            cause: Cause::Notice,
            subject,
        }
    }
}

/// A message and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// The person.
    pub account: AccountId,
    /// The person's partner.
    pub partner: PartnerId,
    /// Why it is sent.
    pub kind: Kind,
    /// How.
    pub channel: Channel,
    /// Where it stands.
    pub state: State,
    /// Where it went, or goes if it left now; masked before anyone sees it.
    pub recipient: Recipient,
    /// Tries so far.
    pub attempts: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it came to stand where it stands.
    pub state_at: Timestamp,
    /// When it is tried next, while queued.
    pub next_attempt_at: Option<Timestamp>,
    /// Until when the provisional password it carried opens, while that one is live.
    pub provisional_expires_at: Option<Timestamp>,
    /// Why the last try failed, in plain words.
    pub failure: Option<String>,
}

/// Where a message goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// To an address.
    Email(Email),
    /// To the last line of a postal address.
    Letter(String),
    /// Nowhere: the account has lost the address since.
    Nowhere,
}
