//! Accounts read back as they were written, and are listed in people's order.

use domain::account::{Role, State};
use domain::identifier::{Identifier, IdentifierKey};
use domain::user_number::UserNumber;
use domain::{AccountId, OsRandom};

use super::Db;
use super::world::messages::fresh_id;
use super::world::people::{jeanne_petit, paul_durand, somebody, ticked};
use super::world::time::{START, TODAY, days};
use super::world::{World, at_once};
use crate::account::Key;
use crate::mutation::{AuthorityMove, Error};

pub async fn an_account_reads_back_as_it_was_written(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let (paris, gironde) = (oliviers.groups[0], oliviers.groups[3]);
    for new in [
        jeanne_petit(),
        paul_durand(),
        somebody("Ó Súilleabháin", "Zoé-Anne"),
    ] {
        let new = ticked(new, &[paris, gironde]);
        let mut mutation = oliviers.mutation(days(1), AuthorityMove::Raised).await;
        mutation.new_accounts = vec![new.clone()];
        oliviers.db.apply(&mutation).await.unwrap();

        let read = oliviers.account(new.id).await;
        assert_eq!(read.id, new.id);
        assert_eq!(read.partner, oliviers.partner);
        assert_eq!(
            (read.identifier.clone(), read.user_number.clone()),
            (new.identifier, new.user_number)
        );
        assert_eq!((read.person.clone(), read.dates), (new.person, new.dates));
        assert_eq!(
            (read.state, read.role, read.dismissed_by),
            (State::Active, Role::User, None)
        );
        assert_eq!((read.created_at, read.updated_at), (days(1), days(1)));
        assert_eq!(
            (read.first_connected_at, read.last_signed_in_at),
            (None, None)
        );
        assert_eq!(
            (read.recovery_paused_until, read.contact_problem.clone()),
            (None, None)
        );

        assert_eq!(read.groups(), new.groups);
        let held = read
            .memberships
            .iter()
            .find(|held| held.group == gironde)
            .unwrap();
        let group = oliviers
            .authority(&[])
            .await
            .group(gironde)
            .unwrap()
            .clone();
        assert_eq!(
            (held.agreement, held.granted_at),
            (oliviers.agreement, days(1))
        );
        assert_eq!(held.scope, group.scope);
    }
}

pub async fn an_unknown_account_is_no_error(db: Db) {
    let unknown = AccountId::new(START, &OsRandom);
    assert_eq!(db.account(unknown).await.unwrap(), None);
}

pub async fn an_administrator_is_so_by_the_partner_s_word_and_has_no_group_ticked(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let administrator = oliviers.account(oliviers.administrator).await;
    assert_eq!(administrator.role, Role::Administrator);
    assert_eq!(administrator.memberships, []);
}

pub async fn an_identifier_belongs_to_one_account_however_it_is_typed(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db).await;
    let imported = |text: &str| {
        let mut account = somebody("MARTIN", "Luc");
        account.identifier = Identifier::parse(text).unwrap();
        account
    };
    oliviers.add(imported("luc.martin-33")).await;
    for taken in ["luc.martin-33", "LUC.MARTIN33", "l-uc.Martin-3-3"] {
        for world in [&oliviers, &durand] {
            let refused = world
                .apply(|made| made.new_accounts.push(imported(taken)))
                .await;
            assert!(
                matches!(refused, Err(Error::IdentifierTaken)),
                "{taken}: {refused:?}"
            );
        }
    }
    durand.add(imported("lucmartin33")).await;
}

pub async fn a_user_number_belongs_to_one_account_of_the_whole_service(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let durand = World::durand(db).await;
    let numbered = |text: &str| {
        let mut account = somebody("MARTIN", "Luc");
        account.user_number = UserNumber::parse(text).unwrap();
        account
    };
    oliviers.add(numbered("33CAF000000001")).await;
    for world in [&oliviers, &durand] {
        let again = numbered("33 caf-0000 00001".replace(' ', "").as_str());
        let refused = world.apply(|made| made.new_accounts.push(again)).await;
        assert!(
            matches!(refused, Err(Error::UserNumberTaken)),
            "{refused:?}"
        );
    }
}

pub async fn each_change_raises_the_version_and_only_of_its_account(db: Db) {
    let oliviers = World::les_oliviers(db).await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let zoe = oliviers.add(somebody("FAURE", "Zoé")).await;
    let (before, other) = (oliviers.account(luc).await, oliviers.account(zoe).await);
    let mut mutation = oliviers.mutation(days(2), AuthorityMove::Kept).await;
    mutation
        .changes
        .push(crate::mutation::AccountChange::of(luc, before.version));
    oliviers.db.apply(&mutation).await.unwrap();

    let after = oliviers.account(luc).await;
    assert!(after.version > before.version);
    assert_eq!((after.updated_at, after.created_at), (days(2), START));
    assert_eq!(oliviers.account(zoe).await, other);
    assert_eq!(
        after.dates.not_yet_open(TODAY),
        before.dates.not_yet_open(TODAY)
    );
}

pub async fn of_sixteen_people_under_one_user_number_at_once_one_is_added(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let number = somebody("MARTIN", "Luc").user_number;
    let mutation = oliviers.mutation(START, AuthorityMove::Kept).await;
    let answers = at_once(16, |_| {
        let (db, mut mutation) = (db.clone(), mutation.clone());
        let mut account = somebody("MARTIN", "Luc");
        account.user_number = number.clone();
        mutation.new_accounts.push(account);
        mutation.audit.id = fresh_id();
        async move { db.apply(&mutation).await }
    })
    .await;
    let added = answers.iter().filter(|answer| answer.is_ok()).count();
    let refused = answers
        .iter()
        .filter(|answer| matches!(answer, Err(Error::UserNumberTaken)));
    assert_eq!((added, refused.count()), (1, 15));
}

pub async fn an_account_is_found_by_its_number_and_its_identifier_however_they_are_typed(db: Db) {
    let oliviers = World::les_oliviers(db.clone()).await;
    let luc = somebody("MARTIN", "Luc");
    let typed = format!("{}-", luc.identifier.as_str().to_lowercase());
    let number = Key::UserNumber(luc.user_number.key());
    let identifier = Key::Identifier(IdentifierKey::of_typed(&typed));
    let luc = oliviers.add(luc).await;

    assert_eq!(db.account_by_key(&number).await.unwrap(), Some(luc));
    assert_eq!(db.account_by_key(&identifier).await.unwrap(), Some(luc));
    let other = somebody("MARTIN", "Luc");
    for absent in [
        Key::UserNumber(other.user_number.key()),
        Key::Identifier(other.identifier.key()),
    ] {
        assert_eq!(db.account_by_key(&absent).await.unwrap(), None);
    }
}
