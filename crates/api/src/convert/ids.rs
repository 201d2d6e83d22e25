//! Ids: UUIDs as text.

use std::collections::BTreeSet;

use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, AgreementId, DeliveryId, GroupId, PartnerId, SessionId};

use super::{duplicate, too_many};

/// Most group ids in one request.
pub const MOST_GROUPS: usize = 500;

/// An id of the domain.
pub trait Id: Copy + Ord {
    /// The text form; `None` when it is no UUID.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! ids {
    ($($name:ident by $reader:ident;)+) => {$(
        impl Id for $name {
            fn read(text: &str) -> Option<Self> {
                Self::parse(text)
            }
        }

        /// The id at that path, which must be there.
        pub fn $reader(path: &str, text: &str, violations: &mut Violations) -> Option<$name> {
            required(path, text, violations)
        }
    )+};
}

ids! {
    AccountId by account_id;
    AgreementId by agreement_id;
    DeliveryId by delivery_id;
    GroupId by group_id;
    PartnerId by partner_id;
    SessionId by session_id;
}

/// An id that must be there.
pub fn required<I: Id>(path: &str, text: &str, violations: &mut Violations) -> Option<I> {
    if text.is_empty() {
        violations.push(path, Violation::required());
    }
    optional(path, text, violations)
}

/// An id that may be left out.
pub fn optional<I: Id>(path: &str, text: &str, violations: &mut Violations) -> Option<I> {
    if text.is_empty() {
        return None;
    }
    violations.check(path, I::read(text).ok_or_else(not_a_uuid))
}

/// Ids without repetition, at most `most`; none when something is wrong with them.
pub fn distinct<I: Id>(
    path: &str,
    texts: &[String],
    most: usize,
    violations: &mut Violations,
) -> BTreeSet<I> {
    let mut ids = BTreeSet::new();
    if texts.len() > most {
        violations.push(path, too_many(most));
        return ids;
    }
    for (place, text) in texts.iter().enumerate() {
        let path = format!("{path}[{place}]");
        let id = required(&path, text, violations);
        if id.is_some_and(|id| !ids.insert(id)) {
            violations.push(path, duplicate());
        }
    }
    ids
}

fn not_a_uuid() -> Violation {
    Violation::new(
        FieldReason::Format,
        "an id is a UUID, xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "Cette référence technique n’est pas valide.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
    const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8058";

    fn told(violations: &Violations) -> Vec<(&str, FieldReason)> {
        violations
            .iter()
            .map(|(path, v)| (path, v.reason))
            .collect()
    }

    #[test]
    fn an_id_that_is_no_uuid_is_a_violation_of_its_field() {
        let mut violations = Violations::new();
        assert_eq!(account_id("account_id", "", &mut violations), None);
        assert_eq!(account_id("account_id", "x", &mut violations), None);
        assert_eq!(optional::<GroupId>("group_id", "", &mut violations), None);
        assert_eq!(
            told(&violations),
            [
                ("account_id", FieldReason::Required),
                ("account_id", FieldReason::Format)
            ]
        );
    }

    #[test]
    fn ids_are_given_once_each_and_the_wrong_ones_are_named() {
        let mut violations = Violations::new();
        let texts = [ONE, "x", ONE, OTHER].map(str::to_owned);
        distinct::<GroupId>("group_ids", &texts, 4, &mut violations);
        assert_eq!(
            told(&violations),
            [
                ("group_ids[1]", FieldReason::Format),
                ("group_ids[2]", FieldReason::Duplicate)
            ]
        );
        distinct::<GroupId>("group_ids", &texts, 3, &mut violations);
        assert_eq!(told(&violations)[2], ("group_ids", FieldReason::TooMany));
    }
}
