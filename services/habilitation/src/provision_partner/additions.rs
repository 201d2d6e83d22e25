//! What a record has and the partner lacks.

use api::convert::provisioning::{MOST_AGREEMENTS, ProvisionPartner, ProvisionedAgreement};
use api::convert::too_many;
use api::refusal::Refusal;
use domain::agreement::NewAgreement;
use domain::group::NewGroup;
use domain::violation::{FieldReason, Violation};
use domain::{AgreementId, GroupId, Random, Timestamp};
use storage::authority::Authority;

use super::{MOST_GROUPS, agreement_of, groups_by_scope};

/// What is to be added, and its paths in the request.
pub(super) struct Additions {
    pub(super) agreements: Vec<NewAgreement>,
    pub(super) groups: Vec<NewGroup>,
    pub(super) paths: Vec<String>,
}

impl Additions {
    /// Compares the record with what is known of the partner; a new one has nothing yet.
    pub(super) fn of(
        asked: &ProvisionPartner,
        known: Option<&Authority>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Self, Refusal> {
        let mut additions = Self {
            agreements: Vec::new(),
            groups: Vec::new(),
            paths: Vec::new(),
        };
        let held = known.map(groups_by_scope).unwrap_or_default();
        for (place, record) in asked.agreements.iter().enumerate() {
            let path = format!("agreements[{place}]");
            let agreement = match known.and_then(|known| agreement_of(known, record)) {
                Some(agreement) => agreement.id,
                None => additions.agreement(&path, record, AgreementId::new(now, random)),
            };
            for (place, scope) in record.scopes.iter().enumerate() {
                if held.contains_key(&(agreement, &scope.key)) {
                    continue;
                }
                additions.groups.push(NewGroup {
                    id: GroupId::new(now, random),
                    agreement,
                    scope: scope.clone(),
                });
                additions.paths.push(format!("{path}.scopes[{place}]"));
            }
        }
        additions.within_bounds(known)?;
        Ok(additions)
    }

    fn agreement(
        &mut self,
        path: &str,
        record: &ProvisionedAgreement,
        id: AgreementId,
    ) -> AgreementId {
        self.agreements.push(NewAgreement {
            id,
            reference: record.reference.clone(),
            label: record.label.clone(),
            state: record.state,
            start: record.start,
            end: record.end,
            services: record.services.clone(),
        });
        self.paths.push(path.to_owned());
        id
    }

    /// Whether the partner, with these, keeps to what one partner may have.
    fn within_bounds(&self, known: Option<&Authority>) -> Result<(), Refusal> {
        let agreements = known.map_or(0, |known| known.agreements.len());
        if agreements + self.agreements.len() > MOST_AGREEMENTS {
            return Err(Refusal::field("agreements", too_many(MOST_AGREEMENTS)));
        }
        let groups = known.map_or(0, |known| known.groups.len());
        if groups + self.groups.len() > usize::try_from(MOST_GROUPS).unwrap_or(usize::MAX) {
            return Err(Refusal::field("agreements", too_many_groups()));
        }
        Ok(())
    }
}

fn too_many_groups() -> Violation {
    Violation::new(
        FieldReason::TooMany,
        format!("a partner has at most {MOST_GROUPS} groups, over all its agreements"),
        format!("Un partenaire est limité à {MOST_GROUPS} groupes, toutes conventions confondues."),
    )
}
