//! What UpdateAccount is asked: only the fields that its mask names.

use domain::account::{Channel, WorkMode};
use domain::dates::AccountDates;
use domain::email::Email;
use domain::name::PersonName;
use domain::paris::Day;
use domain::phone::Phone;
use domain::postal_address::PostalAddress;
use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, RequestId};

use super::contact::{self, Twice, Typist};
use super::{account, days, ids};
use crate::account::v1;
use crate::claims;

/// A field of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// « Nom ».
    FamilyName,
    /// « Prénom ».
    GivenName,
    /// « Adresse mail ».
    Email,
    /// « Téléphone ».
    Phone,
    /// « Sédentaire » or « itinérant ».
    WorkMode,
    /// By which way the person is written to.
    ContactChannel,
    /// Where letters go.
    PostalAddress,
    /// First day of access.
    OpeningDate,
    /// Last day of access.
    ClosingDate,
}

impl Field {
    /// All of them, in the order of the message.
    pub const ALL: [Self; 9] = [
        Self::FamilyName,
        Self::GivenName,
        Self::Email,
        Self::Phone,
        Self::WorkMode,
        Self::ContactChannel,
        Self::PostalAddress,
        Self::OpeningDate,
        Self::ClosingDate,
    ];

    /// Its path in a mask.
    pub const fn path(self) -> &'static str {
        match self {
            Self::FamilyName => "family_name",
            Self::GivenName => "given_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::WorkMode => "work_mode",
            Self::ContactChannel => "contact_channel",
            Self::PostalAddress => "postal_address",
            Self::OpeningDate => "opening_date",
            Self::ClosingDate => "closing_date",
        }
    }
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked<T> {
    /// It stays as it is.
    Kept,
    /// It is set to this.
    Set(T),
}

impl<T> Asked<T> {
    /// The value from now on, when it is `kept` so far.
    pub fn or(self, kept: T) -> T {
        match self {
            Self::Kept => kept,
            Self::Set(value) => value,
        }
    }
}

/// The fields of an update; optional ones may be emptied.
#[derive(Debug, Clone)]
pub struct Fields {
    /// « Nom ».
    pub family_name: Asked<PersonName>,
    /// « Prénom ».
    pub given_name: Asked<PersonName>,
    /// « Adresse mail »; emptied by the Caf alone.
    pub email: Asked<Option<Email>>,
    /// « Téléphone ».
    pub phone: Asked<Option<Phone>>,
    /// « Sédentaire » or « itinérant ».
    pub work_mode: Asked<Option<WorkMode>>,
    /// By which way the person is written to.
    pub contact_channel: Asked<Channel>,
    /// Where letters go.
    pub postal_address: Asked<Option<PostalAddress>>,
    /// First day of access.
    pub opening_date: Asked<Day>,
    /// Last day of access.
    pub closing_date: Asked<Option<Day>>,
}

/// An update of an account.
#[derive(Debug, Clone)]
pub struct UpdateAccount {
    /// Which account.
    pub account: AccountId,
    /// The fields that the mask names, each once, in the order of the message; at least one.
    pub named: Vec<Field>,
    /// What becomes of each field.
    pub fields: Fields,
    /// The etag that the change was decided on; empty = any.
    pub etag: String,
    /// The caller's name for it.
    pub request: Option<RequestId>,
}

/// Reads what is asked of UpdateAccount. Dates that stand in the account already are compared
/// when it is read.
pub fn update_account(
    sent: &v1::UpdateAccountRequest,
    typist: Typist,
    today: Day,
) -> Result<UpdateAccount, Violations> {
    let mut wrong = Violations::new();
    let unset = v1::Account::default();
    if sent.account.is_none() {
        wrong.push("account", Violation::required());
    }
    let values = sent.account.as_ref().unwrap_or(&unset);
    let account = match &sent.account {
        None => None,
        Some(values) => ids::account_id("account.account_id", &values.account_id, &mut wrong),
    };
    let mask: &[String] = sent.update_mask.as_ref().map_or(&[], |mask| &mask.paths);
    let named = named(mask, &mut wrong);
    // Without a message every field named would be told as empty: one violation says it all.
    let read = if sent.account.is_some() {
        named.as_slice()
    } else {
        &[]
    };
    let fields = Reading {
        sent,
        values,
        named: read,
        typist,
        today,
    }
    .fields(&mut wrong);
    let request = claims::optional(&sent.request_id, &mut wrong);
    match (account, fields) {
        (Some(account), Some(fields)) if wrong.is_empty() => Ok(UpdateAccount {
            account,
            named,
            fields,
            etag: sent.etag.clone(),
            request,
        }),
        _ => Err(wrong),
    }
}

fn named(mask: &[String], wrong: &mut Violations) -> Vec<Field> {
    if mask.is_empty() {
        wrong.push("update_mask", Violation::required());
    }
    let mut named = Vec::new();
    for (place, path) in mask.iter().enumerate() {
        match Field::ALL.into_iter().find(|field| field.path() == path) {
            Some(field) => named.push(field),
            None => wrong.push(format!("update_mask.paths[{place}]"), not_modifiable()),
        }
    }
    named.sort_unstable();
    named.dedup();
    named
}

/// A request being read.
struct Reading<'a> {
    sent: &'a v1::UpdateAccountRequest,
    values: &'a v1::Account,
    named: &'a [Field],
    typist: Typist,
    today: Day,
}

impl Reading<'_> {
    /// Every field, in the order of the message.
    fn fields(&self, wrong: &mut Violations) -> Option<Fields> {
        let values = self.values;
        let name = |typed: &str| PersonName::parse(typed);
        let family_name = self.required(Field::FamilyName, wrong, |path, wrong| {
            wrong.check(path, name(&values.family_name))
        });
        let given_name = self.required(Field::GivenName, wrong, |path, wrong| {
            wrong.check(path, name(&values.given_name))
        });
        let email = self.emptiable(Field::Email, wrong, |path, wrong| self.email(path, wrong));
        let phone = self.emptiable(Field::Phone, wrong, |path, wrong| {
            Twice {
                typed: (path, &values.phone),
                confirmation: ("phone_confirmation", &self.sent.phone_confirmation),
            }
            .read(self.typist, Phone::parse, wrong)
        });
        let work_mode = self.emptiable(Field::WorkMode, wrong, |path, wrong| {
            account::work_mode(path, values.work_mode, wrong)
        });
        let contact_channel = self.required(Field::ContactChannel, wrong, |path, wrong| {
            needed(path, wrong, |wrong| {
                contact::channel(path, values.contact_channel, wrong)
            })
        });
        let postal_address = self.emptiable(Field::PostalAddress, wrong, |path, wrong| {
            contact::postal_address(path, values.postal_address.as_ref(), wrong)
        });
        let opening_date = self.required(Field::OpeningDate, wrong, |path, wrong| {
            needed(path, wrong, |wrong| {
                days::optional(path, values.opening_date.as_ref(), wrong)
            })
        });
        let closing_date = self.emptiable(Field::ClosingDate, wrong, |path, wrong| {
            days::optional(path, values.closing_date.as_ref(), wrong)
        });
        if let Some(Asked::Set(opening)) = opening_date {
            let closing = closing_date.or(None);
            let dates = AccountDates::parse(Some(opening), closing, self.today);
            wrong.check_within("account", dates);
        }
        Some(Fields {
            family_name: family_name?,
            given_name: given_name?,
            email,
            phone,
            work_mode,
            contact_channel: contact_channel?,
            postal_address,
            opening_date: opening_date?,
            closing_date,
        })
    }

    /// A field that is never empty; `None` when it is named and wrong.
    fn required<T>(
        &self,
        field: Field,
        wrong: &mut Violations,
        read: impl FnOnce(&str, &mut Violations) -> Option<T>,
    ) -> Option<Asked<T>> {
        if !self.named.contains(&field) {
            return Some(Asked::Kept);
        }
        read(&format!("account.{}", field.path()), wrong).map(Asked::Set)
    }

    /// A field that may be emptied.
    fn emptiable<T>(
        &self,
        field: Field,
        wrong: &mut Violations,
        read: impl FnOnce(&str, &mut Violations) -> Option<T>,
    ) -> Asked<Option<T>> {
        if !self.named.contains(&field) {
            return Asked::Kept;
        }
        Asked::Set(read(&format!("account.{}", field.path()), wrong))
    }

    /// The address, which people of the partner change and never empty.
    fn email(&self, path: &str, wrong: &mut Violations) -> Option<Email> {
        let typed = &self.values.email;
        let again = ("email_confirmation", self.sent.email_confirmation.as_str());
        if self.typist == Typist::Person && typed.trim().is_empty() {
            wrong.push(path, Violation::required());
            if again.1.trim().is_empty() {
                wrong.push(again.0, Violation::required());
            }
        }
        Twice {
            typed: (path, typed),
            confirmation: again,
        }
        .read(self.typist, Email::parse, wrong)
    }
}

/// What is read there, or the violation that nothing is.
fn needed<T>(
    path: &str,
    wrong: &mut Violations,
    read: impl FnOnce(&mut Violations) -> Option<T>,
) -> Option<T> {
    let known = wrong.len();
    let value = read(wrong);
    if value.is_none() && wrong.len() == known {
        wrong.push(path, Violation::required());
    }
    value
}

fn not_modifiable() -> Violation {
    Violation::new(
        FieldReason::NotModifiable,
        "an update names family_name, given_name, email, phone, work_mode, contact_channel, \
         postal_address, opening_date or closing_date, each as a whole",
        "Ce champ ne peut pas être modifié.",
    )
}
