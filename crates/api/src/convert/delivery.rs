//! Messages, and which of them a list shows.

use std::collections::BTreeSet;

use domain::delivery::{Delivery, Kind, Recipient, State};
use domain::violation::Violations;
use storage::delivery::DeliveryFilter;

use super::{contact, ids, too_many, unknown_value};
use crate::delivery::v1;
use crate::time;

/// Most states in a filter.
const STATES_MOST: usize = 10;

/// Most characters of a failure.
const FAILURE_MOST: usize = 500;

/// A message as the wire has it; where it goes is shown masked.
pub fn message(delivery: &Delivery) -> v1::Delivery {
    let recipient_hint = match &delivery.recipient {
        Recipient::Email(email) => email.recipient_hint(),
        Recipient::Letter(last_line) => last_line.clone(),
        Recipient::Nowhere => String::new(),
    };
    let failure = delivery.failure.as_deref().unwrap_or_default();
    v1::Delivery {
        delivery_id: delivery.id.to_string(),
        account_id: delivery.account.to_string(),
        partner_id: delivery.partner.to_string(),
        kind: kind(delivery.kind).into(),
        channel: contact::channel_number(delivery.channel),
        state: state(delivery.state).into(),
        recipient_hint,
        attempts: i32::try_from(delivery.attempts).unwrap_or(i32::MAX),
        create_time: Some(time::timestamp(delivery.created_at)),
        state_time: Some(time::timestamp(delivery.state_at)),
        next_attempt_time: delivery.next_attempt_at.map(time::timestamp),
        provisional_expire_time: delivery.provisional_expires_at.map(time::timestamp),
        failure: failure.chars().take(FAILURE_MOST).collect(),
    }
}

/// Which messages a request asks for.
pub fn filter(sent: &v1::ListDeliveriesRequest, violations: &mut Violations) -> DeliveryFilter {
    let since = sent.since_time.as_ref();
    DeliveryFilter {
        account: ids::optional("account_id", &sent.account_id, violations),
        partner: ids::optional("partner_id", &sent.partner_id, violations),
        states: states(&sent.states, violations),
        channel: contact::channel("channel", sent.channel, violations),
        since: since.and_then(|since| violations.check("since_time", time::moment(since))),
    }
}

fn states(sent: &[i32], violations: &mut Violations) -> BTreeSet<State> {
    if sent.len() > STATES_MOST {
        violations.push("states", too_many(STATES_MOST));
        return BTreeSet::new();
    }
    let read = |(place, number): (usize, &i32)| {
        violations.check(
            format!("states[{place}]"),
            read_state(*number).ok_or_else(unknown_value),
        )
    };
    sent.iter().enumerate().filter_map(read).collect()
}

fn read_state(sent: i32) -> Option<State> {
    match v1::delivery::State::try_from(sent).ok()? {
        v1::delivery::State::Unspecified => None,
        v1::delivery::State::Queued => Some(State::Queued),
        v1::delivery::State::Sending => Some(State::Sending),
        v1::delivery::State::Sent => Some(State::Sent),
        v1::delivery::State::Rendered => Some(State::Rendered),
        v1::delivery::State::Failed => Some(State::Failed),
        v1::delivery::State::Cancelled => Some(State::Cancelled),
    }
}

fn state(state: State) -> v1::delivery::State {
    match state {
        State::Queued => v1::delivery::State::Queued,
        State::Sending => v1::delivery::State::Sending,
        State::Sent => v1::delivery::State::Sent,
        State::Rendered => v1::delivery::State::Rendered,
        State::Failed => v1::delivery::State::Failed,
        State::Cancelled => v1::delivery::State::Cancelled,
    }
}

fn kind(kind: Kind) -> v1::delivery::Kind {
    match kind {
        Kind::FirstCredentials => v1::delivery::Kind::FirstCredentials,
        Kind::LostIdentifier => v1::delivery::Kind::LostIdentifier,
        Kind::ProvisionalPassword => v1::delivery::Kind::ProvisionalPassword,
        Kind::Guidance => v1::delivery::Kind::Guidance,
        Kind::PasswordChanged => v1::delivery::Kind::PasswordChanged,
        Kind::EmailChanged => v1::delivery::Kind::EmailChanged,
        Kind::RoleChanged => v1::delivery::Kind::RoleChanged,
        Kind::AdministratorReplaced => v1::delivery::Kind::AdministratorReplaced,
    }
}
