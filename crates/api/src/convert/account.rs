//! Accounts, as far as the one who asks may see each.

use std::collections::BTreeSet;

use domain::account::{Account, Availability, Membership, Role, State, WorkMode};
use domain::email::Email;
use domain::name::PartnerName;
use domain::paris::Day;
use domain::phone::Phone;
use domain::throttle::Throttle;
use domain::violation::Violations;
use domain::{Timestamp, policy};
use storage::account::SignInHealth;

use super::{contact, etag, scope, too_many, unknown_value};
use crate::account::v1;
use crate::time::{date, timestamp};

/// Most characters of the explanation of a contact problem.
const EXPLANATION_MOST: usize = 500;

/// Most states in a filter.
const STATES_MOST: usize = 10;

/// The account as it is on that day, as far as `viewer` sees it: memberships in groups they do not
/// hold are left out. Whoever shows the sign-in health to an agent adds it.
pub fn message(account: &Account, viewer: policy::Actor<'_>, today: Day) -> v1::Account {
    let person = &account.person;
    v1::Account {
        account_id: account.id.to_string(),
        partner_id: account.partner.to_string(),
        etag: etag::of(account.version),
        state: state_number(account.state),
        availability: availability(account.availability(today)).into(),
        role: role_number(account.role),
        identifier: account.identifier.as_str().to_owned(),
        user_number: account.user_number.as_str().to_owned(),
        family_name: person.family_name.as_str().to_owned(),
        given_name: person.given_name.as_str().to_owned(),
        email: text(person.email.as_ref().map(Email::as_str)),
        phone: text(person.phone.as_ref().map(Phone::as_str)),
        work_mode: work_mode_number(person.work_mode),
        contact_channel: contact::channel_number(person.contact_channel),
        postal_address: person
            .postal_address
            .as_ref()
            .map(contact::postal_address_message),
        opening_date: Some(date(account.dates.opening())),
        closing_date: account.dates.closing().map(date),
        memberships: memberships(account, viewer),
        create_time: Some(timestamp(account.created_at)),
        update_time: Some(timestamp(account.updated_at)),
        first_connection_time: account.first_connected_at.map(timestamp),
        last_sign_in_time: account.last_signed_in_at.map(timestamp),
        recovery_paused_until: account.recovery_paused_until.map(timestamp),
        contact_problem: account.contact_problem.as_ref().map(|problem| {
            let explanation = problem.explanation.chars().take(EXPLANATION_MOST);
            v1::ContactProblem {
                kind: v1::contact_problem::Kind::EmailRefused.into(),
                since_time: Some(timestamp(problem.since)),
                explanation: explanation.collect(),
                delivery_id: problem.delivery.to_string(),
            }
        }),
        sign_in_health: None,
    }
}

/// How signing in goes for an account at that moment, for an agent.
pub fn sign_in_health(health: &SignInHealth, now: Timestamp) -> v1::SignInHealth {
    let Throttle { usual, strange } = health.throttle;
    let failures = usual.consecutive.max(strange.consecutive);
    let refused_until = usual.refused_until().max(strange.refused_until());
    v1::SignInHealth {
        consecutive_failures: i32::try_from(failures).unwrap_or(i32::MAX),
        last_failure_time: health.throttle.last_failure().map(timestamp),
        refused_until_time: refused_until.filter(|until| *until > now).map(timestamp),
        password_disabled: usual.is_exhausted() || strange.is_exhausted(),
        live_provisional_passwords: i32::try_from(health.live_provisional_passwords)
            .unwrap_or(i32::MAX),
    }
}

/// As much of an account as a service needs to name it.
pub fn summary(account: &Account, partner_name: &PartnerName) -> v1::AccountSummary {
    v1::AccountSummary {
        account_id: account.id.to_string(),
        partner_id: account.partner.to_string(),
        partner_name: partner_name.as_str().to_owned(),
        family_name: account.person.family_name.as_str().to_owned(),
        given_name: account.person.given_name.as_str().to_owned(),
        role: role_number(account.role),
        state: state_number(account.state),
    }
}

/// The wire's number of a role.
pub fn role_number(role: Role) -> i32 {
    match role {
        Role::User => v1::Role::User,
        Role::Manager => v1::Role::Manager,
        Role::Administrator => v1::Role::Administrator,
    }
    .into()
}

/// The wire's number of a state.
pub fn state_number(state: State) -> i32 {
    match state {
        State::Active => v1::account::State::Active,
        State::Closed => v1::account::State::Closed,
    }
    .into()
}

/// The states of a filter, at most ten.
pub fn states(path: &str, sent: &[i32], violations: &mut Violations) -> BTreeSet<State> {
    if sent.len() > STATES_MOST {
        violations.push(path, too_many(STATES_MOST));
        return BTreeSet::new();
    }
    let state = |(place, number): (usize, &i32)| match v1::account::State::try_from(*number) {
        Ok(v1::account::State::Active) => Some(State::Active),
        Ok(v1::account::State::Closed) => Some(State::Closed),
        Ok(v1::account::State::Unspecified) | Err(_) => {
            violations.push(format!("{path}[{place}]"), unknown_value());
            None
        }
    };
    sent.iter().enumerate().filter_map(state).collect()
}

/// The wire's number of a work mode.
pub fn work_mode_number(mode: Option<WorkMode>) -> i32 {
    match mode {
        None => v1::WorkMode::Unspecified,
        Some(WorkMode::Sedentary) => v1::WorkMode::Sedentary,
        Some(WorkMode::Itinerant) => v1::WorkMode::Itinerant,
    }
    .into()
}

/// A work mode that may be left unspecified: not known.
pub fn work_mode(path: &str, sent: i32, violations: &mut Violations) -> Option<WorkMode> {
    match v1::WorkMode::try_from(sent) {
        Ok(v1::WorkMode::Unspecified) => None,
        Ok(v1::WorkMode::Sedentary) => Some(WorkMode::Sedentary),
        Ok(v1::WorkMode::Itinerant) => Some(WorkMode::Itinerant),
        Err(_) => {
            violations.push(path, unknown_value());
            None
        }
    }
}

fn availability(availability: Availability) -> v1::account::Availability {
    match availability {
        Availability::Open => v1::account::Availability::Open,
        Availability::NotYetOpen => v1::account::Availability::NotYetOpen,
        Availability::Expired => v1::account::Availability::Expired,
        Availability::Closed => v1::account::Availability::Closed,
    }
}

fn memberships(account: &Account, viewer: policy::Actor<'_>) -> Vec<v1::Membership> {
    let mut seen: Vec<&Membership> = account
        .memberships
        .iter()
        .filter(|membership| policy::sees_group(viewer, membership.group))
        .collect();
    seen.sort_unstable_by_key(|membership| membership.group);
    let message = |membership: &Membership| v1::Membership {
        group_id: membership.group.to_string(),
        agreement_id: membership.agreement.to_string(),
        scope: Some(scope::message(&membership.scope)),
        grant_time: Some(timestamp(membership.granted_at)),
    };
    seen.into_iter().map(message).collect()
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use domain::throttle::{Counter, DISABLING_FAILURES};

    use super::*;

    const NOW: Timestamp = Timestamp::constant(1_800_000_000, 0);

    fn failed(times: u32, last: Timestamp) -> Counter {
        Counter {
            consecutive: times,
            delaying: times,
            last_failure: Some(last),
        }
    }

    fn health(usual: Counter, strange: Counter, now: Timestamp) -> v1::SignInHealth {
        let health = SignInHealth {
            throttle: Throttle { usual, strange },
            live_provisional_passwords: 2,
        };
        sign_in_health(&health, now)
    }

    #[test]
    fn the_worse_side_of_the_throttle_is_told() {
        let told = health(failed(2, NOW), failed(5, NOW), NOW);
        assert_eq!(told.consecutive_failures, 5);
        assert_eq!(told.last_failure_time, Some(timestamp(NOW)));
        let until = NOW + domain::throttle::FIRST_DELAY;
        assert_eq!(told.refused_until_time, Some(timestamp(until)));
        assert!(!told.password_disabled);
        assert_eq!(told.live_provisional_passwords, 2);
    }

    #[test]
    fn a_delay_that_is_over_is_no_longer_told() {
        let later = NOW + domain::throttle::FIRST_DELAY;
        let told = health(Counter::default(), failed(5, NOW), later);
        assert_eq!(told.refused_until_time, None);
    }

    #[test]
    fn a_password_disabled_on_either_side_is_told() {
        let many = failed(DISABLING_FAILURES, NOW);
        for (usual, strange) in [(many, Counter::default()), (Counter::default(), many)] {
            assert!(health(usual, strange, NOW).password_disabled);
        }
    }
}
