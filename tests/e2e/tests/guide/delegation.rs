//! « L'administrateur pourra déléguer ses missions en désignant certains utilisateurs comme
//! responsables d'habilitation. »

use api::account::v1::{ListAccountsRequest, Role};
use api::delivery::v1::delivery::Kind;
use api::habilitation::v1::{AppointManagerRequest, DismissManagerRequest};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::service::{Caller, Service, fresh_id};

/// LES OLIVIERS, its administrator, and a user in the groups of Paris.
async fn with_a_user(service: &Service) -> (Provisioned, Person, Person) {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(service).await;
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let portal = service.session(&claire.token);
    let marc = olive
        .colleague(service, &portal, form, &[olive.paris()])
        .await;
    (olive, claire, marc)
}

async fn appoint(by: &Caller, person: &Person) -> api::account::v1::Account {
    let request = AppointManagerRequest {
        account_id: person.account.account_id.clone(),
        request_id: fresh_id(),
        ..Default::default()
    };
    let appointed = by.habilitations().appoint_manager(request).await.unwrap();
    appointed.into_inner().account.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_creates_users_in_own_groups_and_is_refused_elsewhere() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let appointed = appoint(&service.session(&claire.token), &marc).await;
    assert_eq!(appointed.role(), Role::Manager);
    let marc = service.sign_in_again(&marc).await;
    let portal = service.session(&marc.token);

    let form = || person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    let nadia = olive
        .colleague(&service, &portal, form(), &[olive.paris()])
        .await;
    assert_eq!(nadia.account.role(), Role::User);

    let groups = [olive.paris(), olive.gironde()];
    let refused = olive
        .create_account(&portal, form(), &groups)
        .await
        .refused();
    assert_eq!(refused.reason, "ACTOR_NOT_ALLOWED");
    assert_eq!(refused.metadata["action"], "CREATE_ACCOUNT");
    assert_eq!(refused.metadata["group_ids"], olive.gironde());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_sees_those_who_share_a_group_and_the_administrator_sees_everybody() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let administrator = service.session(&claire.token);
    appoint(&administrator, &marc).await;
    let marc = service.sign_in_again(&marc).await;
    let near = person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    olive
        .create_account(&administrator, near, &[olive.paris(), olive.gironde()])
        .await
        .unwrap();
    let far = person_by_email("Yann", "GUERIN", "yann.guerin@les-oliviers.example");
    olive
        .create_account(&administrator, far, &[olive.gironde()])
        .await
        .unwrap();

    let names = async |portal: Caller| -> Vec<String> {
        let listed = portal
            .accounts()
            .list_accounts(ListAccountsRequest::default())
            .await
            .unwrap();
        let accounts = listed.into_inner().accounts.into_iter();
        accounts.map(|account| account.family_name).collect()
    };
    assert_eq!(
        names(administrator).await,
        ["DUBOIS", "GUERIN", "LEROY", "MARTIN"]
    );
    let seen = names(service.session(&marc.token)).await;
    assert!(
        seen.contains(&"LEROY".to_owned()) && !seen.contains(&"GUERIN".to_owned()),
        "{seen:?}"
    );
    let listed = service
        .session(&marc.token)
        .accounts()
        .list_accounts(ListAccountsRequest::default())
        .await;
    for account in listed.unwrap().into_inner().accounts {
        let held = account.memberships.iter().map(|held| &held.group_id);
        assert!(
            held.clone().all(|group| *group == olive.paris()),
            "{account:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_user_creates_nobody_and_lists_nobody() {
    let service = Service::start().await;
    let (olive, _, marc) = with_a_user(&service).await;
    let portal = service.session(&marc.token);
    let form = person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    let refused = olive
        .create_account(&portal, form, &[olive.paris()])
        .await
        .refused();
    assert_eq!(refused.reason, "ACTOR_NOT_ALLOWED");
    assert_eq!(refused.metadata["needed_role"], "MANAGER");
    let refused = portal
        .accounts()
        .list_accounts(ListAccountsRequest::default())
        .await;
    assert_eq!(refused.reason(), "ACTOR_NOT_ALLOWED");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_administrator_appoints_and_the_person_is_told() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let administrator = service.session(&claire.token);
    appoint(&administrator, &marc).await;
    let notice = service
        .delivery_of(Kind::RoleChanged, &marc.account.account_id)
        .await;
    let mail = service.sink.mail_of(&notice.delivery_id).await;
    assert!(
        mail.text().contains("responsable d’habilitation"),
        "{}",
        mail.text()
    );

    let ended = service.session(&marc.token).current_session().await;
    assert_eq!(ended.reason(), "SESSION_INVALID", "what they were is over");
    let marc = service.sign_in_again(&marc).await;
    let form = person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    let nadia = olive
        .colleague(&service, &administrator, form, &[olive.paris()])
        .await;
    let request = AppointManagerRequest {
        account_id: nadia.account.account_id.clone(),
        ..Default::default()
    };
    let refused = service
        .session(&marc.token)
        .habilitations()
        .appoint_manager(request)
        .await;
    let refused = refused.refused();
    assert_eq!(refused.reason, "ACTOR_NOT_ALLOWED");
    assert_eq!(refused.metadata["needed_role"], "ADMINISTRATOR");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dismissed_manager_is_a_plain_user_with_the_same_groups() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let administrator = service.session(&claire.token);
    appoint(&administrator, &marc).await;
    let request = DismissManagerRequest {
        account_id: marc.account.account_id.clone(),
        ..Default::default()
    };
    let dismissed = administrator
        .habilitations()
        .dismiss_manager(request)
        .await
        .unwrap();
    let dismissed = dismissed.into_inner().account.unwrap();
    assert_eq!(dismissed.role(), Role::User);
    assert_eq!(dismissed.memberships.len(), 1);

    let marc = service.sign_in_again(&marc).await;
    let form = person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    let portal = service.session(&marc.token);
    let refused = olive.create_account(&portal, form, &[olive.paris()]).await;
    assert_eq!(refused.reason(), "ACTOR_NOT_ALLOWED");
}
