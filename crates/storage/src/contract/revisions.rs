//! A revision grows with each mutation, and reads are never older than what they say.

use domain::{OsRandom, RequestId};

use super::Db;
use super::world::people::somebody;
use super::world::reading::first;
use super::world::time::START;
use super::world::{World, at_once, digest, entry};
use crate::account::AccountFilter;
use crate::delivery::DeliveryFilter;
use crate::mutation::{AuthorityMove, RequestClaim};
use crate::partner::{AgreementFilter, GroupFilter};

pub async fn an_opened_database_is_ready(db: Db) {
    db.ready().await.unwrap();
    assert_eq!(db.revision().await.unwrap(), db.revision().await.unwrap());
}

pub async fn each_mutation_is_known_by_a_later_revision(db: Db) {
    let mut known = db.revision().await.unwrap();
    let oliviers = World::les_oliviers(db.clone()).await;
    for _ in 0..3 {
        let outcome = oliviers.apply(|_| ()).await.unwrap();
        let revision = db.revision().await.unwrap();
        assert_eq!(outcome.revision, revision);
        assert!(revision.place > known.place, "{known:?} then {revision:?}");
        assert_eq!(revision.database, known.database);
        known = revision;
    }
}

pub async fn a_mutation_that_tells_nothing_to_others_moves_the_revision_once(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let before = db.revision().await.unwrap();
    let mut silent = oliviers.mutation(START, AuthorityMove::Kept).await;
    silent.feed.clear();
    silent.request = Some(RequestClaim {
        scope: digest("scope"),
        id: RequestId::new(START, &OsRandom),
        body: digest("body"),
    });
    let made = db.apply(&silent).await.unwrap();
    assert!(made.revision.place > before.place, "{before:?} {made:?}");
    assert_eq!(db.revision().await.unwrap(), made.revision);

    assert_eq!(db.apply(&silent).await.unwrap(), made);
    assert_eq!(db.revision().await.unwrap(), made.revision);
}

pub async fn what_is_no_mutation_moves_no_revision(db: Db) {
    World::les_oliviers(db.clone()).await;
    let before = db.revision().await.unwrap();
    db.record(&entry(domain::audit::Event::LoginFail, START))
        .await
        .unwrap();
    assert_eq!(db.revision().await.unwrap(), before);
}

pub async fn a_page_says_what_it_was_read_at(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let revision = db.revision().await.unwrap();
    let accounts = db
        .accounts(&AccountFilter::default(), &first(1))
        .await
        .unwrap();
    let agreements = db
        .agreements(&AgreementFilter::default(), &first(1))
        .await
        .unwrap();
    let filter = GroupFilter {
        partner: None,
        agreement: Some(oliviers.agreement),
        among: None,
    };
    let groups = db.groups(&filter, &first(1)).await.unwrap();
    let deliveries = db
        .deliveries(&DeliveryFilter::default(), &first(1))
        .await
        .unwrap();
    let told = [
        accounts.revision,
        agreements.revision,
        groups.revision,
        deliveries.revision,
    ];
    assert_eq!(told, [revision; 4]);
}

pub async fn mutations_at_once_have_revisions_of_their_own(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let mut mutations = Vec::new();
    for _ in 0..16 {
        let mut mutation = oliviers.mutation(START, AuthorityMove::Kept).await;
        mutation.new_accounts.push(somebody("MARTIN", "Luc"));
        mutations.push(mutation);
    }
    let mut places = at_once(16, |place| {
        let (db, mutation) = (db.clone(), mutations[place].clone());
        async move { db.apply(&mutation).await.unwrap().revision.place }
    })
    .await;
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), 16);
}
