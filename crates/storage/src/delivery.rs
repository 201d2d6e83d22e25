//! The outbox: messages waiting, being sent, and what became of them. It holds no secret.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::account::{Account, Channel};
use domain::delivery::{Cause, Delivery, Kind, State, Subject};
use domain::email::Email;
use domain::name::PartnerName;
use domain::postal_address::PostalAddress;
use domain::provisional::Selector;
use domain::{AccountId, DeliveryId, PartnerId, PasswordHash, Timestamp};
use uuid::Uuid;

use crate::Result;
use crate::page::{Page, PageRequest};

/// A worker's hold on what it claimed: lost when its time is over, by the worker's own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Which hold.
    pub id: Uuid,
    /// When it was taken.
    pub now: Timestamp,
    /// When it is lost.
    pub until: Timestamp,
}

/// A message claimed by a worker, with everything it says but its password.
#[derive(Debug, Clone)]
pub struct Job {
    /// The message.
    pub id: DeliveryId,
    /// Why it is sent.
    pub kind: Kind,
    /// How.
    pub channel: Channel,
    /// What asked for it.
    pub cause: Cause,
    /// What it says beyond its kind.
    pub subject: Subject,
    /// Tries so far, this one included.
    pub attempts: u32,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The person, without memberships.
    pub account: Account,
    /// The person's partner, as on letters.
    pub partner_name: PartnerName,
}

/// A provisional password about to be sent.
#[derive(Debug, Clone)]
pub struct NewProvisional {
    /// Its id.
    pub id: Uuid,
    /// The message that will carry it.
    pub delivery: DeliveryId,
    /// The lease the message is held under.
    pub lease: Uuid,
    /// The account's epoch as claimed: moved, the password would be dead.
    pub account_epoch: i64,
    /// The account's contact version as claimed: moved, it would go to an old address.
    pub contact_version: i64,
    /// Its public first group.
    pub selector: Selector,
    /// Its hash.
    pub hash: PasswordHash,
    /// Until when it opens.
    pub expires_at: Timestamp,
    /// When it was made.
    pub now: Timestamp,
}

/// What came of storing a provisional password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is live, and goes to the address read in the same statement.
    Live(Destination),
    /// Another live one of the account has that selector: make another.
    SelectorTaken,
    /// The lease, the epoch or the address moved: leave the message alone.
    Moved,
}

/// Where a message with credentials goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To this address.
    Email(Email),
    /// To this one.
    Letter(PostalAddress),
}

/// What a worker made of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ending {
    /// The mail server took it.
    Sent,
    /// The letter lies in the folder of letters.
    Rendered,
    /// To be tried again.
    Retry {
        /// When.
        at: Timestamp,
        /// Why not now, in plain words.
        failure: String,
    },
    /// Given up: shows on the account when it is an e-mail.
    Failed {
        /// Why, in plain words.
        failure: String,
    },
    /// Its purpose has lapsed.
    Cancelled {
        /// Why, in plain words.
        reason: String,
    },
}

/// What becomes of the password that the last try carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carried {
    /// It stays good: it left, or may have left.
    Stays,
    /// It certainly did not leave: voided.
    Void(Uuid),
}

/// Which deliveries a list shows. Conditions add up; an empty one does not filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To this account.
    pub account: Option<AccountId>,
    /// To accounts of this partner.
    pub partner: Option<PartnerId>,
    /// In one of these states.
    pub states: BTreeSet<State>,
    /// By this channel.
    pub channel: Option<Channel>,
    /// Asked for since.
    pub since: Option<Timestamp>,
}

/// The outbox.
#[async_trait]
pub trait DeliveryStore: Send + Sync {
    /// The message.
    async fn delivery(&self, id: DeliveryId) -> Result<Option<Delivery>>;

    /// A page of messages, newest first.
    async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>>;

    /// Claims up to `limit` messages of that channel that are due: queued for now or earlier, or
    /// left in the middle by a worker whose lease is over. Each becomes SENDING and counts a try.
    /// Messages asked for by agents and the partner's people go before those of recovery.
    async fn claim_deliveries(
        &self,
        channel: Channel,
        lease: &Lease,
        limit: u32,
    ) -> Result<Vec<Job>>;

    /// Stores a provisional password about to be sent, guarded by lease, epoch and contact
    /// version. Above three live deliveries of the account the oldest one's passwords are voided.
    async fn store_provisional(&self, provisional: &NewProvisional) -> Result<Stored>;

    /// Says what became of the message, and of the password it carried; `false` when another
    /// worker has it by now, or it was cancelled, and then nothing is written. A lease that is
    /// over but was given to no one still counts: what is known beats a second message.
    async fn finish(
        &self,
        delivery: DeliveryId,
        lease: Uuid,
        ending: &Ending,
        carried: Carried,
        now: Timestamp,
    ) -> Result<bool>;
}
