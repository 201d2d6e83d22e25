//! Who holds a session and not the password; and what races a change.

use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned};
use e2e::person::{Person, chosen_password};
use e2e::service::Service;
use futures::future::{join, join_all};

async fn claire(service: &Service) -> Person {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    olive.administrator(service).await
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_current_passwords_end_the_session_and_leave_the_throttle_alone() {
    let service = Service::start().await;
    let claire = claire(&service).await;
    let portal = service.session(&claire.token);
    for left in (0..5).rev() {
        let told = portal
            .change_password("pas celui-là du tout", &chosen_password("neuf"))
            .await;
        let refused = told.refused();
        assert_eq!(refused.reason, "CURRENT_PASSWORD_WRONG");
        assert_eq!(refused.metadata["tries_left"], left.to_string());
    }
    assert_eq!(portal.current_session().await.reason(), "SESSION_INVALID");
    service.sign_in_again(&claire).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_sign_in_does_not_stand_in_the_way_of_a_change() {
    let service = Service::start().await;
    let claire = claire(&service).await;
    for _ in 0..8 {
        let told = service
            .sign_in(&claire.account.identifier, "essai d’un inconnu")
            .await;
        assert_eq!(told.reason(), "SIGN_IN_REFUSED");
    }
    let portal = service.session(&claire.token);
    portal
        .change_password(&claire.password, &chosen_password("neuf"))
        .await
        .unwrap();
    let told = service
        .sign_in(&claire.account.identifier, &chosen_password("neuf"))
        .await;
    told.expect("a change resets the throttle");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_racing_a_change_of_password_is_born_dead() {
    let service = Service::start().await;
    let mut claire = claire(&service).await;
    for round in 0..6 {
        let new = chosen_password(&format!("tour-{round}"));
        let portal = service.session(&claire.token);
        let change = portal.change_password(&claire.password, &new);
        let races =
            join_all((0..4).map(|_| service.sign_in(&claire.account.identifier, &claire.password)));
        let (changed, raced) = join(change, races).await;
        let token = changed.unwrap().session_token;
        for opened in raced.into_iter().flatten() {
            let told = service
                .session(&opened.session_token)
                .current_session()
                .await;
            assert_eq!(
                told.reason(),
                "SESSION_INVALID",
                "by the old password, after the change"
            );
        }
        claire = Person {
            token,
            password: new,
            ..claire
        };
    }
}
