//! Messages of the stories, the workers who send them, and the provisional passwords they carry.

use domain::account::{Account, Channel};
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::provisional::{Selector, expire_time};
use domain::{AccountId, DeliveryId, OsRandom, PasswordHash, Random, Timestamp};
use jiff::SignedDuration;
use uuid::Uuid;

use super::super::Db;
use super::World;
use crate::delivery::{Carried, Ending, Job, Lease, NewProvisional, Stored};
use crate::mutation::AuthorityMove;

/// A message asked for at that time.
pub(crate) fn message(
    account: AccountId,
    kind: Kind,
    channel: Channel,
    cause: Cause,
    now: Timestamp,
) -> NewDelivery {
    NewDelivery {
        id: DeliveryId::new(now, &OsRandom),
        account,
        kind,
        channel,
        cause,
        subject: Subject::Plain,
    }
}

/// First credentials, by e-mail.
pub(crate) fn welcome(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::FirstCredentials,
        Channel::Email,
        Cause::Creation,
        now,
    )
}

/// First credentials, by letter.
pub(crate) fn welcome_by_letter(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::FirstCredentials,
        Channel::Letter,
        Cause::Creation,
        now,
    )
}

/// « Votre adresse a été modifiée », or any other word without credentials.
pub(crate) fn notice(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::EmailChanged,
        Channel::Email,
        Cause::Notice,
        now,
    )
}

/// Credentials sent again by an agent.
pub(crate) fn reissue(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::ProvisionalPassword,
        Channel::Email,
        Cause::Reissue,
        now,
    )
}

/// The answer to « Mot de passe oublié ».
pub(crate) fn recovery(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::ProvisionalPassword,
        Channel::Email,
        Cause::Recovery,
        now,
    )
}

/// The answer to « Identifiant perdu », by letter.
pub(crate) fn recovery_by_letter(account: AccountId, now: Timestamp) -> NewDelivery {
    message(
        account,
        Kind::LostIdentifier,
        Channel::Letter,
        Cause::Recovery,
        now,
    )
}

/// A fresh UUID.
pub(crate) fn fresh_id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// A worker's hold of two minutes.
pub(crate) fn lease(now: Timestamp) -> Lease {
    Lease {
        id: fresh_id(),
        now,
        until: now + SignedDuration::from_mins(2),
    }
}

/// What would be a hash, one of its own for each text: storage never computes one.
pub(crate) fn hash(text: &str) -> PasswordHash {
    PasswordHash::new(format!(
        "$argon2id$v=19$m=19456,t=2,p=1$c2VsZHVjb250cmF0${text}"
    ))
}

pub(crate) fn selector(text: &str) -> Selector {
    Selector::stored(text.to_owned())
}

/// A message in the hands of a worker.
pub(crate) struct Held {
    pub(crate) job: Job,
    pub(crate) lease: Lease,
}

impl Held {
    /// A provisional password for this message.
    pub(crate) fn provisional(&self, first_group: &str) -> NewProvisional {
        let Account {
            epoch,
            contact_version,
            dates,
            ..
        } = &self.job.account;
        NewProvisional {
            id: fresh_id(),
            delivery: self.job.id,
            lease: self.lease.id,
            account_epoch: *epoch,
            contact_version: *contact_version,
            selector: selector(first_group),
            hash: hash(&format!("{first_group}-{}", self.job.id)),
            expires_at: expire_time(self.job.channel, self.lease.now, *dates),
            now: self.lease.now,
        }
    }
}

/// Claims everything of that channel that is due.
pub(crate) async fn claim_all(db: &Db, channel: Channel, lease: &Lease) -> Vec<Job> {
    db.claim_deliveries(channel, lease, 100).await.unwrap()
}

/// Claims everything of that message's channel that is due, and keeps that one.
pub(crate) async fn claim(db: &Db, message: &NewDelivery, now: Timestamp) -> Held {
    let lease = lease(now);
    let jobs = claim_all(db, message.channel, &lease).await;
    let job = jobs.into_iter().find(|job| job.id == message.id);
    Held {
        job: job.expect("the message is due"),
        lease,
    }
}

/// Stores a provisional password for a message.
pub(crate) async fn store(db: &Db, provisional: &NewProvisional) -> Stored {
    db.store_provisional(provisional).await.unwrap()
}

/// Says that the message left.
pub(crate) async fn finish_sent(db: &Db, held: &Held) {
    let ending = match held.job.channel {
        Channel::Email => Ending::Sent,
        Channel::Letter => Ending::Rendered,
    };
    assert!(finish(db, held, &ending).await, "the lease is held");
}

/// Says what became of the message; its password stays.
pub(crate) async fn finish(db: &Db, held: &Held, ending: &Ending) -> bool {
    let Held { job, lease } = held;
    db.finish(job.id, lease.id, ending, Carried::Stays, lease.now)
        .await
        .unwrap()
}

impl World {
    /// Queues messages.
    pub(crate) async fn queue(&self, messages: &[NewDelivery], now: Timestamp) {
        let mut mutation = self.mutation(now, AuthorityMove::Kept).await;
        mutation.deliveries = messages.to_vec();
        self.db.apply(&mutation).await.unwrap();
    }

    /// A message with credentials to that account, in the hands of a worker.
    pub(crate) async fn held(&self, account: AccountId, now: Timestamp) -> Held {
        let message = reissue(account, now);
        self.queue(std::slice::from_ref(&message), now).await;
        claim(&self.db, &message, now).await
    }

    /// Queues that message, stores a provisional password for it and sends it, at its own time.
    pub(crate) async fn send(
        &self,
        message: NewDelivery,
        first_group: &str,
        now: Timestamp,
    ) -> NewProvisional {
        self.queue(std::slice::from_ref(&message), now).await;
        let held = claim(&self.db, &message, now).await;
        let provisional = held.provisional(first_group);
        let stored = store(&self.db, &provisional).await;
        assert!(matches!(stored, Stored::Live(_)), "{stored:?}");
        finish_sent(&self.db, &held).await;
        provisional
    }
}
