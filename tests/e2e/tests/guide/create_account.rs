//! « Créer un utilisateur et l'affecter à un groupe ».

use std::time::Duration;

use api::account::v1::{
    CreateAccountRequest, ListAccountsRequest, NewAccount, Role, WorkMode, account,
};
use api::partner::v1::agreement;
use api::r#type::v1::HousingType;
use e2e::errors::MustBeRefused;
use e2e::eventually::within;
use e2e::les_oliviers::{self, Provisioned, day, every_scope, housing, person_by_email, validated};
use e2e::service::{Service, fresh_id};

const NADIA: &str = "nadia.leroy@les-oliviers.example";

/// The guide promises « immédiatement »; we promise two seconds.
const IMMEDIATELY: Duration = Duration::from_secs(2);

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_of_the_form_is_told_at_once_and_nothing_is_made() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let form = NewAccount {
        family_name: String::new(),
        given_name: "Nadia\u{202e}".to_owned(),
        email: NADIA.to_owned(),
        email_confirmation: "nadia.leroi@les-oliviers.example".to_owned(),
        phone: "06 12".to_owned(),
        opening_date: Some(day(2026, 12, 24)),
        closing_date: Some(day(2026, 12, 23)),
        ..NewAccount::default()
    };
    let request = CreateAccountRequest {
        agreement_id: olive.agreement_id(),
        account: Some(form),
        group_ids: vec![],
        request_id: fresh_id(),
    };
    let portal = service.session(&claire.token);
    let refused = portal.accounts().create_account(request).await.refused();

    assert_eq!(refused.reason, "FIELD_INVALID");
    assert_eq!(
        refused.fields(),
        [
            "account.family_name: REQUIRED",
            "account.given_name: CHARACTER",
            "account.email_confirmation: MISMATCH",
            "account.phone: FORMAT",
            "account.phone_confirmation: REQUIRED",
            "account.closing_date: BEFORE_OPENING",
            "group_ids: REQUIRED",
        ]
    );
    assert_eq!(
        refused.metadata["count"],
        refused.violations.len().to_string()
    );
    let listed = portal
        .accounts()
        .list_accounts(ListAccountsRequest::default())
        .await
        .unwrap();
    assert_eq!(listed.into_inner().accounts.len(), 1);
    assert!(service.sink.mails_to(NADIA).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_receives_identifier_and_provisional_password_immediately_by_mail() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let form = NewAccount {
        phone: "05 56 00 11 22".to_owned(),
        phone_confirmation: "0556001122".to_owned(),
        work_mode: WorkMode::Itinerant.into(),
        ..person_by_email("Nadia", "LEROY", NADIA)
    };
    let portal = service.session(&claire.token);
    let made = olive
        .create_account(&portal, form, &[olive.paris()])
        .await
        .unwrap();
    let mail = within(IMMEDIATELY, "the new user's mail", async || {
        service.sink.mails_to(NADIA).pop()
    })
    .await;

    let nadia = made.account.unwrap();
    assert_eq!(nadia.role(), Role::User);
    assert_eq!(nadia.phone, "+33556001122");
    assert_eq!(nadia.work_mode(), WorkMode::Itinerant);
    assert_eq!(
        nadia.opening_date,
        Some(day(2026, 11, 23)),
        "open from today"
    );
    assert_eq!(nadia.closing_date, None);
    let brought = mail.credentials();
    assert_eq!(mail.delivery_id(), made.delivery_id);
    assert_eq!(brought.identifier, nadia.identifier);
    assert_eq!(brought.user_number, nadia.user_number);
    let nadia = service.first_connection(&brought).await.account;
    let groups: Vec<_> = nadia
        .memberships
        .iter()
        .map(|held| held.group_id.clone())
        .collect();
    assert_eq!(groups, [olive.paris()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_are_ticked_under_the_agreement_selected_only() {
    let service = Service::start().await;
    let mut request = les_oliviers::les_oliviers();
    let scope = housing(HousingType::Prive, "69", "Rhône");
    request
        .agreements
        .push(validated("CONV-2026-9", "LES OLIVIERS 2", vec![scope]));
    let olive = Provisioned::make(&service, request).await;
    let claire = olive.administrator(&service).await;

    let elsewhere = olive.group_id(HousingType::Prive, "69");
    let portal = service.session(&claire.token);
    let form = person_by_email("Nadia", "LEROY", NADIA);
    let refused = olive
        .create_account(&portal, form, &[olive.paris(), elsewhere])
        .await
        .refused();
    assert_eq!(refused.fields(), ["group_ids[1]: OTHER_AGREEMENT"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_made_under_an_agreement_in_state_validee_only() {
    let service = Service::start().await;
    for state in [
        agreement::State::Draft,
        agreement::State::Suspended,
        agreement::State::Terminated,
    ] {
        let mut request = les_oliviers::les_oliviers();
        request.reference = Some(les_oliviers::reference(state.as_str_name()));
        request.agreements = vec![validated("C-1", "LES OLIVIERS", every_scope())];
        request.agreements[0].initial_state = state.into();
        let olive = Provisioned::make(&service, request).await;
        let form = person_by_email("Nadia", "LEROY", NADIA);
        let refused = olive
            .create_account(&service.agent(), form, &[olive.paris()])
            .await
            .refused();
        assert_eq!(refused.reason, "AGREEMENT_NOT_VALIDATED");
        assert_eq!(refused.metadata["agreement_id"], olive.agreement_id());
        assert!(state.as_str_name().ends_with(&refused.metadata["state"]));
    }
    assert!(service.sink.mails_to(NADIA).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_opens_on_its_opening_date_and_lasts_through_its_closing_date() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let form = NewAccount {
        opening_date: Some(day(2026, 11, 24)),
        closing_date: Some(day(2026, 11, 25)),
        ..person_by_email("Nadia", "LEROY", NADIA)
    };
    let portal = service.session(&claire.token);
    let made = olive
        .create_account(&portal, form, &[olive.paris()])
        .await
        .unwrap();
    let nadia = made.account.unwrap();
    assert_eq!(nadia.availability(), account::Availability::NotYetOpen);
    let brought = service.sink.mail_of(&made.delivery_id).await.credentials();
    let early = service
        .sign_in(&brought.identifier, &brought.password)
        .await;
    assert_eq!(early.reason(), "SIGN_IN_REFUSED");

    // Midnight in Paris is 23:00 in UTC: from 10:00 in Paris, fourteen hours.
    service.clock.advance(jiff::SignedDuration::from_hours(14));
    let nadia = service.first_connection(&brought).await;
    assert_eq!(nadia.account.availability(), account::Availability::Open);
    service
        .clock
        .advance(jiff::SignedDuration::from_mins(2 * 24 * 60 - 1));
    let last_minute = service.sign_in_again(&nadia).await;
    service.clock.advance(jiff::SignedDuration::from_mins(1));
    let late = service.session(&last_minute.token).current_session().await;
    assert_eq!(late.reason(), "SESSION_INVALID");
    let late = service.sign_in(&brought.identifier, &nadia.password).await;
    assert_eq!(late.reason(), "SIGN_IN_REFUSED");
}
