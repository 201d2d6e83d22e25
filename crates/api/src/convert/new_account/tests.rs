use super::*;
use crate::r#type::v1 as wire;

const TODAY: Day = Day::constant(2027, 1, 15);

fn lea() -> NewAccount {
    NewAccount {
        family_name: "FONTAINE".into(),
        given_name: "Léa".into(),
        email: "lea@les-oliviers.example".into(),
        email_confirmation: " lea@Les-Oliviers.example".into(),
        phone: "05 56 00 00 00".into(),
        phone_confirmation: "0556000000".into(),
        ..NewAccount::default()
    }
}

fn date(year: i32, month: i32, day: i32) -> wire::Date {
    wire::Date { year, month, day }
}

fn read(sent: &NewAccount, typist: Typist) -> (Option<Newcomer>, Vec<(String, FieldReason)>) {
    let mut violations = Violations::new();
    let newcomer = newcomer(
        "account",
        Some(sent),
        typist,
        Seat::User,
        TODAY,
        &mut violations,
    );
    let told = violations.into_iter().map(|(path, v)| (path, v.reason));
    (newcomer, told.collect())
}

fn told(sent: &NewAccount, typist: Typist) -> Vec<(String, FieldReason)> {
    let (newcomer, told) = read(sent, typist);
    assert_eq!(newcomer.is_some(), told.is_empty());
    told
}

fn at(path: &str, reason: FieldReason) -> (String, FieldReason) {
    (format!("account.{path}"), reason)
}

#[test]
fn a_right_form_is_read_and_opens_today_by_e_mail() {
    let (newcomer, told) = read(&lea(), Typist::Person);
    assert_eq!(told, []);
    let newcomer = newcomer.unwrap();
    assert_eq!(newcomer.person.contact_channel, Channel::Email);
    assert_eq!(newcomer.person.phone.unwrap().as_str(), "+33556000000");
    assert_eq!(
        (newcomer.dates.opening(), newcomer.dates.closing()),
        (TODAY, None)
    );
    assert_eq!((newcomer.user_number, newcomer.identifier), (None, None));
}

#[test]
fn everything_wrong_is_told_at_once_in_the_order_of_the_fields() {
    let sent = NewAccount {
        family_name: String::new(),
        given_name: "http://x".into(),
        email_confirmation: "leo@les-oliviers.example".into(),
        phone: "12".into(),
        phone_confirmation: String::new(),
        work_mode: 9,
        contact_channel: 9,
        opening_date: Some(date(2027, 2, 1)),
        closing_date: Some(date(2027, 1, 31)),
        user_number: "12".into(),
        identifier: "x".into(),
        ..lea()
    };
    assert_eq!(
        told(&sent, Typist::Person),
        [
            at("family_name", FieldReason::Required),
            at("given_name", FieldReason::Character),
            at("email_confirmation", FieldReason::Mismatch),
            at("phone", FieldReason::Format),
            at("phone_confirmation", FieldReason::Required),
            at("work_mode", FieldReason::UnknownValue),
            at("contact_channel", FieldReason::UnknownValue),
            at("closing_date", FieldReason::BeforeOpening),
            at("user_number", FieldReason::Format),
            at("identifier", FieldReason::TooShort),
        ]
    );
}

#[test]
fn a_person_types_twice_and_the_caf_only_if_it_likes() {
    let once = NewAccount {
        email_confirmation: String::new(),
        phone_confirmation: String::new(),
        ..lea()
    };
    assert_eq!(
        told(&once, Typist::Person),
        [
            at("email_confirmation", FieldReason::Required),
            at("phone_confirmation", FieldReason::Required),
        ]
    );
    assert_eq!(told(&once, Typist::Caf), []);
    let differing = NewAccount {
        email_confirmation: "leo@les-oliviers.example".into(),
        ..lea()
    };
    let mismatch = [at("email_confirmation", FieldReason::Mismatch)];
    assert_eq!(told(&differing, Typist::Caf), mismatch);
}

#[test]
fn a_confirmation_of_nothing_is_a_mismatch() {
    let sent = NewAccount {
        phone: String::new(),
        ..lea()
    };
    let mismatch = [at("phone_confirmation", FieldReason::Mismatch)];
    assert_eq!(told(&sent, Typist::Person), mismatch);
}

#[test]
fn an_e_mail_is_left_out_by_the_caf_alone_and_with_the_letter_alone() {
    let address = wire::PostalAddress {
        lines: vec!["12 rue des Lilas".into(), "33000 BORDEAUX".into()],
        country_code: String::new(),
    };
    let without = NewAccount {
        email: String::new(),
        email_confirmation: String::new(),
        ..lea()
    };
    let by_letter = NewAccount {
        contact_channel: wire::Channel::Letter.into(),
        postal_address: Some(address),
        ..without.clone()
    };
    assert_eq!(told(&by_letter, Typist::Caf), []);
    let missing = at("email", FieldReason::Required);
    assert_eq!(told(&without, Typist::Caf), std::slice::from_ref(&missing));
    let again = at("email_confirmation", FieldReason::Required);
    assert_eq!(
        told(&without, Typist::Person),
        [missing.clone(), again.clone()]
    );
    assert_eq!(told(&by_letter, Typist::Person), [missing, again]);
}

#[test]
fn the_letter_needs_a_postal_address_whose_wrong_line_is_named() {
    let mut sent = NewAccount {
        contact_channel: wire::Channel::Letter.into(),
        ..lea()
    };
    let missing = [at("postal_address", FieldReason::Required)];
    assert_eq!(told(&sent, Typist::Caf), missing);
    sent.postal_address = Some(wire::PostalAddress {
        lines: vec!["12 rue des Lilas".into(), "BORDEAUX".into()],
        country_code: String::new(),
    });
    let wrong = [at("postal_address.lines[1]", FieldReason::PostalLine)];
    assert_eq!(told(&sent, Typist::Caf), wrong);
}

#[test]
fn a_person_is_not_told_what_the_letter_needs_for_they_may_not_ask_for_it() {
    let sent = NewAccount {
        contact_channel: wire::Channel::Letter.into(),
        ..lea()
    };
    assert_eq!(told(&sent, Typist::Person), []);
}

#[test]
fn an_administrator_has_no_planned_end() {
    let sent = NewAccount {
        closing_date: Some(date(2027, 12, 31)),
        ..lea()
    };
    assert_eq!(told(&sent, Typist::Caf), []);
    let mut violations = Violations::new();
    newcomer(
        "administrator",
        Some(&sent),
        Typist::Caf,
        Seat::Administrator,
        TODAY,
        &mut violations,
    );
    let (path, violation) = violations.iter().next().unwrap();
    assert_eq!(path, "administrator.closing_date");
    assert_eq!(violation.reason, FieldReason::NotModifiable);
}

#[test]
fn without_a_form_the_form_is_missing() {
    let mut violations = Violations::new();
    newcomer(
        "account",
        None,
        Typist::Caf,
        Seat::User,
        TODAY,
        &mut violations,
    );
    let (path, violation) = violations.iter().next().unwrap();
    assert_eq!((path, violation.reason), ("account", FieldReason::Required));
}
