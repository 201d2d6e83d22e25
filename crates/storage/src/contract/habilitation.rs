//! What an account holds, as it is at the revision told with it.

use std::collections::BTreeSet;

use domain::account::{Role, State, StoredRole};
use domain::group::HousingType;
use domain::habilitation::Holdings;
use domain::{AccountId, AgreementId, GroupId, OsRandom};

use super::Db;
use super::world::people::{somebody, ticked};
use super::world::time::START;
use super::world::{World, at_once, new_agreement, new_group};
use crate::mutation::RoleChange;

async fn holdings(world: &World, account: AccountId) -> Holdings {
    world.db.holdings(account).await.unwrap().0.unwrap()
}

fn held(holdings: &Holdings) -> BTreeSet<GroupId> {
    holdings.groups.iter().map(|held| held.group).collect()
}

fn under(holdings: &Holdings) -> BTreeSet<AgreementId> {
    holdings
        .agreements
        .iter()
        .map(|agreement| agreement.id)
        .collect()
}

/// A second agreement with one group.
async fn second_agreement(oliviers: &World) -> (AgreementId, GroupId) {
    let agreement = new_agreement("CONV-2028", "AUTRE");
    let group = new_group(agreement.id, HousingType::Prive, "2A", "Corse-du-Sud");
    let ids = (agreement.id, group.id);
    oliviers
        .apply(|made| {
            made.new_agreements.push(agreement);
            made.new_groups.push(group);
        })
        .await
        .unwrap();
    ids
}

pub async fn a_user_holds_the_groups_ticked_and_their_agreements(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let (agreement, group) = second_agreement(&oliviers).await;
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &oliviers.groups[..2]))
        .await;
    let zoe = oliviers
        .add(ticked(
            somebody("FAURE", "Zoé"),
            &[oliviers.groups[0], group],
        ))
        .await;

    let read = holdings(&oliviers, luc).await;
    let account = oliviers.account(luc).await;
    assert_eq!((read.account, read.partner), (luc, oliviers.partner));
    assert_eq!(
        (read.role, read.state, read.dates),
        (Role::User, State::Active, account.dates)
    );
    assert_eq!(held(&read), account.groups());
    assert_eq!(
        read.agreements,
        [db.agreement(oliviers.agreement).await.unwrap().unwrap()]
    );
    for group in &read.groups {
        let ticked = account
            .memberships
            .iter()
            .find(|m| m.group == group.group)
            .unwrap();
        assert_eq!(
            (&group.scope, group.agreement),
            (&ticked.scope, ticked.agreement)
        );
    }

    let read = holdings(&oliviers, zoe).await;
    assert_eq!(under(&read), [oliviers.agreement, agreement].into());
    assert_eq!(read.agreements.len(), 2);
}

pub async fn the_administrator_holds_every_group_of_the_partner_and_no_other(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    World::durand(db).await;
    let (agreement, group) = second_agreement(&oliviers).await;
    let read = holdings(&oliviers, oliviers.administrator).await;
    let mut every: BTreeSet<_> = oliviers.groups.iter().copied().collect();
    every.insert(group);
    assert_eq!(held(&read), every);
    assert_eq!(read.groups.len(), every.len());
    assert_eq!(under(&read), [oliviers.agreement, agreement].into());
    assert_eq!(read.role, Role::Administrator);
}

pub async fn holdings_follow_groups_role_and_state(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &oliviers.groups[..2]))
        .await;
    let manager = RoleChange {
        role: StoredRole::Manager,
        dismissed_by: None,
    };
    oliviers
        .change(luc, |change| {
            change.remove_groups = [oliviers.groups[0]].into();
            change.role = Some(manager);
        })
        .await;
    let read = holdings(&oliviers, luc).await;
    assert_eq!(
        (held(&read), read.role),
        ([oliviers.groups[1]].into(), Role::Manager)
    );

    oliviers
        .change(luc, |change| change.state = Some(State::Closed))
        .await;
    assert_eq!(holdings(&oliviers, luc).await.state, State::Closed);

    let untick = oliviers.groups[1];
    oliviers
        .change(luc, |change| change.remove_groups = [untick].into())
        .await;
    let read = holdings(&oliviers, luc).await;
    assert_eq!((read.groups, read.agreements), (vec![], vec![]));
}

pub async fn an_unknown_account_holds_nothing(db: Db) {
    World::les_oliviers(db.clone()).await;
    let (holdings, revision) = db.holdings(AccountId::new(START, &OsRandom)).await.unwrap();
    assert_eq!((holdings, revision), (None, db.revision().await.unwrap()));
}

pub async fn holdings_are_never_older_than_the_revision_told_with_them(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let group = oliviers.groups[0];
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let seen = at_once(4, |place| {
        let oliviers = oliviers.clone();
        async move {
            let mut seen = Vec::new();
            for _ in 0..20 {
                if place > 0 {
                    let (holdings, revision) = oliviers.db.holdings(luc).await.unwrap();
                    seen.push((revision.place, holdings.unwrap().groups.is_empty()));
                }
            }
            if place == 0 {
                let ticked = oliviers.change(luc, |change| change.add_groups = [group].into());
                seen.push((ticked.await.revision.place, false));
            }
            seen
        }
    })
    .await;
    let since = seen[0][0].0;
    for &(place, empty) in seen.iter().flatten() {
        assert!(place < since || !empty, "at {place}, ticked at {since}");
    }
}
