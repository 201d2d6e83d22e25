//! How the people of the stories sign in and choose their passwords.

use domain::account::Role;
use domain::audit::Event;
use domain::session::{Client, Epochs, FactorKind, Lifetimes, NextStep, Session};
use domain::{AccountId, OsRandom, PasswordHash, SessionId, SessionToken, Timestamp};

use super::messages::{hash, selector, welcome};
use super::{World, digest, entry};
use crate::Revision;
use crate::delivery::NewProvisional;
use crate::session::{
    Admission, ChargedProvisional, CurrentPassword, Holder, NewSession, PasswordChange,
    PasswordTry, Proof, ProvisionalTry, Standing, ThrottleKey,
};

/// A session that this person could be given, with the lifetimes of their role.
pub(crate) fn new_session(holder: &Holder, next_step: NextStep, now: Timestamp) -> NewSession {
    let (idle, absolute) = Lifetimes::default().of(holder.role, next_step);
    let factor = match next_step {
        NextStep::None => FactorKind::Password,
        NextStep::ChangePassword => FactorKind::ProvisionalPassword,
    };
    NewSession {
        session: Session {
            id: SessionId::new(now, &OsRandom),
            account: holder.account,
            partner: holder.partner,
            next_step,
            factor,
            created_at: now,
            last_used_at: now,
            idle,
            expires_at: now + absolute,
            client: Client::default(),
        },
        token: SessionToken::generate(&OsRandom).digest(),
        epochs: holder.epochs,
    }
}

/// Where tries at that identifier from that address are charged.
pub(crate) fn throttle(identifier: &str, address: Option<&str>) -> ThrottleKey {
    ThrottleKey {
        identifier: digest(identifier),
        address: address.map(digest),
    }
}

/// Who a try was admitted for, and what it is verified against.
pub(crate) struct Admitted {
    pub(crate) side: domain::throttle::Side,
    pub(crate) holder: Holder,
    pub(crate) hash: Option<PasswordHash>,
}

impl World {
    /// Where tries at this account from that address are charged.
    pub(crate) async fn throttle(&self, account: AccountId, address: Option<&str>) -> ThrottleKey {
        throttle(self.account(account).await.identifier.as_str(), address)
    }

    /// Tries a password.
    pub(crate) async fn admit(
        &self,
        account: AccountId,
        address: Option<&str>,
        now: Timestamp,
    ) -> Option<Admitted> {
        let identifier = self.account(account).await.identifier;
        let throttle = throttle(identifier.as_str(), address);
        let tried = PasswordTry {
            identifier: identifier.key(),
            throttle,
            now,
        };
        match self.db.admit_password_try(&tried).await.unwrap() {
            Admission::Refused => None,
            Admission::Admitted { side, holder, hash } => Some(Admitted {
                side,
                holder: holder.expect("the account exists"),
                hash,
            }),
        }
    }

    /// Signs in with the own password, from nowhere in particular.
    pub(crate) async fn sign_in(&self, account: AccountId, now: Timestamp) -> NewSession {
        self.sign_in_from(account, None, now)
            .await
            .expect("nothing moved")
    }

    /// Signs in with the own password from that address; `None` when something moved.
    pub(crate) async fn sign_in_from(
        &self,
        account: AccountId,
        address: Option<&str>,
        now: Timestamp,
    ) -> Option<NewSession> {
        let admitted = self
            .admit(account, address, now)
            .await
            .expect("not throttled");
        let session = new_session(&admitted.holder, NextStep::None, now);
        let throttle = self.throttle(account, address).await;
        let proof = Proof::Password {
            throttle,
            side: admitted.side,
            rehash: None,
        };
        self.open(&session, &proof).await.map(|_| session)
    }

    /// Opens a session.
    pub(crate) async fn open(&self, session: &NewSession, proof: &Proof) -> Option<Revision> {
        let audit = entry(Event::LoginSuccess, session.session.created_at);
        self.db.open(session, proof, &audit).await.unwrap()
    }

    /// Charges the provisional password with that first group one try.
    pub(crate) async fn charge(
        &self,
        account: AccountId,
        first_group: &str,
        now: Timestamp,
    ) -> Option<ChargedProvisional> {
        let identifier = self.account(account).await.identifier.key();
        let tried = ProvisionalTry {
            identifier,
            selector: selector(first_group),
            now,
        };
        self.db.charge_provisional_try(&tried).await.unwrap()
    }

    /// Whether there is such a live one, which takes one of its tries.
    pub(crate) async fn live(&self, account: AccountId, first_group: &str, now: Timestamp) -> bool {
        self.charge(account, first_group, now).await.is_some()
    }

    /// Signs in with a provisional password.
    pub(crate) async fn sign_in_with(
        &self,
        account: AccountId,
        provisional: &NewProvisional,
        now: Timestamp,
    ) -> NewSession {
        let first_group = provisional.selector.as_str();
        let charged = self
            .charge(account, first_group, now)
            .await
            .expect("it is live");
        let session = new_session(&charged.holder, NextStep::ChangePassword, now);
        let opened = self
            .open(&session, &Proof::Provisional { id: charged.id })
            .await;
        opened.expect("nothing moved");
        session
    }

    /// Prepares the change of password that this session may make now.
    pub(crate) async fn password_change(
        &self,
        session: &NewSession,
        password: &str,
        now: Timestamp,
    ) -> PasswordChange {
        let charged = self.charge_current(session, now).await;
        let CurrentPassword {
            provisional,
            holder,
            ..
        } = charged.expect("the session is live");
        PasswordChange {
            now,
            session: session.session.id,
            hash: hash(password),
            spends: provisional,
            throttle: self.throttle(holder.account, None).await,
            new_session: new_session(&holder, NextStep::None, now),
            notice: None,
            audit: entry(Event::PasswordChange, now).on(holder.partner, holder.account),
        }
    }

    /// Charges the session one try at its current password.
    pub(crate) async fn charge_current(
        &self,
        session: &NewSession,
        now: Timestamp,
    ) -> Option<CurrentPassword> {
        self.db
            .charge_current_password(session.session.id, now)
            .await
            .unwrap()
    }

    /// Has the account connect for the first time, choosing the password `own`: the session that
    /// follows.
    pub(crate) async fn connect(&self, account: AccountId, now: Timestamp) -> NewSession {
        let sent = self.send(welcome(account, now), "WXYZ", now).await;
        let incomplete = self.sign_in_with(account, &sent, now).await;
        let change = self.password_change(&incomplete, "own", now).await;
        self.db
            .change_password(&change)
            .await
            .unwrap()
            .expect("nothing moved");
        change.new_session
    }

    /// Whether the session is found.
    pub(crate) async fn stands(&self, session: &NewSession) -> bool {
        self.standing(session).await.is_some()
    }

    /// What the session stands on.
    pub(crate) async fn standing(&self, session: &NewSession) -> Option<Standing> {
        self.db.standing(session.token).await.unwrap()
    }

    /// The role the account has now.
    pub(crate) async fn role(&self, account: AccountId) -> Role {
        self.account(account).await.role
    }

    /// The epochs that hold for the account now.
    pub(crate) async fn epochs(&self, account: AccountId) -> Epochs {
        let partner = self.authority(&[]).await.partner.epoch;
        Epochs {
            account: self.account(account).await.epoch,
            partner,
        }
    }
}
