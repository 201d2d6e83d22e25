//! The people of the stories, and what makes and changes them.

use std::collections::BTreeSet;

use domain::account::{Channel, NewAccount, Person};
use domain::agreement::{self, NewAgreement};
use domain::audit::{By, Entry, Event};
use domain::change::Change;
use domain::dates::AccountDates;
use domain::email::Email;
use domain::identifier::Identifier;
use domain::name::{AgreementLabel, PartnerName, PersonName};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::postal_address::PostalAddress;
use domain::references::{CafCode, Reference, ServiceCode};
use domain::user_number::UserNumber;
use domain::{AccountId, AgreementId, OsRandom, PartnerId, Timestamp};
use storage::mutation::{Mutation, MutationResult, On};

use crate::world::START;

/// Somebody open since the beginning of the year, reached by e-mail.
pub(crate) fn somebody(family: &str, given: &str) -> NewAccount {
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
pub(crate) fn by_letter(mut account: NewAccount) -> NewAccount {
    let address = PostalAddress::parse(&["12 rue des Lilas", "33000 BORDEAUX"], "FR");
    account.person.postal_address = Some(address.unwrap());
    account.person.contact_channel = Channel::Letter;
    account.person.email = None;
    account
}

/// The same, open from that day to the other.
pub(crate) fn open_between(
    mut account: NewAccount,
    opening: Day,
    closing: Option<Day>,
) -> NewAccount {
    account.dates = AccountDates::stored(opening, closing);
    account
}

/// What makes the partner with one agreement and that administrator.
pub(crate) fn provisioning(partner: PartnerId, administrator: NewAccount) -> Mutation {
    let new = NewPartner {
        id: partner,
        reference: PartnerReference {
            caf_code: CafCode::parse("331").unwrap(),
            reference: Reference::parse("B-0001").unwrap(),
        },
        name: PartnerName::parse("LES OLIVIERS").unwrap(),
        siret: None,
        administrator: administrator.id,
    };
    let mut mutation = mutation(START, On::New(Box::new(new)));
    mutation.feed = vec![Change::Partner {
        partner,
        administrator: administrator.id,
    }];
    mutation.new_agreements = vec![NewAgreement {
        id: AgreementId::new(START, &OsRandom),
        reference: Reference::parse("CONV-2027").unwrap(),
        label: AgreementLabel::parse("LES OLIVIERS").unwrap(),
        state: agreement::State::Validated,
        start: Day::constant(2027, 1, 1),
        end: None,
        services: BTreeSet::from([ServiceCode::parse("OFFRE_BAILLEURS").unwrap()]),
    }];
    mutation.new_accounts = vec![administrator];
    mutation
}

/// A mutation of nothing yet.
pub(crate) fn mutation(now: Timestamp, partner: On) -> Mutation {
    let audit = Entry::new(Event::UserUpdated, "portal", By::Service, now, &OsRandom);
    Mutation {
        now,
        audit: audit.on_partner(partner.partner()),
        partner,
        request: None,
        new_agreements: Vec::new(),
        new_groups: Vec::new(),
        new_accounts: Vec::new(),
        changes: Vec::new(),
        new_administrator: None,
        deliveries: Vec::new(),
        quotas: Vec::new(),
        feed: Vec::new(),
        outcome: MutationResult::default(),
    }
}
