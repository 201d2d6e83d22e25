//! Partners, agreements and groups.

use domain::agreement::{self, Agreement};
use domain::group::Group;
use domain::paris::Day;
use domain::partner::{self, Partner, PartnerReference};
use domain::references::{CafCode, Reference};
use domain::violation::Violations;

use super::{below, etag, scope};
use crate::partner::v1;
use crate::time;

/// Reads how a Caf names a partner, told of at `path`.
pub fn reference(
    path: &str,
    sent: &v1::PartnerReference,
    violations: &mut Violations,
) -> Option<PartnerReference> {
    let caf_code = violations.check(below(path, "caf_code"), CafCode::parse(&sent.caf_code));
    let reference = violations.check(below(path, "reference"), Reference::parse(&sent.reference));
    Some(PartnerReference {
        caf_code: caf_code?,
        reference: reference?,
    })
}

/// A partner, as the wire has it.
pub fn partner(partner: &Partner) -> v1::Partner {
    let state = match partner.state {
        partner::State::Active => v1::partner::State::Active,
    };
    v1::Partner {
        partner_id: partner.id.to_string(),
        etag: etag::of(partner.version),
        caf_code: partner.reference.caf_code.as_str().to_owned(),
        reference: partner.reference.reference.as_str().to_owned(),
        name: partner.name.as_str().to_owned(),
        siret: partner
            .siret
            .as_ref()
            .map(|siret| siret.as_str().to_owned())
            .unwrap_or_default(),
        state: state.into(),
        administrator_account_id: partner.administrator.to_string(),
        create_time: Some(time::timestamp(partner.created_at)),
        update_time: Some(time::timestamp(partner.updated_at)),
    }
}

/// An agreement as it stands on that day, as the wire has it.
pub fn agreement(agreement: &Agreement, today: Day) -> v1::Agreement {
    v1::Agreement {
        agreement_id: agreement.id.to_string(),
        partner_id: agreement.partner.to_string(),
        etag: etag::of(agreement.version),
        reference: agreement.reference.as_str().to_owned(),
        label: agreement.label.as_str().to_owned(),
        state: agreement_state(agreement.state).into(),
        in_force: agreement.in_force(today),
        start_date: Some(time::date(agreement.start)),
        end_date: agreement.end.map(time::date),
        service_codes: agreement
            .services
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect(),
        create_time: Some(time::timestamp(agreement.created_at)),
        update_time: Some(time::timestamp(agreement.updated_at)),
    }
}

/// A group, as the wire has it.
pub fn group(group: &Group, member_count: u32) -> v1::Group {
    v1::Group {
        group_id: group.id.to_string(),
        agreement_id: group.agreement.to_string(),
        scope: Some(scope::message(&group.scope)),
        member_count: i32::try_from(member_count).unwrap_or(i32::MAX),
        create_time: Some(time::timestamp(group.created_at)),
    }
}

/// A state, as the wire has it.
pub fn agreement_state(state: agreement::State) -> v1::agreement::State {
    match state {
        agreement::State::Draft => v1::agreement::State::Draft,
        agreement::State::Validated => v1::agreement::State::Validated,
        agreement::State::Suspended => v1::agreement::State::Suspended,
        agreement::State::Terminated => v1::agreement::State::Terminated,
    }
}

/// A state that a client sent; `None` when it is unspecified or unknown.
pub fn read_agreement_state(sent: i32) -> Option<agreement::State> {
    match v1::agreement::State::try_from(sent).ok()? {
        v1::agreement::State::Unspecified => None,
        v1::agreement::State::Draft => Some(agreement::State::Draft),
        v1::agreement::State::Validated => Some(agreement::State::Validated),
        v1::agreement::State::Suspended => Some(agreement::State::Suspended),
        v1::agreement::State::Terminated => Some(agreement::State::Terminated),
    }
}
