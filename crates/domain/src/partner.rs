//! A legal or natural person who works with the Caf: « organisme partenaire ».

use jiff::Timestamp;

use crate::name::PartnerName;
use crate::references::{CafCode, Reference};
use crate::siret::Siret;
use crate::{AccountId, PartnerId};

/// What is stored of a partner's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Works with the Caf.
    Active,
}

/// How the Caf names a partner: unique.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PartnerReference {
    /// The Caf that provisions it.
    pub caf_code: CafCode,
    /// That Caf's own reference of it.
    pub reference: Reference,
}

/// A partner as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partner {
    /// Its id.
    pub id: PartnerId,
    /// Rises with each change of the partner itself; shown as the etag.
    pub version: i64,
    /// Rises with every change that a decision about who may do what could rest on.
    pub authority_version: i64,
    /// Rises whenever every session of the partner must die.
    pub epoch: i64,
    /// How the Caf names it.
    pub reference: PartnerReference,
    /// Its name, as on letters.
    pub name: PartnerName,
    /// Its SIRET, when it has one.
    pub siret: Option<Siret>,
    /// What is stored of its life.
    pub state: State,
    /// The one administrator.
    pub administrator: AccountId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Everything that makes a new partner, its first administrator aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPartner {
    /// Its id.
    pub id: PartnerId,
    /// How the Caf names it.
    pub reference: PartnerReference,
    /// Its name.
    pub name: PartnerName,
    /// Its SIRET, when it has one.
    pub siret: Option<Siret>,
    /// The one administrator, made in the same unit.
    pub administrator: AccountId,
}
