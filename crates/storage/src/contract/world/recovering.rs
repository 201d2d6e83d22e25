//! How recovery is asked for and answered.

use domain::audit::Event;
use domain::delivery::NewDelivery;
use domain::email::Email;
use domain::limits::Limits;
use domain::session::Client;
use domain::{AccountId, Timestamp};
use uuid::Uuid;

use super::super::Db;
use super::entry;
use super::messages::{fresh_id, lease};
use crate::delivery::Lease;
use crate::recovery::{RecoveryRequest, Settlement, Submitted};

/// « Mot de passe oublié », of that address.
pub(crate) fn by_email(address: &str) -> Submitted {
    Submitted::Email(Email::parse(address).unwrap().lookup_key())
}

/// A request that the portal passes on.
pub(crate) fn request(submitted: Submitted, at: Timestamp) -> RecoveryRequest {
    RecoveryRequest {
        id: fresh_id(),
        at,
        submitted,
        caller: "portal".into(),
        client: Client::default(),
    }
}

/// Writes a request down and claims it.
pub(crate) async fn claimed(db: &Db, now: Timestamp) -> (Uuid, Lease) {
    let asked = request(by_email("personne@example.org"), now);
    db.request(&asked).await.unwrap();
    let lease = lease(now);
    let claimed = db.claim_request(&lease).await.unwrap().unwrap();
    assert_eq!(claimed.id, asked.id);
    (asked.id, lease)
}

/// What a worker makes of it: these messages, each with its line of the audit.
pub(crate) fn settlement(request: Uuid, lease: &Lease, messages: Vec<NewDelivery>) -> Settlement {
    let line = |_: &NewDelivery| entry(Event::RecoveryRequested, lease.now);
    Settlement {
        request,
        lease: lease.id,
        now: lease.now,
        messages: messages
            .into_iter()
            .map(|message| (message.clone(), line(&message)))
            .collect(),
        refused: Vec::new(),
        limits: Limits::default(),
    }
}

/// Has someone ask, and the worker answer with these messages: the accounts that get theirs.
pub(crate) async fn ask(db: &Db, messages: Vec<NewDelivery>, now: Timestamp) -> Vec<AccountId> {
    let (request, lease) = claimed(db, now).await;
    let settled = db
        .settle(&settlement(request, &lease, messages))
        .await
        .unwrap();
    settled.expect("the lease is held")
}
