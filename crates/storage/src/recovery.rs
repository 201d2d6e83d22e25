//! Requests of recovery: written down blindly in the call, resolved by a worker afterwards.

use async_trait::async_trait;
use domain::account::Account;
use domain::audit;
use domain::delivery::NewDelivery;
use domain::email::EmailKey;
use domain::limits::Limits;
use domain::name::PartnerName;
use domain::session::Client;
use domain::user_number::UserNumberKey;
use domain::{AccountId, Timestamp};
use uuid::Uuid;

use crate::Result;
use crate::delivery::Lease;

/// What someone typed, folded to the key it is looked up by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Submitted {
    /// « Identifiant perdu ».
    UserNumber(UserNumberKey),
    /// « Mot de passe oublié ».
    Email(EmailKey),
}

/// A request to be resolved.
#[derive(Debug, Clone)]
pub struct RecoveryRequest {
    /// Its id.
    pub id: Uuid,
    /// When it was made.
    pub at: Timestamp,
    /// What was typed; wiped when resolved.
    pub submitted: Submitted,
    /// The calling service.
    pub caller: String,
    /// Where the person is.
    pub client: Client,
}

/// An account that a request may concern.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The account.
    pub account: Account,
    /// Its partner's name.
    pub partner_name: PartnerName,
    /// Whether any credentials ever left by e-mail.
    pub credentials_sent_by_email: bool,
}

/// What became of a request.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The request.
    pub request: Uuid,
    /// The lease it was claimed under.
    pub lease: Uuid,
    /// When.
    pub now: Timestamp,
    /// Messages to queue, each unless its account or the address is over its limits, with the
    /// audit line that says what was asked.
    pub messages: Vec<(NewDelivery, audit::Entry)>,
    /// Requests for accounts that get nothing: audited alone.
    pub refused: Vec<audit::Entry>,
    /// The limits counted against.
    pub limits: Limits,
}

/// Requests of recovery.
#[async_trait]
pub trait RecoveryStore: Send + Sync {
    /// Writes the request down: one row, no look-up, the same for known and unknown.
    async fn request(&self, request: &RecoveryRequest) -> Result<()>;

    /// Claims the oldest request not yet resolved and not leased.
    async fn claim_request(&self, lease: &Lease) -> Result<Option<RecoveryRequest>>;

    /// The accounts that a request may concern, at most `limit`, by id.
    async fn candidates(&self, submitted: &Submitted, limit: u32) -> Result<Vec<Candidate>>;

    /// Queues what follows from the request under its limits, audits it, and wipes what was
    /// typed. Answers the accounts whose message was queued; `None` when the lease was lost, and
    /// then nothing is written.
    async fn settle(&self, settlement: &Settlement) -> Result<Option<Vec<AccountId>>>;
}
