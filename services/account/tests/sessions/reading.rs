//! Who is signed in, what surrounds them, and the end of it.

use api::session::v1::{self, session_service_server::SessionService};
use domain::paris::Day;
use jiff::SignedDuration;
use storage::{Database, Revision};
use tonic::Status;

use crate::world::{OWN, World, of_nobody, open_between, refusal, somebody};

async fn asked(
    world: &World,
    request: v1::IntrospectSessionRequest,
) -> Result<v1::IntrospectSessionResponse, Status> {
    let answer = world
        .service()
        .introspect_session(of_nobody(request, None))
        .await;
    answer.map(tonic::Response::into_inner)
}

fn about(token: &str) -> v1::IntrospectSessionRequest {
    v1::IntrospectSessionRequest {
        session_token: token.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn whoever_is_signed_in_is_named_with_their_partner() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let known = oliviers.introspect(&token).await;
    assert!(known.active);
    let named = known.account.unwrap();
    assert_eq!(
        (named.account_id.as_str(), named.family_name.as_str()),
        (luc.to_string().as_str(), "MARTIN")
    );
    assert_eq!(named.partner_name, "LES OLIVIERS");
    assert_eq!(
        known.revision,
        oliviers.store.revision().await.unwrap().encode()
    );
}

#[tokio::test]
async fn a_token_that_is_nobody_s_is_an_answer_without_a_word_more() {
    let oliviers = World::les_oliviers().await;
    let idle = oliviers.add(somebody("MARTIN", "Luc")).await;
    let idle = oliviers.connect(idle).await;
    oliviers.clock.wait(SignedDuration::from_mins(30));
    let closed = oliviers.add(somebody("BLANC", "Ada")).await;
    let closed_token = oliviers.connect(closed).await;
    oliviers.close(closed).await;
    let incomplete = oliviers.add(somebody("FAURE", "Zoé")).await;
    let sent = oliviers.send_provisional(incomplete).await;
    let incomplete = oliviers.identifier(incomplete).await;
    let incomplete = oliviers
        .sign_in(&incomplete, &sent)
        .await
        .unwrap()
        .session_token;

    let unknown = oliviers
        .introspect(&format!("cps_{}", "A".repeat(43)))
        .await;
    assert!(!unknown.active && unknown.session.is_none() && unknown.account.is_none());
    for token in [&idle, &closed_token, &incomplete, "no token at all"] {
        assert_eq!(oliviers.introspect(token).await, unknown);
    }
}

#[tokio::test]
async fn a_session_past_the_account_s_last_day_is_nobody_s() {
    let oliviers = World::les_oliviers().await;
    let today = Day::constant(2027, 1, 15);
    let luc = open_between(somebody("MARTIN", "Luc"), today, Some(today));
    let luc = oliviers.add_connected(luc).await;
    oliviers.clock.wait(SignedDuration::from_mins(12 * 60 - 10));
    let luc = oliviers.identifier(luc).await;
    let token = oliviers.sign_in(&luc, OWN).await.unwrap().session_token;
    assert!(oliviers.introspect(&token).await.active);
    oliviers.clock.wait(SignedDuration::from_mins(10));
    assert!(!oliviers.introspect(&token).await.active);
}

#[tokio::test]
async fn a_question_keeps_the_session_awake_unless_asked_in_the_background() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    oliviers.clock.wait(SignedDuration::from_mins(10));
    let background = v1::IntrospectSessionRequest {
        background: true,
        ..about(&token)
    };
    let session = asked(&oliviers, background).await.unwrap().session.unwrap();
    assert!(oliviers.noted.0.lock().unwrap().is_empty());
    assert_eq!(session.last_use_time, session.create_time);

    let session = oliviers.introspect(&token).await.session.unwrap();
    assert_ne!(session.last_use_time, session.create_time);
    let noted = oliviers.noted.0.lock().unwrap().clone();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (noted[0].0.to_string(), noted[0].1),
        (session.session_id, oliviers.now())
    );
}

#[tokio::test]
async fn a_revision_of_another_database_or_of_the_future_is_refused() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let known = oliviers.store.revision().await.unwrap();
    let at = |minimum: String| v1::IntrospectSessionRequest {
        minimum_revision: minimum,
        ..about(&token)
    };
    assert!(asked(&oliviers, at(known.encode())).await.is_ok());
    let future = Revision {
        place: known.place + 1,
        ..known
    };
    let foreign = Revision {
        database: uuid::Uuid::from_u128(7),
        ..known
    };
    for wrong in [future.encode(), foreign.encode(), "hier".to_owned()] {
        let refused = asked(&oliviers, at(wrong.clone())).await.unwrap_err();
        let named = (
            "REVISION_INVALID".to_owned(),
            Some("minimum_revision".to_owned()),
        );
        assert_eq!(refusal(&refused, "field"), named);
        let message = v1::GetCurrentSessionRequest {
            background: false,
            minimum_revision: wrong,
        };
        let request = oliviers.of_person(&token, message).await.unwrap();
        let refused = oliviers
            .service()
            .get_current_session(request)
            .await
            .unwrap_err();
        assert_eq!(refusal(&refused, "field"), named);
    }
}

#[tokio::test]
async fn a_portal_reads_the_person_their_partner_and_its_agreements() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let request = oliviers.of_person(&token, v1::GetCurrentSessionRequest::default());
    let current = oliviers
        .service()
        .get_current_session(request.await.unwrap())
        .await;
    let current = current.unwrap().into_inner();
    assert_eq!(current.session.unwrap().account_id, luc.to_string());
    let own = current.account.unwrap();
    assert_eq!(
        (own.account_id, own.sign_in_health),
        (luc.to_string(), None)
    );
    assert_eq!(current.partner.unwrap().name, "LES OLIVIERS");
    assert_eq!(current.agreements.len(), 1);
    assert_eq!(current.agreements[0].label, "LES OLIVIERS");
}

#[tokio::test]
async fn signing_out_ends_this_session_and_no_other_also_before_the_change() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let first = oliviers.connect(luc).await;
    let sent = oliviers.send_provisional(luc).await;
    let luc = oliviers.identifier(luc).await;
    let second = oliviers.sign_in(&luc, OWN).await.unwrap().session_token;
    let incomplete = oliviers.sign_in(&luc, &sent).await.unwrap().session_token;
    for token in [&second, &incomplete] {
        let request = oliviers
            .of_person(token, v1::SignOutRequest {})
            .await
            .unwrap();
        let answer = oliviers
            .service()
            .sign_out(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(
            answer.revision,
            oliviers.store.revision().await.unwrap().encode()
        );
        assert!(oliviers.of_person(token, ()).await.is_err(), "it has ended");
    }
    assert!(oliviers.introspect(&first).await.active);
}

#[tokio::test]
async fn the_rules_for_passwords_are_those_that_are_kept() {
    let oliviers = World::les_oliviers().await;
    let request = of_nobody(v1::GetPasswordPolicyRequest {}, None);
    let answer = oliviers
        .service()
        .get_password_policy(request)
        .await
        .unwrap();
    let policy = answer.into_inner().policy.unwrap();
    assert_eq!((policy.min_characters, policy.max_characters), (15, 128));
    assert_eq!((policy.max_bytes, policy.min_strength_score), (512, 3));
    assert_eq!(
        policy.provisional_email_validity.unwrap().seconds,
        24 * 60 * 60
    );
    assert_eq!(
        policy.provisional_letter_validity.unwrap().seconds,
        21 * 24 * 60 * 60
    );
}
