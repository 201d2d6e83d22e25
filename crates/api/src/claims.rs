//! Request ids: the caller's own name for a mutation, and what it is the name of.

use domain::RequestId;
use domain::call::{Actor, Call};
use domain::keys::RequestBodyKey;
use domain::violation::{FieldReason, Violation, Violations};
use storage::mutation::RequestClaim;

/// Reads request ids and ties them to who calls for what.
#[derive(Debug, Clone)]
pub struct Claims(RequestBodyKey);

impl Claims {
    /// Under that key.
    pub fn new(key: RequestBodyKey) -> Self {
        Self(key)
    }

    /// The claim of this call under that id. Its scope is caller, method and actor: the same id
    /// means another thing elsewhere. `body` is the encoded request, which holds no secret in any
    /// RPC that takes a request id.
    pub fn claim(&self, call: &Call, id: RequestId, body: &[u8]) -> RequestClaim {
        let actor = match &call.actor {
            Actor::Nobody => "nobody".to_owned(),
            Actor::Person(session) => format!("account:{}", session.account),
            Actor::Caf(agent) => format!("caf:{agent}"),
        };
        let scope = [call.caller.name.as_str(), call.method, &actor].join("\n");
        RequestClaim {
            scope: self.0.digest(scope.as_bytes()),
            id,
            body: self.0.digest(body),
        }
    }
}

/// Reads a request id that may be left out.
pub fn optional(text: &str, violations: &mut Violations) -> Option<RequestId> {
    if text.is_empty() {
        return None;
    }
    let id = RequestId::parse(text);
    if id.is_none() {
        violations.push("request_id", not_a_uuid());
    }
    id
}

/// Reads a request id that must be there.
pub fn required(text: &str, violations: &mut Violations) -> Option<RequestId> {
    if text.is_empty() {
        violations.push("request_id", Violation::required());
    }
    optional(text, violations)
}

fn not_a_uuid() -> Violation {
    Violation::new(
        FieldReason::Format,
        "a request id is a UUID, xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
        "L’identifiant de la demande doit être un UUID.",
    )
}
