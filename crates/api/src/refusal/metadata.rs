//! What each reason tells beside its name: the metadata keys of its answer.

use std::fmt::Display;

use domain::account::Availability;
use domain::agreement;
use domain::policy::{Action, Needed, Rank};
use domain::session::NextStep;

use super::{Limit, Refusal};
use crate::access::{Actor, CallerRole};

/// How many elements of a list are told before it is cut.
const LISTED: usize = 10;

impl Refusal {
    /// Its metadata, keys as the protos document them.
    pub(super) fn metadata(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::PageTokenInvalid
            | Self::SessionInvalid
            | Self::SignInRefused
            | Self::AuthorityMoved
            | Self::StorageUnavailable => Vec::new(),
            Self::FieldInvalid(violations) => vec![("count", violations.len().to_string())],
            Self::PasswordTooWeak(violations) => {
                vec![(
                    "causes",
                    list(violations.iter().map(|(_, violation)| violation.reason)),
                )]
            }
            Self::RevisionInvalid { field }
            | Self::UserNumberTaken { field }
            | Self::IdentifierTaken { field } => vec![("field", (*field).to_owned())],
            Self::RequestIdReused(id) => {
                vec![("request_id", id.to_string())]
            }
            Self::ActorAmbiguous => {
                let both = [Actor::Session, Actor::CafAgent];
                vec![(
                    "sent",
                    list(both.into_iter().filter_map(Actor::metadata_key)),
                )]
            }
            Self::ActorRequired { expected } => {
                let keys = expected.iter().filter_map(|actor| actor.metadata_key());
                vec![("expected", list(keys))]
            }
            Self::CallerNotAllowed(rpc) => {
                let mut callers: Vec<_> = rpc.grants.iter().map(|grant| grant.caller).collect();
                callers.dedup();
                let callers = list(callers.into_iter().map(caller));
                vec![
                    ("method", rpc.path.to_owned()),
                    ("allowed_callers", callers),
                ]
            }
            Self::ActorNotAllowed {
                action: tried,
                needed: who,
                groups,
            } => vec![
                ("action", action(*tried).to_owned()),
                ("needed_role", needed(*who).to_owned()),
                ("group_ids", list(groups)),
            ],
            Self::ImposedByHigherRank(imposed) => vec![("rank", rank(*imposed).to_owned())],
            Self::NotFound { id, .. } => vec![("id", id.clone())],
            Self::SignInIncomplete(step) => vec![("next_step", next_step(*step).to_owned())],
            Self::CurrentPasswordWrong { tries_left } => {
                vec![("tries_left", tries_left.to_string())]
            }
            Self::AgreementNotValidated(agreement) => vec![
                ("agreement_id", agreement.id.to_string()),
                ("state", agreement_state(agreement.state).to_owned()),
                (
                    "end_date",
                    agreement.end.map(|day| day.to_string()).unwrap_or_default(),
                ),
            ],
            Self::AccountNotActive { account, state } => vec![
                ("account_id", account.to_string()),
                ("state", availability(*state).to_owned()),
            ],
            Self::AdministratorProtected {
                account,
                action: tried,
            } => vec![
                ("account_id", account.to_string()),
                ("action", action(*tried).to_owned()),
            ],
            Self::LastGroup(account) | Self::NoPostalAddress(account) | Self::NoEmail(account) => {
                vec![("account_id", account.to_string())]
            }
            Self::RecoveryPaused(until) => vec![("until_time", until.to_string())],
            Self::EtagMismatch { id, etag } => vec![("id", id.clone()), ("etag", etag.clone())],
            Self::DeliveryLimit {
                account,
                limit: reached,
            } => [vec![("account_id", account.to_string())], limit(reached)].concat(),
            Self::PartnerLimit(reached) => limit(reached),
            Self::Overloaded(work) => vec![("work", work.name().to_owned())],
            Self::Deadline(limit) => vec![("limit_ms", limit.as_millis().to_string())],
            Self::Internal(id) => vec![("error_id", id.to_string())],
        }
    }
}

fn limit(reached: &Limit) -> Vec<(&'static str, String)> {
    vec![
        ("limit", reached.most.to_string()),
        ("window_seconds", reached.window.as_secs().to_string()),
    ]
}

/// The elements joined by `,`; after ten of them `…`.
fn list(elements: impl IntoIterator<Item = impl Display>) -> String {
    let mut elements = elements.into_iter();
    let mut told: Vec<String> = elements
        .by_ref()
        .take(LISTED)
        .map(|e| e.to_string())
        .collect();
    if elements.next().is_some() {
        told.push("…".to_owned());
    }
    told.join(",")
}

fn caller(role: CallerRole) -> &'static str {
    match role {
        CallerRole::Portal => "PORTAL",
        CallerRole::Business => "BUSINESS",
        CallerRole::Backoffice => "BACKOFFICE",
        CallerRole::Mailroom => "MAILROOM",
        CallerRole::Observer => "OBSERVER",
    }
}

fn action(action: Action) -> &'static str {
    match action {
        Action::ListAccounts => "LIST_ACCOUNTS",
        Action::FindAccount => "FIND_ACCOUNT",
        Action::CreateAccount => "CREATE_ACCOUNT",
        Action::Update => "UPDATE",
        Action::ChangePostalContact => "CHANGE_POSTAL_CONTACT",
        Action::ChangeMemberships => "CHANGE_MEMBERSHIPS",
        Action::ReissueCredentials => "REISSUE_CREDENTIALS",
        Action::ReissueByLetter => "REISSUE_BY_LETTER",
        Action::AppointManager => "APPOINT_MANAGER",
        Action::DismissManager => "DISMISS_MANAGER",
        Action::ReplaceAdministrator => "REPLACE_ADMINISTRATOR",
        Action::ViewDelivery => "VIEW_DELIVERY",
    }
}

fn needed(needed: Needed) -> &'static str {
    match needed {
        Needed::Manager => rank(Rank::Manager),
        Needed::Administrator => rank(Rank::Administrator),
        Needed::Caf => rank(Rank::Caf),
    }
}

fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Manager => "MANAGER",
        Rank::Administrator => "ADMINISTRATOR",
        Rank::Caf => "CAF",
    }
}

fn next_step(step: NextStep) -> &'static str {
    match step {
        NextStep::None => "NONE",
        NextStep::ChangePassword => "CHANGE_PASSWORD",
    }
}

fn agreement_state(state: agreement::State) -> &'static str {
    match state {
        agreement::State::Draft => "DRAFT",
        agreement::State::Validated => "VALIDATED",
        agreement::State::Suspended => "SUSPENDED",
        agreement::State::Terminated => "TERMINATED",
    }
}

fn availability(availability: Availability) -> &'static str {
    match availability {
        Availability::Open => "OPEN",
        Availability::NotYetOpen => "NOT_YET_OPEN",
        Availability::Expired => "EXPIRED",
        Availability::Closed => "CLOSED",
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn a_list_of_more_than_ten_is_cut() {
        assert_eq!(list(Vec::<u8>::new()), "");
        assert_eq!(list(1..=10), "1,2,3,4,5,6,7,8,9,10");
        assert_eq!(list(1..=11), "1,2,3,4,5,6,7,8,9,10,…");
        assert_eq!(list(1..=500), "1,2,3,4,5,6,7,8,9,10,…");
    }
}
