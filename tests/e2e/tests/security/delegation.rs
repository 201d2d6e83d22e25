//! Who was given a part of the administrator's power does not make more of it.

use api::account::v1::{Account, Role, UpdateAccountRequest};
use api::habilitation::v1::{
    AppointManagerRequest, DismissManagerRequest, UpdateMembershipsRequest,
};
use e2e::errors::{MustBeRefused, Refused};
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::service::{Caller, Service};

/// LES OLIVIERS: its administrator, a manager in Paris, a user in Paris, one there and in the
/// Gironde.
struct People {
    olive: Provisioned,
    claire: Person,
    marc: Person,
    nadia: Person,
    yann: Person,
}

impl People {
    async fn of(service: &Service) -> Self {
        let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
        let claire = olive.administrator(service).await;
        let by = service.session(&claire.token);
        let (paris, both) = ([olive.paris()], [olive.paris(), olive.gironde()]);
        let marc = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
        let marc = olive.colleague(service, &by, marc, &paris).await;
        let nadia = person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
        let nadia = olive.colleague(service, &by, nadia, &paris).await;
        let yann = person_by_email("Yann", "GUERIN", "yann.guerin@les-oliviers.example");
        let yann = olive.colleague(service, &by, yann, &both).await;
        appoint(&by, &marc.account).await.unwrap();
        let marc = service.sign_in_again(&marc).await;
        Self {
            olive,
            claire,
            marc,
            nadia,
            yann,
        }
    }
}

async fn appoint(by: &Caller, account: &Account) -> Result<Account, tonic::Status> {
    let request = AppointManagerRequest {
        account_id: account.account_id.clone(),
        ..Default::default()
    };
    let told = by.habilitations().appoint_manager(request).await?;
    Ok(told.into_inner().account.unwrap())
}

async fn dismiss(by: &Caller, account: &Account) -> Result<Account, tonic::Status> {
    let request = DismissManagerRequest {
        account_id: account.account_id.clone(),
        ..Default::default()
    };
    let told = by.habilitations().dismiss_manager(request).await?;
    Ok(told.into_inner().account.unwrap())
}

async fn tick(
    by: &Caller,
    account: &Account,
    add: &[String],
    remove: &[String],
) -> Result<Account, tonic::Status> {
    let request = UpdateMembershipsRequest {
        account_id: account.account_id.clone(),
        add_group_ids: add.to_vec(),
        remove_group_ids: remove.to_vec(),
        ..Default::default()
    };
    let told = by.habilitations().update_memberships(request).await?;
    Ok(told.into_inner().account.unwrap())
}

async fn rename(by: &Caller, account: &Account) -> Result<Account, tonic::Status> {
    let request = UpdateAccountRequest {
        account: Some(Account {
            account_id: account.account_id.clone(),
            given_name: "Camille".to_owned(),
            ..Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["given_name".to_owned()],
        }),
        ..Default::default()
    };
    let told = by.accounts().update_account(request).await?;
    Ok(told.into_inner().account.unwrap())
}

fn not_allowed(told: Result<Account, tonic::Status>) -> Refused {
    let refused = told.refused();
    assert_eq!(refused.reason, "ACTOR_NOT_ALLOWED", "{refused:?}");
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_gives_nobody_a_group_that_they_do_not_hold() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let manager = service.session(&people.marc.token);
    let elsewhere = [people.olive.gironde()];
    for account in [&people.nadia.account, &people.marc.account] {
        not_allowed(tick(&manager, account, &elsewhere, &[]).await);
    }
    let administrator = service.session(&people.claire.token);
    let nadia = tick(&administrator, &people.nadia.account, &elsewhere, &[])
        .await
        .unwrap();
    assert_eq!(nadia.memberships.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_changes_neither_own_groups_nor_own_role() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let manager = service.session(&people.marc.token);
    let marc = &people.marc.account;
    not_allowed(tick(&manager, marc, &[], &[people.olive.paris()]).await);
    not_allowed(appoint(&manager, marc).await);
    not_allowed(dismiss(&manager, marc).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_acts_on_no_manager_no_administrator_and_nobody_with_other_groups() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let administrator = service.session(&people.claire.token);
    let manager = service.session(&people.marc.token);
    rename(&manager, &people.nadia.account).await.unwrap();
    not_allowed(rename(&manager, &people.yann.account).await);
    appoint(&administrator, &people.nadia.account)
        .await
        .unwrap();
    not_allowed(rename(&manager, &people.nadia.account).await);
    not_allowed(rename(&manager, &people.claire.account).await);
    not_allowed(dismiss(&manager, &people.nadia.account).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_unticks_a_group_that_they_hold_but_never_the_last() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let manager = service.session(&people.marc.token);
    let paris = [people.olive.paris()];
    let yann = &people.yann.account;
    let left = tick(&manager, yann, &[], &paris).await.unwrap();
    assert!(
        left.memberships.is_empty(),
        "what is left is out of the manager's sight"
    );
    let last = tick(&manager, &people.nadia.account, &[], &paris)
        .await
        .refused();
    assert_eq!(last.reason, "LAST_GROUP");
    assert_eq!(last.metadata["account_id"], people.nadia.account.account_id);
    let gone = rename(&manager, yann).await;
    assert_eq!(
        gone.reason(),
        "ACCOUNT_NOT_FOUND",
        "no group is shared any more"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_caf_dismissed_only_the_caf_appoints_again() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let administrator = service.session(&people.claire.token);
    dismiss(&service.agent(), &people.marc.account)
        .await
        .unwrap();
    let refused = appoint(&administrator, &people.marc.account)
        .await
        .refused();
    assert_eq!(refused.reason, "IMPOSED_BY_HIGHER_RANK");
    assert_eq!(refused.metadata["rank"], "CAF");
    let marc = appoint(&service.agent(), &people.marc.account)
        .await
        .unwrap();
    assert_eq!(marc.role(), Role::Manager);
    dismiss(&administrator, &people.marc.account).await.unwrap();
    appoint(&administrator, &people.marc.account).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_the_partner_touches_the_administrator_who_touches_the_own_phone_only() {
    let service = Service::start().await;
    let people = People::of(&service).await;
    let administrator = service.session(&people.claire.token);
    let claire = &people.claire.account;
    let own_name = rename(&administrator, claire).await;
    not_allowed(own_name);
    let by_a_manager = rename(&service.session(&people.marc.token), claire).await;
    not_allowed(by_a_manager);
    let request = UpdateAccountRequest {
        account: Some(Account {
            account_id: claire.account_id.clone(),
            phone: "05 56 00 11 22".to_owned(),
            ..Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["phone".to_owned()],
        }),
        phone_confirmation: "05 56 00 11 22".to_owned(),
        ..Default::default()
    };
    administrator
        .accounts()
        .update_account(request)
        .await
        .unwrap();
    let request = UpdateAccountRequest {
        account: Some(Account {
            account_id: claire.account_id.clone(),
            closing_date: Some(les_oliviers::day(2026, 12, 31)),
            ..Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["closing_date".to_owned()],
        }),
        ..Default::default()
    };
    let refused = service.agent().accounts().update_account(request).await;
    assert_eq!(refused.reason(), "ADMINISTRATOR_PROTECTED");
}
