//! Reading and listing accounts.

use std::collections::BTreeSet;

use api::account::v1;
use api::account::v1::get_account_request::Ref;
use domain::{AccountId, GroupId, OsRandom, PartnerId};

use crate::world::{CAF, START, Who, World, fields, reason, told};

fn all() -> v1::ListAccountsRequest {
    v1::ListAccountsRequest::default()
}

async fn ids(world: &World, who: Who, asked: v1::ListAccountsRequest) -> Vec<String> {
    let page = world.list(who, asked).await.unwrap();
    assert_eq!(page.next_page_token, "");
    page.accounts
        .into_iter()
        .map(|account| account.account_id)
        .collect()
}

fn text(ids: &[AccountId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

#[tokio::test]
async fn everyone_reads_their_own_account_and_what_their_role_shows() {
    let world = World::new().await;
    let manager = world.manager(&[0]).await;
    let luc = world.user("MARTIN", &[0, 1]).await;
    let unseen = world.user("FAURE", &[2]).await;
    let hidden = async |who, id: AccountId| {
        let expected = ("ACCOUNT_NOT_FOUND".to_owned(), id.to_string());
        assert_eq!(told(world.get(who, id).await, "id"), expected);
    };
    for (who, id) in [
        (Who::Person(luc), luc),
        (Who::Person(manager), luc),
        (Who::Person(manager), world.administrator),
        (world.admin(), unseen),
        (CAF, world.durand.3),
    ] {
        assert_eq!(world.get(who, id).await.unwrap().account_id, id.to_string());
    }
    hidden(Who::Person(luc), manager).await;
    hidden(Who::Person(manager), unseen).await;
    hidden(world.admin(), world.durand.3).await;
    hidden(world.admin(), AccountId::new(START, &OsRandom)).await;
    hidden(CAF, AccountId::new(START, &OsRandom)).await;
}

#[tokio::test]
async fn a_foreign_account_is_answered_as_an_absent_one_byte_for_byte() {
    let world = World::new().await;
    let luc = Who::Person(world.user("MARTIN", &[0]).await);
    let foreign = world.durand.3;
    let absent = AccountId::new(START, &OsRandom);
    let answer = async |id: AccountId| {
        let status = world.get(luc, id).await.unwrap_err();
        let details = String::from_utf8_lossy(status.details()).replace(&id.to_string(), "ID");
        (status.code(), status.message().to_owned(), details)
    };
    assert_eq!(answer(foreign).await, answer(absent).await);
}

#[tokio::test]
async fn a_manager_sees_the_memberships_they_share_alone() {
    let world = World::new().await;
    let manager = world.manager(&[0]).await;
    let luc = world.user("MARTIN", &[0, 1]).await;
    let seen = world.get(Who::Person(manager), luc).await.unwrap();
    assert_eq!(seen.memberships.len(), 1);
    assert_eq!(seen.memberships[0].group_id, world.groups[0].to_string());
    assert_eq!(
        world
            .get(Who::Person(luc), luc)
            .await
            .unwrap()
            .memberships
            .len(),
        2
    );
    assert_eq!(
        world
            .get(world.admin(), luc)
            .await
            .unwrap()
            .memberships
            .len(),
        2
    );
    let administrator = world.get(CAF, world.administrator).await.unwrap();
    assert_eq!(administrator.memberships, []);
}

#[tokio::test]
async fn the_sign_in_health_is_shown_to_the_caf_alone() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    world.send_first_credentials(luc).await;
    let health = world.get(CAF, luc).await.unwrap().sign_in_health.unwrap();
    assert_eq!(
        (
            health.live_provisional_passwords,
            health.consecutive_failures
        ),
        (1, 0)
    );
    assert_eq!(
        world.get(world.admin(), luc).await.unwrap().sign_in_health,
        None
    );
    let listed = world.list(CAF, all()).await.unwrap().accounts;
    let told = listed
        .iter()
        .filter(|account| account.sign_in_health.is_some());
    assert_eq!(told.count(), listed.len());
    let listed = world.list(world.admin(), all()).await.unwrap().accounts;
    assert!(
        listed
            .iter()
            .all(|account| account.sign_in_health.is_none())
    );
}

#[tokio::test]
async fn the_caf_alone_finds_an_account_by_its_number_or_identifier_however_typed() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let stored = world.account(luc).await;
    let number = stored.user_number.as_str().to_lowercase();
    let number = Ref::UserNumber(format!("{} -{}", &number[..4], &number[4..]));
    let identifier = Ref::Identifier(stored.identifier.as_str().to_lowercase());
    for named in [number, identifier] {
        let found = world.get_by(CAF, named.clone()).await.unwrap();
        assert_eq!(found.account_id, luc.to_string());
        let refused = world.get_by(world.admin(), named).await;
        let expected = ("ACTOR_NOT_ALLOWED".to_owned(), "FIND_ACCOUNT".to_owned());
        assert_eq!(told(refused, "action"), expected);
    }
    let absent = world.get_by(CAF, Ref::Identifier("nobody".into())).await;
    assert_eq!(
        told(absent, "id"),
        ("ACCOUNT_NOT_FOUND".to_owned(), "nobody".to_owned())
    );
    let wrong = world.get_by(CAF, Ref::UserNumber("12".into())).await;
    assert_eq!(fields(wrong), ["user_number"]);
}

#[tokio::test]
async fn a_list_shows_a_manager_those_in_sight_the_administrator_the_partner_and_the_caf_all() {
    let world = World::new().await;
    let manager = world.manager(&[0]).await;
    let luc = world.user("MARTIN", &[0, 1]).await;
    let zoe = world.user("FAURE", &[2]).await;
    let administrator = world.administrator;
    let own = [zoe, luc, administrator, manager];
    assert_eq!(ids(&world, world.admin(), all()).await, text(&own));
    let seen = text(&[luc, administrator, manager]);
    assert_eq!(ids(&world, Who::Person(manager), all()).await, seen);
    let everyone = text(&[world.durand.3, zoe, luc, administrator, manager]);
    assert_eq!(ids(&world, CAF, all()).await, everyone);
    let refused = world.list(Who::Person(luc), all()).await;
    let expected = ("ACTOR_NOT_ALLOWED".to_owned(), "MANAGER".to_owned());
    assert_eq!(told(refused, "needed_role"), expected);
    let listed = world.list(Who::Person(manager), all()).await.unwrap();
    assert_eq!(listed.accounts[0].memberships.len(), 1);
}

#[tokio::test]
async fn filters_narrow_a_list() {
    let world = World::new().await;
    let luc = world.user("MARTIN", &[0]).await;
    let zoe = world.user("FAURE", &[2]).await;
    world.close(zoe).await;
    let of_group = |at: usize| v1::ListAccountsRequest {
        group_id: world.groups[at].to_string(),
        ..all()
    };
    let closed = v1::ListAccountsRequest {
        states: vec![v1::account::State::Closed.into()],
        ..all()
    };
    let of_partner = v1::ListAccountsRequest {
        partner_id: world.durand.0.to_string(),
        ..all()
    };
    let of_agreement = v1::ListAccountsRequest {
        agreement_id: world.draft.0.to_string(),
        ..all()
    };
    let administrator = world.administrator;
    assert_eq!(
        ids(&world, CAF, of_group(0)).await,
        text(&[luc, administrator])
    );
    assert_eq!(
        ids(&world, world.admin(), of_group(2)).await,
        text(&[zoe, administrator])
    );
    assert_eq!(ids(&world, CAF, closed).await, text(&[zoe]));
    assert_eq!(ids(&world, CAF, of_partner).await, text(&[world.durand.3]));
    assert_eq!(ids(&world, CAF, of_agreement).await, text(&[administrator]));
}

#[tokio::test]
async fn what_a_list_is_narrowed_by_must_be_in_sight() {
    let world = World::new().await;
    let manager = Who::Person(world.manager(&[0]).await);
    let absent = (
        PartnerId::new(START, &OsRandom),
        GroupId::new(START, &OsRandom),
    );
    let partner = |id: PartnerId| v1::ListAccountsRequest {
        partner_id: id.to_string(),
        ..all()
    };
    let group = |id: GroupId| v1::ListAccountsRequest {
        group_id: id.to_string(),
        ..all()
    };
    let agreement = v1::ListAccountsRequest {
        agreement_id: world.durand.1.to_string(),
        ..all()
    };
    let admin = world.admin();
    for (who, asked, expected) in [
        (admin, partner(world.durand.0), "PARTNER_NOT_FOUND"),
        (admin, partner(absent.0), "PARTNER_NOT_FOUND"),
        (CAF, partner(absent.0), "PARTNER_NOT_FOUND"),
        (admin, agreement, "AGREEMENT_NOT_FOUND"),
        (admin, group(world.durand.2), "GROUP_NOT_FOUND"),
        (manager, group(world.groups[1]), "GROUP_NOT_FOUND"),
        (CAF, group(absent.1), "GROUP_NOT_FOUND"),
    ] {
        assert_eq!(reason(world.list(who, asked).await), expected);
    }
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended_for_the_same_asker_and_filter_alone() {
    let world = World::new().await;
    for family in ["ABEL", "BRUN", "CARON"] {
        world.user(family, &[0]).await;
    }
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let asked = v1::ListAccountsRequest {
            page_size: 2,
            page_token: token,
            ..all()
        };
        let page = world.list(world.admin(), asked).await.unwrap();
        seen.extend(page.accounts.into_iter().map(|account| account.family_name));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
        for (who, states) in [(CAF, vec![]), (world.admin(), vec![1])] {
            let elsewhere = v1::ListAccountsRequest {
                page_token: token.clone(),
                states,
                ..all()
            };
            assert_eq!(
                reason(world.list(who, elsewhere).await),
                "PAGE_TOKEN_INVALID"
            );
        }
    }
    assert_eq!(seen, ["ABEL", "BRUN", "CARON", "MERCIER"]);
}

#[tokio::test]
async fn a_page_ends_at_half_a_mebibyte_and_loses_nobody() {
    let world = World::new().await;
    // Each account shows its 500 groups, some 54 KiB.
    let groups = world.many_groups(500).await;
    for family in [
        "ABEL", "BRUN", "CARON", "DAVID", "ESTEVE", "FAURE", "GAUTIER", "HENRY", "IMBERT", "JOLY",
        "KLEIN", "LEROY",
    ] {
        let mut account = crate::world::somebody(family, "Luc");
        account.groups = groups.clone();
        world.add(account).await;
    }
    let first = world.list(world.admin(), all()).await.unwrap();
    assert!(first.accounts.len() < 13);
    let rest = v1::ListAccountsRequest {
        page_token: first.next_page_token,
        ..all()
    };
    let rest = ids(&world, world.admin(), rest).await;
    assert_eq!(first.accounts.len() + rest.len(), 13);
}

#[tokio::test]
async fn a_long_list_is_read_in_parts_and_answered_in_one_page() {
    let world = World::new().await;
    let people = (0..120).map(|_| crate::world::somebody("MARTIN", "Luc"));
    let people: Vec<_> = people.collect();
    world.apply(|mutation| mutation.new_accounts = people).await;
    for (size, shown, more) in [(500, 121, false), (121, 121, false), (120, 120, true)] {
        let asked = v1::ListAccountsRequest {
            page_size: size,
            ..all()
        };
        let page = world.list(world.admin(), asked).await.unwrap();
        let ids: BTreeSet<_> = page.accounts.into_iter().map(|a| a.account_id).collect();
        assert_eq!(ids.len(), shown);
        assert_eq!(!page.next_page_token.is_empty(), more);
    }
}

#[tokio::test]
async fn everything_wrong_with_a_list_is_told_at_once() {
    let world = World::new().await;
    let wrong = v1::ListAccountsRequest {
        page_size: -1,
        page_token: String::new(),
        partner_id: "x".into(),
        agreement_id: "x".into(),
        group_id: "x".into(),
        states: vec![1, 0, 9],
    };
    assert_eq!(
        fields(world.list(world.admin(), wrong).await),
        [
            "page_size",
            "partner_id",
            "agreement_id",
            "group_id",
            "states[1]",
            "states[2]"
        ]
    );
}
