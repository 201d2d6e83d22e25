//! A partner has exactly one administrator, one of its own accounts, at every commit.

use domain::account::{Role, StoredRole};
use domain::{AccountId, OsRandom};

use super::Db;
use super::world::people::{somebody, ticked};
use super::world::reading::{accounts, everything};
use super::world::time::START;
use super::world::{World, at_once, les_oliviers};
use crate::account::AccountFilter;
use crate::mutation::{AuthorityMove, Error, On, RoleChange};

/// The accounts shown as administrators of the partner.
async fn administrators(world: &World) -> Vec<AccountId> {
    let filter = AccountFilter {
        partner: Some(world.partner),
        ..AccountFilter::default()
    };
    let all = accounts(&world.db, &filter, 50).await;
    all.iter()
        .filter(|account| account.is_administrator())
        .map(|account| account.id)
        .collect()
}

pub async fn a_successor_replaces_the_administrator_in_one_step(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &oliviers.groups[..2]))
        .await;
    let version = oliviers.account(luc).await.version;
    oliviers
        .apply(|made| {
            let mut change = crate::mutation::AccountChange::of(luc, version);
            change.remove_groups = oliviers.groups.iter().copied().collect();
            change.role = Some(RoleChange {
                role: StoredRole::User,
                dismissed_by: None,
            });
            made.changes.push(change);
            made.new_administrator = Some(luc);
        })
        .await
        .unwrap();

    assert_eq!(administrators(&oliviers).await, [luc]);
    assert_eq!(oliviers.role(oliviers.administrator).await, Role::User);
    assert_eq!(oliviers.account(luc).await.memberships, []);
    assert_eq!(
        db.partner(oliviers.partner)
            .await
            .unwrap()
            .unwrap()
            .administrator,
        luc
    );
    assert_eq!(
        oliviers.authority(&[]).await.administrator().unwrap().id,
        luc
    );
}

pub async fn a_stored_role_shows_again_when_its_holder_is_no_longer_administrator(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let manager = RoleChange {
        role: StoredRole::Manager,
        dismissed_by: None,
    };
    oliviers
        .change(luc, |change| change.role = Some(manager))
        .await;
    oliviers
        .apply(|made| made.new_administrator = Some(luc))
        .await
        .unwrap();
    assert_eq!(oliviers.role(luc).await, Role::Administrator);
    oliviers
        .apply(|made| made.new_administrator = Some(oliviers.administrator))
        .await
        .unwrap();
    assert_eq!(oliviers.role(luc).await, Role::Manager);
    assert_eq!(administrators(&oliviers).await, [oliviers.administrator]);
}

pub async fn nobody_of_another_partner_or_of_none_becomes_administrator(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let before = everything(&db).await;
    for stranger in [durand.administrator, AccountId::new(START, &OsRandom)] {
        let refused = oliviers
            .apply(|made| made.new_administrator = Some(stranger))
            .await;
        assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
        assert_eq!(everything(&db).await, before);
    }
}

pub async fn a_partner_is_not_made_without_its_administrator(db: Db) {
    let durand = World::durand(db.clone()).await;
    let before = everything(&db).await;

    let mut nobody = les_oliviers();
    nobody.new_accounts.clear();
    assert!(matches!(db.apply(&nobody).await, Err(Error::Storage(_))));

    let mut foreign = les_oliviers();
    let On::New(partner) = &mut foreign.partner else {
        unreachable!()
    };
    partner.administrator = durand.administrator;
    assert!(matches!(db.apply(&foreign).await, Err(Error::Storage(_))));

    assert_eq!(everything(&db).await, before);
}

pub async fn of_many_replacements_at_once_one_is_carried_out(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let people: Vec<_> = (0..16).map(|_| somebody("MARTIN", "Luc")).collect();
    let successors = oliviers.add_all(people).await;
    let mutation = oliviers.mutation(START, AuthorityMove::Raised).await;
    let answers = at_once(16, |place| {
        let (db, mut mutation) = (db.clone(), mutation.clone());
        mutation.audit.id = super::world::messages::fresh_id();
        mutation.new_administrator = Some(successors[place]);
        async move { db.apply(&mutation).await }
    })
    .await;

    let won: Vec<_> = (0..16).filter(|&place| answers[place].is_ok()).collect();
    let lost = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::Conflict)))
        .count();
    assert_eq!((won.len(), lost), (1, 15));
    assert_eq!(administrators(&oliviers).await, [successors[won[0]]]);
}
