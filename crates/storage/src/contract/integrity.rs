//! What no mutation brings about, whoever decided it: the database itself holds these.

use domain::OsRandom;
use domain::account::State;
use domain::group::HousingType;

use super::Db;
use super::world::messages::welcome;
use super::world::people::{somebody, ticked};
use super::world::reading::everything;
use super::world::time::START;
use super::world::{World, les_oliviers, new_agreement, new_group};
use crate::mutation::{AccountChange, AuthorityMove, Error, On};

pub async fn a_mutation_of_an_unknown_partner_writes_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mut mutation = oliviers.mutation(START, AuthorityMove::Raised).await;
    let On::Existing { partner, .. } = &mut mutation.partner else {
        unreachable!()
    };
    *partner = domain::PartnerId::new(START, &OsRandom);
    let before = everything(&db).await;
    assert!(db.apply(&mutation).await.is_err());
    assert_eq!(everything(&db).await, before);
}

pub async fn a_mutation_changes_no_account_of_another_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let foreign = durand.account(durand.administrator).await;
    let before = everything(&db).await;
    let refused = oliviers.apply(|made| {
        made.changes.push(AccountChange {
            state: Some(State::Closed),
            ..AccountChange::of(foreign.id, foreign.version)
        });
    });
    assert!(refused.await.is_err());
    assert_eq!(everything(&db).await, before);
}

pub async fn a_group_is_ticked_only_within_its_own_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let before = everything(&db).await;
    let foreign = durand.groups[0];

    let refused = oliviers
        .try_change(luc, |change| change.add_groups = [foreign].into())
        .await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    let zoe = ticked(somebody("FAURE", "Zoé"), &[oliviers.groups[0], foreign]);
    let refused = oliviers.apply(|made| made.new_accounts.push(zoe)).await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    assert_eq!(everything(&db).await, before);
}

pub async fn a_group_stands_under_an_agreement_of_its_own_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let group = new_group(durand.agreement, HousingType::Prive, "2A", "Corse-du-Sud");
    let before = everything(&db).await;
    assert!(
        oliviers
            .apply(|made| made.new_groups.push(group))
            .await
            .is_err()
    );
    assert_eq!(everything(&db).await, before);
}

pub async fn a_group_is_unique_by_agreement_and_scope_whatever_its_label(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let again = new_group(
        oliviers.agreement,
        HousingType::Prive,
        "75",
        "Ville de Paris",
    );
    let before = everything(&db).await;
    assert!(
        oliviers
            .apply(|made| made.new_groups.push(again))
            .await
            .is_err()
    );
    assert_eq!(everything(&db).await, before);

    let other = new_agreement("CONV-2028", "AUTRE");
    let same = new_group(other.id, HousingType::Prive, "75", "Paris");
    oliviers
        .apply(|made| {
            made.new_agreements.push(other);
            made.new_groups.push(same);
        })
        .await
        .unwrap();
}

pub async fn an_agreement_s_reference_is_unique_in_its_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    // DURAND's agreement bears the same reference.
    World::durand(db.clone()).await;
    let again = new_agreement("CONV-2027", "AUTRE");
    let before = everything(&db).await;
    assert!(
        oliviers
            .apply(|made| made.new_agreements.push(again))
            .await
            .is_err()
    );
    assert_eq!(everything(&db).await, before);
    // References are taken exactly as given.
    let other = new_agreement("conv-2027", "AUTRE");
    oliviers
        .apply(|made| made.new_agreements.push(other))
        .await
        .unwrap();
}

pub async fn a_partner_s_reference_taken_meanwhile_is_a_conflict(db: Db) {
    World::les_oliviers(db.clone()).await;
    let before = everything(&db).await;
    let refused = db.apply(&les_oliviers()).await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    assert_eq!(everything(&db).await, before);

    let mut elsewhere = les_oliviers();
    let On::New(partner) = &mut elsewhere.partner else {
        unreachable!()
    };
    partner.reference.caf_code = domain::references::CafCode::parse("332").unwrap();
    db.apply(&elsewhere).await.unwrap();
}

pub async fn a_message_goes_to_an_account_of_the_mutation_s_own_partner(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let before = everything(&db).await;
    let foreign = welcome(durand.administrator, START);
    assert!(
        oliviers
            .apply(|made| made.deliveries.push(foreign))
            .await
            .is_err()
    );
    assert_eq!(everything(&db).await, before);
}
