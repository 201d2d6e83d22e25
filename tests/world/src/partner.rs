//! What makes a partner and changes it, as the storage takes it: no service has a say in it.

use domain::account::NewAccount;
use domain::agreement::{self, NewAgreement};
use domain::audit::{By, Entry, Event};
use domain::change::Change;
use domain::group::{HousingType, NewGroup, Scope, ScopeKey};
use domain::name::{AgreementLabel, PartnerName, ZoneLabel};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::references::{CafCode, Reference, ServiceCode, ZoneCode};
use domain::{AccountId, AgreementId, GroupId, OsRandom, PartnerId, Timestamp};
use storage::mutation::{Mutation, On};

use crate::START;

/// What makes the partner with that administrator and the validated agreement CONV-2027, whose
/// groups are, in this order: CONVENTIONNE 75, CONVENTIONNE 33, PRIVE 75, PRIVE 33.
pub fn provisioning(name: &str, reference: &str, administrator: NewAccount) -> Mutation {
    let partner = new_partner(name, reference, administrator.id);
    let agreement = new_agreement("CONV-2027", name);
    let feed = vec![Change::Partner {
        partner: partner.id,
        administrator: administrator.id,
    }];
    let groups = [
        (HousingType::Conventionne, "75"),
        (HousingType::Conventionne, "33"),
        (HousingType::Prive, "75"),
        (HousingType::Prive, "33"),
    ];
    Mutation {
        new_groups: groups
            .map(|(housing, zone)| new_group(agreement.id, housing, zone))
            .into(),
        new_agreements: vec![agreement],
        new_accounts: vec![administrator],
        feed,
        ..mutation(START, On::New(Box::new(partner)))
    }
}

/// A partner of the Caf 331, made at the start.
pub fn new_partner(name: &str, reference: &str, administrator: AccountId) -> NewPartner {
    NewPartner {
        id: PartnerId::new(START, &OsRandom),
        reference: PartnerReference {
            caf_code: CafCode::parse("331").unwrap(),
            reference: Reference::parse(reference).unwrap(),
        },
        name: PartnerName::parse(name).unwrap(),
        siret: None,
        administrator,
    }
}

/// An agreement validated for the year 2027.
pub fn new_agreement(reference: &str, label: &str) -> NewAgreement {
    NewAgreement {
        id: AgreementId::new(START, &OsRandom),
        reference: Reference::parse(reference).unwrap(),
        label: AgreementLabel::parse(label).unwrap(),
        state: agreement::State::Validated,
        start: Day::constant(2027, 1, 1),
        end: Some(Day::constant(2027, 12, 31)),
        services: [ServiceCode::parse("OFFRE_BAILLEURS").unwrap()].into(),
    }
}

/// A group of that agreement.
pub fn new_group(agreement: AgreementId, housing: HousingType, zone: &str) -> NewGroup {
    let zone_label = ZoneLabel::parse("Zone").unwrap();
    let zone = ZoneCode::parse(zone).unwrap();
    NewGroup {
        id: GroupId::new(START, &OsRandom),
        agreement,
        scope: Scope {
            key: ScopeKey { housing, zone },
            zone_label,
        },
    }
}

/// A mutation of nothing yet.
pub fn mutation(now: Timestamp, partner: On) -> Mutation {
    let audit = Entry::new(Event::UserUpdated, "portal", By::Service, now, &OsRandom);
    let audit = audit.on_partner(partner.partner());
    Mutation::of(now, partner, audit)
}
