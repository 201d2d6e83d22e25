//! Sessions end when they should, at the very next call.

use api::account::v1::{GetAccountRequest, get_account_request::Ref};
use api::habilitation::v1::{AppointManagerRequest, DismissManagerRequest};
use api::session::v1::{GetCurrentSessionRequest, IntrospectSessionRequest, SignOutRequest};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::{Person, chosen_password};
use e2e::service::Service;
use jiff::SignedDuration;

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

async fn introspected(service: &Service, token: &str) -> bool {
    let request = IntrospectSessionRequest {
        session_token: token.to_owned(),
        background: true,
        ..Default::default()
    };
    let told = service
        .business()
        .sessions()
        .introspect_session(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(told.session.is_some(), told.active);
    assert_eq!(told.account.is_some(), told.active);
    told.active
}

async fn lives(service: &Service, token: &str) -> bool {
    let request = GetCurrentSessionRequest {
        background: true,
        ..Default::default()
    };
    let told = service
        .session(token)
        .sessions()
        .get_current_session(request)
        .await;
    let lives = match told {
        Ok(_) => true,
        told => {
            assert_eq!(told.reason(), "SESSION_INVALID");
            false
        }
    };
    assert_eq!(introspected(service, token).await, lives);
    lives
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_session_idles_thirty_minutes_and_lasts_twelve_hours() {
    let service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    service.clock.advance(SignedDuration::from_mins(29));
    assert!(lives(&service, &marc.token).await);
    service.clock.advance(SignedDuration::from_mins(1));
    assert!(
        !lives(&service, &marc.token).await,
        "background calls do not keep it awake"
    );

    let marc = service.sign_in_again(&marc).await;
    let portal = service.session(&marc.token);
    for _ in 0..28 {
        service.clock.advance(SignedDuration::from_mins(25));
        portal.current_session().await.unwrap();
    }
    service.clock.advance(SignedDuration::from_mins(20));
    assert!(
        !lives(&service, &marc.token).await,
        "twelve hours, however awake"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrators_session_idles_fifteen_minutes_and_lasts_eight_hours() {
    let service = Service::start().await;
    let (_, claire, _) = with_a_user(&service).await;
    service.clock.advance(SignedDuration::from_mins(15));
    assert!(!lives(&service, &claire.token).await);

    let claire = service.sign_in_again(&claire).await;
    let portal = service.session(&claire.token);
    for _ in 0..39 {
        service.clock.advance(SignedDuration::from_mins(12));
        portal.current_session().await.unwrap();
    }
    service.clock.advance(SignedDuration::from_mins(12));
    assert!(!lives(&service, &claire.token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_session_lasts_fifteen_minutes_and_the_newest_is_the_only_one() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&olive.delivery_id).await.credentials();
    let open = async || {
        service
            .sign_in(&brought.identifier, &brought.password)
            .await
            .unwrap()
    };
    let older = open().await.session_token;
    let newer = open().await.session_token;
    assert_eq!(
        service.session(&older).current_session().await.reason(),
        "SESSION_INVALID"
    );
    service.session(&newer).current_session().await.unwrap();
    service.clock.advance(SignedDuration::from_mins(15));
    assert_eq!(
        service.session(&newer).current_session().await.reason(),
        "SESSION_INVALID"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sixth_session_ends_the_oldest() {
    let service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    let mut tokens = vec![marc.token.clone()];
    for _ in 0..5 {
        service.clock.advance(SignedDuration::from_secs(1));
        tokens.push(service.sign_in_again(&marc).await.token);
    }
    assert!(!lives(&service, &tokens[0]).await);
    for token in &tokens[1..] {
        assert!(lives(&service, token).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_out_is_out_and_a_made_up_token_was_never_in() {
    let service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    let portal = service.session(&marc.token);
    portal.sessions().sign_out(SignOutRequest {}).await.unwrap();
    assert!(!lives(&service, &marc.token).await);
    assert_eq!(
        portal.sessions().sign_out(SignOutRequest {}).await.reason(),
        "SESSION_INVALID"
    );
    for made_up in [
        "",
        "x",
        "cps_",
        &format!("cps_{}", "A".repeat(43)),
        &"A".repeat(4_000),
    ] {
        let told = service.session(made_up).current_session().await;
        assert_eq!(told.reason(), "SESSION_INVALID", "{made_up:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_dismissed_or_changes_the_password_is_out_at_the_next_call() {
    let service = Service::start().await;
    let (_, claire, marc) = with_a_user(&service).await;
    let administrator = service.session(&claire.token);
    let account_id = marc.account.account_id.clone();
    let request = AppointManagerRequest {
        account_id: account_id.clone(),
        ..Default::default()
    };
    administrator
        .habilitations()
        .appoint_manager(request)
        .await
        .unwrap();
    assert!(!lives(&service, &marc.token).await);

    let manager = service.sign_in_again(&marc).await;
    let request = DismissManagerRequest {
        account_id,
        ..Default::default()
    };
    administrator
        .habilitations()
        .dismiss_manager(request)
        .await
        .unwrap();
    assert!(!lives(&service, &manager.token).await);

    let (one, other) = (
        service.sign_in_again(&marc).await,
        service.sign_in_again(&marc).await,
    );
    let portal = service.session(&one.token);
    portal
        .change_password(&marc.password, &chosen_password("neuf"))
        .await
        .unwrap();
    assert!(!lives(&service, &one.token).await);
    assert!(!lives(&service, &other.token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_survives_a_restart_and_its_end_does_too() {
    let mut service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    let out = service.sign_in_again(&marc).await;
    service
        .session(&out.token)
        .sessions()
        .sign_out(SignOutRequest {})
        .await
        .unwrap();
    service.restart().await;
    assert!(lives(&service, &marc.token).await);
    assert!(!lives(&service, &out.token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_address_told_by_a_caller_not_trusted_for_it_is_ignored() {
    let service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    let request = GetAccountRequest {
        r#ref: Some(Ref::AccountId(marc.account.account_id.clone())),
    };
    // The back office is not: what it says is not even read.
    let agent = service
        .agent()
        .telling("client-address", "forged, 192.0.2.7");
    agent.accounts().get_account(request.clone()).await.unwrap();
    // The portal is, and an address that is none is its own mistake.
    let portal = service
        .session(&marc.token)
        .telling("client-address", "forged, 192.0.2.7");
    let refused = portal.accounts().get_account(request).await.refused();
    assert_eq!(refused.fields(), ["client-address: FORMAT"]);

    let office = service.portal().telling("client-address", "192.0.2.7");
    let office = office.telling("client-user-agent", "Navigateur/1.0");
    let opened = office
        .sign_in(&marc.account.identifier, &marc.password)
        .await
        .unwrap();
    let session = opened.session.unwrap();
    assert_eq!(session.client_address, "192.0.2.7");
    assert_eq!(session.client_user_agent, "Navigateur/1.0");
}
