//! Who calls. Until callers are authenticated, whoever reaches the loopback address: the server
//! listens nowhere else.

use std::collections::BTreeSet;

use api::refusal::Refusal;
use domain::call::{Caller, CallerRole};
use domain::violation::{FieldReason, Violation};
use http::HeaderMap;

/// What narrows a call to one role, in `dev` only.
const DEV_CALLER_ROLE: &str = "dev-caller-role";

/// The name of a caller that nothing but its place identifies.
const LOOPBACK: &str = "loopback";

/// How callers are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callers {
    /// Every caller holds every role.
    Loopback,
    /// The same, and a call may narrow itself to one role by its metadata, to try what that role
    /// may do.
    LoopbackNarrowed,
}

impl Callers {
    /// The caller of a call with these metadata.
    pub(super) fn identify(self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let roles = match self {
            Self::Loopback => every_role(),
            Self::LoopbackNarrowed => narrowed(headers)?,
        };
        Ok(Caller {
            name: LOOPBACK.to_owned(),
            roles,
        })
    }
}

fn narrowed(headers: &HeaderMap) -> Result<BTreeSet<CallerRole>, Refusal> {
    let mut sent = headers.get_all(DEV_CALLER_ROLE).iter();
    let role = match (sent.next(), sent.next()) {
        (None, _) => return Ok(every_role()),
        (Some(role), None) => role.as_bytes(),
        (Some(_), Some(_)) => return Err(unknown_role()),
    };
    Ok(BTreeSet::from([match role {
        b"PORTAL" => CallerRole::Portal,
        b"BUSINESS" => CallerRole::Business,
        b"BACKOFFICE" => CallerRole::Backoffice,
        b"MAILROOM" => CallerRole::Mailroom,
        b"OBSERVER" => CallerRole::Observer,
        _ => return Err(unknown_role()),
    }]))
}

fn every_role() -> BTreeSet<CallerRole> {
    BTreeSet::from([
        CallerRole::Portal,
        CallerRole::Business,
        CallerRole::Backoffice,
        CallerRole::Mailroom,
        CallerRole::Observer,
    ])
}

fn unknown_role() -> Refusal {
    let violation = Violation::new(
        FieldReason::UnknownValue,
        "one of PORTAL, BUSINESS, BACKOFFICE, MAILROOM, OBSERVER",
        "Ce rôle n’existe pas.",
    );
    Refusal::field(DEV_CALLER_ROLE, violation)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(DEV_CALLER_ROLE, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn on_loopback_every_caller_holds_every_role() {
        for callers in [Callers::Loopback, Callers::LoopbackNarrowed] {
            assert_eq!(callers.identify(&sent(&[])).unwrap().roles.len(), 5);
        }
    }

    #[test]
    fn a_call_in_dev_narrows_itself_to_one_role() {
        for (name, role) in [
            ("PORTAL", CallerRole::Portal),
            ("BUSINESS", CallerRole::Business),
            ("BACKOFFICE", CallerRole::Backoffice),
            ("MAILROOM", CallerRole::Mailroom),
            ("OBSERVER", CallerRole::Observer),
        ] {
            let caller = Callers::LoopbackNarrowed.identify(&sent(&[name])).unwrap();
            assert_eq!(caller.roles, BTreeSet::from([role]));
        }
    }

    #[test]
    fn a_role_that_does_not_exist_is_refused_and_never_widened() {
        for values in [
            ["ADMIN"].as_slice(),
            &[""],
            &["portal"],
            &["PORTAL", "BACKOFFICE"],
        ] {
            let refused = Callers::LoopbackNarrowed
                .identify(&sent(values))
                .unwrap_err();
            assert_eq!(refused, unknown_role(), "{values:?}");
        }
    }

    #[test]
    fn outside_dev_the_metadata_says_nothing() {
        let caller = Callers::Loopback.identify(&sent(&["ADMIN"])).unwrap();
        assert_eq!(caller.roles.len(), 5);
    }
}
