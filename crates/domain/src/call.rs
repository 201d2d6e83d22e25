//! Who calls, and for whom: what every use case is told beside the request itself.

use std::collections::BTreeSet;

use crate::audit::{By, Entry, Event, Personal};
use crate::session::{Client, Session};
use crate::{Random, Timestamp};

/// What a calling service may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallerRole {
    /// The web front's server.
    Portal,
    /// « Offre Bailleurs » and other business services.
    Business,
    /// The Caf's agents' tool.
    Backoffice,
    /// The letters' printer.
    Mailroom,
    /// Those who read the audit.
    Observer,
}

/// A calling service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Its identity.
    pub name: String,
    /// What it may be.
    pub roles: BTreeSet<CallerRole>,
}

/// For whom a service calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// For no one in particular.
    Nobody,
    /// For the person who holds this session, live when the call came in.
    Person(Box<Session>),
    /// For the Caf, by the opaque reference of its agent (at most 64 characters).
    Caf(String),
}

/// Everything about a call that is not in its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The calling service.
    pub caller: Caller,
    /// For whom it calls.
    pub actor: Actor,
    /// The full name of the RPC, `/package.Service/Method`.
    pub method: &'static str,
    /// Where the person is, as told by a caller trusted for it.
    pub client: Client,
}

impl Call {
    /// Who acts, for the audit.
    pub fn by(&self) -> By {
        match &self.actor {
            Actor::Nobody => By::Service,
            Actor::Person(session) => By::Account(session.account),
            Actor::Caf(agent) => By::Caf(agent.clone()),
        }
    }

    /// A line of the audit about something done by this call at that moment.
    pub fn entry(&self, event: Event, at: Timestamp, random: &dyn Random) -> Entry {
        Entry::new(event, &self.caller.name, self.by(), at, random)
            .with_personal(self.personal(None))
    }

    /// The personal part of this call's audit, with what the actor wrote about it.
    pub fn personal(&self, comment: Option<String>) -> Personal {
        Personal {
            client_address: self.client.address,
            comment,
        }
    }
}
