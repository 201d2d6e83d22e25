//! How and where a person is reached: channel, postal address, and values typed twice.

use domain::account::Channel;
use domain::postal_address::PostalAddress;
use domain::violation::{Violation, Violations};

use super::unknown_value;
use crate::r#type::v1;

/// Who typed a form: what must be confirmed, and what may be left out, differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typist {
    /// A person of the partner: addresses and numbers are typed twice.
    Person,
    /// The Caf: a confirmation is compared only when given.
    Caf,
}

impl Typist {
    /// Who typed the form of a call.
    pub fn of(actor: &domain::call::Actor) -> Self {
        match actor {
            domain::call::Actor::Caf(_) => Self::Caf,
            domain::call::Actor::Person(_) | domain::call::Actor::Nobody => Self::Person,
        }
    }
}

/// The wire's number of a channel.
pub fn channel_number(channel: Channel) -> i32 {
    match channel {
        Channel::Email => v1::Channel::Email,
        Channel::Letter => v1::Channel::Letter,
    }
    .into()
}

/// A channel that may be left unspecified.
pub fn channel(path: &str, sent: i32, violations: &mut Violations) -> Option<Channel> {
    match v1::Channel::try_from(sent) {
        Ok(v1::Channel::Unspecified) => None,
        Ok(v1::Channel::Email) => Some(Channel::Email),
        Ok(v1::Channel::Letter) => Some(Channel::Letter),
        Err(_) => {
            violations.push(path, unknown_value());
            None
        }
    }
}

/// A postal address as the wire has it.
pub fn postal_address_message(address: &PostalAddress) -> v1::PostalAddress {
    v1::PostalAddress {
        lines: address.lines().to_vec(),
        country_code: address.country_code().to_owned(),
    }
}

/// A postal address that may be left out.
pub fn postal_address(
    path: &str,
    sent: Option<&v1::PostalAddress>,
    violations: &mut Violations,
) -> Option<PostalAddress> {
    let sent = sent?;
    let parsed = PostalAddress::parse(&sent.lines, &sent.country_code);
    violations.check_within(path, parsed)
}

/// A value as it was typed the first and the second time.
#[derive(Debug, Clone, Copy)]
pub struct Twice<'a> {
    /// The field.
    pub typed: (&'a str, &'a str),
    /// The field that confirms it.
    pub confirmation: (&'a str, &'a str),
}

impl Twice<'_> {
    /// Reads the value, when there is one, and compares it with its confirmation as read, so that
    /// a number written with other blanks is the same. Each field is its path and its text.
    pub fn read<T: PartialEq>(
        self,
        typist: Typist,
        parse: impl Fn(&str) -> Result<T, Violation>,
        violations: &mut Violations,
    ) -> Option<T> {
        let (path, text) = self.typed;
        let value = match text.trim() {
            "" => None,
            _ => violations.check(path, parse(text)),
        };
        let (path, again) = self.confirmation;
        match (again.trim(), typist) {
            ("", Typist::Caf) => {}
            ("", Typist::Person) if text.trim().is_empty() => {}
            ("", Typist::Person) => violations.push(path, Violation::required()),
            (again, _) => {
                let same = match &value {
                    Some(value) => parse(again).as_ref() == Ok(value),
                    None => again == text.trim(),
                };
                if !same {
                    violations.push(path, Violation::mismatch());
                }
            }
        }
        value
    }
}
