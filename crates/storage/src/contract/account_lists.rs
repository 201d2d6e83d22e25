//! Lists of accounts: in people's order, whole at every size of page, and of what was asked.

use std::collections::BTreeSet;

use domain::AccountId;
use domain::account::{NewAccount, State};
use uuid::Uuid;

use super::Db;
use super::world::people::{somebody, ticked};
use super::world::reading::{accounts, first};
use super::world::{World, new_agreement, new_group};
use crate::account::{AccountFilter, SeenBy};
use crate::page::{Cursor, PageRequest};

/// Adds them and answers the names in the order of the list, two rows a page.
async fn listed(oliviers: &World, people: Vec<NewAccount>) -> Vec<String> {
    oliviers.add_all(people).await;
    let filter = of(oliviers);
    let read = accounts(&oliviers.db, &filter, 2).await;
    let shown = read
        .iter()
        .filter(|account| account.id != oliviers.administrator);
    shown
        .map(|a| {
            format!(
                "{} {}",
                a.person.family_name.as_str(),
                a.person.given_name.as_str()
            )
        })
        .collect()
}

fn of(world: &World) -> AccountFilter {
    AccountFilter {
        partner: Some(world.partner),
        ..AccountFilter::default()
    }
}

pub async fn accounts_are_listed_by_family_then_given_name_case_and_accents_aside(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let people = [
        ("Zola", "Émile"),
        ("élan", "Zoé"),
        ("Élan", "Éva"),
        ("ELAN", "eve"),
        ("elbe", "Ann"),
        ("ÇELIK", "Deniz"),
        ("Abel", "Ève"),
        ("abel", "ÉDITH"),
        ("Cel", "Zita"),
    ];
    let people = people.map(|(family, given)| somebody(family, given)).into();
    let expected = [
        "abel ÉDITH",
        "Abel Ève",
        "Cel Zita",
        "ÇELIK Deniz",
        "Élan Éva",
        "ELAN eve",
        "élan Zoé",
        "elbe Ann",
        "Zola Émile",
    ];
    assert_eq!(listed(&oliviers, people).await, expected);
}

pub async fn a_shorter_name_comes_before_the_one_it_begins(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let people = [
        ("Martineau", "Al"),
        ("Martin", "Zoé"),
        ("Mart", "Zoé"),
        ("Martin", "Al"),
    ];
    let people = people.map(|(family, given)| somebody(family, given)).into();
    let expected = ["Mart Zoé", "Martin Al", "Martin Zoé", "Martineau Al"];
    assert_eq!(listed(&oliviers, people).await, expected);
}

pub async fn the_same_name_is_parted_by_id_at_every_size_of_page(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let mut expected: Vec<_> = (0..9).map(|_| somebody("MARTIN", "Luc")).collect();
    expected.sort_by_key(|account| account.id);
    let mut shuffled = expected.clone();
    shuffled.rotate_left(4);
    shuffled.swap(0, 5);
    oliviers.add_all(shuffled).await;

    let ids: Vec<_> = expected.iter().map(|account| account.id).collect();
    for size in [1, 2, 3, 8, 9, 10, 100] {
        let read = accounts(&oliviers.db, &of(&oliviers), size).await;
        let read: Vec<_> = read.iter().map(|account| account.id).collect();
        assert_eq!(read[..9], ids, "{size} a page");
        assert_eq!(read[9..], [oliviers.administrator], "MERCIER comes last");
    }
}

pub async fn ids_are_ordered_as_bytes_from_the_first(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let ids = [0x01, 0x7f, 0x80, 0xff].map(|byte| {
        let mut bytes = [0x55; 16];
        bytes[0] = byte;
        AccountId::from(Uuid::from_bytes(bytes))
    });
    let people = ids.iter().rev().map(|&id| NewAccount {
        id,
        ..somebody("MARTIN", "Luc")
    });
    oliviers.add_all(people.collect()).await;
    let read = accounts(&oliviers.db, &of(&oliviers), 1).await;
    let read: Vec<_> = read.iter().map(|account| account.id).take(4).collect();
    assert_eq!(read, ids);
}

pub async fn a_page_says_whether_more_follow(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    oliviers.add(somebody("PETIT", "Jeanne")).await;
    let filter = of(&oliviers);
    for (limit, rows, more) in [(1, 1, true), (2, 2, false), (3, 2, false)] {
        let page = oliviers.db.accounts(&filter, &first(limit)).await.unwrap();
        assert_eq!(
            (page.rows.len(), page.more),
            (rows, more),
            "at most {limit}"
        );
    }
}

pub async fn after_the_last_row_comes_an_empty_page(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let page = oliviers
        .db
        .accounts(&of(&oliviers), &first(10))
        .await
        .unwrap();
    let after = page.rows.last().map(|(cursor, _)| cursor.clone());
    let page = oliviers
        .db
        .accounts(&of(&oliviers), &PageRequest { after, limit: 10 })
        .await
        .unwrap();
    assert_eq!((page.rows.len(), page.more), (0, false));
}

pub async fn someone_who_comes_in_between_two_pages_neither_repeats_nor_hides_another(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let people = ["DUBOIS", "FAURE", "GIRARD", "LAMBERT"].map(|family| somebody(family, "Luc"));
    oliviers.add_all(people.into()).await;
    let filter = of(&oliviers);
    let page = oliviers.db.accounts(&filter, &first(2)).await.unwrap();
    assert_eq!(families(&page.rows), ["DUBOIS", "FAURE"]);

    oliviers
        .add_all(
            ["AUBERT", "FAURE", "HENRY"]
                .map(|family| somebody(family, "Zoé"))
                .into(),
        )
        .await;
    let after = page.rows.last().map(|(cursor, _)| cursor.clone());
    let page = oliviers
        .db
        .accounts(&filter, &PageRequest { after, limit: 10 })
        .await
        .unwrap();
    assert_eq!(
        families(&page.rows),
        ["FAURE", "GIRARD", "HENRY", "LAMBERT", "MERCIER"]
    );
}

fn families(rows: &[(Cursor, domain::account::Account)]) -> Vec<&str> {
    rows.iter()
        .map(|(_, account)| account.person.family_name.as_str())
        .collect()
}

/// The ids a filter finds, whatever their order.
async fn found(world: &World, filter: AccountFilter) -> BTreeSet<AccountId> {
    accounts(&world.db, &filter, 3)
        .await
        .iter()
        .map(|account| account.id)
        .collect()
}

pub async fn a_list_of_a_partner_holds_its_own_people_alone(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    assert_eq!(
        found(&oliviers, of(&oliviers)).await,
        [oliviers.administrator, luc].into()
    );
    assert_eq!(
        found(&durand, of(&durand)).await,
        [durand.administrator].into()
    );
    let everyone = [oliviers.administrator, luc, durand.administrator].into();
    assert_eq!(found(&durand, AccountFilter::default()).await, everyone);
}

pub async fn a_list_by_group_or_agreement_holds_who_has_it_ticked_and_the_administrator(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    World::durand(db).await;
    let other = new_agreement("CONV-2028", "AUTRE");
    let far = new_group(
        other.id,
        domain::group::HousingType::Prive,
        "2A",
        "Corse-du-Sud",
    );
    let (other, far) = (other.id, {
        let id = far.id;
        let made = oliviers.apply(|made| {
            made.new_agreements.push(other.clone());
            made.new_groups.push(far);
        });
        made.await.unwrap();
        id
    });
    let administrator = oliviers.administrator;
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &oliviers.groups[..2]))
        .await;
    let zoe = oliviers
        .add(ticked(somebody("FAURE", "Zoé"), &[oliviers.groups[1], far]))
        .await;

    let by_group = |group| AccountFilter {
        group: Some(group),
        ..AccountFilter::default()
    };
    assert_eq!(
        found(&oliviers, by_group(oliviers.groups[0])).await,
        [administrator, luc].into()
    );
    assert_eq!(
        found(&oliviers, by_group(oliviers.groups[1])).await,
        [administrator, luc, zoe].into()
    );
    assert_eq!(
        found(&oliviers, by_group(oliviers.groups[2])).await,
        [administrator].into()
    );

    let by_agreement = |id| AccountFilter {
        agreement: Some(id),
        ..AccountFilter::default()
    };
    let under = by_agreement(oliviers.agreement);
    assert_eq!(
        found(&oliviers, under).await,
        [administrator, luc, zoe].into()
    );
    assert_eq!(
        found(&oliviers, by_agreement(other)).await,
        [administrator, zoe].into()
    );
}

pub async fn conditions_of_a_list_add_up(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let group = oliviers.groups[0];
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &[group]))
        .await;
    let zoe = oliviers
        .add(ticked(somebody("FAURE", "Zoé"), &[group]))
        .await;
    let ann = oliviers
        .add(ticked(somebody("ABEL", "Ann"), &[oliviers.groups[1]]))
        .await;
    oliviers
        .change(luc, |change| change.state = Some(State::Closed))
        .await;
    oliviers
        .change(ann, |change| change.state = Some(State::Closed))
        .await;

    let in_state = |states: &[State]| AccountFilter {
        states: states.iter().copied().collect(),
        ..of(&oliviers)
    };
    assert_eq!(
        found(&oliviers, in_state(&[State::Closed])).await,
        [luc, ann].into()
    );
    let active = [oliviers.administrator, zoe].into();
    assert_eq!(found(&oliviers, in_state(&[State::Active])).await, active);
    let both = in_state(&[State::Active, State::Closed]);
    assert_eq!(found(&oliviers, both).await.len(), 4);
    let closed_of_group = AccountFilter {
        group: Some(group),
        ..in_state(&[State::Closed])
    };
    assert_eq!(found(&oliviers, closed_of_group).await, [luc].into());
}

pub async fn a_manager_sees_themselves_the_administrator_and_who_shares_a_group(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let [first, second, third, _] = oliviers.groups[..] else {
        unreachable!()
    };
    let own = oliviers
        .add(ticked(somebody("FAURE", "Zoé"), &[first, second]))
        .await;
    let sharing = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &[second, third]))
        .await;
    let apart = oliviers
        .add(ticked(somebody("ABEL", "Ann"), &[third]))
        .await;
    let seen = |groups: &[_], filter: AccountFilter| AccountFilter {
        seen_by: Some(SeenBy {
            own,
            groups: groups.iter().copied().collect(),
        }),
        ..filter
    };
    let administrator = oliviers.administrator;

    let sight = found(&oliviers, seen(&[first, second], of(&oliviers))).await;
    assert_eq!(sight, [own, sharing, administrator].into());
    assert_eq!(
        found(&oliviers, seen(&[], of(&oliviers))).await,
        [own, administrator].into()
    );
    let by_group = AccountFilter {
        group: Some(third),
        ..of(&oliviers)
    };
    let sight = found(&oliviers, seen(&[first, second], by_group)).await;
    assert_eq!(sight, [sharing, administrator].into());
    assert!(!sight.contains(&apart));
}
