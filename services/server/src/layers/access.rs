//! Whether a call may be made at all, by the access table and nothing else.
//!
//! Who acts is said by the metadata sent, never by the best role that the caller holds:
//! `session-token` selects the portal's grants, `caf-agent` the back office's, neither of them the
//! grants without actor. A portal that forgets the session of an RPC that takes one is refused,
//! whatever other roles it holds.

use api::access::{Actor, Grant, Rpc, SignIn};
use api::refusal::Refusal;
use domain::SessionToken;
use domain::call::{Caller, CallerRole};
use domain::session::Client;
use domain::violation::{FieldReason, Violation};
use http::{HeaderMap, HeaderValue};

use super::client;

const SESSION_TOKEN: &str = "session-token";
const CAF_AGENT: &str = "caf-agent";

/// Most characters of an agent's reference.
const MAX_CAF_AGENT: usize = 64;

/// A call that may be made.
#[derive(Debug)]
pub(super) struct Admitted {
    /// What is called.
    pub(super) rpc: &'static Rpc,
    /// Who calls.
    pub(super) caller: Caller,
    /// For whom, as claimed.
    pub(super) claim: Claim,
    /// Where the person is.
    pub(super) client: Client,
}

/// For whom a call is said to be made.
#[derive(Debug)]
pub(super) enum Claim {
    /// For nobody.
    Nobody,
    /// For who holds this session, if it lives.
    Session {
        /// The token; `None` when what was sent cannot be one.
        token: Option<SessionToken>,
        /// How far its sign-in must have come.
        sign_in: SignIn,
    },
    /// For the Caf, by its agent.
    Caf(String),
}

/// Who is named in the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Nobody,
    Person,
    Agent,
}

/// Admits the call or refuses it. The session token leaves the metadata here: nothing behind this
/// can print it.
pub(super) fn admit(
    rpc: &'static Rpc,
    caller: Caller,
    headers: &mut HeaderMap,
) -> Result<Admitted, Refusal> {
    let token = headers.get(SESSION_TOKEN).cloned();
    let named = named(headers)?;
    headers.remove(SESSION_TOKEN);

    let grant = grant(rpc, &caller, named)?;
    let claim = match (grant.actor, token) {
        (Actor::None, _) => Claim::Nobody,
        (Actor::Session, token) => Claim::Session {
            token: token.and_then(|sent| SessionToken::parse(sent.to_str().ok()?)),
            sign_in: grant.sign_in,
        },
        (Actor::CafAgent, _) => Claim::Caf(caf_agent(headers)?),
    };
    let client = match grant.caller {
        CallerRole::Portal | CallerRole::Business => client::read(headers)?,
        CallerRole::Backoffice | CallerRole::Mailroom | CallerRole::Observer => Client::default(),
    };
    Ok(Admitted {
        rpc,
        caller,
        claim,
        client,
    })
}

fn named(headers: &HeaderMap) -> Result<Named, Refusal> {
    let sent = |key: &str| headers.get_all(key).iter().count();
    match (sent(SESSION_TOKEN), sent(CAF_AGENT)) {
        (0, 0) => Ok(Named::Nobody),
        (1, 0) => Ok(Named::Person),
        (0, 1) => Ok(Named::Agent),
        (_, 0) => Err(sent_twice(SESSION_TOKEN)),
        (0, _) => Err(sent_twice(CAF_AGENT)),
        (_, _) => Err(Refusal::ActorAmbiguous),
    }
}

/// The grant that applies.
fn grant(rpc: &'static Rpc, caller: &Caller, named: Named) -> Result<&'static Grant, Refusal> {
    let held = || {
        let grants = rpc.grants.iter();
        grants.filter(|grant| caller.roles.contains(&grant.caller))
    };
    let of = |role| held().find(move |grant| grant.caller == role);
    let refused = || Refusal::CallerNotAllowed(rpc);
    let actor_required = || Refusal::ActorRequired {
        expected: held()
            .map(|grant| grant.actor)
            .filter(|actor| *actor != Actor::None)
            .collect(),
    };
    match named {
        Named::Person => of(CallerRole::Portal).ok_or_else(refused),
        Named::Agent => of(CallerRole::Backoffice).ok_or_else(refused),
        Named::Nobody if of(CallerRole::Portal).is_some_and(|g| g.actor == Actor::Session) => {
            Err(actor_required())
        }
        Named::Nobody => match held().find(|grant| grant.actor == Actor::None) {
            Some(grant) => Ok(grant),
            None if held().next().is_some() => Err(actor_required()),
            None => Err(refused()),
        },
    }
}

/// The agent's reference: opaque, printable, not empty.
fn caf_agent(headers: &HeaderMap) -> Result<String, Refusal> {
    let sent = headers
        .get(CAF_AGENT)
        .map_or(&[][..], HeaderValue::as_bytes);
    let formed = (1..=MAX_CAF_AGENT).contains(&sent.len())
        && sent.iter().all(|b| b.is_ascii_graphic() || *b == b' ')
        && sent != b" ".repeat(sent.len());
    if !formed {
        let violation = Violation::new(
            FieldReason::Format,
            format!("1 to {MAX_CAF_AGENT} printable ASCII characters"),
            "La référence de l’agent n’est pas lisible.",
        );
        return Err(Refusal::field(CAF_AGENT, violation));
    }
    Ok(String::from_utf8_lossy(sent).into_owned())
}

fn sent_twice(key: &'static str) -> Refusal {
    let violation = Violation::new(
        FieldReason::Duplicate,
        "sent more than once",
        "Cette information a été envoyée plusieurs fois.",
    );
    Refusal::field(key, violation)
}

#[cfg(test)]
mod tests;
