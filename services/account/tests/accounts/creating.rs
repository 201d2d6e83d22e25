//! Making accounts.

use std::sync::Arc;
use std::sync::Mutex;

use api::account::v1;
use api::r#type::v1 as wire;
use domain::account::{Channel, Role};
use domain::delivery::Kind;
use domain::identifier::Identifier;
use domain::{AccountId, AgreementId, GroupId, OsRandom, Random};
use jiff::SignedDuration;
use tonic::Status;

use crate::world::{CAF, START, Who, World, address, date, fields, lea, reason, request_id, told};

/// What fills in a form.
type Fill = fn(&mut v1::NewAccount);

fn with(
    form: v1::CreateAccountRequest,
    fill: impl FnOnce(&mut v1::NewAccount),
) -> v1::CreateAccountRequest {
    let mut account = form.account.unwrap();
    fill(&mut account);
    v1::CreateAccountRequest {
        account: Some(account),
        request_id: request_id(),
        ..form
    }
}

fn id(account: &v1::Account) -> AccountId {
    AccountId::parse(&account.account_id).unwrap()
}

#[tokio::test]
async fn the_administrator_makes_a_user_whose_first_credentials_are_queued_by_e_mail() {
    let world = World::new().await;
    let made = world
        .create(world.admin(), world.form(&[1, 3]))
        .await
        .unwrap();
    let account = made.account.unwrap();
    assert_eq!(account.role(), v1::Role::User);
    assert_eq!(account.availability(), v1::account::Availability::Open);
    assert_eq!(
        (account.identifier.len(), account.user_number.len()),
        (8, 14)
    );
    assert_eq!(account.memberships.len(), 2);
    assert_eq!(account.opening_date, Some(date(2027, 1, 15)));

    let stored = world.account(id(&account)).await;
    assert_eq!(stored.groups(), [world.groups[1], world.groups[3]].into());
    assert_eq!(stored.role, Role::User);
    let delivery = world.delivery(&made.delivery_id).await;
    assert_eq!(
        (delivery.account, delivery.kind, delivery.channel),
        (stored.id, Kind::FirstCredentials, Channel::Email)
    );
    assert!(!made.revision.is_empty());
}

#[tokio::test]
async fn everything_wrong_with_the_request_is_told_at_once_before_anything_is_looked_up() {
    let world = World::new().await;
    let mut form = with(world.form(&[]), |account| {
        account.family_name = String::new();
        account.email_confirmation = "leo@les-oliviers.example".into();
        account.opening_date = Some(date(2027, 2, 30));
    });
    form.agreement_id = "x".into();
    form.request_id = String::new();
    assert_eq!(
        fields(world.create(world.admin(), form).await),
        [
            "agreement_id",
            "account.family_name",
            "account.email_confirmation",
            "account.opening_date",
            "group_ids",
            "request_id"
        ]
    );
}

#[tokio::test]
async fn groups_of_another_agreement_are_named_and_nothing_is_made() {
    let world = World::new().await;
    let mut form = world.form(&[0]);
    form.group_ids.push(world.draft.1.to_string());
    let refused = world.create(CAF, form).await;
    assert_eq!(fields(refused), ["group_ids[1]"]);
    let all = world.list(CAF, v1::ListAccountsRequest::default()).await;
    assert_eq!(all.unwrap().accounts.len(), 2);
}

#[tokio::test]
async fn what_is_absent_and_what_is_foreign_are_answered_alike() {
    let world = World::new().await;
    let absent = world.form(&[0]);
    let agreement = AgreementId::new(START, &OsRandom);
    let group = GroupId::new(START, &OsRandom);
    for (agreement, expected) in [
        (agreement, "AGREEMENT_NOT_FOUND"),
        (world.durand.1, "AGREEMENT_NOT_FOUND"),
    ] {
        let form = v1::CreateAccountRequest {
            agreement_id: agreement.to_string(),
            ..absent.clone()
        };
        let expected = (expected.to_owned(), agreement.to_string());
        assert_eq!(
            told(world.create(world.admin(), form).await, "id"),
            expected
        );
    }
    for group in [group, world.durand.2] {
        for who in [world.admin(), CAF] {
            let form = v1::CreateAccountRequest {
                group_ids: vec![group.to_string()],
                ..absent.clone()
            };
            let expected = ("GROUP_NOT_FOUND".to_owned(), group.to_string());
            assert_eq!(told(world.create(who, form).await, "id"), expected);
        }
    }
}

#[tokio::test]
async fn a_manager_makes_users_in_groups_they_hold_and_is_told_those_they_lack() {
    let world = World::new().await;
    let manager = Who::Person(world.manager(&[0, 1]).await);
    world.create(manager, world.form(&[0, 1])).await.unwrap();
    let elsewhere = world.create(manager, world.form(&[1, 2])).await;
    let expected = ("ACTOR_NOT_ALLOWED".to_owned(), world.groups[2].to_string());
    assert_eq!(told(elsewhere, "group_ids"), expected);
}

#[tokio::test]
async fn a_plain_user_makes_nobody() {
    let world = World::new().await;
    let user = Who::Person(world.user("MARTIN", &[0]).await);
    let refused = world.create(user, world.form(&[0])).await;
    let expected = ("ACTOR_NOT_ALLOWED".to_owned(), "MANAGER".to_owned());
    assert_eq!(told(refused, "needed_role"), expected);
}

#[tokio::test]
async fn accounts_are_made_under_a_validated_and_unended_agreement_alone() {
    let world = World::new().await;
    let form = v1::CreateAccountRequest {
        agreement_id: world.draft.0.to_string(),
        group_ids: vec![world.draft.1.to_string()],
        ..world.form(&[])
    };
    let expected = ("AGREEMENT_NOT_VALIDATED".to_owned(), "DRAFT".to_owned());
    assert_eq!(told(world.create(CAF, form).await, "state"), expected);
    world.clock.wait(SignedDuration::from_hours(24 * 365));
    let refused = world.create(CAF, world.form(&[0])).await;
    let expected = (
        "AGREEMENT_NOT_VALIDATED".to_owned(),
        "2027-12-31".to_owned(),
    );
    assert_eq!(told(refused, "end_date"), expected);
}

#[tokio::test]
async fn number_identifier_address_and_letter_are_the_caf_s_to_give() {
    let world = World::new().await;
    let reserved: [(Fill, &str); 5] = [
        (
            |account| account.user_number = "AB12CD34EF56GH".into(),
            "CREATE_ACCOUNT",
        ),
        (
            |account| account.identifier = "lea.fontaine".into(),
            "CREATE_ACCOUNT",
        ),
        (
            |account| account.postal_address = Some(address()),
            "CHANGE_POSTAL_CONTACT",
        ),
        (
            |account| account.contact_channel = wire::Channel::Letter.into(),
            "CHANGE_POSTAL_CONTACT",
        ),
        (
            |account| {
                account.contact_channel = wire::Channel::Letter.into();
                account.postal_address = Some(address());
            },
            "CHANGE_POSTAL_CONTACT",
        ),
    ];
    for (fill, action) in reserved {
        let refused = world
            .create(world.admin(), with(world.form(&[0]), fill))
            .await;
        let expected = ("ACTOR_NOT_ALLOWED".to_owned(), action.to_owned());
        assert_eq!(told(refused, "action"), expected);
    }
    let form = with(world.form(&[0]), |account| {
        *account = v1::NewAccount {
            email: String::new(),
            email_confirmation: String::new(),
            contact_channel: wire::Channel::Letter.into(),
            postal_address: Some(address()),
            user_number: "ab12-cd34 ef56gh".into(),
            identifier: "lea.fontaine".into(),
            ..lea()
        }
    });
    let made = world.create(CAF, form).await.unwrap();
    let account = made.account.unwrap();
    assert_eq!(account.user_number, "AB12CD34EF56GH");
    assert_eq!(account.identifier, "lea.fontaine");
    assert_eq!(
        world.delivery(&made.delivery_id).await.channel,
        Channel::Letter
    );
}

#[tokio::test]
async fn a_given_number_or_identifier_that_is_taken_is_named_by_its_field() {
    let world = World::new().await;
    let administrator = world.account(world.administrator).await;
    let number = with(world.form(&[0]), |account| {
        account.user_number = administrator.user_number.as_str().into();
    });
    let expected = (
        "USER_NUMBER_TAKEN".to_owned(),
        "account.user_number".to_owned(),
    );
    assert_eq!(told(world.create(CAF, number).await, "field"), expected);
    let identifier = with(world.form(&[0]), |account| {
        account.identifier = administrator.identifier.as_str().to_lowercase();
    });
    let expected = (
        "IDENTIFIER_TAKEN".to_owned(),
        "account.identifier".to_owned(),
    );
    assert_eq!(told(world.create(CAF, identifier).await, "field"), expected);
}

/// Draws nothing but zeroes for the first so many codes, and luck from there on.
struct Unlucky(Mutex<usize>);

impl Random for Unlucky {
    fn fill(&self, bytes: &mut [u8]) {
        OsRandom.fill(bytes);
        let mut left = self.0.lock().unwrap();
        if *left > 0 && bytes.len() == 32 {
            *left -= 1;
            bytes.fill(0);
        }
    }
}

#[tokio::test]
async fn a_drawn_number_that_is_taken_is_drawn_again() {
    let world = World::with_random(Arc::new(Unlucky(Mutex::new(1)))).await;
    let taken = Identifier::generate(&Unlucky(Mutex::new(1)));
    let mut other = crate::world::somebody("MARTIN", "Luc");
    other.identifier = taken.clone();
    world.add(other).await;
    let made = world.create(world.admin(), world.form(&[0])).await.unwrap();
    assert_ne!(made.account.unwrap().identifier, taken.as_str());
}

#[tokio::test]
async fn a_creation_told_twice_makes_one_account_and_answers_the_same() {
    let world = World::new().await;
    let form = world.form(&[0]);
    let first = world.create(world.admin(), form.clone()).await.unwrap();
    let again = world.create(world.admin(), form.clone()).await.unwrap();
    assert_eq!(again, first);
    let account = id(&first.account.unwrap());
    assert_eq!(world.deliveries(account).await.len(), 1);
    let other = with(form.clone(), |account| account.given_name = "Léo".into());
    let other = v1::CreateAccountRequest {
        request_id: form.request_id,
        ..other
    };
    assert_eq!(
        reason(world.create(world.admin(), other).await),
        "REQUEST_ID_REUSED"
    );
}

#[tokio::test]
async fn who_may_no_longer_do_it_is_not_shown_the_first_answer() {
    let world = World::new().await;
    let manager = world.manager(&[0]).await;
    let form = world.form(&[0]);
    world
        .create(Who::Person(manager), form.clone())
        .await
        .unwrap();
    world
        .change(manager, |change| {
            change.remove_groups = [world.groups[0]].into();
        })
        .await;
    let refused = world.create(Who::Person(manager), form).await;
    assert_eq!(reason(refused), "ACTOR_NOT_ALLOWED");
}

#[tokio::test]
async fn a_partner_makes_so_many_accounts_a_day() {
    let mut world = World::new().await;
    world.deps.limits.partner_messages.most = 2;
    for _ in 0..2 {
        world.create(world.admin(), world.form(&[0])).await.unwrap();
    }
    let refused: Result<_, Status> = world.create(world.admin(), world.form(&[0])).await;
    assert_eq!(
        told(refused, "limit"),
        ("PARTNER_LIMIT".to_owned(), "2".to_owned())
    );
    world.clock.wait(SignedDuration::from_hours(24));
    world.create(world.admin(), world.form(&[0])).await.unwrap();
}

#[tokio::test]
async fn of_eight_creations_at_once_every_one_is_made() {
    let world = Arc::new(World::new().await);
    let mut running = Vec::new();
    for _ in 0..8 {
        let world = world.clone();
        running.push(tokio::spawn(async move {
            world.create(world.admin(), world.form(&[0])).await.unwrap();
        }));
    }
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_person_whose_account_is_over_acts_no_more() {
    let world = World::new().await;
    let manager = world.manager(&[0]).await;
    world.close(manager).await;
    let refused = world.create(Who::Person(manager), world.form(&[0])).await;
    assert_eq!(reason(refused), "SESSION_INVALID");
}
