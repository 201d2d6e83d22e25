//! What is asked of ProvisionPartner: the Caf's record of a partner.

use std::collections::BTreeSet;

use domain::RequestId;
use domain::account::Newcomer;
use domain::agreement;
use domain::group::Scope;
use domain::name::{AgreementLabel, PartnerName};
use domain::paris::Day;
use domain::partner::PartnerReference;
use domain::references::{Reference, ServiceCode};
use domain::siret::Siret;
use domain::violation::{FieldReason, Violation, Violations};

use super::contact::Typist;
use super::new_account::{self, Seat};
use super::{below, days, duplicate, partner, scope, too_many, unknown_value};
use crate::claims;
use crate::partner::v1;

/// Most agreements of a request, and of a partner.
pub const MOST_AGREEMENTS: usize = 50;

/// Most services of one agreement.
pub const MOST_SERVICES: usize = 100;

/// Most scopes of one agreement in a request.
pub const MOST_SCOPES: usize = 500;

/// A partner as the Caf records it.
#[derive(Debug, Clone)]
pub struct ProvisionPartner {
    /// How the Caf names it.
    pub reference: PartnerReference,
    /// Its name.
    pub name: PartnerName,
    /// Its SIRET, when the record has one.
    pub siret: Option<Siret>,
    /// Its agreements, in the order of the record, each once; at least one.
    pub agreements: Vec<ProvisionedAgreement>,
    /// Its administrator.
    pub administrator: Newcomer,
    /// The administrator's first day, when the record has one.
    pub opening: Option<Day>,
    /// The caller's name for it.
    pub request: Option<RequestId>,
}

/// An agreement as the Caf records it.
#[derive(Debug, Clone)]
pub struct ProvisionedAgreement {
    /// The Caf's reference of it.
    pub reference: Reference,
    /// What people call it.
    pub label: AgreementLabel,
    /// The state it is made in.
    pub state: agreement::State,
    /// Its first day.
    pub start: Day,
    /// Its last day, included, when one is planned.
    pub end: Option<Day>,
    /// The services it covers; at least one.
    pub services: BTreeSet<ServiceCode>,
    /// What it gives rights over, in the order of the record, each once; at least one.
    pub scopes: Vec<Scope>,
}

/// Reads what is asked of ProvisionPartner.
pub fn provision_partner(
    sent: &v1::ProvisionPartnerRequest,
    today: Day,
) -> Result<ProvisionPartner, Violations> {
    let mut wrong = Violations::new();
    let reference = reference(sent.reference.as_ref(), &mut wrong);
    let name = wrong.check("name", PartnerName::parse(&sent.name));
    let siret = match sent.siret.trim() {
        "" => None,
        text => wrong.check("siret", Siret::parse(text)),
    };
    let agreements = agreements(&sent.agreements, &mut wrong);
    let form = sent.administrator.as_ref();
    let (typist, seat) = (Typist::Caf, Seat::Administrator);
    let administrator =
        new_account::newcomer("administrator", form, typist, seat, today, &mut wrong);
    let request = claims::optional(&sent.request_id, &mut wrong);
    match (reference, name, administrator) {
        (Some(reference), Some(name), Some(administrator)) if wrong.is_empty() => {
            Ok(ProvisionPartner {
                reference,
                name,
                siret,
                agreements,
                opening: form
                    .and_then(|form| form.opening_date.as_ref())
                    .map(|_| administrator.dates.opening()),
                administrator,
                request,
            })
        }
        _ => Err(wrong),
    }
}

fn reference(
    sent: Option<&v1::PartnerReference>,
    wrong: &mut Violations,
) -> Option<PartnerReference> {
    match sent {
        None => {
            wrong.push("reference", Violation::required());
            None
        }
        Some(sent) => partner::reference("reference", sent, wrong),
    }
}

fn agreements(
    sent: &[v1::ProvisionedAgreement],
    wrong: &mut Violations,
) -> Vec<ProvisionedAgreement> {
    if !counted("agreements", sent.len(), MOST_AGREEMENTS, wrong) {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    let mut read = Vec::with_capacity(sent.len());
    for (place, sent) in sent.iter().enumerate() {
        let path = format!("agreements[{place}]");
        read.extend(agreement(&path, sent, &mut known, wrong));
    }
    read
}

fn agreement(
    path: &str,
    sent: &v1::ProvisionedAgreement,
    known: &mut BTreeSet<String>,
    wrong: &mut Violations,
) -> Option<ProvisionedAgreement> {
    let at = |field: &str| below(path, field);
    let reference = wrong.check(at("reference"), Reference::parse(&sent.reference));
    if reference.is_some() && !known.insert(sent.reference.clone()) {
        wrong.push(at("reference"), duplicate());
    }
    let label = wrong.check(at("label"), AgreementLabel::parse(&sent.label));
    let state = wrong.check(at("initial_state"), state(sent.initial_state));
    if sent.start_date.is_none() {
        wrong.push(at("start_date"), Violation::required());
    }
    let start = days::optional(&at("start_date"), sent.start_date.as_ref(), wrong);
    let end = days::optional(&at("end_date"), sent.end_date.as_ref(), wrong);
    if start.zip(end).is_some_and(|(start, end)| end < start) {
        wrong.push(at("end_date"), ends_before_it_starts());
    }
    let services = services(&at("service_codes"), &sent.service_codes, wrong);
    let scopes = scopes(&at("scopes"), &sent.scopes, wrong);
    Some(ProvisionedAgreement {
        reference: reference?,
        label: label?,
        state: state?,
        start: start?,
        end,
        services,
        scopes,
    })
}

fn state(sent: i32) -> Result<agreement::State, Violation> {
    match partner::read_agreement_state(sent) {
        Some(state) => Ok(state),
        None if sent == 0 => Err(Violation::required()),
        None => Err(unknown_value()),
    }
}

fn services(path: &str, sent: &[String], wrong: &mut Violations) -> BTreeSet<ServiceCode> {
    let mut services = BTreeSet::new();
    if !counted(path, sent.len(), MOST_SERVICES, wrong) {
        return services;
    }
    for (place, code) in sent.iter().enumerate() {
        let path = format!("{path}[{place}]");
        let code = wrong.check(path.as_str(), ServiceCode::parse(code));
        if code.is_some_and(|code| !services.insert(code)) {
            wrong.push(path, duplicate());
        }
    }
    services
}

fn scopes(path: &str, sent: &[crate::r#type::v1::Scope], wrong: &mut Violations) -> Vec<Scope> {
    if !counted(path, sent.len(), MOST_SCOPES, wrong) {
        return Vec::new();
    }
    let mut known = BTreeSet::new();
    let mut scopes = Vec::with_capacity(sent.len());
    for (place, sent) in sent.iter().enumerate() {
        let path = format!("{path}[{place}]");
        let Some(scope) = scope::scope(&path, sent, wrong) else {
            continue;
        };
        if !known.insert(scope.key.clone()) {
            wrong.push(path, duplicate());
        }
        scopes.push(scope);
    }
    scopes
}

/// Whether a list of 1 to `most` has so many elements.
fn counted(path: &str, count: usize, most: usize, wrong: &mut Violations) -> bool {
    if count == 0 {
        wrong.push(path, Violation::required());
    }
    if count > most {
        wrong.push(path, too_many(most));
    }
    (1..=most).contains(&count)
}

fn ends_before_it_starts() -> Violation {
    Violation::new(
        FieldReason::BeforeOpening,
        "the last day is before the first",
        "La date de fin ne peut pas précéder la date de début.",
    )
}

#[cfg(test)]
mod tests;
