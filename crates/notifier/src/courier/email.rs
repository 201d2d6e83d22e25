//! One try at one e-mail.

use std::sync::Arc;

use async_trait::async_trait;
use domain::account::Channel;
use domain::delivery::Subject;
use domain::email::Email;
use storage::delivery::{Carried, Destination, Job};
use uuid::Uuid;

use super::{Courier, Tried, busy, defect};
use crate::credentials::{self, Credentials, Made};
use crate::mail::Composer;
use crate::transport::{Handover, Transport};
use crate::{Tools, Words};

/// Composes mails and hands them over.
pub(crate) struct EmailCourier {
    tools: Tools,
    composer: Composer,
    transport: Arc<dyn Transport>,
}

impl EmailCourier {
    /// Joins the three.
    pub(crate) fn new(tools: Tools, composer: Composer, transport: Arc<dyn Transport>) -> Self {
        Self {
            tools,
            composer,
            transport,
        }
    }

    async fn carry_credentials(&self, job: &Job, lease: Uuid) -> storage::Result<Tried> {
        let credentials = match credentials::make(&self.tools, job, lease).await? {
            Made::Live(credentials) => credentials,
            Made::Useless(words) => return Ok(Tried::Pointless(words)),
            Made::Lapsed => return Ok(Tried::Moved),
            Made::Busy => return Ok(Tried::RefusedForNow(busy(), Carried::Stays)),
            Made::Broken => return Ok(Tried::Unbuildable(defect(), Carried::Stays)),
        };
        let Destination::Email(to) = &credentials.destination else {
            return Ok(Tried::Unbuildable(defect(), Carried::Void(credentials.id)));
        };
        Ok(self.send(job, to, Some(&credentials)).await)
    }

    /// Composes and hands over; what certainly did not leave takes its password with it.
    async fn send(&self, job: &Job, to: &Email, credentials: Option<&Credentials>) -> Tried {
        let void = credentials.map_or(Carried::Stays, |made| Carried::Void(made.id));
        let now = self.tools.clock.now();
        let random = self.tools.random.as_ref();
        let mail = match self.composer.compose(job, to, credentials, now, random) {
            Ok(mail) => mail,
            Err(error) => {
                tracing::error!(event = "mail_not_composed", delivery = %job.id, error = &error as &dyn std::error::Error);
                return Tried::Unbuildable(defect(), void);
            }
        };
        match self.transport.hand_over(&mail).await {
            Handover::Taken => Tried::Done(Carried::Stays),
            Handover::RefusedForNow(words) => Tried::RefusedForNow(words, void),
            Handover::RefusedForGood(words) => Tried::RefusedForGood(words, void),
            Handover::Unsure(words) => Tried::Unsure(words),
        }
    }
}

#[async_trait]
impl Courier for EmailCourier {
    fn channel(&self) -> Channel {
        Channel::Email
    }

    async fn carry(&self, job: &Job, lease: Uuid) -> storage::Result<Tried> {
        if job.kind.carries_credentials() {
            return self.carry_credentials(job, lease).await;
        }
        match notice_address(job) {
            Some(to) => Ok(self.send(job, to, None).await),
            None => Ok(Tried::Pointless(Words::new(
                "Le compte n’a plus d’adresse courriel.",
            ))),
        }
    }

    /// A mail that has left is gone; its password was voided by what cancelled it.
    async fn withdraw(&self, _: &Job) -> storage::Result<()> {
        Ok(())
    }
}

/// A notice goes to the address it names, else to the account's own.
fn notice_address(job: &Job) -> Option<&Email> {
    match &job.subject {
        Subject::FormerEmail(former) => Some(former),
        Subject::Plain | Subject::Role(_) => job.account.person.email.as_ref(),
    }
}
