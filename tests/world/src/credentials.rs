//! How a person gets a password: the round of the outbox, and the first connection after it.

use domain::account::Channel;
use domain::audit::{By, Entry, Event};
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::provisional::{Selector, expire_time};
use domain::session::{NextStep, Session};
use domain::{AccountId, DeliveryId, OsRandom, PasswordHash, Random, SessionToken, Timestamp};
use jiff::SignedDuration;
use storage::delivery::{Carried, Ending, Lease, NewProvisional, Stored};
use storage::session::{NewSession, PasswordChange, Proof, ProvisionalTry, ThrottleKey};
use uuid::Uuid;

use crate::{Place, session};

/// A provisional password on its way.
pub struct Sending {
    /// The message that carries it.
    pub kind: Kind,
    /// How it goes.
    pub channel: Channel,
    /// What finds the password again.
    pub selector: Selector,
    /// Its hash.
    pub hash: PasswordHash,
}

/// A lease of its own from that instant on.
pub fn lease(now: Timestamp, length: SignedDuration) -> Lease {
    Lease {
        id: fresh_id(),
        now,
        until: now + length,
    }
}

impl Place {
    /// Queues a message, claims it, stores its provisional password and finishes it, as the workers
    /// do. Whatever else waits on the channel stays claimed for two minutes.
    pub async fn send_password(&self, account: AccountId, sending: Sending) {
        let Sending { kind, channel, .. } = sending;
        let now = self.now();
        let id = self.queue(account, kind, channel).await;
        let lease = lease(now, SignedDuration::from_mins(2));
        let outbox = &self.stores.deliveries;
        let jobs = outbox.claim_deliveries(channel, &lease, 100).await;
        let job = jobs.unwrap().into_iter().find(|job| job.id == id).unwrap();
        let provisional = NewProvisional {
            id: fresh_id(),
            delivery: id,
            lease: lease.id,
            account_epoch: job.account.epoch,
            contact_version: job.account.contact_version,
            selector: sending.selector,
            hash: sending.hash,
            expires_at: expire_time(channel, now, job.account.dates),
            now,
        };
        let stored = outbox.store_provisional(&provisional).await.unwrap();
        assert!(matches!(stored, Stored::Live(_)));
        let ending = match channel {
            Channel::Email => Ending::Sent,
            Channel::Letter => Ending::Rendered,
        };
        let ended = outbox.finish(id, lease.id, &ending, Carried::Stays, now);
        assert!(ended.await.unwrap());
    }

    async fn queue(&self, account: AccountId, kind: Kind, channel: Channel) -> DeliveryId {
        let id = DeliveryId::new(self.now(), &OsRandom);
        let cause = match kind {
            Kind::FirstCredentials => Cause::Creation,
            _ => Cause::Reissue,
        };
        let message = NewDelivery {
            id,
            account,
            kind,
            channel,
            cause,
            subject: Subject::Plain,
        };
        let partner = self.account(account).await.partner;
        self.write(partner, |mutation| mutation.deliveries.push(message))
            .await;
        id
    }

    /// Sends first credentials by e-mail, of a made-up hash: where they are found again.
    pub async fn send_first_credentials(&self, account: AccountId) -> Selector {
        let selector = Selector::stored("AAAA".into());
        let sending = Sending {
            kind: Kind::FirstCredentials,
            channel: Channel::Email,
            selector: selector.clone(),
            hash: PasswordHash::new("$argon2id$made-up".into()),
        };
        self.send_password(account, sending).await;
        selector
    }

    /// Has the person connect with first credentials and choose a password of their own, both of
    /// made-up hashes.
    pub async fn connect(&self, id: AccountId) {
        let selector = self.send_first_credentials(id).await;
        let now = self.now();
        let account = self.account(id).await;
        let sessions = &self.stores.sessions;
        let tried = ProvisionalTry {
            identifier: account.identifier.key(),
            selector,
            now,
        };
        let charged = sessions.charge_provisional_try(&tried).await;
        let charged = charged.unwrap().unwrap();
        let open = |next_step| NewSession {
            session: Session {
                next_step,
                ..session(id, account.partner, now)
            },
            token: SessionToken::generate(&OsRandom).digest(),
            epochs: charged.holder.epochs,
        };
        let opened = open(NextStep::ChangePassword);
        let proof = Proof::Provisional { id: charged.id };
        let audit = || Entry::new(Event::PasswordChange, "portal", By::Service, now, &OsRandom);
        sessions.open(&opened, &proof, &audit()).await.unwrap();
        let change = PasswordChange {
            now,
            session: opened.session.id,
            hash: PasswordHash::new("$argon2id$own".into()),
            spends: Some(charged.id),
            throttle: ThrottleKey {
                identifier: [0; 32],
                address: None,
            },
            new_session: open(NextStep::None),
            notice: None,
            audit: audit(),
        };
        let changed = sessions.change_password(&change).await.unwrap();
        assert!(changed.is_some());
        assert!(self.account(id).await.has_connected());
    }
}

fn fresh_id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}
