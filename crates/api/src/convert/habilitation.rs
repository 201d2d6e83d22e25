//! Questions about who may act where, and their answers.

use domain::agreement::Agreement;
use domain::habilitation::{Decision, Denial, HeldGroup, Target};
use domain::references::ServiceCode;
use domain::violation::{Violation, Violations};
use domain::{AccountId, SessionToken, Timestamp};

use super::{ids, scope, too_many};
use crate::habilitation::v1;
use crate::time;

/// The most targets of one question.
pub const MOST_TARGETS: usize = 100;

/// Who is asked about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// The holder of this token; `None` when the text cannot be a token, which is a dead session.
    Session(Option<SessionToken>),
    /// This account.
    Account(AccountId),
}

/// Reads who is asked about.
pub fn subject(sent: Option<v1::Subject>, violations: &mut Violations) -> Option<Subject> {
    match sent.and_then(|subject| subject.subject) {
        None => {
            violations.push("subject", Violation::required());
            None
        }
        Some(v1::subject::Subject::SessionToken(token)) if token.is_empty() => {
            violations.push("subject.session_token", Violation::required());
            None
        }
        Some(v1::subject::Subject::SessionToken(token)) => {
            Some(Subject::Session(SessionToken::parse(&token)))
        }
        Some(v1::subject::Subject::AccountId(id)) => {
            ids::account_id("subject.account_id", &id, violations).map(Subject::Account)
        }
    }
}

/// Reads a service code that must be there.
pub fn service(sent: &str, violations: &mut Violations) -> Option<ServiceCode> {
    violations.check("service_code", ServiceCode::parse(sent))
}

/// Reads one target, told of at `path`.
pub fn target(path: &str, sent: Option<v1::Target>, violations: &mut Violations) -> Option<Target> {
    match sent.and_then(|target| target.target) {
        None => {
            violations.push(path, Violation::required());
            None
        }
        Some(v1::target::Target::GroupId(id)) => {
            ids::group_id(&format!("{path}.group_id"), &id, violations).map(Target::Group)
        }
        Some(v1::target::Target::Scope(sent)) => {
            scope::key(&format!("{path}.scope"), &sent, violations).map(Target::Scope)
        }
    }
}

/// Reads the targets of a batch: 1 to 100.
pub fn targets(sent: Vec<v1::Target>, violations: &mut Violations) -> Vec<Target> {
    if sent.is_empty() {
        violations.push("targets", Violation::required());
    }
    if sent.len() > MOST_TARGETS {
        violations.push("targets", too_many(MOST_TARGETS));
        return Vec::new();
    }
    let read = |(place, sent)| target(&format!("targets[{place}]"), Some(sent), violations);
    sent.into_iter().enumerate().filter_map(read).collect()
}

/// An answer, as the wire has it. `session_end` is when the session asked about ends, if one was.
pub fn decision(decided: &Decision, session_end: Option<Timestamp>) -> v1::Decision {
    let (group, agreement) = decided.on.unzip();
    v1::Decision {
        allowed: decided.verdict.is_ok(),
        denial: decided
            .verdict
            .err()
            .map_or(v1::Denial::Unspecified, denial)
            .into(),
        group_id: group.map(|id| id.to_string()).unwrap_or_default(),
        agreement_id: agreement.map(|id| id.to_string()).unwrap_or_default(),
        holds_until_time: until(decided, session_end),
    }
}

/// A right, as the wire has it.
pub fn habilitation(
    held: &HeldGroup,
    agreement: &Agreement,
    decided: &Decision,
    session_end: Option<Timestamp>,
) -> v1::Habilitation {
    v1::Habilitation {
        group_id: held.group.to_string(),
        agreement_id: agreement.id.to_string(),
        agreement_label: agreement.label.as_str().to_owned(),
        service_codes: agreement
            .services
            .iter()
            .map(|code| code.as_str().to_owned())
            .collect(),
        scope: Some(scope::message(&held.scope)),
        holds_until_time: until(decided, session_end),
    }
}

fn until(decided: &Decision, session_end: Option<Timestamp>) -> Option<prost_types::Timestamp> {
    decided
        .holds_until
        .into_iter()
        .chain(session_end)
        .min()
        .map(time::timestamp)
}

/// A denial, as the wire has it.
pub fn denial(denial: Denial) -> v1::Denial {
    match denial {
        Denial::SessionInvalid => v1::Denial::SessionInvalid,
        Denial::SignInIncomplete => v1::Denial::SignInIncomplete,
        Denial::AccountUnknown => v1::Denial::AccountUnknown,
        Denial::AccountClosed => v1::Denial::AccountClosed,
        Denial::AccountExpired => v1::Denial::AccountExpired,
        Denial::AccountNotYetOpen => v1::Denial::AccountNotYetOpen,
        Denial::NotAMember => v1::Denial::NotAMember,
        Denial::AgreementNotValidated => v1::Denial::AgreementNotValidated,
        Denial::AgreementOutsideDates => v1::Denial::AgreementOutsideDates,
        Denial::ServiceNotCovered => v1::Denial::ServiceNotCovered,
    }
}
