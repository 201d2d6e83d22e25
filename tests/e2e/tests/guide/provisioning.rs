//! « Lorsque vous vous connectez, un ou plusieurs groupes d'habilitations sont déjà créés. »

use api::account::v1::{Role, account};
use api::partner::v1::{agreement, partner};
use api::r#type::v1::HousingType;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, Provisioned, housing, provision};
use e2e::service::{Service, fresh_id};

#[tokio::test(flavor = "multi_thread")]
async fn the_caf_makes_a_partner_with_its_agreement_its_groups_and_its_administrator() {
    let service = Service::start().await;
    let made = provision(&service, les_oliviers::les_oliviers())
        .await
        .unwrap();

    assert!(made.created);
    assert!(made.ignored_paths.is_empty());
    let made = Provisioned::from(made);
    assert_eq!(made.partner.name, "LES OLIVIERS");
    assert_eq!(made.partner.state(), partner::State::Active);
    assert_eq!(
        made.partner.administrator_account_id,
        made.administrator.account_id
    );
    assert_eq!(made.agreements.len(), 1);
    assert_eq!(made.agreements[0].label, "LES OLIVIERS");
    assert_eq!(made.agreements[0].state(), agreement::State::Validated);
    assert!(made.agreements[0].in_force);
    assert_eq!(made.administrator.role(), Role::Administrator);
    assert_eq!(
        made.administrator.availability(),
        account::Availability::Open
    );
    assert_eq!(made.administrator.first_connection_time, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_there_by_type_of_dwellings_and_by_zone_before_anyone_signs_in() {
    let service = Service::start().await;
    let made = Provisioned::make(&service, les_oliviers::les_oliviers()).await;

    assert_eq!(made.groups.len(), 4);
    for housing_type in [HousingType::Conventionne, HousingType::Prive] {
        for zone in ["75", "33"] {
            made.group_id(housing_type, zone);
        }
    }
    let listed = api::partner::v1::ListGroupsRequest {
        agreement_id: made.agreement_id(),
        ..Default::default()
    };
    let listed = service
        .agent()
        .partners()
        .list_groups(listed)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(listed.groups.len(), 4);
    assert!(listed.groups.iter().all(|group| group.member_count == 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn told_twice_nothing_doubles_and_nothing_is_sent_again() {
    let service = Service::start().await;
    let first = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    service.sink.mail_of(&first.delivery_id).await;

    let mut again = les_oliviers::les_oliviers();
    again.name = "LES OLIVIERS ET CIE".to_owned();
    let zone = housing(HousingType::Prive, "69", "Rhône");
    again.agreements[0].scopes.push(zone);
    again.request_id = fresh_id();
    let second = provision(&service, again).await.unwrap();

    assert!(!second.created);
    assert_eq!(second.delivery_id, "");
    assert_eq!(second.changed_paths, ["agreements[0].scopes[4]"]);
    assert_eq!(second.ignored_paths, ["name"]);
    let second = Provisioned::from(second);
    assert_eq!(second.partner.partner_id, first.partner.partner_id);
    assert_eq!(second.partner.name, "LES OLIVIERS");
    assert_eq!(second.groups.len(), 5);
    assert_eq!(
        second.administrator.account_id,
        first.administrator.account_id
    );
    let deliveries = service.deliveries_of(&first.administrator.account_id).await;
    assert_eq!(deliveries.len(), 1);
    assert_eq!(service.sink.mails_to(ADMINISTRATOR_EMAIL).len(), 1);
}
