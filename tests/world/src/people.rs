//! The people of the stories.

use std::collections::BTreeSet;

use domain::account::{Channel, NewAccount, Person};
use domain::dates::AccountDates;
use domain::email::Email;
use domain::identifier::Identifier;
use domain::name::PersonName;
use domain::paris::Day;
use domain::postal_address::PostalAddress;
use domain::user_number::UserNumber;
use domain::{AccountId, OsRandom};

use crate::START;

/// Somebody open since the beginning of 2027, without groups, reached by e-mail at an address of
/// their own.
pub fn somebody(family: &str, given: &str) -> NewAccount {
    let identifier = Identifier::generate(&OsRandom);
    let address = format!("{}@les-oliviers.example", identifier.as_str());
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier,
        user_number: UserNumber::generate(&OsRandom),
        person: Person {
            family_name: PersonName::parse(family).unwrap(),
            given_name: PersonName::parse(given).unwrap(),
            email: Some(Email::parse(&address).unwrap()),
            phone: None,
            work_mode: None,
            contact_channel: Channel::Email,
            postal_address: None,
        },
        dates: AccountDates::stored(Day::constant(2027, 1, 1), None),
        groups: BTreeSet::new(),
    }
}

/// The same, reached by letter and without an e-mail.
pub fn by_letter(mut account: NewAccount) -> NewAccount {
    let address = PostalAddress::parse(&["12 rue des Lilas", "33000 BORDEAUX"], "FR");
    account.person.postal_address = Some(address.unwrap());
    account.person.contact_channel = Channel::Letter;
    account.person.email = None;
    account
}

/// The same, open from that day to the other, both included.
pub fn open_between(mut account: NewAccount, opening: Day, closing: Option<Day>) -> NewAccount {
    account.dates = AccountDates::stored(opening, closing);
    account
}
