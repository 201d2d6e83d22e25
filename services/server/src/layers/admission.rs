//! How much work may be under way at once, by kind: one kind in excess leaves the others their
//! room, and what cannot be done in time is refused at once instead of kept waiting.

use std::sync::Arc;

use api::access::WorkClass;
use api::refusal::Refusal;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::config::Checks;

/// Calls under way at once, by kind of work, 1 to 65,536 each.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InFlight {
    /// Questions about habilitations: short reads.
    pub check: u32,
    /// Reading and ending sessions: short reads too.
    pub session: u32,
    /// Accounts, partners, deliveries: the database writes one at a time.
    pub administration: u32,
    /// Whatever hashes a password: as many as wait for a hashing thread within half a second.
    pub sign_in: u32,
    /// Requests for lost credentials.
    pub recovery: u32,
}

impl Default for InFlight {
    fn default() -> Self {
        Self {
            check: 256,
            session: 256,
            administration: 64,
            sign_in: 32,
            recovery: 64,
        }
    }
}

impl InFlight {
    /// What cannot be, by key.
    pub(crate) fn check(&self, checks: &mut Checks) {
        for (key, number) in [
            ("check", self.check),
            ("session", self.session),
            ("administration", self.administration),
            ("sign_in", self.sign_in),
            ("recovery", self.recovery),
        ] {
            checks.between(key, number, 1, 65_536);
        }
    }
}

/// The room there is.
pub(crate) struct Admission {
    check: Arc<Semaphore>,
    session: Arc<Semaphore>,
    administration: Arc<Semaphore>,
    sign_in: Arc<Semaphore>,
    recovery: Arc<Semaphore>,
}

impl Admission {
    pub(crate) fn new(in_flight: &InFlight) -> Self {
        let room = |places: u32| Arc::new(Semaphore::new(places as usize));
        Self {
            check: room(in_flight.check),
            session: room(in_flight.session),
            administration: room(in_flight.administration),
            sign_in: room(in_flight.sign_in),
            recovery: room(in_flight.recovery),
        }
    }

    /// A place, held until the work has ended, be it after its client has gone.
    pub(super) fn take(&self, work: WorkClass) -> Result<OwnedSemaphorePermit, Refusal> {
        let room = match work {
            WorkClass::Check => &self.check,
            WorkClass::Session => &self.session,
            WorkClass::Administration => &self.administration,
            WorkClass::SignIn => &self.sign_in,
            WorkClass::Recovery => &self.recovery,
        };
        Arc::clone(room)
            .try_acquire_owned()
            .map_err(|_| Refusal::Overloaded(work))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_beyond_its_room_is_refused_at_once_and_other_work_is_not() {
        let admission = Admission::new(&InFlight {
            sign_in: 2,
            ..InFlight::default()
        });
        let one = admission.take(WorkClass::SignIn).unwrap();
        let _two = admission.take(WorkClass::SignIn).unwrap();
        let refused = admission.take(WorkClass::SignIn).unwrap_err();
        assert_eq!(refused, Refusal::Overloaded(WorkClass::SignIn));
        assert!(admission.take(WorkClass::Check).is_ok());
        drop(one);
        assert!(admission.take(WorkClass::SignIn).is_ok());
    }
}
