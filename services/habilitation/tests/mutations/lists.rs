//! What is refused of a list, told at once.

use api::habilitation::v1::ListHabilitationsRequest;
use api::habilitation::v1::habilitation_service_server::HabilitationService;
use api::partner::v1::partner_service_server::PartnerService;
use api::partner::v1::{ListAgreementsRequest, ListGroupsRequest};
use habilitation::{HabilitationServiceHandler, PartnerServiceHandler};

use crate::world::{CAF, World, fields};

#[tokio::test]
async fn a_wrong_page_size_is_told_with_all_else_that_is_wrong() {
    let oliviers = World::empty().await;
    let partners = PartnerServiceHandler::new(oliviers.deps.clone());
    let agreements = ListAgreementsRequest {
        page_size: -1,
        partner_id: "x".into(),
        ..Default::default()
    };
    let refused = partners.list_agreements(oliviers.request(CAF, agreements));
    assert_eq!(fields(refused.await), ["page_size", "partner_id"]);
    let groups = ListGroupsRequest {
        page_size: -1,
        agreement_id: "x".into(),
        ..Default::default()
    };
    let refused = partners.list_groups(oliviers.request(CAF, groups));
    assert_eq!(fields(refused.await), ["page_size", "agreement_id"]);
    let habilitations = HabilitationServiceHandler::new(oliviers.deps.clone());
    let rights = ListHabilitationsRequest {
        page_size: -1,
        ..Default::default()
    };
    let refused = habilitations.list_habilitations(oliviers.request(CAF, rights));
    assert_eq!(fields(refused.await), ["page_size", "subject"]);
}
