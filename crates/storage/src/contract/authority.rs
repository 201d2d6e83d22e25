//! What decisions rest on is read in one snapshot, by whatever name the partner is called.

use std::collections::BTreeSet;

use domain::{AccountId, AgreementId, DeliveryId, GroupId, OsRandom, PartnerId, SessionId};

use super::Db;
use super::world::messages::welcome;
use super::world::people::{somebody, ticked};
use super::world::time::START;
use super::world::{World, at_once, partner_reference};
use crate::authority::{Authority, AuthorityQuery, Groups, Of};

async fn read(db: &Db, of: Of) -> Option<Authority> {
    let query = AuthorityQuery {
        of,
        accounts: BTreeSet::new(),
        groups: Groups::All,
    };
    db.authority(&query).await.unwrap()
}

pub async fn the_authority_is_found_by_every_name_of_its_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    World::durand(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let session = oliviers.connect(luc, START).await.session.id;
    let message = welcome(luc, START);
    oliviers.queue(std::slice::from_ref(&message), START).await;

    for of in [
        Of::Partner(oliviers.partner),
        Of::Reference(partner_reference("B-0001")),
        Of::Account(luc),
        Of::Agreement(oliviers.agreement),
        Of::Session(session),
        Of::Delivery(message.id),
    ] {
        let authority = read(&db, of.clone()).await;
        let partner = authority.map(|authority| authority.partner.id);
        assert_eq!(partner, Some(oliviers.partner), "{of:?}");
    }
}

pub async fn the_authority_of_an_unknown_name_is_none(db: Db) {
    World::les_oliviers(db.clone()).await;
    for of in [
        Of::Partner(PartnerId::new(START, &OsRandom)),
        Of::Reference(partner_reference("b-0001")),
        Of::Account(AccountId::new(START, &OsRandom)),
        Of::Agreement(AgreementId::new(START, &OsRandom)),
        Of::Session(SessionId::new(START, &OsRandom)),
        Of::Delivery(DeliveryId::new(START, &OsRandom)),
    ] {
        assert_eq!(read(&db, of.clone()).await, None, "{of:?}");
    }
}

pub async fn the_authority_tells_only_what_was_asked_and_only_of_its_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &oliviers.groups[..1]))
        .await;
    oliviers.add(somebody("FAURE", "Zoé")).await;
    let query = AuthorityQuery {
        of: Of::Partner(oliviers.partner),
        accounts: [luc, durand.administrator, AccountId::new(START, &OsRandom)].into(),
        groups: Groups::Named(
            [
                oliviers.groups[0],
                durand.groups[0],
                GroupId::new(START, &OsRandom),
            ]
            .into(),
        ),
    };
    let authority = db.authority(&query).await.unwrap().unwrap();

    let told: BTreeSet<_> = authority
        .accounts
        .iter()
        .map(|account| account.id)
        .collect();
    assert_eq!(told, [luc, oliviers.administrator].into());
    assert_eq!(authority.accounts.len(), 2);
    assert_eq!(
        *authority.account(luc).unwrap(),
        oliviers.account(luc).await
    );
    assert_eq!(
        authority.groups.iter().map(|g| g.id).collect::<Vec<_>>(),
        [oliviers.groups[0]]
    );
    let agreements: Vec<_> = authority
        .agreements
        .iter()
        .map(|agreement| agreement.id)
        .collect();
    assert_eq!(agreements, [oliviers.agreement]);
}

pub async fn all_groups_are_those_of_the_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    World::durand(db).await;
    let authority = oliviers.authority(&[]).await;
    let told: BTreeSet<_> = authority.groups.iter().map(|group| group.id).collect();
    assert_eq!(told, oliviers.groups.iter().copied().collect());
    for group in &authority.groups {
        assert_eq!(
            (group.partner, group.agreement),
            (oliviers.partner, oliviers.agreement)
        );
        assert_eq!(group.created_at, START);
    }
}

pub async fn the_administrator_is_told_unasked(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let authority = oliviers.authority(&[]).await;
    assert_eq!(
        authority.administrator().unwrap().id,
        oliviers.administrator
    );
}

/// One task ticks and unticks a group, another reads: each reading must show the very state that
/// its version belonged to.
pub async fn version_and_memberships_are_of_one_moment(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let group = oliviers.groups[0];
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let seen = at_once(4, |place| {
        let oliviers = oliviers.clone();
        async move {
            let mut seen = Vec::new();
            for turn in 0..20 {
                if place == 0 {
                    let toggle = |change: &mut crate::mutation::AccountChange| {
                        let groups = BTreeSet::from([group]);
                        if turn % 2 == 0 {
                            change.add_groups = groups;
                        } else {
                            change.remove_groups = groups;
                        }
                    };
                    oliviers.change(luc, toggle).await;
                }
                let authority = oliviers.authority(&[luc]).await;
                let member = authority.account(luc).unwrap().groups().contains(&group);
                seen.push((authority.partner.authority_version, member));
            }
            seen
        }
    })
    .await;
    let [written, readings @ ..] = &seen[..] else {
        unreachable!()
    };
    let unread = written[0].0 - 1;
    for &(version, member) in readings.iter().flatten() {
        let known = written.iter().find(|(at, _)| *at == version);
        match known {
            Some(&(_, truth)) => assert_eq!(member, truth, "at version {version}"),
            None => assert!(version <= unread && !member, "at version {version}"),
        }
    }
}
