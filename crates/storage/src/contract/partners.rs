//! Partners, agreements and groups read back as they were provisioned.

use std::collections::BTreeSet;

use domain::account::State;
use domain::agreement::{self, NewAgreement};
use domain::group::HousingType;
use domain::paris::Day;
use domain::partner;
use domain::references::ServiceCode;
use domain::siret::Siret;
use domain::{AgreementId, GroupId, OsRandom, PartnerId};

use super::Db;
use super::world::people::{somebody, ticked};
use super::world::reading::{agreements, first, groups};
use super::world::time::{START, hours};
use super::world::{World, les_oliviers, new_agreement, new_group, partner_reference};
use crate::mutation::On;
use crate::page::PageRequest;
use crate::partner::{AgreementFilter, GroupFilter};

pub async fn a_partner_reads_back_by_id_and_by_reference(db: Db) {
    let mut mutation = les_oliviers();
    let On::New(new) = &mut mutation.partner else {
        unreachable!()
    };
    new.siret = Some(Siret::parse("732 829 320 00074").unwrap());
    let new = new.clone();
    db.apply(&mutation).await.unwrap();

    let read = db.partner(new.id).await.unwrap().unwrap();
    assert_eq!(
        (read.id, &read.reference, &read.name),
        (new.id, &new.reference, &new.name)
    );
    assert_eq!(
        (&read.siret, read.administrator),
        (&new.siret, new.administrator)
    );
    assert_eq!(
        (read.state, read.created_at, read.updated_at),
        (partner::State::Active, START, START)
    );
    let by_reference = db.partner_by_reference(&new.reference).await.unwrap();
    assert_eq!(by_reference, Some(read));
}

pub async fn an_unknown_partner_or_agreement_is_no_error(db: Db) {
    World::les_oliviers(db.clone()).await;
    assert_eq!(
        db.partner(PartnerId::new(START, &OsRandom)).await.unwrap(),
        None
    );
    assert_eq!(
        db.agreement(AgreementId::new(START, &OsRandom))
            .await
            .unwrap(),
        None
    );
    // A reference is taken exactly as given, its case too.
    assert_eq!(
        db.partner_by_reference(&partner_reference("b-0001"))
            .await
            .unwrap(),
        None
    );
}

pub async fn an_agreement_reads_back_in_every_state_with_its_services(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let one = BTreeSet::from([service("OFFRE_BAILLEURS")]);
    let two = BTreeSet::from([service("A"), service("OFFRE_BAILLEURS")]);
    let end = Some(Day::constant(2028, 2, 29));
    for (state, end, services) in [
        (agreement::State::Draft, None, &one),
        (agreement::State::Validated, end, &two),
        (agreement::State::Suspended, end, &one),
        (agreement::State::Terminated, end, &two),
    ] {
        let new = NewAgreement {
            state,
            start: Day::constant(2026, 2, 28),
            end,
            services: services.clone(),
            ..new_agreement(&format!("{state:?}"), "Logements de l’Œuvre")
        };
        oliviers
            .apply(|made| made.new_agreements.push(new.clone()))
            .await
            .unwrap();

        let read = db.agreement(new.id).await.unwrap().unwrap();
        assert_eq!((read.id, read.partner), (new.id, oliviers.partner));
        assert_eq!(
            (&read.reference, &read.label, read.state),
            (&new.reference, &new.label, state)
        );
        assert_eq!(
            (read.start, read.end, &read.services),
            (new.start, end, services)
        );
        assert_eq!((read.created_at, read.updated_at), (START, START));
    }
}

fn service(code: &str) -> ServiceCode {
    ServiceCode::parse(code).unwrap()
}

/// Adds agreements made one hour after the other, and answers their ids.
async fn add_agreements(world: &World, count: i64) -> Vec<AgreementId> {
    let mut ids = Vec::new();
    for place in 0..count {
        let mut new = new_agreement(&format!("CONV-{place}"), "AUTRE");
        new.id = AgreementId::new(hours(1 + place), &OsRandom);
        ids.push(new.id);
        world
            .apply(|made| made.new_agreements.push(new))
            .await
            .unwrap();
    }
    ids
}

pub async fn agreements_are_listed_by_age_at_every_size_of_page(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mut expected = vec![oliviers.agreement];
    expected.extend(add_agreements(&oliviers, 4).await);
    for size in [1, 2, 4, 5, 6] {
        let read = agreements(&db, &AgreementFilter::default(), size).await;
        let ids: Vec<_> = read.iter().map(|agreement| agreement.id).collect();
        assert_eq!(ids, expected, "{size} a page");
    }
}

pub async fn an_agreement_made_between_two_pages_comes_at_the_end(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let filter = AgreementFilter::default();
    let page = db.agreements(&filter, &first(1)).await.unwrap();
    assert!(!page.more);
    let added = add_agreements(&oliviers, 2).await;
    let after = page.rows.last().map(|(cursor, _)| cursor.clone());
    let page = db
        .agreements(&filter, &PageRequest { after, limit: 10 })
        .await
        .unwrap();
    let ids: Vec<_> = page
        .rows
        .iter()
        .map(|(_, agreement)| agreement.id)
        .collect();
    assert_eq!(ids, added);
}

pub async fn agreements_are_found_by_partner_service_and_state(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let mut draft = new_agreement("DRAFT", "AUTRE");
    draft.state = agreement::State::Draft;
    draft.services = [service("ATTESTATIONS"), service("OFFRE_BAILLEURS")].into();
    oliviers
        .apply(|made| made.new_agreements.push(draft.clone()))
        .await
        .unwrap();

    let found = async |filter: AgreementFilter| -> BTreeSet<AgreementId> {
        agreements(&db, &filter, 1)
            .await
            .iter()
            .map(|agreement| agreement.id)
            .collect()
    };
    let of_oliviers = AgreementFilter {
        partner: Some(oliviers.partner),
        ..Default::default()
    };
    assert_eq!(
        found(of_oliviers.clone()).await,
        [oliviers.agreement, draft.id].into()
    );
    let covering = |codes: &[&str]| AgreementFilter {
        services: codes.iter().map(|code| service(code)).collect(),
        ..AgreementFilter::default()
    };
    assert_eq!(found(covering(&["ATTESTATIONS"])).await, [draft.id].into());
    let everything = [oliviers.agreement, durand.agreement, draft.id].into();
    assert_eq!(
        found(covering(&["ATTESTATIONS", "OFFRE_BAILLEURS"])).await,
        everything
    );
    assert_eq!(found(covering(&["OFFRE"])).await, [].into());
    let validated = BTreeSet::from([agreement::State::Validated]);
    let both = AgreementFilter {
        states: validated,
        ..of_oliviers
    };
    assert_eq!(found(both).await, [oliviers.agreement].into());
}

pub async fn groups_are_listed_by_id_and_only_of_their_agreement(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    World::durand(db.clone()).await;
    let mut late = new_group(oliviers.agreement, HousingType::Prive, "2A", "Corse-du-Sud");
    late.id = GroupId::new(hours(1), &OsRandom);
    oliviers
        .apply(|made| made.new_groups.push(late.clone()))
        .await
        .unwrap();
    let mut expected = oliviers.groups.clone();
    expected.sort_unstable();
    expected.push(late.id);

    let filter = GroupFilter {
        partner: None,
        agreement: Some(oliviers.agreement),
        among: None,
    };
    for size in [1, 2, 5, 6] {
        let read = groups(&db, &filter, size).await;
        let ids: Vec<_> = read.iter().map(|listed| listed.group.id).collect();
        assert_eq!(ids, expected, "{size} a page");
    }
    let read = groups(&db, &filter, 10).await;
    let read = &read.last().unwrap().group;
    assert_eq!(
        (&read.scope, read.agreement, read.partner),
        (&late.scope, late.agreement, oliviers.partner)
    );
}

pub async fn someone_who_sees_some_groups_is_shown_no_other(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let among = BTreeSet::from([oliviers.groups[1], oliviers.groups[2], durand.groups[0]]);
    let filter = GroupFilter {
        partner: None,
        agreement: Some(oliviers.agreement),
        among: Some(among),
    };
    let shown: BTreeSet<_> = groups(&db, &filter, 1)
        .await
        .iter()
        .map(|l| l.group.id)
        .collect();
    assert_eq!(shown, [oliviers.groups[1], oliviers.groups[2]].into());
    let filter = GroupFilter {
        partner: None,
        agreement: Some(oliviers.agreement),
        among: Some(BTreeSet::new()),
    };
    assert_eq!(groups(&db, &filter, 10).await, []);
}

pub async fn members_are_counted_without_the_closed_and_the_administrator(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let [first, second, third, _] = oliviers.groups[..] else {
        unreachable!()
    };
    oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &[first, second]))
        .await;
    oliviers
        .add(ticked(somebody("FAURE", "Zoé"), &[first]))
        .await;
    let closed = oliviers
        .add(ticked(somebody("ABEL", "Ann"), &[first, third]))
        .await;
    oliviers
        .change(closed, |change| change.state = Some(State::Closed))
        .await;

    let filter = GroupFilter {
        partner: None,
        agreement: Some(oliviers.agreement),
        among: None,
    };
    let listed = groups(&db, &filter, 10).await;
    let count = |id| {
        listed
            .iter()
            .find(|listed| listed.group.id == id)
            .unwrap()
            .member_count
    };
    assert_eq!(
        [first, second, third, oliviers.groups[3]].map(count),
        [2, 1, 0, 0]
    );
}

pub async fn groups_are_found_by_partner_and_by_agreement(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db.clone()).await;
    let second = new_agreement("CONV-2028", "AUTRE");
    let far = new_group(second.id, HousingType::Prive, "2A", "Corse-du-Sud");
    let (second_id, far_id) = (second.id, far.id);
    let made = oliviers.apply(|made| {
        made.new_agreements.push(second);
        made.new_groups.push(far);
    });
    made.await.unwrap();

    let found = async |partner, agreement| -> BTreeSet<GroupId> {
        let filter = GroupFilter {
            partner,
            agreement,
            among: None,
        };
        groups(&db, &filter, 2)
            .await
            .iter()
            .map(|listed| listed.group.id)
            .collect()
    };
    let first: BTreeSet<_> = oliviers.groups.iter().copied().collect();
    let both: BTreeSet<_> = first.iter().copied().chain([far_id]).collect();
    assert_eq!(found(Some(oliviers.partner), None).await, both);
    assert_eq!(found(None, Some(second_id)).await, [far_id].into());
    assert_eq!(
        found(Some(oliviers.partner), Some(oliviers.agreement)).await,
        first
    );
    assert_eq!(
        found(Some(durand.partner), Some(oliviers.agreement)).await,
        [].into()
    );
    assert_eq!(found(None, None).await.len(), 9);
}
