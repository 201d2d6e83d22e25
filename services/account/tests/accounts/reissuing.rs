//! Sending credentials again.

use api::account::v1;
use api::r#type::v1 as wire;
use domain::AccountId;
use domain::account::Channel;
use domain::dates::AccountDates;
use domain::delivery::Kind;
use domain::paris::Day;
use jiff::SignedDuration;

use crate::world::{CAF, TODAY, Who, World, fields, reason, request_id, told};

fn reissue(id: AccountId) -> v1::ReissueCredentialsRequest {
    v1::ReissueCredentialsRequest {
        account_id: id.to_string(),
        request_id: request_id(),
        ..v1::ReissueCredentialsRequest::default()
    }
}

fn by_letter(id: AccountId) -> v1::ReissueCredentialsRequest {
    v1::ReissueCredentialsRequest {
        channel: wire::Channel::Letter.into(),
        ..reissue(id)
    }
}

#[tokio::test]
async fn everything_wrong_with_a_reissue_is_told_at_once() {
    let world = World::new().await;
    let wrong = v1::ReissueCredentialsRequest {
        account_id: "x".into(),
        channel: 9,
        comment: "é".repeat(501),
        request_id: String::new(),
    };
    assert_eq!(
        fields(world.reissue(world.admin(), wrong).await),
        ["account_id", "channel", "comment", "request_id"]
    );
}

#[tokio::test]
async fn who_never_connected_gets_first_credentials_and_others_a_provisional_password() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let first = world.reissue(world.admin(), reissue(luc)).await.unwrap();
    let first = world.delivery(&first.delivery_id).await;
    assert_eq!(
        (first.kind, first.channel),
        (Kind::FirstCredentials, Channel::Email)
    );
    world.connect(luc).await;
    let next = world.reissue(world.admin(), reissue(luc)).await.unwrap();
    assert_eq!(
        world.delivery(&next.delivery_id).await.kind,
        Kind::ProvisionalPassword
    );
}

#[tokio::test]
async fn letters_are_the_caf_s_to_send_also_when_they_are_the_account_s_own_channel() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let refused = world.reissue(world.admin(), by_letter(luc)).await;
    let expected = (
        "ACTOR_NOT_ALLOWED".to_owned(),
        "REISSUE_BY_LETTER".to_owned(),
    );
    assert_eq!(told(refused, "action"), expected);
    assert_eq!(
        reason(world.reissue(CAF, by_letter(luc)).await),
        "NO_POSTAL_ADDRESS"
    );

    let mut person = world.account(luc).await.person;
    let lines = ["12 rue des Lilas", "33000 BORDEAUX"];
    person.postal_address = Some(domain::postal_address::PostalAddress::parse(&lines, "").unwrap());
    person.contact_channel = Channel::Letter;
    person.email = None;
    world
        .change(luc, |change| change.person = Some(person))
        .await;
    let refused = world.reissue(world.admin(), reissue(luc)).await;
    let expected = (
        "ACTOR_NOT_ALLOWED".to_owned(),
        "REISSUE_BY_LETTER".to_owned(),
    );
    assert_eq!(told(refused, "action"), expected);
    let sent = world.reissue(CAF, reissue(luc)).await.unwrap();
    assert_eq!(
        world.delivery(&sent.delivery_id).await.channel,
        Channel::Letter
    );
    let by_email = v1::ReissueCredentialsRequest {
        channel: wire::Channel::Email.into(),
        ..reissue(luc)
    };
    assert_eq!(reason(world.reissue(CAF, by_email).await), "NO_EMAIL");
}

#[tokio::test]
async fn after_a_change_of_address_by_the_partner_nothing_is_reissued_for_a_day() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.connect(luc).await;
    let change = v1::UpdateAccountRequest {
        account: Some(v1::Account {
            account_id: luc.to_string(),
            email: "luc@example.org".into(),
            ..v1::Account::default()
        }),
        update_mask: Some(prost_types::FieldMask {
            paths: vec!["email".into()],
        }),
        email_confirmation: "luc@example.org".into(),
        ..v1::UpdateAccountRequest::default()
    };
    world.update(world.admin(), change).await.unwrap();
    for who in [world.admin(), CAF] {
        assert_eq!(
            reason(world.reissue(who, reissue(luc)).await),
            "RECOVERY_PAUSED"
        );
    }
    world.clock.wait(SignedDuration::from_hours(24));
    world.reissue(world.admin(), reissue(luc)).await.unwrap();
}

#[tokio::test]
async fn before_its_first_day_an_account_is_sent_credentials_and_after_its_last_it_is_not() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let dated = async |opening, closing| {
        let dates = AccountDates::stored(opening, closing);
        world.change(luc, |change| change.dates = Some(dates)).await;
    };
    dated(Day::constant(2027, 6, 1), None).await;
    world.reissue(world.admin(), reissue(luc)).await.unwrap();
    dated(Day::constant(2027, 1, 1), Some(TODAY)).await;
    world.reissue(world.admin(), reissue(luc)).await.unwrap();
    dated(Day::constant(2027, 1, 1), Some(Day::constant(2027, 1, 14))).await;
    let expected = ("ACCOUNT_NOT_ACTIVE".to_owned(), "EXPIRED".to_owned());
    assert_eq!(
        told(world.reissue(CAF, reissue(luc)).await, "state"),
        expected
    );
    world.close(luc).await;
    let expected = ("ACCOUNT_NOT_ACTIVE".to_owned(), "CLOSED".to_owned());
    assert_eq!(
        told(world.reissue(CAF, reissue(luc)).await, "state"),
        expected
    );
}

#[tokio::test]
async fn an_account_is_sent_credentials_again_three_times_a_day() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    for _ in 0..3 {
        world.reissue(world.admin(), reissue(luc)).await.unwrap();
    }
    let expected = ("DELIVERY_LIMIT".to_owned(), luc.to_string());
    assert_eq!(
        told(world.reissue(CAF, reissue(luc)).await, "account_id"),
        expected
    );
    let other = world.user("PETIT", &[0]).await;
    world.reissue(world.admin(), reissue(other)).await.unwrap();
    world.clock.wait(SignedDuration::from_hours(24));
    world.reissue(world.admin(), reissue(luc)).await.unwrap();
}

#[tokio::test]
async fn a_reissue_told_twice_sends_once() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let told = reissue(luc);
    let first = world.reissue(world.admin(), told.clone()).await.unwrap();
    assert_eq!(world.reissue(world.admin(), told).await.unwrap(), first);
    assert_eq!(world.deliveries(luc).await.len(), 1);
}

#[tokio::test]
async fn a_manager_reissues_to_users_all_of_whose_groups_they_hold() {
    let world = World::new().await;
    let manager = Who::Person(world.manager(&[0]).await);
    let luc = world.user("MARTIN", &[0]).await;
    world.reissue(manager, reissue(luc)).await.unwrap();
    let partly = world.user("PETIT", &[0, 1]).await;
    assert_eq!(
        reason(world.reissue(manager, reissue(partly)).await),
        "ACTOR_NOT_ALLOWED"
    );
    let unseen = world.user("FAURE", &[1]).await;
    assert_eq!(
        reason(world.reissue(manager, reissue(unseen)).await),
        "ACCOUNT_NOT_FOUND"
    );
    let own = world
        .reissue(world.admin(), reissue(world.administrator))
        .await;
    assert_eq!(reason(own), "ACTOR_NOT_ALLOWED");
    world
        .reissue(CAF, reissue(world.administrator))
        .await
        .unwrap();
}
