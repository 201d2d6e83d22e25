//! The three partners of the demo, as a Caf would provision them.

use api::account::v1::NewAccount;
use api::partner::v1::agreement::State;
use api::partner::v1::{PartnerReference, ProvisionPartnerRequest, ProvisionedAgreement};
use api::r#type::v1::{Channel, Date, HousingScope, HousingType, PostalAddress, Scope, scope};

/// An organisation with housing of both kinds in two zones; its administrator reads e-mails.
pub(super) fn les_oliviers() -> ProvisionPartnerRequest {
    let paris_and_gironde = [("75", "Paris"), ("33", "Gironde")];
    let kinds = [HousingType::Conventionne, HousingType::Prive];
    let scopes = kinds
        .into_iter()
        .flat_map(|kind| paris_and_gironde.map(|zone| scope(kind, zone)));
    let administrator = NewAccount {
        family_name: "MARTIN".into(),
        given_name: "Claire".into(),
        email: "claire.martin@les-oliviers.example".into(),
        phone: "05 56 00 00 01".into(),
        ..NewAccount::default()
    };
    partner(
        "LES-OLIVIERS",
        "LES OLIVIERS",
        scopes.collect(),
        administrator,
    )
}

/// A landlord who reads letters only, and whose user number the Caf gave long ago.
pub(super) fn durand() -> ProvisionPartnerRequest {
    let administrator = NewAccount {
        family_name: "DURAND".into(),
        given_name: "Paul".into(),
        contact_channel: Channel::Letter.into(),
        postal_address: Some(address(&["12 RUE DES LILAS", "33000 BORDEAUX"])),
        user_number: "33201900004217".into(),
        ..NewAccount::default()
    };
    let gironde = scope(HousingType::Prive, ("33", "Gironde"));
    partner("DURAND-PAUL", "Paul DURAND", vec![gironde], administrator)
}

/// A landlady who reads letters, and whose e-mail address is on file.
pub(super) fn petit() -> ProvisionPartnerRequest {
    let administrator = NewAccount {
        family_name: "PETIT".into(),
        given_name: "Jeanne".into(),
        email: "jeanne.petit@courriel.example".into(),
        contact_channel: Channel::Letter.into(),
        postal_address: Some(address(&[
            "RESIDENCE LES TILLEULS",
            "4 ALLEE DU PARC",
            "75013 PARIS",
        ])),
        ..NewAccount::default()
    };
    let paris = scope(HousingType::Conventionne, ("75", "Paris"));
    partner("PETIT-JEANNE", "Jeanne PETIT", vec![paris], administrator)
}

fn partner(
    reference: &str,
    name: &str,
    scopes: Vec<Scope>,
    administrator: NewAccount,
) -> ProvisionPartnerRequest {
    ProvisionPartnerRequest {
        reference: Some(PartnerReference {
            caf_code: "331".into(),
            reference: reference.into(),
        }),
        name: name.into(),
        agreements: vec![ProvisionedAgreement {
            reference: "CONVENTION-1".into(),
            label: name.into(),
            initial_state: State::Validated.into(),
            start_date: Some(Date {
                year: 2019,
                month: 6,
                day: 3,
            }),
            service_codes: vec!["OFFRE_BAILLEURS".into()],
            scopes,
            ..ProvisionedAgreement::default()
        }],
        administrator: Some(administrator),
        ..ProvisionPartnerRequest::default()
    }
}

fn scope(kind: HousingType, (code, label): (&str, &str)) -> Scope {
    let housing = HousingScope {
        housing_type: kind.into(),
        zone_code: code.into(),
        zone_label: label.into(),
    };
    Scope {
        kind: Some(scope::Kind::Housing(housing)),
    }
}

fn address(lines: &[&str]) -> PostalAddress {
    PostalAddress {
        lines: lines.iter().map(|&line| line.to_owned()).collect(),
        country_code: "FR".into(),
    }
}
