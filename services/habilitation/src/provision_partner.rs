//! Making a partner from the Caf's record of it, or adding to a known one what it lacks.
//!
//! The record is compared with what is there; only what is absent is written. A new partner has no
//! authority to decide on, so this use case reads, decides and writes in a loop of its own: of two
//! that make the same partner at once, the second finds it there and adds nothing.

mod additions;
mod differences;

use std::collections::BTreeMap;

use api::access;
use api::acting::query;
use api::convert::partner as wire;
use api::convert::provisioning::{self, ProvisionPartner, ProvisionedAgreement};
use api::partner::v1;
use api::refusal::Refusal;
use api::stored::NewAccountFields;
use domain::account::Role;
use domain::agreement::Agreement;
use domain::audit::Event;
use domain::call::{Actor, Call};
use domain::change::Change;
use domain::delivery::NewDelivery;
use domain::group::{Group, ScopeKey};
use domain::partner::NewPartner;
use domain::{AccountId, AgreementId, GroupId, PartnerId, Timestamp};
use prost::Message;
use storage::authority::{Authority, Groups, Of};
use storage::carry_out::DECISIONS;
use storage::mutation::{AuthorityMove, Mutation, On, Outcome, RequestClaim};
use storage::page::PageRequest;
use storage::partner::GroupFilter;

use crate::Deps;
use crate::answers::{delivery_id, made};
use additions::Additions;

/// Where the request holds what must be unique.
const FIELDS: NewAccountFields = NewAccountFields {
    user_number: "administrator.user_number",
    identifier: "administrator.identifier",
};

/// Most groups of a partner.
pub(crate) const MOST_GROUPS: u32 = 2_000;

impl Deps {
    /// Makes or completes a partner.
    pub(crate) async fn provision_partner(
        &self,
        call: &Call,
        request: v1::ProvisionPartnerRequest,
    ) -> Result<v1::ProvisionPartnerResponse, Refusal> {
        for_the_caf(call)?;
        let (now, today) = self.moment();
        let asked = provisioning::provision_partner(&request, today)?;
        let claim = asked
            .request
            .map(|id| self.claims.claim(call, id, &request.encode_to_vec()));
        let provisioning = Provisioning {
            deps: self,
            call,
            asked: &asked,
            claim,
            now,
        };
        let outcome = provisioning.carry_out().await?;
        self.provisioned(call, &asked, outcome).await
    }

    /// The partner as it is now, as far as the record names it.
    async fn provisioned(
        &self,
        call: &Call,
        asked: &ProvisionPartner,
        outcome: Outcome,
    ) -> Result<v1::ProvisionPartnerResponse, Refusal> {
        let id = made(outcome.result.partner, "partner")?;
        let query = query(Of::Partner(id), call, [], Groups::All);
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = made(authority, "partner")?;
        let administrator = made(authority.administrator(), "administrator")?;
        let (_, today) = self.moment();
        let members = self.member_counts(id).await?;
        let live = groups_by_scope(&authority);
        let mut agreements = Vec::with_capacity(asked.agreements.len());
        let mut groups = Vec::new();
        for record in &asked.agreements {
            let agreement = made(agreement_of(&authority, record), "agreement")?;
            agreements.push(wire::agreement(agreement, today));
            for scope in &record.scopes {
                let group = made(live.get(&(agreement.id, &scope.key)), "group")?;
                let count = members.get(&group.id).copied().unwrap_or_default();
                groups.push(wire::group(group, count));
            }
        }
        Ok(v1::ProvisionPartnerResponse {
            partner: Some(wire::partner(&authority.partner)),
            agreements,
            groups,
            administrator: Some(self.shown_to_the_caf(administrator).await?),
            delivery_id: delivery_id(outcome.result.delivery),
            created: outcome.result.created,
            changed_paths: outcome.result.changed_paths,
            ignored_paths: outcome.result.ignored_paths,
            revision: outcome.revision.encode(),
        })
    }

    async fn member_counts(&self, partner: PartnerId) -> Result<BTreeMap<GroupId, u32>, Refusal> {
        let filter = GroupFilter {
            partner: Some(partner),
            ..GroupFilter::default()
        };
        let all = PageRequest {
            after: None,
            limit: MOST_GROUPS,
        };
        let page = self.stores.partners.groups(&filter, &all).await?;
        let counted = page.rows.into_iter();
        Ok(counted
            .map(|(_, listed)| (listed.group.id, listed.member_count))
            .collect())
    }
}

/// One call of ProvisionPartner.
struct Provisioning<'a> {
    deps: &'a Deps,
    call: &'a Call,
    asked: &'a ProvisionPartner,
    claim: Option<RequestClaim>,
    now: Timestamp,
}

impl Provisioning<'_> {
    async fn carry_out(&self) -> Result<Outcome, Refusal> {
        let stores = &self.deps.stores;
        let of = Of::Reference(self.asked.reference.clone());
        let query = query(of, self.call, [], Groups::All);
        let refused = |error| Refusal::of_mutation(error, self.now, FIELDS);
        let mut decisions = 1..=DECISIONS;
        loop {
            let last = decisions.next() == Some(DECISIONS);
            let known = stores.authorities.authority(&query).await?;
            if let Some(claim) = &self.claim {
                let earlier = stores.mutations.replay(claim, self.now).await;
                if let Some(earlier) = earlier.map_err(refused)? {
                    return Ok(earlier);
                }
            }
            let mutation = self.decide(known.as_ref())?;
            let administrator = &self.asked.administrator;
            match stores.mutations.apply(&mutation).await {
                Err(error)
                    if !last && (error.is_conflict() || error.is_of_drawn(administrator)) => {}
                written => return written.map_err(refused),
            }
        }
    }

    fn decide(&self, known: Option<&Authority>) -> Result<Mutation, Refusal> {
        let additions = Additions::of(self.asked, known, self.now, &*self.deps.random)?;
        let mut mutation = match known {
            None => self.new_partner(),
            Some(known) => self.known_partner(known, &additions),
        };
        let agreements = additions.agreements.iter();
        let groups = additions.groups.iter();
        mutation
            .feed
            .extend(agreements.map(|new| Change::Agreement(new.id)));
        mutation
            .feed
            .extend(groups.map(|new| Change::Group(new.id)));
        mutation.request = self.claim;
        mutation.outcome.partner = Some(mutation.partner.partner());
        mutation.outcome.changed_paths = additions.paths;
        if known.is_none() {
            let paths = &mut mutation.outcome.changed_paths;
            paths.push("administrator".to_owned());
        }
        mutation.new_agreements = additions.agreements;
        mutation.new_groups = additions.groups;
        Ok(mutation)
    }

    /// The partner with its administrator, who is sent first credentials.
    fn new_partner(&self) -> Mutation {
        let random = &*self.deps.random;
        let id = AccountId::new(self.now, random);
        let administrator = self.asked.administrator.account(id, [].into(), random);
        let partner = NewPartner {
            id: PartnerId::new(self.now, random),
            reference: self.asked.reference.clone(),
            name: self.asked.name.clone(),
            siret: self.asked.siret.clone(),
            administrator: id,
        };
        let audit = self
            .call
            .entry(Event::PartnerProvisioned, self.now, random)
            .on(partner.id, id);
        let made = Change::Partner {
            partner: partner.id,
            administrator: id,
        };
        let channel = administrator.person.contact_channel;
        let credentials = NewDelivery::first_credentials(id, channel, self.now, random);

        let mut mutation = Mutation::of(self.now, On::New(Box::new(partner)), audit);
        mutation.feed.push(made);
        mutation
            .feed
            .extend(Change::of_new(&administrator, Role::Administrator));
        mutation.new_accounts.push(administrator);
        mutation.outcome.account = Some(id);
        mutation.outcome.delivery = Some(credentials.id);
        mutation.outcome.created = true;
        mutation.deliveries.push(credentials);
        mutation
    }

    /// The partner as it stands: nothing of it changes but by what is added.
    fn known_partner(&self, known: &Authority, additions: &Additions) -> Mutation {
        let moves = if additions.paths.is_empty() {
            AuthorityMove::Kept
        } else {
            AuthorityMove::Raised
        };
        let audit = self
            .call
            .entry(Event::PartnerProvisioned, self.now, &*self.deps.random)
            .on_partner(known.partner.id)
            .with("added", additions.paths.len().to_string());
        let mut mutation = Mutation::of(self.now, known.on(moves), audit);
        mutation.outcome.account = Some(known.partner.administrator);
        mutation.outcome.ignored_paths = differences::of(self.asked, known);
        mutation
    }
}

/// The groups of a partner, by what a record names them by.
fn groups_by_scope(known: &Authority) -> BTreeMap<(AgreementId, &ScopeKey), &Group> {
    let groups = known.groups.iter();
    groups
        .map(|group| ((group.agreement, &group.scope.key), group))
        .collect()
}

/// The agreement that the record means, when the partner has it.
fn agreement_of<'a>(known: &'a Authority, record: &ProvisionedAgreement) -> Option<&'a Agreement> {
    let mut agreements = known.agreements.iter();
    agreements.find(|agreement| agreement.reference == record.reference)
}

/// No rule of partners' people applies: the Caf alone provisions.
fn for_the_caf(call: &Call) -> Result<(), Refusal> {
    match call.actor {
        Actor::Caf(_) => Ok(()),
        Actor::Person(_) | Actor::Nobody => Err(Refusal::ActorRequired {
            expected: vec![access::Actor::CafAgent],
        }),
    }
}
