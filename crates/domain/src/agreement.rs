//! What the partner signed with the Caf (« convention »): the source of every right.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::name::AgreementLabel;
use crate::paris::Day;
use crate::references::{Reference, ServiceCode};
use crate::{AgreementId, PartnerId};

/// `DRAFT → VALIDATED ⇄ SUSPENDED`, `→ TERMINATED` (final). Rights exist only while validated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Being prepared.
    Draft,
    /// « Validée ».
    Validated,
    /// Its rights rest.
    Suspended,
    /// Ended for good.
    Terminated,
}

/// An agreement as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its id.
    pub id: AgreementId,
    /// The partner that signed it.
    pub partner: PartnerId,
    /// Rises with each change; shown as the etag.
    pub version: i64,
    /// The Caf's reference, unique in the partner.
    pub reference: Reference,
    /// What people call it.
    pub label: AgreementLabel,
    /// What is stored of its life.
    pub state: State,
    /// Its first day.
    pub start: Day,
    /// Its last day, included, when one is set.
    pub end: Option<Day>,
    /// The services it covers.
    pub services: BTreeSet<ServiceCode>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Agreement {
    /// Whether its last day is over.
    pub fn ended(&self, today: Day) -> bool {
        self.end.is_some_and(|end| today > end)
    }

    /// Whether that day lies inside its dates, both included.
    pub fn inside_dates(&self, today: Day) -> bool {
        self.start <= today && !self.ended(today)
    }

    /// Whether it gives rights on that day.
    pub fn in_force(&self, today: Day) -> bool {
        self.state == State::Validated && self.inside_dates(today)
    }

    /// Whether accounts may be created, groups ticked or managers appointed under it: validated,
    /// started or not, and not ended.
    pub fn open_for_habilitation(&self, today: Day) -> bool {
        self.state == State::Validated && !self.ended(today)
    }
}

/// Everything that makes a new agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAgreement {
    /// Its id.
    pub id: AgreementId,
    /// The Caf's reference, unique in the partner.
    pub reference: Reference,
    /// What people call it.
    pub label: AgreementLabel,
    /// The state it starts in.
    pub state: State,
    /// Its first day.
    pub start: Day,
    /// Its last day, included, when one is set.
    pub end: Option<Day>,
    /// The services it covers.
    pub services: BTreeSet<ServiceCode>,
}
