//! Reading partners, agreements and groups: a person sees their own partner's, of the groups those
//! they hold; business services and the Caf see all.

use std::collections::BTreeSet;

use api::acting::{acting, query};
use api::convert::{self, ids, partner as wire};
use api::page;
use api::partner::v1;
use api::refusal::{Refusal, Resource};
use domain::call::{Actor, Call};
use domain::policy::{self, Sight};
use domain::references::ServiceCode;
use domain::violation::{Violation, Violations};
use domain::{AgreementId, GroupId, PartnerId, agreement};
use storage::authority::{Groups, Of};
use storage::partner::{AgreementFilter, GroupFilter};

use crate::Deps;

/// Most states in a filter.
const STATES_MOST: usize = 10;

impl Deps {
    /// Reads one partner, by its id or by the Caf's reference of it.
    pub(crate) async fn get_partner(
        &self,
        call: &Call,
        request: v1::GetPartnerRequest,
    ) -> Result<v1::GetPartnerResponse, Refusal> {
        let mut violations = Violations::new();
        let (found, named) = match request.r#ref {
            None => {
                violations.push("ref", Violation::required());
                violations.finish()?;
                unreachable!("a violation was noted");
            }
            Some(v1::get_partner_request::Ref::PartnerId(id)) => {
                let read = ids::partner_id("partner_id", &id, &mut violations);
                violations.finish()?;
                (self.partner_by_id(read).await?, id)
            }
            Some(v1::get_partner_request::Ref::Reference(sent)) => {
                let read = wire::reference("reference", &sent, &mut violations);
                violations.finish()?;
                let found = match &read {
                    Some(reference) => self.stores.partners.partner_by_reference(reference).await?,
                    None => None,
                };
                (found, format!("{}/{}", sent.caf_code, sent.reference))
            }
        };
        let seen = found.filter(|partner| own_partner(call).is_none_or(|own| own == partner.id));
        let partner = seen.ok_or_else(|| Refusal::not_found(Resource::Partner, named))?;
        Ok(v1::GetPartnerResponse {
            partner: Some(wire::partner(&partner)),
        })
    }

    async fn partner_by_id(
        &self,
        id: Option<PartnerId>,
    ) -> Result<Option<domain::partner::Partner>, Refusal> {
        match id {
            Some(id) => Ok(self.stores.partners.partner(id).await?),
            None => Ok(None),
        }
    }

    /// Reads one agreement.
    pub(crate) async fn get_agreement(
        &self,
        call: &Call,
        request: v1::GetAgreementRequest,
    ) -> Result<v1::GetAgreementResponse, Refusal> {
        let mut violations = Violations::new();
        let id = ids::agreement_id("agreement_id", &request.agreement_id, &mut violations);
        violations.finish()?;
        let found = match id {
            Some(id) => self.stores.partners.agreement(id).await?,
            None => None,
        };
        let seen = found.filter(|found| own_partner(call).is_none_or(|own| own == found.partner));
        let not_found = || Refusal::not_found(Resource::Agreement, &request.agreement_id);
        let (_, today) = self.moment();
        let agreement = Some(wire::agreement(&seen.ok_or_else(not_found)?, today));
        Ok(v1::GetAgreementResponse { agreement })
    }

    /// Lists agreements, by id.
    pub(crate) async fn list_agreements(
        &self,
        call: &Call,
        request: v1::ListAgreementsRequest,
    ) -> Result<v1::ListAgreementsResponse, Refusal> {
        let mut violations = Violations::new();
        let size = page::size(request.page_size, &mut violations);
        let partner = ids::optional("partner_id", &request.partner_id, &mut violations);
        let services = optional_service(&request.service_code, &mut violations);
        let states = states(&request.states, &mut violations);
        violations.finish()?;
        let filter = v1::ListAgreementsRequest {
            page_size: 0,
            page_token: String::new(),
            ..request.clone()
        };
        let listing = self
            .tokens
            .listing(call, size, &request.page_token, &filter)?;
        let partner = self.partner_in_sight(call, partner).await?;
        let filter = AgreementFilter {
            partner,
            services,
            states,
        };
        let page = self
            .stores
            .partners
            .agreements(&filter, &listing.request)
            .await?;
        let (_, today) = self.moment();
        let shown = listing.answer(page, |agreement| wire::agreement(&agreement, today));
        Ok(v1::ListAgreementsResponse {
            agreements: shown.rows,
            next_page_token: shown.next_page_token,
            revision: shown.revision,
        })
    }

    /// Lists groups, by id.
    pub(crate) async fn list_groups(
        &self,
        call: &Call,
        request: v1::ListGroupsRequest,
    ) -> Result<v1::ListGroupsResponse, Refusal> {
        let mut violations = Violations::new();
        let size = page::size(request.page_size, &mut violations);
        let agreement = ids::optional("agreement_id", &request.agreement_id, &mut violations);
        violations.finish()?;
        let filter = v1::ListGroupsRequest {
            page_size: 0,
            page_token: String::new(),
            ..request.clone()
        };
        let listing = self
            .tokens
            .listing(call, size, &request.page_token, &filter)?;
        let partner = own_partner(call);
        if let Some(agreement) = agreement {
            self.agreement_in_sight(agreement, partner).await?;
        }
        let filter = GroupFilter {
            partner,
            agreement,
            among: self.groups_in_sight(call).await?,
        };
        let page = self
            .stores
            .partners
            .groups(&filter, &listing.request)
            .await?;
        let shown = listing.answer(page, |listed| {
            wire::group(&listed.group, listed.member_count)
        });
        Ok(v1::ListGroupsResponse {
            groups: shown.rows,
            next_page_token: shown.next_page_token,
            revision: shown.revision,
        })
    }

    /// The partner that a list is about: a person's own, whoever else asks for which they like.
    async fn partner_in_sight(
        &self,
        call: &Call,
        asked: Option<PartnerId>,
    ) -> Result<Option<PartnerId>, Refusal> {
        let Some(asked) = asked else {
            return Ok(own_partner(call));
        };
        let foreign = own_partner(call).is_some_and(|own| own != asked);
        if foreign || self.stores.partners.partner(asked).await?.is_none() {
            return Err(Refusal::not_found(Resource::Partner, asked));
        }
        Ok(Some(asked))
    }

    async fn agreement_in_sight(
        &self,
        asked: AgreementId,
        own: Option<PartnerId>,
    ) -> Result<(), Refusal> {
        match self.stores.partners.agreement(asked).await? {
            Some(found) if own.is_none_or(|own| own == found.partner) => Ok(()),
            _ => Err(Refusal::not_found(Resource::Agreement, asked)),
        }
    }

    /// The groups that the one who asks sees; all, when nothing is named.
    async fn groups_in_sight(&self, call: &Call) -> Result<Option<BTreeSet<GroupId>>, Refusal> {
        let Actor::Person(session) = &call.actor else {
            return Ok(None);
        };
        let no_groups = Groups::Named(BTreeSet::new());
        let query = query(Of::Partner(session.partner), call, [], no_groups);
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or(Refusal::SessionInvalid)?;
        let (_, today) = self.moment();
        let acting = acting(&authority, call, today, || Refusal::SessionInvalid)?;
        match (policy::sight(acting), acting) {
            (Sight::All, _) | (_, policy::Actor::Caf) => Ok(None),
            (Sight::Own | Sight::Sharing(_), policy::Actor::Person(own)) => Ok(Some(own.groups())),
        }
    }
}

/// The partner that a person is limited to; nothing for business services and the Caf.
fn own_partner(call: &Call) -> Option<PartnerId> {
    match &call.actor {
        Actor::Person(session) => Some(session.partner),
        Actor::Nobody | Actor::Caf(_) => None,
    }
}

fn optional_service(sent: &str, violations: &mut Violations) -> BTreeSet<ServiceCode> {
    match sent {
        "" => BTreeSet::new(),
        code => violations
            .check("service_code", ServiceCode::parse(code))
            .into_iter()
            .collect(),
    }
}

fn states(sent: &[i32], violations: &mut Violations) -> BTreeSet<agreement::State> {
    if sent.len() > STATES_MOST {
        violations.push("states", convert::too_many(STATES_MOST));
        return BTreeSet::new();
    }
    let read = |(place, number): (usize, &i32)| {
        let state = wire::read_agreement_state(*number);
        violations.check(
            format!("states[{place}]"),
            state.ok_or_else(convert::unknown_value),
        )
    };
    sent.iter().enumerate().filter_map(read).collect()
}
