//! « Groupe d'habilitation »: a kind of housing in a geographic zone, under one agreement.

use jiff::Timestamp;

use crate::name::ZoneLabel;
use crate::references::ZoneCode;
use crate::{AgreementId, GroupId, PartnerId};

/// The kind of housing. Kept in French: « conventionné » is not the partner's convention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HousingType {
    /// « Logements conventionnés ».
    Conventionne,
    /// « Logements privés ».
    Prive,
}

/// What makes one group differ from another: two groups of an agreement never share it. The
/// zone's label is how people call it and no part of the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeKey {
    /// The kind of housing.
    pub housing: HousingType,
    /// The zone, usually a département.
    pub zone: ZoneCode,
}

/// What a group covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What makes it differ.
    pub key: ScopeKey,
    /// How people call the zone.
    pub zone_label: ZoneLabel,
}

/// A group as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its id.
    pub id: GroupId,
    /// The partner of its agreement.
    pub partner: PartnerId,
    /// The agreement it stands under.
    pub agreement: AgreementId,
    /// What it covers.
    pub scope: Scope,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Everything that makes a new group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Its id.
    pub id: GroupId,
    /// The agreement it stands under.
    pub agreement: AgreementId,
    /// What it covers.
    pub scope: Scope,
}
