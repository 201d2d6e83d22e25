//! The people of the stories and what is typed about them.

use std::collections::BTreeSet;

use domain::account::{Channel, NewAccount, Person, WorkMode};
use domain::dates::AccountDates;
use domain::email::Email;
use domain::identifier::Identifier;
use domain::name::PersonName;
use domain::paris::Day;
use domain::phone::Phone;
use domain::postal_address::PostalAddress;
use domain::user_number::UserNumber;
use domain::{AccountId, GroupId, OsRandom};

use super::time::START;

/// Somebody reached by e-mail at an address of their own, without groups.
pub(crate) fn somebody(family: &str, given: &str) -> NewAccount {
    let identifier = Identifier::generate(&OsRandom);
    let address = format!("{}@les-oliviers.example", identifier.as_str());
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier,
        user_number: UserNumber::generate(&OsRandom),
        person: Person {
            family_name: name(family),
            given_name: name(given),
            email: Some(email(&address)),
            phone: None,
            work_mode: None,
            contact_channel: Channel::Email,
            postal_address: None,
        },
        dates: AccountDates::stored(Day::constant(2027, 1, 1), None),
        groups: BTreeSet::new(),
    }
}

/// Paul DURAND, reached by letter and without an e-mail.
pub(crate) fn paul_durand() -> NewAccount {
    let mut paul = somebody("DURAND", "Paul");
    paul.person.email = None;
    paul.person.contact_channel = Channel::Letter;
    paul.person.postal_address = Some(postal_address("12 rue des Lilas"));
    paul
}

/// Jeanne PETIT, with every field filled in.
pub(crate) fn jeanne_petit() -> NewAccount {
    let mut jeanne = somebody("PETIT", "Jeanne");
    jeanne.person.phone = Some(Phone::parse("05 56 00 00 00").unwrap());
    jeanne.person.work_mode = Some(WorkMode::Itinerant);
    jeanne.person.contact_channel = Channel::Letter;
    jeanne.person.postal_address = Some(postal_address("3 place de l’Église"));
    jeanne.dates = AccountDates::stored(
        Day::constant(2027, 2, 28),
        Some(Day::constant(2027, 12, 31)),
    );
    jeanne
}

/// The same, with these groups ticked.
pub(crate) fn ticked(mut account: NewAccount, groups: &[GroupId]) -> NewAccount {
    account.groups = groups.iter().copied().collect();
    account
}

/// The same, reached at this address.
pub(crate) fn reached_at(mut account: NewAccount, address: &str) -> NewAccount {
    account.person.email = Some(email(address));
    account
}

pub(crate) fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

pub(crate) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(crate) fn postal_address(street: &str) -> PostalAddress {
    PostalAddress::parse(&[street, "33000 BORDEAUX"], "FR").unwrap()
}
