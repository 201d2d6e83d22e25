//! What a group gives rights over.

use domain::group::{HousingType, Scope, ScopeKey};
use domain::name::ZoneLabel;
use domain::references::ZoneCode;
use domain::violation::{Violation, Violations};

use super::{below, unknown_value};
use crate::r#type::v1;

/// A scope as the wire has it.
pub fn message(scope: &Scope) -> v1::Scope {
    let housing_type = match scope.key.housing {
        HousingType::Conventionne => v1::HousingType::Conventionne,
        HousingType::Prive => v1::HousingType::Prive,
    };
    let housing = v1::HousingScope {
        housing_type: housing_type.into(),
        zone_code: scope.key.zone.as_str().to_owned(),
        zone_label: scope.zone_label.as_str().to_owned(),
    };
    v1::Scope {
        kind: Some(v1::scope::Kind::Housing(housing)),
    }
}

/// The scope of a group to be made: its label is required.
pub fn scope(path: &str, sent: &v1::Scope, violations: &mut Violations) -> Option<Scope> {
    let key = key(path, sent, violations);
    let Some(v1::scope::Kind::Housing(housing)) = &sent.kind else {
        return None;
    };
    let label = ZoneLabel::parse(&housing.zone_label);
    let zone_label = violations.check(below(path, "housing.zone_label"), label)?;
    Some(Scope {
        key: key?,
        zone_label,
    })
}

/// A scope that is asked about: its label says nothing.
pub fn key(path: &str, sent: &v1::Scope, violations: &mut Violations) -> Option<ScopeKey> {
    let Some(v1::scope::Kind::Housing(housing)) = &sent.kind else {
        violations.push(below(path, "housing"), Violation::required());
        return None;
    };
    let zone = ZoneCode::parse(&housing.zone_code);
    let housing = violations.check(
        below(path, "housing.housing_type"),
        housing_type(housing.housing_type),
    );
    let zone = violations.check(below(path, "housing.zone_code"), zone);
    Some(ScopeKey {
        housing: housing?,
        zone: zone?,
    })
}

fn housing_type(sent: i32) -> Result<HousingType, Violation> {
    match v1::HousingType::try_from(sent) {
        Ok(v1::HousingType::Conventionne) => Ok(HousingType::Conventionne),
        Ok(v1::HousingType::Prive) => Ok(HousingType::Prive),
        Ok(v1::HousingType::Unspecified) => Err(Violation::required()),
        Err(_) => Err(unknown_value()),
    }
}
