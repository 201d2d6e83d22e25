//! What a record says otherwise than the partner is: left as it is, and told.
//!
//! What the record leaves out where it may says nothing and is no difference: a telephone number
//! that the administrator added, a user number that the service drew. The planned end of an
//! agreement is the exception: a record without one says that there is none.

use std::collections::BTreeMap;

use api::convert::provisioning::{ProvisionPartner, ProvisionedAgreement};
use domain::AgreementId;
use domain::account::Account;
use domain::agreement::Agreement;
use domain::group::{Group, ScopeKey};
use domain::identifier::Identifier;
use domain::user_number::UserNumber;
use storage::authority::Authority;

use super::{agreement_of, groups_by_scope};

/// The paths of what is different, in the order of the request.
pub(super) fn of(asked: &ProvisionPartner, known: &Authority) -> Vec<String> {
    let mut differing = Differing(Vec::new());
    differing.note("name", asked.name != known.partner.name);
    differing.said("siret", asked.siret.as_ref(), known.partner.siret.as_ref());
    let groups = groups_by_scope(known);
    for (place, record) in asked.agreements.iter().enumerate() {
        if let Some(agreement) = agreement_of(known, record) {
            let path = format!("agreements[{place}]");
            differing.agreement(&path, record, agreement);
            differing.zone_labels(&path, record, agreement, &groups);
        }
    }
    if let Some(administrator) = known.administrator() {
        differing.administrator(asked, administrator);
    }
    differing.0
}

struct Differing(Vec<String>);

impl Differing {
    fn note(&mut self, path: impl Into<String>, differs: bool) {
        if differs {
            self.0.push(path.into());
        }
    }

    /// A value that the record may leave out.
    fn said<T: PartialEq>(&mut self, path: &str, said: Option<&T>, is: Option<&T>) {
        self.note(path, said.is_some() && said != is);
    }

    fn agreement(&mut self, path: &str, record: &ProvisionedAgreement, is: &Agreement) {
        self.note(format!("{path}.label"), record.label != is.label);
        self.note(format!("{path}.initial_state"), record.state != is.state);
        self.note(format!("{path}.start_date"), record.start != is.start);
        self.note(format!("{path}.end_date"), record.end != is.end);
        self.note(
            format!("{path}.service_codes"),
            record.services != is.services,
        );
    }

    fn zone_labels(
        &mut self,
        path: &str,
        record: &ProvisionedAgreement,
        agreement: &Agreement,
        groups: &BTreeMap<(AgreementId, &ScopeKey), &Group>,
    ) {
        for (place, scope) in record.scopes.iter().enumerate() {
            let is = groups.get(&(agreement.id, &scope.key));
            self.note(
                format!("{path}.scopes[{place}].housing.zone_label"),
                is.is_some_and(|group| group.scope.zone_label != scope.zone_label),
            );
        }
    }

    fn administrator(&mut self, asked: &ProvisionPartner, account: &Account) {
        let record = &asked.administrator;
        let (said, is) = (&record.person, &account.person);
        let at = |field: &str| format!("administrator.{field}");
        self.note(at("family_name"), said.family_name != is.family_name);
        self.note(at("given_name"), said.given_name != is.given_name);
        self.said(&at("email"), said.email.as_ref(), is.email.as_ref());
        self.said(&at("phone"), said.phone.as_ref(), is.phone.as_ref());
        self.said(
            &at("work_mode"),
            said.work_mode.as_ref(),
            is.work_mode.as_ref(),
        );
        self.note(
            at("contact_channel"),
            said.contact_channel != is.contact_channel,
        );
        self.said(
            &at("postal_address"),
            said.postal_address.as_ref(),
            is.postal_address.as_ref(),
        );
        let opening = account.dates.opening();
        self.said(&at("opening_date"), asked.opening.as_ref(), Some(&opening));
        let number = record.user_number.as_ref().map(UserNumber::key);
        let is = account.user_number.key();
        self.said(&at("user_number"), number.as_ref(), Some(&is));
        let identifier = record.identifier.as_ref().map(Identifier::key);
        let is = account.identifier.key();
        self.said(&at("identifier"), identifier.as_ref(), Some(&is));
    }
}
