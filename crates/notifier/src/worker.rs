//! Claims messages of one channel, has them tried, and writes down what became of them.

mod tally;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use domain::{DeliveryId, Timestamp};
use futures::FutureExt;
use futures::future::join_all;
use jiff::SignedDuration;
use letters::folder::Folder;
use storage::delivery::{Carried, Ending, Job, Lease};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use self::tally::Tally;
use crate::courier::{Courier, EmailCourier, LetterCourier, Tried};
use crate::mail::Composer;
use crate::outage::Outage;
use crate::settings::{Invalid, Settings};
use crate::transport::Transport;
use crate::{Tools, Words, verdict};

/// How long a claimed message is held: a password made (20 s at most), a mail sent (60 s), and
/// its end written.
const LEASE: SignedDuration = SignedDuration::from_mins(2);

/// Tries to write down an end while the database is away, a second apart. What is not written
/// is tried again when the lease is over, and the person has the mail twice.
const MOST_ENDING_TRIES: u32 = 30;
const BETWEEN_ENDING_TRIES: Duration = Duration::from_secs(1);

/// Delivers the messages of one channel.
///
/// A message is claimed under a lease in a short unit of work, tried outside of any, and its end
/// is written under the same lease. A crash in between leaves it leased; once the lease is over
/// any worker claims it again, so each message is sent at least once, and twice under one
/// Message-ID at worst.
pub struct DeliveryWorker {
    tools: Tools,
    courier: Arc<dyn Courier>,
    name: &'static str,
    in_flight: u32,
    poll: Duration,
    drain: Duration,
    tally: Tally,
    outage: Outage,
}

impl DeliveryWorker {
    /// A worker that sends e-mails through that transport.
    pub fn email(
        tools: Tools,
        transport: Arc<dyn Transport>,
        settings: &Settings,
    ) -> Result<Self, Invalid> {
        settings.check()?;
        let composer = Composer::new(settings)?;
        let courier = EmailCourier::new(tools.clone(), composer, transport);
        let in_flight = settings.pace.emails_in_flight;
        Ok(Self::new(
            tools,
            Arc::new(courier),
            "email",
            in_flight,
            settings,
        ))
    }

    /// A worker that puts letters into that folder.
    pub fn letters(tools: Tools, folder: Folder, settings: &Settings) -> Result<Self, Invalid> {
        settings.check()?;
        let courier = LetterCourier::new(tools.clone(), settings.letterhead.clone(), folder);
        let in_flight = settings.pace.letters_in_flight;
        Ok(Self::new(
            tools,
            Arc::new(courier),
            "letters",
            in_flight,
            settings,
        ))
    }

    fn new(
        tools: Tools,
        courier: Arc<dyn Courier>,
        name: &'static str,
        in_flight: u32,
        settings: &Settings,
    ) -> Self {
        Self {
            tools,
            courier,
            name,
            in_flight,
            poll: settings.pace.poll(),
            drain: settings.pace.drain(),
            tally: Tally::default(),
            outage: Outage::default(),
        }
    }

    /// Delivers until stopped; then waits for what is in flight, for as long as configured.
    pub async fn run(self, stop: CancellationToken) {
        let worker = Arc::new(self);
        let mut in_flight = JoinSet::new();
        while !stop.is_cancelled() {
            while in_flight.try_join_next().is_some() {}
            let free = usize::try_from(worker.in_flight)
                .unwrap_or(usize::MAX)
                .saturating_sub(in_flight.len());
            for (job, lease) in worker.claim_quietly(free).await {
                let worker = Arc::clone(&worker);
                in_flight.spawn(async move { worker.deliver(job, lease).await });
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(_) = in_flight.join_next() => {}
                () = sleep(worker.poll) => {}
            }
        }
        let drained = async { while in_flight.join_next().await.is_some() {} };
        if timeout(worker.drain, drained).await.is_err() {
            tracing::warn!(event = "deliveries_abandoned", worker = worker.name);
        }
    }

    /// Claims what is due, as many messages as may be in flight, and delivers them. Answers how
    /// many; 0 is that nothing is due.
    pub async fn run_once(&self) -> storage::Result<usize> {
        let claimed = self.claim(self.in_flight).await?;
        let deliveries = claimed
            .into_iter()
            .map(|(job, lease)| self.deliver(job, lease));
        Ok(join_all(deliveries).await.len())
    }

    async fn claim_quietly(&self, free: usize) -> Vec<(Job, Lease)> {
        let Some(free) = u32::try_from(free).ok().filter(|&free| free > 0) else {
            return Vec::new();
        };
        match self.claim(free).await {
            Ok(claimed) => {
                self.outage.over(self.name);
                claimed
            }
            Err(error) => {
                self.outage.goes_on(self.name, &error);
                Vec::new()
            }
        }
    }

    async fn claim(&self, limit: u32) -> storage::Result<Vec<(Job, Lease)>> {
        let now = self.tools.clock.now();
        let lease = Lease {
            id: self.tools.random.uuid(),
            now,
            until: now.checked_add(LEASE).unwrap_or(Timestamp::MAX),
        };
        let channel = self.courier.channel();
        let jobs = self
            .tools
            .deliveries
            .claim_deliveries(channel, &lease, limit)
            .await?;
        Ok(jobs.into_iter().map(|job| (job, lease)).collect())
    }

    async fn deliver(&self, job: Job, lease: Lease) {
        let tried = match self.carry(&job, &lease).await {
            Ok(tried) => tried,
            Err(error) => {
                self.outage.goes_on(self.name, &error);
                return;
            }
        };
        let unsure = self.tally.unsure(&job, &tried);
        let now = self.tools.clock.now();
        let random = self.tools.random.as_ref();
        let Some((ending, carried)) = verdict::follow(tried, &job, unsure, now, random) else {
            tracing::info!(event = "delivery_moved", delivery = %job.id);
            return;
        };
        self.write_down(&job, &lease, &ending, carried).await;
    }

    /// A panic is the message's own: it is counted like any other defect, and nobody else stops.
    async fn carry(&self, job: &Job, lease: &Lease) -> storage::Result<Tried> {
        if verdict::tried_too_often(job) {
            let words = Words::new("Trop d’essais sans résultat : l’envoi est abandonné.");
            return Ok(Tried::RefusedForGood(words, Carried::Stays));
        }
        let carried = AssertUnwindSafe(self.courier.carry(job, lease.id)).catch_unwind();
        carried.await.unwrap_or_else(|_panic| {
            tracing::error!(event = "delivery_panicked", delivery = %job.id);
            let words = Words::new("Défaut interne : le message n’a pas pu être préparé.");
            Ok(Tried::Unbuildable(words, Carried::Stays))
        })
    }

    async fn write_down(&self, job: &Job, lease: &Lease, ending: &Ending, carried: Carried) {
        for _ in 0..MOST_ENDING_TRIES {
            let now = self.tools.clock.now();
            let deliveries = &self.tools.deliveries;
            let written = deliveries.finish(job.id, lease.id, ending, carried, now);
            let settled = match written.await {
                Ok(true) => {
                    told(job, ending);
                    Ok(())
                }
                Ok(false) => {
                    tracing::warn!(event = "delivery_lease_lost", delivery = %job.id);
                    self.courier.withdraw(job).await
                }
                Err(error) => Err(error),
            };
            match settled {
                Ok(()) => return,
                Err(error) => self.outage.goes_on(self.name, &error),
            }
            if self.tools.clock.now() >= lease.until {
                tracing::warn!(event = "delivery_ending_lost", delivery = %job.id);
                return;
            }
            sleep(BETWEEN_ENDING_TRIES).await;
        }
    }
}

/// One line a try: ids, kind and how it ended. The words of the failure stand in the database.
fn told(job: &Job, ending: &Ending) {
    let (delivery, attempt): (DeliveryId, u32) = (job.id, job.attempts);
    let kind = job.kind;
    match ending {
        Ending::Sent => tracing::info!(event = "delivery_sent", %delivery, ?kind, attempt),
        Ending::Rendered => tracing::info!(event = "delivery_rendered", %delivery, ?kind, attempt),
        Ending::Retry { at, .. } => {
            tracing::warn!(event = "delivery_put_off", %delivery, ?kind, attempt, next = %at);
        }
        Ending::Failed { .. } => {
            tracing::error!(event = "delivery_failed", %delivery, ?kind, attempt);
        }
        Ending::Cancelled { .. } => {
            tracing::info!(event = "delivery_cancelled", %delivery, ?kind, attempt);
        }
    }
}

#[cfg(test)]
mod tests;
