//! Resolves the requests of recovery, one at a time, oldest first.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::audit::{self, By, Event, Personal};
use domain::delivery::{Cause, NewDelivery, Subject};
use domain::limits::Limits;
use domain::recovery::{self, Facts, History, Outcome, Request};
use domain::{Clock, DeliveryId, Random, Timestamp, paris};
use futures::FutureExt;
use jiff::SignedDuration;
use storage::delivery::Lease;
use storage::recovery::{Candidate, RecoveryRequest, RecoveryStore, Settlement, Submitted};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::outage::Outage;
use crate::settings::Pace;

/// How long a request is held. A request that cannot be resolved lets the others pass meanwhile.
const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// After how long a request that cannot be resolved is wiped unanswered: whoever asked has asked
/// again since, and what they typed is not kept for nothing.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// Most accounts looked at for one request. Beyond the twenty of an address that get a mail each,
/// so that closed ones do not hide live ones.
const MOST_CANDIDATES: u32 = 200;

const NAME: &str = "recovery";

/// Resolves requests.
pub struct RecoveryWorker {
    requests: Arc<dyn RecoveryStore>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    limits: Limits,
    poll: Duration,
    outage: Outage,
}

/// How one request ended that was claimed.
enum Resolved {
    /// As the table says.
    Settled,
    /// It could not be read or decided on.
    Poison,
}

impl RecoveryWorker {
    /// A worker that keeps to those limits.
    pub fn new(
        requests: Arc<dyn RecoveryStore>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        limits: Limits,
        pace: &Pace,
    ) -> Self {
        Self {
            requests,
            clock,
            random,
            limits,
            poll: pace.poll(),
            outage: Outage::default(),
        }
    }

    /// Resolves until stopped; a request being resolved is resolved first.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            match self.run_once().await {
                Ok(true) => {
                    self.outage.over(NAME);
                    continue;
                }
                Ok(false) => self.outage.over(NAME),
                Err(error) => self.outage.goes_on(NAME, &error),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = sleep(self.poll) => {}
            }
        }
    }

    /// Claims the oldest request and resolves it; `false` when there is none.
    pub async fn run_once(&self) -> storage::Result<bool> {
        let now = self.clock.now();
        let lease = Lease {
            id: self.random.uuid(),
            now,
            until: now.checked_add(LEASE).unwrap_or(Timestamp::MAX),
        };
        let Some(request) = self.requests.claim_request(&lease).await? else {
            return Ok(false);
        };
        if let Resolved::Poison = self.resolve(&request, &lease).await? {
            tracing::error!(event = "recovery_request_not_resolved", request = %request.id);
            if now.duration_since(request.at) >= LONGEST_WAIT {
                self.requests.settle(&self.empty(&request, &lease)).await?;
            }
        }
        Ok(true)
    }

    /// A panic, or a row that does not convert, is the request's own.
    async fn resolve(&self, request: &RecoveryRequest, lease: &Lease) -> storage::Result<Resolved> {
        match AssertUnwindSafe(self.settle(request, lease))
            .catch_unwind()
            .await
        {
            Ok(Ok(())) => Ok(Resolved::Settled),
            Ok(Err(error @ storage::Error::Unavailable(_))) => Err(error),
            Ok(Err(error)) => {
                tracing::error!(event = "recovery_request_failed", request = %request.id, error = &error as &dyn std::error::Error);
                Ok(Resolved::Poison)
            }
            Err(_panic) => Ok(Resolved::Poison),
        }
    }

    async fn settle(&self, request: &RecoveryRequest, lease: &Lease) -> storage::Result<()> {
        let most = MOST_CANDIDATES.max(self.limits.accounts_per_address.saturating_add(1));
        let found = self.requests.candidates(&request.submitted, most).await?;
        let settlement = self.decide(request, lease, &found);
        let (asked, refused) = (settlement.messages.len(), settlement.refused.len());
        let Some(queued) = self.requests.settle(&settlement).await? else {
            tracing::warn!(event = "recovery_lease_lost", request = %request.id);
            return Ok(());
        };
        tracing::info!(
            event = "recovery_resolved",
            request = %request.id,
            queued = queued.len(),
            over_limits = asked.saturating_sub(queued.len()),
            refused
        );
        Ok(())
    }

    fn decide(&self, request: &RecoveryRequest, lease: &Lease, found: &[Candidate]) -> Settlement {
        let asked = asked(&request.submitted);
        let today = paris::today(lease.now);
        let facts: Vec<Facts> = found
            .iter()
            .map(|candidate| Facts::of(&candidate.account, history(candidate), today))
            .collect();
        let most = usize::try_from(self.limits.accounts_per_address).unwrap_or(usize::MAX);
        let outcomes = recovery::outcomes(asked, &facts, most, lease.now);

        let mut settlement = self.empty(request, lease);
        for (candidate, outcome) in found.iter().zip(outcomes) {
            let entry = self.entry(request, candidate);
            match outcome {
                Outcome::Send(kind, channel) => settlement.messages.push((
                    NewDelivery {
                        id: DeliveryId::new(lease.now, self.random.as_ref()),
                        account: candidate.account.id,
                        kind,
                        channel,
                        cause: Cause::Recovery,
                        subject: Subject::Plain,
                    },
                    entry,
                )),
                Outcome::Nothing(silence) => settlement
                    .refused
                    .push(entry.refused().with("reason", silence.name())),
            }
        }
        settlement
    }

    fn empty(&self, request: &RecoveryRequest, lease: &Lease) -> Settlement {
        Settlement {
            request: request.id,
            lease: lease.id,
            now: lease.now,
            messages: Vec::new(),
            refused: Vec::new(),
            limits: self.limits,
        }
    }

    /// The line about one account: asked when it was asked, by whoever asked.
    fn entry(&self, request: &RecoveryRequest, candidate: &Candidate) -> audit::Entry {
        let random = self.random.as_ref();
        audit::Entry::new(
            Event::RecoveryRequested,
            &request.caller,
            By::Service,
            request.at,
            random,
        )
        .on(candidate.account.partner, candidate.account.id)
        .with("request", asked(&request.submitted).name())
        .with_personal(Personal {
            client_address: request.client.address,
            comment: None,
        })
    }
}

fn asked(submitted: &Submitted) -> Request {
    match submitted {
        Submitted::UserNumber(_) => Request::Identifier,
        Submitted::Email(_) => Request::Password,
    }
}

fn history(candidate: &Candidate) -> History {
    if candidate.credentials_sent_by_email {
        History::CredentialsByEmail
    } else {
        History::NoneByEmail
    }
}

#[cfg(test)]
mod tests;
