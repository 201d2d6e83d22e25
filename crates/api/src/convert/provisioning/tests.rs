use domain::violation::FieldReason::{
    self, BeforeOpening, Duplicate, Format, NotModifiable, Required, TooMany, UnknownValue,
};

use super::*;
use crate::account::v1::NewAccount;
use crate::r#type::v1::{Date, HousingScope, HousingType, Scope as SentScope, scope::Kind};

const TODAY: Day = Day::constant(2027, 1, 15);

fn told(sent: &v1::ProvisionPartnerRequest) -> Vec<(String, FieldReason)> {
    let Err(violations) = provision_partner(sent, TODAY) else {
        return Vec::new();
    };
    violations
        .into_iter()
        .map(|(path, violation)| (path, violation.reason))
        .collect()
}

fn said(path: &str, reason: FieldReason) -> (String, FieldReason) {
    (path.to_owned(), reason)
}

fn new_year(year: i32) -> Date {
    Date {
        year,
        month: 1,
        day: 1,
    }
}

fn zone(code: &str) -> SentScope {
    let housing = HousingScope {
        housing_type: HousingType::Prive.into(),
        zone_code: code.to_owned(),
        zone_label: "Gironde".to_owned(),
    };
    SentScope {
        kind: Some(Kind::Housing(housing)),
    }
}

fn convention() -> v1::ProvisionedAgreement {
    v1::ProvisionedAgreement {
        reference: "CONV-2027".to_owned(),
        label: "LES OLIVIERS".to_owned(),
        initial_state: v1::agreement::State::Validated.into(),
        start_date: Some(new_year(2027)),
        end_date: None,
        service_codes: vec!["OFFRE_BAILLEURS".to_owned()],
        scopes: vec![zone("33")],
    }
}

fn record(agreements: Vec<v1::ProvisionedAgreement>) -> v1::ProvisionPartnerRequest {
    v1::ProvisionPartnerRequest {
        reference: Some(v1::PartnerReference {
            caf_code: "331".to_owned(),
            reference: "B-0001".to_owned(),
        }),
        name: "LES OLIVIERS".to_owned(),
        siret: String::new(),
        agreements,
        administrator: Some(NewAccount {
            family_name: "MERCIER".to_owned(),
            given_name: "Alix".to_owned(),
            email: "alix.mercier@les-oliviers.example".to_owned(),
            ..NewAccount::default()
        }),
        request_id: String::new(),
    }
}

#[test]
fn everything_that_a_record_lacks_is_told_at_once() {
    assert_eq!(
        told(&v1::ProvisionPartnerRequest {
            request_id: "x".to_owned(),
            ..v1::ProvisionPartnerRequest::default()
        }),
        [
            said("reference", Required),
            said("name", Required),
            said("agreements", Required),
            said("administrator", Required),
            said("request_id", Format),
        ]
    );
    assert_eq!(
        told(&record(vec![v1::ProvisionedAgreement::default()])),
        [
            said("agreements[0].reference", Required),
            said("agreements[0].label", Required),
            said("agreements[0].initial_state", Required),
            said("agreements[0].start_date", Required),
            said("agreements[0].service_codes", Required),
            said("agreements[0].scopes", Required),
        ]
    );
}

#[test]
fn references_services_and_scopes_stand_once_each() {
    let mut twice = convention();
    twice.service_codes = vec!["OFFRE_BAILLEURS".to_owned(); 2];
    twice.scopes = vec![zone("33"), zone("75"), zone("33")];
    assert_eq!(
        told(&record(vec![twice, convention()])),
        [
            said("agreements[0].service_codes[1]", Duplicate),
            said("agreements[0].scopes[2]", Duplicate),
            said("agreements[1].reference", Duplicate),
        ]
    );
}

#[test]
fn an_agreement_ends_on_its_first_day_or_later() {
    let mut one_day = convention();
    one_day.end_date = Some(new_year(2027));
    assert_eq!(told(&record(vec![one_day.clone()])), []);
    one_day.end_date = Some(new_year(2026));
    one_day.initial_state = 9;
    assert_eq!(
        told(&record(vec![one_day])),
        [
            said("agreements[0].initial_state", UnknownValue),
            said("agreements[0].end_date", BeforeOpening)
        ]
    );
}

#[test]
fn a_record_is_bounded() {
    let numbered = |number: usize| v1::ProvisionedAgreement {
        reference: format!("CONV-{number}"),
        ..convention()
    };
    assert_eq!(told(&record((0..50).map(numbered).collect())), []);
    let too_many = record((0..51).map(numbered).collect());
    assert_eq!(told(&too_many), [said("agreements", TooMany)]);

    let mut wide = convention();
    wide.scopes = (0..501).map(|place| zone(&place.to_string())).collect();
    wide.service_codes = (0..101).map(|place| format!("S{place}")).collect();
    assert_eq!(
        told(&record(vec![wide.clone()])),
        [
            said("agreements[0].service_codes", TooMany),
            said("agreements[0].scopes", TooMany)
        ]
    );
    wide.scopes.pop();
    wide.service_codes.pop();
    assert_eq!(told(&record(vec![wide])), []);
}

#[test]
fn an_administrator_has_no_planned_end() {
    let mut ending = record(vec![convention()]);
    ending.administrator.as_mut().unwrap().closing_date = Some(new_year(2028));
    assert_eq!(
        told(&ending),
        [said("administrator.closing_date", NotModifiable)]
    );
}

#[test]
fn only_a_first_day_that_was_sent_is_the_record_s() {
    let read = |sent| provision_partner(&sent, TODAY).unwrap();
    assert_eq!(read(record(vec![convention()])).opening, None);
    let mut told = record(vec![convention()]);
    told.administrator.as_mut().unwrap().opening_date = Some(new_year(2026));
    assert_eq!(read(told).opening, Some(Day::constant(2026, 1, 1)));
}
