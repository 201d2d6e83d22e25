//! Reading messages: a manager or administrator those to accounts they see, the Caf all.

use api::acting::{acting, query};
use api::convert::{delivery as wire, ids};
use api::delivery::v1;
use api::page;
use api::refusal::{Refusal, Resource};
use domain::call::{Actor, Call};
use domain::delivery::Delivery;
use domain::violation::Violations;
use domain::{paris, policy};
use storage::authority::{Groups, Of};
use storage::delivery::DeliveryFilter;

use crate::Deps;

impl Deps {
    /// Reads where one message stands.
    pub(crate) async fn get_delivery(
        &self,
        call: &Call,
        request: v1::GetDeliveryRequest,
    ) -> Result<v1::GetDeliveryResponse, Refusal> {
        let mut violations = Violations::new();
        let id = ids::delivery_id("delivery_id", &request.delivery_id, &mut violations);
        violations.finish()?;
        let absent = || Refusal::not_found(Resource::Delivery, &request.delivery_id);
        let found = match id {
            Some(id) => self.stores.deliveries.delivery(id).await?,
            None => None,
        };
        self.may_view(call, found.as_ref(), &absent).await?;
        let delivery = Some(wire::message(&found.ok_or_else(absent)?));
        Ok(v1::GetDeliveryResponse { delivery })
    }

    /// Whether the actor may read that message: a plain user may read none, whether it is there or
    /// not; to anyone else one that is not theirs to see is not there.
    async fn may_view(
        &self,
        call: &Call,
        found: Option<&Delivery>,
        absent: &(dyn Fn() -> Refusal + Sync),
    ) -> Result<(), Refusal> {
        let Actor::Person(session) = &call.actor else {
            return Ok(());
        };
        let recipient = found.map(|found| found.account);
        let of = Of::Partner(session.partner);
        let query = query(of, call, recipient, Groups::Named([].into()));
        let authority = self.stores.authorities.authority(&query).await?;
        let authority = authority.ok_or(Refusal::SessionInvalid)?;
        let today = paris::today(self.clock.now());
        let actor = acting(&authority, call, today, || Refusal::SessionInvalid)?;
        policy::may_view_deliveries(actor).map_err(|refusal| Refusal::by_policy(refusal, None))?;
        match recipient.and_then(|recipient| authority.account(recipient)) {
            Some(recipient) if policy::sees(actor, recipient) => Ok(()),
            _ => Err(absent()),
        }
    }

    /// Lists messages, newest first.
    pub(crate) async fn list_deliveries(
        &self,
        call: &Call,
        request: v1::ListDeliveriesRequest,
    ) -> Result<v1::ListDeliveriesResponse, Refusal> {
        let mut violations = Violations::new();
        let size = page::size(request.page_size, &mut violations);
        let filter = wire::filter(&request, &mut violations);
        violations.finish()?;
        let essence = v1::ListDeliveriesRequest {
            page_size: 0,
            page_token: String::new(),
            ..request.clone()
        };
        let listing = self
            .tokens
            .listing(call, size, &request.page_token, &essence)?;
        self.must_exist(&filter).await?;
        let page = self
            .stores
            .deliveries
            .deliveries(&filter, &listing.request)
            .await?;
        let answered = listing.answer(page, |delivery| wire::message(&delivery));
        Ok(v1::ListDeliveriesResponse {
            deliveries: answered.rows,
            next_page_token: answered.next_page_token,
        })
    }

    /// A list about something that is not there is a mistake to be told, not an empty list.
    async fn must_exist(&self, filter: &DeliveryFilter) -> Result<(), Refusal> {
        if let Some(account) = filter.account
            && self.stores.accounts.account(account).await?.is_none()
        {
            return Err(Refusal::not_found(Resource::Account, account));
        }
        if let Some(partner) = filter.partner
            && self.stores.partners.partner(partner).await?.is_none()
        {
            return Err(Refusal::not_found(Resource::Partner, partner));
        }
        Ok(())
    }
}
