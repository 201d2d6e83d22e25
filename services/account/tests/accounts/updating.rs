//! Changing accounts.

use api::account::v1;
use api::r#type::v1 as wire;
use domain::AccountId;
use domain::account::Channel;
use domain::delivery::{Kind, Recipient, State};
use domain::email::Email;
use domain::paris::Day;
use jiff::SignedDuration;

use crate::world::{CAF, Who, World, address, date, fields, reason, request_id, told};

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// An update of those fields to what `fill` makes of an empty account.
fn update(
    id: AccountId,
    paths: &[&str],
    fill: impl FnOnce(&mut v1::Account),
) -> v1::UpdateAccountRequest {
    let mut account = v1::Account {
        account_id: id.to_string(),
        ..v1::Account::default()
    };
    fill(&mut account);
    v1::UpdateAccountRequest {
        email_confirmation: account.email.clone(),
        phone_confirmation: account.phone.clone(),
        account: Some(account),
        update_mask: Some(prost_types::FieldMask {
            paths: paths.iter().map(ToString::to_string).collect(),
        }),
        ..v1::UpdateAccountRequest::default()
    }
}

fn renamed(id: AccountId, given: &str) -> v1::UpdateAccountRequest {
    update(id, &["given_name"], |account| {
        account.given_name = given.into();
    })
}

fn readdressed(id: AccountId, email: &str) -> v1::UpdateAccountRequest {
    update(id, &["email"], |account| account.email = email.into())
}

#[tokio::test]
async fn only_the_fields_that_the_mask_names_change() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let before = world.account(luc).await;
    let changed = update(luc, &["phone", "work_mode"], |account| {
        account.phone = "05 56 00 00 00".into();
        account.set_work_mode(v1::WorkMode::Itinerant);
        account.family_name = "AUTRE".into();
    });
    let shown = world
        .update(world.admin(), changed)
        .await
        .unwrap()
        .account
        .unwrap();
    assert_eq!(shown.phone, "+33556000000");
    let after = world.account(luc).await;
    assert_eq!(after.person.family_name, before.person.family_name);
    assert_eq!(after.person.email, before.person.email);
    assert_eq!(shown.etag, after.version.to_string());
    assert!(after.version > before.version);

    let emptied = update(luc, &["phone", "work_mode"], |_| ());
    world.update(world.admin(), emptied).await.unwrap();
    let person = world.account(luc).await.person;
    assert_eq!((person.phone, person.work_mode), (None, None));
}

#[tokio::test]
async fn a_mask_names_what_an_update_changes_and_nothing_else() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let wrong = update(
        luc,
        &["phone", "*", "identifier", "postal_address.lines", "role"],
        |_| (),
    );
    assert_eq!(
        fields(world.update(world.admin(), wrong).await),
        [
            "update_mask.paths[1]",
            "update_mask.paths[2]",
            "update_mask.paths[3]",
            "update_mask.paths[4]"
        ]
    );
    let without = v1::UpdateAccountRequest {
        update_mask: None,
        account: None,
        request_id: "x".into(),
        ..update(luc, &[], |_| ())
    };
    assert_eq!(
        fields(world.update(world.admin(), without).await),
        ["account", "update_mask", "request_id"]
    );
}

#[tokio::test]
async fn everything_wrong_with_an_update_is_told_at_once() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let paths = [
        "family_name",
        "email",
        "phone",
        "contact_channel",
        "opening_date",
        "closing_date",
    ];
    let wrong = v1::UpdateAccountRequest {
        email_confirmation: "other@les-oliviers.example".into(),
        phone_confirmation: String::new(),
        ..update(luc, &paths, |account| {
            account.email = "luc@les-oliviers.example".into();
            account.phone = "05 56 00 00 00".into();
            account.opening_date = Some(date(2028, 2, 1));
            account.closing_date = Some(date(2028, 1, 1));
        })
    };
    assert_eq!(
        fields(world.update(world.admin(), wrong).await),
        [
            "account.family_name",
            "email_confirmation",
            "phone_confirmation",
            "account.contact_channel",
            "account.opening_date",
            "account.closing_date"
        ]
    );
}

#[tokio::test]
async fn an_update_decided_on_an_older_etag_is_refused() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let etag = world.account(luc).await.version.to_string();
    let first = v1::UpdateAccountRequest {
        etag: etag.clone(),
        ..renamed(luc, "Lucas")
    };
    world.update(world.admin(), first).await.unwrap();
    let second = v1::UpdateAccountRequest {
        etag,
        ..renamed(luc, "Lucien")
    };
    let now = world.account(luc).await.version.to_string();
    let expected = ("ETAG_MISMATCH".to_owned(), now);
    assert_eq!(
        told(world.update(world.admin(), second).await, "etag"),
        expected
    );
}

#[tokio::test]
async fn being_so_already_is_fine_and_changes_nothing() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let before = world.account(luc).await;
    let email = before.person.email.clone().unwrap();
    let same = readdressed(luc, email.as_str());
    let answer = world.update(world.admin(), same).await.unwrap();
    assert_eq!(world.account(luc).await, before);
    assert_eq!(world.deliveries(luc).await, []);
    assert!(!answer.revision.is_empty());
}

#[tokio::test]
async fn an_update_that_changes_nothing_takes_its_request_id_all_the_same() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let before = world.account(luc).await;
    let same = v1::UpdateAccountRequest {
        request_id: request_id(),
        ..renamed(luc, before.person.given_name.as_str())
    };
    let first = world.update(world.admin(), same.clone()).await.unwrap();
    let replay = world.update(world.admin(), same.clone()).await.unwrap();
    assert_eq!(replay, first);
    let other = v1::UpdateAccountRequest {
        request_id: same.request_id,
        ..renamed(luc, "Lucas")
    };
    assert_eq!(
        reason(world.update(world.admin(), other).await),
        "REQUEST_ID_REUSED"
    );
    assert_eq!(world.account(luc).await, before);
}

#[tokio::test]
async fn an_update_told_twice_is_carried_out_once() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let told = v1::UpdateAccountRequest {
        request_id: request_id(),
        ..renamed(luc, "Lucas")
    };
    let first = world.update(world.admin(), told.clone()).await.unwrap();
    assert_eq!(
        world.update(world.admin(), told.clone()).await.unwrap(),
        first
    );
    world
        .update(world.admin(), renamed(luc, "Lucien"))
        .await
        .unwrap();
    let replay = world.update(world.admin(), told).await.unwrap();
    assert_eq!(replay.account.unwrap().given_name, "Lucien");
    assert_eq!(replay.revision, first.revision);
}

#[tokio::test]
async fn a_manager_updates_users_all_of_whose_groups_they_hold() {
    let world = World::new().await;
    let manager = Who::Person(world.manager(&[0, 1]).await);
    let luc = world.user("MARTIN", &[0]).await;
    let partly = world.user("PETIT", &[1, 2]).await;
    let unseen = world.user("FAURE", &[2]).await;
    world.update(manager, renamed(luc, "Lucas")).await.unwrap();
    let refused = world.update(manager, renamed(partly, "Lucas")).await;
    let expected = ("ACTOR_NOT_ALLOWED".to_owned(), world.groups[2].to_string());
    assert_eq!(told(refused, "group_ids"), expected);
    for unseen in [unseen, world.durand.3] {
        let refused = world.update(manager, renamed(unseen, "Lucas")).await;
        let expected = ("ACCOUNT_NOT_FOUND".to_owned(), unseen.to_string());
        assert_eq!(told(refused, "id"), expected);
    }
    let administrator = world
        .update(manager, renamed(world.administrator, "Lucas"))
        .await;
    let expected = ("ACTOR_NOT_ALLOWED".to_owned(), "CAF".to_owned());
    assert_eq!(told(administrator, "needed_role"), expected);
}

#[tokio::test]
async fn the_administrator_changes_their_own_phone_and_nothing_else_of_themself() {
    let world = World::new().await;
    let own = world.administrator;
    let phone = |account: &mut v1::Account| account.phone = "05 56 00 00 00".into();
    world
        .update(world.admin(), update(own, &["phone"], phone))
        .await
        .unwrap();
    let more = update(own, &["phone", "given_name"], |account| {
        account.given_name = "Zoé".into();
    });
    assert_eq!(
        reason(world.update(world.admin(), more).await),
        "ACTOR_NOT_ALLOWED"
    );
    world.update(CAF, renamed(own, "Zoé")).await.unwrap();
}

#[tokio::test]
async fn nobody_sets_the_administrator_s_dates() {
    let world = World::new().await;
    let closing = update(world.administrator, &["closing_date"], |account| {
        account.closing_date = Some(date(2027, 12, 31));
    });
    for who in [world.admin(), CAF] {
        let refused = world.update(who, closing.clone()).await;
        assert_eq!(reason(refused), "ADMINISTRATOR_PROTECTED");
    }
}

#[tokio::test]
async fn postal_address_and_channel_are_the_caf_s_to_change() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let paths = ["contact_channel", "postal_address"];
    let by_letter = update(luc, &paths, |account| {
        account.contact_channel = wire::Channel::Letter.into();
        account.postal_address = Some(address());
    });
    let refused = world.update(world.admin(), by_letter.clone()).await;
    let expected = (
        "ACTOR_NOT_ALLOWED".to_owned(),
        "CHANGE_POSTAL_CONTACT".to_owned(),
    );
    assert_eq!(told(refused, "action"), expected);
    let unaddressed = update(luc, &paths[..1], |account| {
        account.contact_channel = wire::Channel::Letter.into();
    });
    assert_eq!(
        reason(world.update(CAF, unaddressed).await),
        "NO_POSTAL_ADDRESS"
    );
    let shown = world.update(CAF, by_letter).await.unwrap().account.unwrap();
    assert_eq!(shown.contact_channel(), wire::Channel::Letter);
    assert_eq!(shown.postal_address, Some(address()));
    let nowhere = update(luc, &["postal_address"], |_| ());
    assert_eq!(
        reason(world.update(CAF, nowhere).await),
        "NO_POSTAL_ADDRESS"
    );
}

#[tokio::test]
async fn an_e_mail_is_emptied_by_the_caf_alone_and_only_beside_the_letter() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let emptied = update(luc, &["email"], |_| ());
    let refused = world.update(world.admin(), emptied.clone()).await;
    assert_eq!(fields(refused), ["account.email", "email_confirmation"]);
    assert_eq!(reason(world.update(CAF, emptied).await), "NO_EMAIL");
    let paths = ["email", "contact_channel", "postal_address"];
    let by_letter = update(luc, &paths, |account| {
        account.contact_channel = wire::Channel::Letter.into();
        account.postal_address = Some(address());
    });
    world.update(CAF, by_letter).await.unwrap();
    assert_eq!(world.account(luc).await.person.email, None);
}

#[tokio::test]
async fn a_changed_address_voids_what_went_to_the_old_one_which_is_told() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.send_first_credentials(luc).await;
    let former = world.account(luc).await.person.email.unwrap();
    let queued = v1::ReissueCredentialsRequest {
        account_id: luc.to_string(),
        request_id: request_id(),
        ..v1::ReissueCredentialsRequest::default()
    };
    let queued = world.reissue(CAF, queued).await.unwrap().delivery_id;
    assert_eq!(world.live_passwords(luc).await, 1);

    world
        .update(world.admin(), readdressed(luc, "luc@example.org"))
        .await
        .unwrap();
    assert_eq!(world.live_passwords(luc).await, 0);
    assert_eq!(world.delivery(&queued).await.state, State::Cancelled);
    let deliveries = world.deliveries(luc).await;
    let notice = deliveries
        .iter()
        .find(|d| d.kind == Kind::EmailChanged)
        .unwrap();
    assert_eq!(notice.recipient, Recipient::Email(former));
    assert_eq!(
        deliveries
            .iter()
            .filter(|d| d.state == State::Queued)
            .count(),
        1
    );
}

#[tokio::test]
async fn a_changed_postal_address_voids_letters_and_leaves_e_mails_alone() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.send_first_credentials(luc).await;
    let housed = update(luc, &["postal_address"], |account| {
        account.postal_address = Some(address());
    });
    world.update(CAF, housed).await.unwrap();
    let letter = v1::ReissueCredentialsRequest {
        account_id: luc.to_string(),
        channel: wire::Channel::Letter.into(),
        request_id: request_id(),
        ..v1::ReissueCredentialsRequest::default()
    };
    let letter = world.reissue(CAF, letter).await.unwrap().delivery_id;
    let moved = update(luc, &["postal_address"], |account| {
        let lines = vec!["3 place du Marché".into(), "33000 BORDEAUX".into()];
        account.postal_address = Some(wire::PostalAddress { lines, ..address() });
    });
    world.update(CAF, moved).await.unwrap();
    assert_eq!(world.delivery(&letter).await.state, State::Cancelled);
    assert_eq!(world.live_passwords(luc).await, 1);
    assert_eq!(world.account(luc).await.recovery_paused_until, None);
}

#[tokio::test]
async fn the_partner_s_people_changing_a_connected_person_s_address_pauses_recovery_for_a_day() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.connect(luc).await;
    world
        .update(world.admin(), readdressed(luc, "luc@example.org"))
        .await
        .unwrap();
    let paused = world.account(luc).await.recovery_paused_until;
    assert_eq!(paused, Some(world.now() + DAY));
}

#[tokio::test]
async fn an_address_that_the_caf_gives_lifts_a_pause_and_nothing_else_of_an_update_does() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.connect(luc).await;
    let by_partner = readdressed(luc, "luc@example.org");
    world.update(world.admin(), by_partner).await.unwrap();
    let paused = world.account(luc).await.recovery_paused_until;
    assert!(paused.is_some());
    let same = readdressed(luc, "luc@example.org");
    for keeping in [renamed(luc, "Lucas"), same] {
        world.update(CAF, keeping).await.unwrap();
        assert_eq!(world.account(luc).await.recovery_paused_until, paused);
    }
    let by_caf = readdressed(luc, "luc.martin@example.org");
    world.update(CAF, by_caf).await.unwrap();
    assert_eq!(world.account(luc).await.recovery_paused_until, None);
}

#[tokio::test]
async fn nothing_pauses_for_a_typo_mended_nor_for_a_change_by_the_caf() {
    let world = World::new().await;
    let never_connected = world.user("MARTIN", &[0]).await;
    let typo = readdressed(never_connected, "luc@example.org");
    world.update(world.admin(), typo).await.unwrap();
    let connected = world.user("PETIT", &[0]).await;
    world.connect(connected).await;
    let by_caf = readdressed(connected, "jeanne@example.org");
    world.update(CAF, by_caf).await.unwrap();
    for id in [never_connected, connected] {
        assert_eq!(world.account(id).await.recovery_paused_until, None);
        assert!(
            world
                .deliveries(id)
                .await
                .iter()
                .any(|d| d.kind == Kind::EmailChanged)
        );
    }
}

#[tokio::test]
async fn a_date_that_is_not_named_is_compared_with_as_it_stands() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let closing = |year| {
        update(luc, &["closing_date"], move |account| {
            account.closing_date = Some(date(year, 1, 10));
        })
    };
    assert_eq!(
        fields(world.update(world.admin(), closing(2026)).await),
        ["account.closing_date"]
    );
    let shown = world
        .update(world.admin(), closing(2027))
        .await
        .unwrap()
        .account
        .unwrap();
    assert_eq!(shown.availability(), v1::account::Availability::Expired);
    let opening = update(luc, &["opening_date"], |account| {
        account.opening_date = Some(date(2027, 1, 11));
    });
    assert_eq!(
        fields(world.update(world.admin(), opening).await),
        ["account.closing_date"]
    );
    let reopened = update(luc, &["opening_date", "closing_date"], |account| {
        account.opening_date = Some(date(2027, 2, 1));
    });
    let shown = world
        .update(world.admin(), reopened)
        .await
        .unwrap()
        .account
        .unwrap();
    assert_eq!(shown.availability(), v1::account::Availability::NotYetOpen);
    assert_eq!(
        world.account(luc).await.dates.opening(),
        Day::constant(2027, 2, 1)
    );
}

#[tokio::test]
async fn authority_moves_with_dates_and_addresses_and_not_with_names() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let version = async || world.authority().await.partner.authority_version;
    let before = version().await;
    world
        .update(world.admin(), renamed(luc, "Lucas"))
        .await
        .unwrap();
    assert_eq!(version().await, before);
    world
        .update(world.admin(), readdressed(luc, "luc@example.org"))
        .await
        .unwrap();
    let readdressed = version().await;
    assert!(readdressed > before);
    let closing = update(luc, &["closing_date"], |account| {
        account.closing_date = Some(date(2027, 12, 31));
    });
    world.update(world.admin(), closing).await.unwrap();
    assert!(version().await > readdressed);
}

#[tokio::test]
async fn a_closed_account_is_not_updated() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.close(luc).await;
    let expected = ("ACCOUNT_NOT_ACTIVE".to_owned(), "CLOSED".to_owned());
    assert_eq!(
        told(world.update(CAF, renamed(luc, "Lucas")).await, "state"),
        expected
    );
}

#[tokio::test]
async fn the_old_address_is_told_nothing_of_the_new_one() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world
        .update(world.admin(), readdressed(luc, "luc@example.org"))
        .await
        .unwrap();
    let new = Email::parse("luc@example.org").unwrap();
    for delivery in world.deliveries(luc).await {
        assert_eq!(delivery.channel, Channel::Email);
        assert_ne!(delivery.recipient, Recipient::Email(new.clone()));
    }
}
