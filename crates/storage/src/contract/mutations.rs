//! A mutation is written whole, on the knowledge it was decided on, or not at all.

use domain::account::{State, StoredRole};
use domain::dates::AccountDates;
use domain::group::HousingType;
use domain::policy::Rank;
use domain::{AccountId, OsRandom};

use super::Db;
use super::world::messages::{claim, fresh_id, notice, recovery, welcome};
use super::world::people::{email, jeanne_petit, name, somebody, ticked};
use super::world::reading::everything;
use super::world::time::{START, TODAY, days, hours};
use super::world::{World, at_once, digest, new_agreement, new_group};
use crate::mutation::{
    AccountChange, AuthorityMove, ContactMove, Error, Mutation, PauseMove, RequestClaim,
    RoleChange, SessionsMove,
};

/// A mutation that touches every table there is.
async fn of_everything(oliviers: &World, luc: AccountId) -> Mutation {
    let mut mutation = oliviers.mutation(days(1), AuthorityMove::Raised).await;
    let agreement = new_agreement("CONV-2028", "AUTRE");
    let group = new_group(agreement.id, HousingType::Prive, "2A", "Corse-du-Sud");
    let zoe = somebody("FAURE", "Zoé");
    let version = oliviers.account(luc).await.version;
    let change = AccountChange {
        state: Some(State::Closed),
        sessions: SessionsMove::Ended,
        add_groups: [oliviers.groups[0]].into(),
        ..AccountChange::of(luc, version)
    };
    mutation.request = Some(RequestClaim {
        scope: digest("scope"),
        id: domain::RequestId::new(START, &OsRandom),
        body: digest("body"),
    });
    mutation.deliveries = vec![welcome(zoe.id, days(1)), notice(luc, days(1))];
    mutation.new_administrator = Some(zoe.id);
    mutation.new_accounts = vec![zoe];
    mutation.new_groups = vec![group];
    mutation.new_agreements = vec![agreement];
    mutation.changes = vec![change];
    mutation
}

pub async fn without_its_audit_row_nothing_of_a_mutation_is_written(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let taken = oliviers.mutation(START, AuthorityMove::Kept).await;
    db.apply(&taken).await.unwrap();
    let mut mutation = of_everything(&oliviers, luc).await;
    let request = mutation.request.unwrap();
    let line = mutation.audit.id;
    mutation.audit.id = taken.audit.id;

    let before = everything(&db).await;
    let refused = db.apply(&mutation).await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    assert_eq!(everything(&db).await, before);
    assert_eq!(db.replay(&request, days(1)).await.unwrap(), None);

    mutation.audit.id = line;
    db.apply(&mutation).await.unwrap();
    assert_ne!(everything(&db).await, before);
}

pub async fn without_one_of_its_rows_nothing_of_a_mutation_is_written(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let queued = welcome(luc, START);
    oliviers.queue(std::slice::from_ref(&queued), START).await;
    let mut mutation = of_everything(&oliviers, luc).await;
    mutation.deliveries.push(queued);

    let before = everything(&db).await;
    let refused = db.apply(&mutation).await;
    assert!(matches!(refused, Err(Error::Storage(_))), "{refused:?}");
    assert_eq!(everything(&db).await, before);
}

pub async fn a_decision_on_a_moved_authority_writes_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mutation = of_everything(&oliviers, luc).await;
    oliviers.apply(|_| ()).await.unwrap();

    let before = everything(&db).await;
    let refused = db.apply(&mutation).await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    assert_eq!(everything(&db).await, before);
    assert_eq!(
        db.replay(&mutation.request.unwrap(), days(1))
            .await
            .unwrap(),
        None
    );
}

pub async fn a_decision_on_a_moved_account_writes_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mut mutation = of_everything(&oliviers, luc).await;
    let mut quiet = oliviers.mutation(START, AuthorityMove::Kept).await;
    quiet.changes = vec![AccountChange::of(luc, oliviers.account(luc).await.version)];
    db.apply(&quiet).await.unwrap();

    let before = everything(&db).await;
    let refused = db.apply(&mutation).await;
    assert!(matches!(refused, Err(Error::Conflict)), "{refused:?}");
    assert_eq!(everything(&db).await, before);

    mutation.changes[0].version = oliviers.account(luc).await.version;
    db.apply(&mutation).await.unwrap();
}

pub async fn the_authority_moves_when_the_mutation_says_so_and_only_then(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let version = oliviers.authority(&[]).await.partner.authority_version;
    let kept = oliviers.mutation(START, AuthorityMove::Kept).await;
    db.apply(&kept).await.unwrap();
    assert_eq!(
        oliviers.authority(&[]).await.partner.authority_version,
        version
    );
    let raised = oliviers.mutation(START, AuthorityMove::Raised).await;
    db.apply(&raised).await.unwrap();
    assert!(oliviers.authority(&[]).await.partner.authority_version > version);
}

pub async fn another_partner_s_authority_does_not_move(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db).await;
    let before = durand.authority(&[]).await;
    oliviers.apply(|_| ()).await.unwrap();
    assert_eq!(durand.authority(&[]).await, before);
}

pub async fn a_change_writes_what_it_names_and_leaves_the_rest(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let jeanne = ticked(jeanne_petit(), &oliviers.groups[..2]);
    let before = {
        let id = oliviers.add(jeanne).await;
        oliviers.account(id).await
    };

    let mut person = before.person.clone();
    person.family_name = name("GRAND");
    person.email = Some(email("jeanne@grand.example"));
    person.phone = None;
    oliviers
        .change(before.id, |change| change.person = Some(person.clone()))
        .await;
    let renamed = oliviers.account(before.id).await;
    assert_eq!(renamed.person, person);
    assert_eq!(
        (renamed.epoch, renamed.contact_version),
        (before.epoch, before.contact_version)
    );
    assert_eq!((renamed.dates, renamed.role), (before.dates, before.role));
    assert_eq!(renamed.memberships, before.memberships);

    let dates = AccountDates::stored(TODAY, None);
    oliviers
        .change(before.id, |change| change.dates = Some(dates))
        .await;
    let dated = oliviers.account(before.id).await;
    assert_eq!((dated.dates, dated.person), (dates, person));

    oliviers
        .change(before.id, |change| {
            change.pause_recovery = PauseMove::Until(hours(24));
        })
        .await;
    let paused = oliviers.account(before.id).await;
    assert_eq!(
        (paused.recovery_paused_until, paused.dates),
        (Some(hours(24)), dates)
    );
}

pub async fn a_pause_of_recovery_stays_until_it_is_moved_or_lifted(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    for (step, paused) in [
        (PauseMove::Kept, None),
        (PauseMove::Until(hours(24)), Some(hours(24))),
        (PauseMove::Kept, Some(hours(24))),
        (PauseMove::Until(hours(12)), Some(hours(12))),
        (PauseMove::Lifted, None),
        (PauseMove::Lifted, None),
    ] {
        oliviers
            .change(luc, |change| change.pause_recovery = step)
            .await;
        let account = oliviers.account(luc).await;
        assert_eq!(account.recovery_paused_until, paused, "{step:?}");
    }
}

pub async fn a_renamed_person_moves_in_the_list(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("ABEL", "Luc")).await;
    let mut person = oliviers.account(luc).await.person;
    person.family_name = name("Zola");
    oliviers
        .change(luc, |change| change.person = Some(person))
        .await;
    let filter = crate::account::AccountFilter::default();
    let listed = super::world::reading::accounts(&db, &filter, 1).await;
    let ids: Vec<_> = listed.iter().map(|account| account.id).collect();
    assert_eq!(ids, [oliviers.administrator, luc]);
}

pub async fn epoch_and_contact_version_rise_only_when_told(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let before = oliviers.account(luc).await;
    oliviers
        .change(luc, |change| change.sessions = SessionsMove::Ended)
        .await;
    let ended = oliviers.account(luc).await;
    assert!(ended.epoch > before.epoch);
    assert_eq!(ended.contact_version, before.contact_version);
    oliviers
        .change(luc, |change| change.contact = ContactMove::Moved)
        .await;
    let moved = oliviers.account(luc).await;
    assert!(moved.contact_version > ended.contact_version);
    assert_eq!(moved.epoch, ended.epoch);
}

pub async fn a_role_is_stored_with_the_rank_that_dismissed(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let mut steps = vec![(StoredRole::Manager, None), (StoredRole::User, None)];
    let ranks = [Rank::Manager, Rank::Administrator, Rank::Caf];
    steps.extend(ranks.map(|rank| (StoredRole::User, Some(rank))));
    for (role, dismissed_by) in steps {
        let step = RoleChange { role, dismissed_by };
        oliviers
            .change(luc, |change| change.role = Some(step))
            .await;
        let account = oliviers.account(luc).await;
        assert_eq!(
            (account.role, account.dismissed_by),
            (role.shown(false), dismissed_by)
        );
    }
}

pub async fn ticking_what_is_ticked_and_unticking_what_is_not_changes_nothing(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let [first, second, third, _] = oliviers.groups[..] else {
        unreachable!()
    };
    let luc = oliviers
        .add(ticked(somebody("MARTIN", "Luc"), &[first]))
        .await;
    let version = oliviers.account(luc).await.version;
    let mut mutation = oliviers.mutation(days(1), AuthorityMove::Raised).await;
    mutation.changes = vec![AccountChange {
        add_groups: [first, second].into(),
        remove_groups: [third].into(),
        ..AccountChange::of(luc, version)
    }];
    db.apply(&mutation).await.unwrap();
    let account = oliviers.account(luc).await;
    assert_eq!(account.groups(), [first, second].into());
    let since = |group| {
        account
            .memberships
            .iter()
            .find(|m| m.group == group)
            .unwrap()
            .granted_at
    };
    assert_eq!((since(first), since(second)), (START, days(1)));

    oliviers
        .change(luc, |change| change.remove_groups = [first].into())
        .await;
    assert_eq!(oliviers.account(luc).await.groups(), [second].into());
}

pub async fn messages_of_a_mutation_wait_in_the_outbox(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let zoe = somebody("FAURE", "Zoé");
    let (hello, second) = (welcome(zoe.id, START), recovery(zoe.id, START));
    oliviers
        .apply(|made| {
            made.deliveries = vec![hello.clone(), second];
            made.new_accounts.push(zoe.clone());
        })
        .await
        .unwrap();
    let held = claim(&db, &hello, START).await;
    assert_eq!(held.job.account.id, zoe.id);
}

pub async fn of_sixteen_updates_of_one_version_one_is_carried_out(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let before = oliviers.account(luc).await;
    let mutation = oliviers.mutation(START, AuthorityMove::Kept).await;
    let given = ["Ann", "Eve", "Léo", "Max"];
    let answers = at_once(16, |place| {
        let (db, mut mutation) = (db.clone(), mutation.clone());
        let mut person = before.person.clone();
        person.given_name = name(given[place % 4]);
        mutation.audit.id = fresh_id();
        mutation.changes = vec![AccountChange {
            person: Some(person),
            ..AccountChange::of(luc, before.version)
        }];
        async move { db.apply(&mutation).await }
    })
    .await;
    let won: Vec<_> = (0..16).filter(|&place| answers[place].is_ok()).collect();
    let lost = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::Conflict)));
    assert_eq!((won.len(), lost.count()), (1, 15));
    let after = oliviers.account(luc).await;
    assert_eq!(after.person.given_name, name(given[won[0] % 4]));
}
