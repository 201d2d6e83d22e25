//! The form « Créer un utilisateur », wherever a request holds one.

use domain::account::{Channel, Newcomer, Person};
use domain::email::Email;
use domain::identifier::Identifier;
use domain::name::PersonName;
use domain::paris::Day;
use domain::phone::Phone;
use domain::user_number::UserNumber;
use domain::violation::{FieldReason, Violation, Violations};

use super::contact::{self, Twice, Typist};
use super::{account, below, days};
use crate::account::v1::NewAccount;

/// What the person is to become: what the form may say differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seat {
    /// A plain user.
    User,
    /// The partner's administrator, who has no planned end.
    Administrator,
}

/// Reads the form at that path; every violation is told below it. `None` when something is wrong.
///
/// Who may give the Caf's own fields (user number, identifier, postal address, letter) is the
/// policy's to say, not a matter of form.
pub fn newcomer(
    path: &str,
    sent: Option<&NewAccount>,
    typist: Typist,
    seat: Seat,
    today: Day,
    violations: &mut Violations,
) -> Option<Newcomer> {
    let Some(sent) = sent else {
        violations.push(path, Violation::required());
        return None;
    };
    let known = violations.len();
    let at = |field: &str| below(path, field);

    let family_name = violations.check(at("family_name"), PersonName::parse(&sent.family_name));
    let given_name = violations.check(at("given_name"), PersonName::parse(&sent.given_name));
    let email = email(path, sent, typist, violations);
    let phone = Twice {
        typed: (&at("phone"), &sent.phone),
        confirmation: (&at("phone_confirmation"), &sent.phone_confirmation),
    }
    .read(typist, Phone::parse, violations);
    let work_mode = account::work_mode(&at("work_mode"), sent.work_mode, violations);
    let contact_channel = channel(path, sent, violations);
    let address = sent.postal_address.as_ref();
    let postal_address = contact::postal_address(&at("postal_address"), address, violations);
    let unaddressed = contact_channel == Channel::Letter && address.is_none();
    // A person may not ask for the letter at all, and is told that rather than what it would need.
    if typist == Typist::Caf && unaddressed {
        violations.push(at("postal_address"), Violation::required());
    }
    let days = (sent.opening_date.as_ref(), sent.closing_date.as_ref());
    let dates = days::account_dates(path, days, today, violations);
    if seat == Seat::Administrator && sent.closing_date.is_some() {
        violations.push(at("closing_date"), no_planned_end());
    }
    let user_number = given(
        &at("user_number"),
        &sent.user_number,
        UserNumber::parse,
        violations,
    );
    let identifier = given(
        &at("identifier"),
        &sent.identifier,
        Identifier::parse,
        violations,
    );

    if violations.len() > known {
        return None;
    }
    Some(Newcomer {
        person: Person {
            family_name: family_name?,
            given_name: given_name?,
            email,
            phone,
            work_mode,
            contact_channel,
            postal_address,
        },
        dates: dates?,
        user_number,
        identifier,
    })
}

/// The channel asked for; unspecified is the e-mail.
fn channel(path: &str, sent: &NewAccount, violations: &mut Violations) -> Channel {
    let at = below(path, "contact_channel");
    contact::channel(&at, sent.contact_channel, violations).unwrap_or(Channel::Email)
}

/// The address, which only the Caf leaves out, and only with the letter as channel.
fn email(
    path: &str,
    sent: &NewAccount,
    typist: Typist,
    violations: &mut Violations,
) -> Option<Email> {
    let (at, again) = (below(path, "email"), below(path, "email_confirmation"));
    // A channel that is no value is told at its own place in the order of fields.
    let by_letter =
        contact::channel("", sent.contact_channel, &mut Violations::new()) == Some(Channel::Letter);
    if sent.email.trim().is_empty() && !(typist == Typist::Caf && by_letter) {
        violations.push(at.as_str(), Violation::required());
        if typist == Typist::Person && sent.email_confirmation.trim().is_empty() {
            violations.push(again.as_str(), Violation::required());
        }
    }
    Twice {
        typed: (&at, &sent.email),
        confirmation: (&again, &sent.email_confirmation),
    }
    .read(typist, Email::parse, violations)
}

/// A value that is made by the service when it is not given.
fn given<T>(
    path: &str,
    text: &str,
    parse: impl Fn(&str) -> Result<T, Violation>,
    violations: &mut Violations,
) -> Option<T> {
    if text.trim().is_empty() {
        return None;
    }
    violations.check(path, parse(text))
}

fn no_planned_end() -> Violation {
    Violation::new(
        FieldReason::NotModifiable,
        "an administrator has no planned end: the Caf replaces them",
        "La date de clôture d’un administrateur ne peut pas être fixée.",
    )
}

#[cfg(test)]
mod tests;
