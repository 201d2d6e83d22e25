//! How people and the Caf call, as the server's layers hand a call on.

use domain::call::{Actor, Call, Caller, CallerRole};
use domain::session::{Client, FactorKind, NextStep, Session};
use domain::{AccountId, OsRandom, PartnerId, SessionId, Timestamp};
use jiff::SignedDuration;
use tonic::Request;

/// Who calls.
#[derive(Clone, Copy)]
pub enum Who {
    /// The back office, for an agent of this reference.
    Caf(&'static str),
    /// The portal, for the holder of this account.
    Person(AccountId),
}

/// The agent of most stories.
pub const CAF: Who = Who::Caf("agent-7");

impl Who {
    /// Their call; a person's session is of that partner.
    pub fn asks<T>(self, partner: PartnerId, now: Timestamp, message: T) -> Request<T> {
        match self {
            Who::Caf(agent) => {
                let caller = caller("backoffice", CallerRole::Backoffice);
                let actor = Actor::Caf(agent.to_owned());
                request(caller, actor, Client::default(), message)
            }
            Who::Person(account) => session_asks(session(account, partner, now), message),
        }
    }
}

/// A call of the portal in that session.
pub fn session_asks<T>(session: Session, message: T) -> Request<T> {
    let actor = Actor::Person(Box::new(session));
    request(portal(), actor, Client::default(), message)
}

/// A call of the portal without session, for that client.
pub fn of_nobody<T>(client: Client, message: T) -> Request<T> {
    request(portal(), Actor::Nobody, client, message)
}

/// A complete session that begins now.
pub fn session(account: AccountId, partner: PartnerId, now: Timestamp) -> Session {
    Session {
        id: SessionId::new(now, &OsRandom),
        account,
        partner,
        next_step: NextStep::None,
        factor: FactorKind::Password,
        created_at: now,
        last_used_at: now,
        idle: SignedDuration::from_mins(30),
        expires_at: now + SignedDuration::from_hours(12),
        client: Client::default(),
    }
}

fn portal() -> Caller {
    caller("portal", CallerRole::Portal)
}

fn caller(name: &str, role: CallerRole) -> Caller {
    Caller {
        name: name.to_owned(),
        roles: [role].into(),
    }
}

fn request<T>(caller: Caller, actor: Actor, client: Client, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(Call {
        caller,
        actor,
        method: std::any::type_name::<T>(),
        client,
    });
    request
}
