//! Who did what, to whom, when, and with what outcome. Never a secret.
//!
//! The event's name follows OWASP's logging vocabulary. What could name a person beyond an id
//! stands apart from the row ([`Personal`]), which holds only its salted digest: erasing it later
//! leaves the row provable.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::ids::v7;
use crate::{AccountId, PartnerId, Random};

/// What happened, by OWASP's names where one fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// An account was created.
    UserCreated,
    /// An account's fields changed.
    UserUpdated,
    /// Groups were ticked or unticked, or a role changed.
    AuthzChange,
    /// The partner has another administrator.
    AuthzAdmin,
    /// A partner, its agreements or its groups were provisioned.
    PartnerProvisioned,
    /// New credentials were asked for by an agent or the partner's people.
    CredentialsReissued,
    /// Someone signed in.
    LoginSuccess,
    /// A sign-in was refused, whatever the reason.
    LoginFail,
    /// A password was changed.
    PasswordChange,
    /// A change of password presented a wrong current one.
    PasswordChangeFail,
    /// Someone signed out.
    SessionEnded,
    /// A recovery was asked for an account.
    RecoveryRequested,
}

impl Event {
    /// The name that is stored and logged.
    pub fn name(self) -> &'static str {
        match self {
            Self::UserCreated => "user_created",
            Self::UserUpdated => "user_updated",
            Self::AuthzChange => "authz_change",
            Self::AuthzAdmin => "authz_admin",
            Self::PartnerProvisioned => "partner_provisioned",
            Self::CredentialsReissued => "credentials_reissued",
            Self::LoginSuccess => "authn_login_success",
            Self::LoginFail => "authn_login_fail",
            Self::PasswordChange => "authn_password_change",
            Self::PasswordChangeFail => "authn_password_change_fail",
            Self::SessionEnded => "session_ended",
            Self::RecoveryRequested => "recovery_requested",
        }
    }
}

/// Who acted, for the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// Nobody in particular: a sign-in not yet made, a recovery, a worker.
    Service,
    /// A signed-in person.
    Account(AccountId),
    /// An agent of the Caf, by the reference that the back office gives.
    Caf(String),
}

/// What could name a person, kept beside the row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// The network address of the person, as told by a trusted caller.
    pub client_address: Option<IpAddr>,
    /// What the one who acted wrote about it, at most 500 characters.
    pub comment: Option<String>,
}

impl Personal {
    /// The bytes that are stored and digested.
    pub fn to_text(&self) -> String {
        let address = self
            .client_address
            .map(|a| a.to_string())
            .unwrap_or_default();
        format!("{address}\n{}", self.comment.as_deref().unwrap_or_default())
    }
}

/// One line of the record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: Uuid,
    /// When.
    pub at: Timestamp,
    /// What.
    pub event: Event,
    /// Whether it was done, or refused.
    pub succeeded: bool,
    /// The calling service.
    pub caller: String,
    /// Who acted.
    pub by: By,
    /// On which partner.
    pub partner: Option<PartnerId>,
    /// On which account.
    pub account: Option<AccountId>,
    /// What else is worth knowing: ids and names of fields, never their values.
    pub attributes: BTreeMap<&'static str, String>,
    /// What could name a person.
    pub personal: Personal,
    /// Makes the digest of the personal part unguessable.
    pub salt: [u8; 16],
}

impl Entry {
    /// A line about something done. Refusals say so by [`Entry::refused`].
    pub fn new(event: Event, caller: &str, by: By, at: Timestamp, random: &dyn Random) -> Self {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        Self {
            id: v7(at, random),
            at,
            event,
            succeeded: true,
            caller: caller.to_owned(),
            by,
            partner: None,
            account: None,
            attributes: BTreeMap::new(),
            personal: Personal::default(),
            salt,
        }
    }

    /// The same, refused.
    pub fn refused(mut self) -> Self {
        self.succeeded = false;
        self
    }

    /// The same, on that account of that partner.
    pub fn on(mut self, partner: PartnerId, account: AccountId) -> Self {
        self.partner = Some(partner);
        self.account = Some(account);
        self
    }

    /// The same, on that partner.
    pub fn on_partner(mut self, partner: PartnerId) -> Self {
        self.partner = Some(partner);
        self
    }

    /// The same, with one more thing worth knowing.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.insert(name, value.into());
        self
    }

    /// The same, with what could name a person.
    pub fn with_personal(mut self, personal: Personal) -> Self {
        self.personal = personal;
        self
    }

    /// SHA-256(salt ‖ personal part): what the row keeps of it.
    pub fn personal_digest(&self) -> [u8; 32] {
        let digest = Sha256::new()
            .chain_update(self.salt)
            .chain_update(self.personal.to_text());
        digest.finalize().into()
    }
}
