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

#[cfg(test)]
mod tests {
    use domain::violation::FieldReason;

    use super::*;

    fn sent(housing_type: v1::HousingType, zone_code: &str, zone_label: &str) -> v1::Scope {
        v1::Scope {
            kind: Some(v1::scope::Kind::Housing(v1::HousingScope {
                housing_type: housing_type.into(),
                zone_code: zone_code.to_owned(),
                zone_label: zone_label.to_owned(),
            })),
        }
    }

    fn told(violations: &Violations) -> Vec<(&str, FieldReason)> {
        violations
            .iter()
            .map(|(path, v)| (path, v.reason))
            .collect()
    }

    #[test]
    fn a_scope_comes_back_as_it_went() {
        let sent = sent(v1::HousingType::Prive, "33", "Gironde");
        let mut violations = Violations::new();
        let read = scope("scopes[0]", &sent, &mut violations).unwrap();
        assert_eq!(message(&read), sent);
        assert!(violations.is_empty());
    }

    #[test]
    fn a_scope_to_be_made_needs_its_label_and_one_asked_about_does_not() {
        let sent = sent(v1::HousingType::Conventionne, "33", "");
        let mut violations = Violations::new();
        assert!(key("scope", &sent, &mut violations).is_some());
        assert!(violations.is_empty());
        assert_eq!(scope("scope", &sent, &mut violations), None);
        let path = "scope.housing.zone_label";
        assert_eq!(told(&violations), [(path, FieldReason::Required)]);
    }

    #[test]
    fn every_part_of_a_wrong_scope_is_told() {
        let mut violations = Violations::new();
        let wrong = sent(v1::HousingType::Unspecified, "gironde", "");
        assert_eq!(scope("scope", &wrong, &mut violations), None);
        assert_eq!(
            told(&violations),
            [
                ("scope.housing.housing_type", FieldReason::Required),
                ("scope.housing.zone_code", FieldReason::Format),
                ("scope.housing.zone_label", FieldReason::Required),
            ]
        );
        let mut violations = Violations::new();
        let nothing = v1::Scope { kind: None };
        assert_eq!(scope("scope", &nothing, &mut violations), None);
        assert_eq!(
            told(&violations),
            [("scope.housing", FieldReason::Required)]
        );
    }
}
