//! The table of roles, line by line.

use super::*;
use crate::account::{Channel, Membership, Person, State};
use crate::dates::AccountDates;
use crate::group::{HousingType, Scope, ScopeKey};
use crate::identifier::Identifier;
use crate::name::{PersonName, ZoneLabel};
use crate::references::ZoneCode;
use crate::user_number::UserNumber;
use crate::{OsRandom, Timestamp};

fn id<T: From<uuid::Uuid>>(number: u128) -> T {
    uuid::Uuid::from_u128(number).into()
}

fn groups(numbers: &[u128]) -> BTreeSet<GroupId> {
    numbers.iter().map(|&number| id(number)).collect()
}

/// An account of the partner, with these groups ticked.
fn person(number: u128, role: Role, held: &[u128]) -> Account {
    let scope = Scope {
        key: ScopeKey {
            housing: HousingType::Prive,
            zone: ZoneCode::parse("75").unwrap(),
        },
        zone_label: ZoneLabel::parse("Paris").unwrap(),
    };
    let membership = |group| Membership {
        group,
        agreement: id(99),
        scope: scope.clone(),
        granted_at: Timestamp::UNIX_EPOCH,
    };
    Account {
        id: id(number),
        partner: id(1),
        version: 1,
        epoch: 1,
        contact_version: 1,
        state: State::Active,
        role,
        dismissed_by: None,
        identifier: Identifier::generate(&OsRandom),
        user_number: UserNumber::generate(&OsRandom),
        person: Person {
            family_name: PersonName::parse("MARTIN").unwrap(),
            given_name: PersonName::parse("Anne").unwrap(),
            email: None,
            phone: None,
            work_mode: None,
            contact_channel: Channel::Letter,
            postal_address: None,
        },
        dates: AccountDates::stored("2026-01-01".parse().unwrap(), None),
        memberships: groups(held).into_iter().map(membership).collect(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        first_connected_at: None,
        last_signed_in_at: None,
        recovery_paused_until: None,
        contact_problem: None,
    }
}

fn user(held: &[u128]) -> Account {
    person(10, Role::User, held)
}

fn manager(held: &[u128]) -> Account {
    person(20, Role::Manager, held)
}

fn administrator() -> Account {
    person(30, Role::Administrator, &[])
}

fn by(own: &Account) -> Actor<'_> {
    Actor::Person(own)
}

fn needs(verdict: Verdict) -> Option<Needed> {
    match verdict.err()? {
        Refusal::NotAllowed { needed, .. } => Some(needed),
        _ => None,
    }
}

#[test]
fn a_user_sees_their_own_account_and_acts_on_no_one() {
    let own = user(&[1]);
    let neighbour = person(11, Role::User, &[1]);
    assert!(sees(by(&own), &own));
    assert!(!sees(by(&own), &neighbour));
    assert_eq!(may_update(by(&own), &neighbour), Err(Refusal::NotSeen));
    assert_eq!(needs(may_update(by(&own), &own)), Some(Needed::Manager));
    assert_eq!(
        needs(may_create(by(&own), &groups(&[1]))),
        Some(Needed::Manager)
    );
    assert_eq!(needs(may_list_accounts(by(&own))), Some(Needed::Manager));
}

#[test]
fn a_manager_manages_users_whose_groups_are_all_their_own() {
    let own = manager(&[1, 2]);
    assert_eq!(may_update(by(&own), &user(&[1])), Ok(()));
    assert_eq!(may_reissue(by(&own), &user(&[1, 2])), Ok(()));
    let partly = user(&[1, 3]);
    assert!(sees(by(&own), &partly));
    let refused = Refusal::NotAllowed {
        action: Action::Update,
        needed: Needed::Manager,
        lacking: vec![id(3)],
    };
    assert_eq!(may_update(by(&own), &partly), Err(refused));
    assert_eq!(may_update(by(&own), &user(&[3])), Err(Refusal::NotSeen));
}

#[test]
fn a_manager_grants_only_what_they_hold() {
    let own = manager(&[1, 2]);
    assert_eq!(may_create(by(&own), &groups(&[1, 2])), Ok(()));
    assert!(may_create(by(&own), &groups(&[1, 3])).is_err());
    let none = BTreeSet::new();
    assert_eq!(
        may_change_memberships(by(&own), &user(&[1]), &groups(&[2]), &none),
        Ok(())
    );
    assert!(may_change_memberships(by(&own), &user(&[1]), &groups(&[3]), &none).is_err());
}

#[test]
fn a_manager_unticks_a_group_they_hold_from_any_user_they_see_but_ticks_none_there() {
    let own = manager(&[1, 2]);
    let partly = user(&[1, 3]);
    let none = BTreeSet::new();
    assert_eq!(
        may_change_memberships(by(&own), &partly, &none, &groups(&[1])),
        Ok(())
    );
    assert!(may_change_memberships(by(&own), &partly, &none, &groups(&[3])).is_err());
    assert!(may_change_memberships(by(&own), &partly, &groups(&[2]), &none).is_err());
}

#[test]
fn a_manager_acts_neither_on_managers_nor_on_themself_nor_on_the_administrator() {
    let own = manager(&[1]);
    let peer = person(21, Role::Manager, &[1]);
    let none = BTreeSet::new();
    for target in [&peer, &own] {
        assert_eq!(
            needs(may_update(by(&own), target)),
            Some(Needed::Administrator)
        );
        assert_eq!(
            needs(may_dismiss(by(&own), target)),
            Some(Needed::Administrator)
        );
        let untick = may_change_memberships(by(&own), target, &none, &groups(&[1]));
        assert_eq!(needs(untick), Some(Needed::Administrator));
    }
    assert_eq!(
        needs(may_appoint(by(&own), &user(&[1]))),
        Some(Needed::Administrator)
    );
    assert!(sees(by(&own), &administrator()));
    assert_eq!(
        needs(may_update(by(&own), &administrator())),
        Some(Needed::Caf)
    );
}

#[test]
fn the_administrator_manages_everyone_else_of_the_partner() {
    let own = administrator();
    for target in [user(&[1]), manager(&[1, 2])] {
        assert_eq!(may_update(by(&own), &target), Ok(()));
        assert_eq!(may_change_dates(by(&own), &target), Ok(()));
        assert_eq!(may_reissue(by(&own), &target), Ok(()));
        assert_eq!(may_appoint(by(&own), &target), Ok(()));
    }
    assert_eq!(may_create(by(&own), &groups(&[1, 2, 3])), Ok(()));
}

#[test]
fn the_administrator_changes_nothing_of_their_own_but_the_phone() {
    let own = administrator();
    let protected = |action| Err(Refusal::AdministratorProtected(action));
    assert_eq!(may_update_phone(by(&own), &own), Ok(()));
    assert_eq!(needs(may_update(by(&own), &own)), Some(Needed::Caf));
    assert_eq!(needs(may_reissue(by(&own), &own)), Some(Needed::Caf));
    assert_eq!(may_change_dates(by(&own), &own), protected(Action::Update));
    assert_eq!(
        may_dismiss(by(&own), &own),
        protected(Action::DismissManager)
    );
    assert_eq!(
        needs(may_replace_administrator(by(&own))),
        Some(Needed::Caf)
    );
}

#[test]
fn the_caf_acts_on_the_administrator_but_never_on_their_dates_role_or_groups() {
    let administrator = administrator();
    let none = BTreeSet::new();
    assert_eq!(may_update(Actor::Caf, &administrator), Ok(()));
    assert_eq!(may_reissue_by_letter(Actor::Caf, &administrator), Ok(()));
    let protected = |action| Err(Refusal::AdministratorProtected(action));
    assert_eq!(
        may_change_dates(Actor::Caf, &administrator),
        protected(Action::Update)
    );
    assert_eq!(
        may_dismiss(Actor::Caf, &administrator),
        protected(Action::DismissManager)
    );
    let ticked = may_change_memberships(Actor::Caf, &administrator, &groups(&[1]), &none);
    assert_eq!(ticked, protected(Action::ChangeMemberships));
    assert_eq!(may_replace_administrator(Actor::Caf), Ok(()));
}

#[test]
fn postal_contact_and_letters_are_the_cafs() {
    let own = administrator();
    let target = user(&[1]);
    assert_eq!(
        needs(may_change_postal_contact(by(&own), &target)),
        Some(Needed::Caf)
    );
    assert_eq!(
        needs(may_reissue_by_letter(by(&own), &target)),
        Some(Needed::Caf)
    );
    assert_eq!(may_change_postal_contact(Actor::Caf, &target), Ok(()));
}

#[test]
fn a_dismissal_is_lifted_by_its_own_rank_or_a_higher_one() {
    let own = administrator();
    let mut dismissed = user(&[1]);
    dismissed.dismissed_by = Some(Rank::Administrator);
    assert_eq!(may_appoint(by(&own), &dismissed), Ok(()));
    dismissed.dismissed_by = Some(Rank::Caf);
    assert_eq!(
        may_appoint(by(&own), &dismissed),
        Err(Refusal::ImposedByHigherRank(Rank::Caf))
    );
    assert_eq!(may_appoint(Actor::Caf, &dismissed), Ok(()));
}
