//! What opens a session, and that nothing is told to those it is refused to.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use api::session::v1::{NextStep, factor};
use async_trait::async_trait;
use domain::audit::Entry;
use domain::paris::Day;
use domain::{Password, SessionId, Timestamp};
use jiff::SignedDuration;
use passwords::{Parameters, Settings};
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;
use storage::Revision;
use storage::session::{
    Admission, ChargedProvisional, CurrentPassword, NewSession, PasswordChange, PasswordTry, Proof,
    ProvisionalTry, SessionStore,
};
use tokio::sync::Mutex;
use tonic::Code;

use crate::world::{NEXT, OWN, START, World, cheap, hasher, open_between, refusal, somebody, told};

#[tokio::test]
async fn the_right_password_opens_a_full_session() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let identifier = oliviers.identifier(luc).await;
    let before = oliviers.computed();
    let opened = oliviers.sign_in_from(Some("192.0.2.7"), &identifier, OWN);
    let opened = opened.await.unwrap();
    assert_eq!(oliviers.computed() - before, 1);

    let session = opened.session.unwrap();
    assert_eq!(session.next_step(), NextStep::None);
    assert_eq!(session.factors[0].kind(), factor::Kind::Password);
    assert_eq!(session.client_address, "192.0.2.7");
    assert_eq!(session.client_user_agent, "Navigateur/1.0");
    let lives = |end: Option<prost_types::Timestamp>| end.unwrap().seconds - START.as_second();
    assert_eq!(lives(session.idle_expire_time), 30 * 60);
    assert_eq!(lives(session.expire_time), 12 * 60 * 60);
    let known = oliviers.introspect(&opened.session_token).await;
    assert!(known.active);
    assert_eq!(known.account.unwrap().account_id, luc.to_string());
    assert_eq!(oliviers.account(luc).await.last_signed_in_at, Some(START));
}

#[tokio::test]
async fn an_administrator_s_session_is_shorter() {
    let oliviers = World::les_oliviers().await;
    oliviers.connect(oliviers.administrator).await;
    let identifier = oliviers.identifier(oliviers.administrator).await;
    let session = oliviers
        .sign_in(&identifier, OWN)
        .await
        .unwrap()
        .session
        .unwrap();
    let end = session.expire_time.unwrap().seconds - START.as_second();
    assert_eq!(end, 8 * 60 * 60);
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same_to_the_byte() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let throttled = oliviers.add_connected(somebody("BLANC", "Ada")).await;
    let throttled = oliviers.identifier(throttled).await;
    let closed = oliviers.add_connected(somebody("FAURE", "Zoé")).await;
    oliviers.close(closed).await;
    let closed = oliviers.identifier(closed).await;
    let never = oliviers.add(somebody("ROUX", "Max")).await;
    let old = oliviers.send_provisional(never).await;
    let never = oliviers.identifier(never).await;
    let last_day = Some(Day::constant(2027, 1, 15));
    let expired = open_between(
        somebody("PETIT", "Jeanne"),
        Day::constant(2027, 1, 1),
        last_day,
    );
    let expired = oliviers.add_connected(expired).await;
    let expired = oliviers.identifier(expired).await;
    let first_day = Day::constant(2027, 1, 18);
    let not_open = open_between(somebody("NOËL", "Eve"), first_day, None);
    let not_open = oliviers.add(not_open).await;
    oliviers.clock.wait(SignedDuration::from_hours(25));
    let early = oliviers.send_provisional(not_open).await;
    let not_open = oliviers.identifier(not_open).await;
    for _ in 0..5 {
        oliviers.sign_in(&throttled, "faux").await.unwrap_err();
    }

    let unknown = oliviers.sign_in("NOBODY22", OWN).await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unauthenticated);
    assert_eq!(refusal(&unknown, "").0, "SIGN_IN_REFUSED");
    for (identifier, password) in [
        ("NOBODY22", early.as_str()),
        (luc.as_str(), "faux"),
        (&luc, &early),
        (&throttled, OWN),
        (&closed, OWN),
        (&never, "faux"),
        (&never, &old),
        (&expired, OWN),
        (&not_open, &early),
        (&not_open, OWN),
    ] {
        let before = oliviers.computed();
        let refused = oliviers.sign_in(identifier, password).await.unwrap_err();
        assert_eq!(told(&refused), told(&unknown), "{identifier} {password}");
        let hashes = u64::from(identifier != throttled);
        assert_eq!(
            oliviers.computed() - before,
            hashes,
            "{identifier} {password}"
        );
    }
}

#[tokio::test]
async fn an_account_opens_on_its_first_day_and_closes_after_its_last() {
    let oliviers = World::les_oliviers().await;
    let today = Day::constant(2027, 1, 15);
    let luc = open_between(somebody("MARTIN", "Luc"), today, Some(today));
    let luc = oliviers.add_connected(luc).await;
    let luc = oliviers.identifier(luc).await;
    assert!(oliviers.sign_in(&luc, OWN).await.is_ok());
    oliviers.clock.wait(SignedDuration::from_hours(12));
    assert!(oliviers.sign_in(&luc, OWN).await.is_err());
}

#[tokio::test]
async fn a_refused_sign_in_leaves_the_same_line_for_known_and_unknown() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    for identifier in [luc.as_str(), "NOBODY22"] {
        oliviers.sign_in(identifier, "faux").await.unwrap_err();
    }
    let lines = refused_lines(&oliviers).await;
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].0, lines[1].0);
    let digests: Vec<_> = lines
        .iter()
        .map(|(_, attributes)| &attributes["identifier_digest"])
        .collect();
    assert_ne!(digests[0], digests[1]);
    assert!(
        lines
            .iter()
            .all(|(_, attributes)| attributes["proof"] == "password")
    );
    assert!(lines.iter().all(|(line, attributes)| {
        let all = format!("{line:?}{attributes:?}");
        !all.contains(&luc) && !all.contains("NOBODY22") && !all.contains("faux")
    }));
}

/// What stands in the record of each refused sign-in: what is the same, and its attributes.
async fn refused_lines(world: &World) -> Vec<(String, BTreeMap<String, String>)> {
    let path = world.path();
    let pool = SqlitePool::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    let rows = sqlx::query(
        "SELECT format('%s|%s|%s|%s|%s|%s', succeeded, caller, actor,
            hex(coalesce(actor_account_id, '')), hex(coalesce(partner_id, '')),
            hex(coalesce(account_id, ''))) AS line, attributes
         FROM audit_events WHERE event = 'authn_login_fail' ORDER BY place",
    );
    let rows = rows.fetch_all(&pool).await.unwrap();
    rows.iter()
        .map(|row| {
            (
                row.get("line"),
                serde_json::from_str(row.get("attributes")).unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn a_password_too_long_is_refused_before_anything_is_done() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let before = oliviers.computed();
    let long = "é".repeat(500_000);
    let mut answers = Vec::new();
    for identifier in [luc.as_str(), "NOBODY22"] {
        for _ in 0..6 {
            answers.push(told(
                &oliviers.sign_in(identifier, &long).await.unwrap_err(),
            ));
        }
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(answers[0].0, Code::InvalidArgument);
    assert_eq!(oliviers.computed(), before);
    assert!(
        oliviers.sign_in(&luc, OWN).await.is_ok(),
        "nothing was charged"
    );
}

#[tokio::test]
async fn a_sign_in_without_room_to_hash_says_so_alike_for_known_and_unknown() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let busy = hasher(Settings {
        parameters: Parameters::new(Parameters::MAX_MEMORY_KIB, Parameters::MAX_PASSES, 1).unwrap(),
        threads: std::num::NonZeroUsize::MIN,
        waiting: 0,
        wait: Duration::from_millis(1),
        ..cheap(8)
    });
    let mut taking_the_thread = pin!(busy.hash(Password::new("long".to_owned())));
    std::future::poll_fn(|context| {
        assert!(taking_the_thread.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;

    let mut deps = oliviers.deps.clone();
    deps.hasher = busy.clone();
    let crowded = World {
        deps,
        ..Arc::try_unwrap(oliviers).ok().unwrap()
    };
    let known = crowded.sign_in(&luc, OWN).await.unwrap_err();
    let unknown = crowded.sign_in("NOBODY22", OWN).await.unwrap_err();
    assert_eq!(known.code(), Code::ResourceExhausted);
    assert_eq!(
        refusal(&known, "work"),
        ("OVERLOADED".to_owned(), Some("SIGN_IN".to_owned()))
    );
    assert_eq!(told(&known), told(&unknown));
}

#[tokio::test]
async fn a_password_of_another_day_s_parameters_is_hashed_anew_once() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_connected(somebody("MARTIN", "Luc")).await;
    let luc = oliviers.identifier(luc).await;
    let mut deps = oliviers.deps.clone();
    deps.hasher = hasher(cheap(16));
    let today = World {
        deps,
        ..Arc::try_unwrap(oliviers).ok().unwrap()
    };
    today.sign_in(&luc, OWN).await.unwrap();
    assert_eq!(today.computed(), 2);
    today.sign_in(&luc, OWN).await.unwrap();
    assert_eq!(today.computed(), 3);
}

#[tokio::test]
async fn a_sign_in_racing_a_change_of_password_is_born_dead() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add(somebody("MARTIN", "Luc")).await;
    let token = oliviers.connect(luc).await;
    let luc = oliviers.identifier(luc).await;
    let racing = Arc::new(ChangingMeanwhile {
        inner: oliviers.deps.stores.sessions.clone(),
        world: oliviers.clone(),
        token: Mutex::new(Some(token)),
    });
    let mut deps = oliviers.deps.clone();
    deps.stores.sessions = racing.clone();
    let service = account::SessionServiceHandler::new(deps);
    let request = crate::world::of_nobody(
        api::session::v1::SignInRequest {
            identifier: luc.clone(),
            proof: Some(api::session::v1::sign_in_request::Proof::Password(
                OWN.to_owned(),
            )),
        },
        None,
    );
    let answer =
        api::session::v1::session_service_server::SessionService::sign_in(&service, request);
    let refused = answer.await.unwrap_err();
    assert!(
        racing.token.lock().await.is_none(),
        "the change came between"
    );
    let unknown = oliviers.sign_in("NOBODY22", OWN).await.unwrap_err();
    assert_eq!(told(&refused), told(&unknown));
    assert!(oliviers.sign_in(&luc, NEXT).await.is_ok());
}

/// Sessions of a database where, once, the password is changed just before a session opens.
struct ChangingMeanwhile {
    inner: Arc<dyn SessionStore>,
    world: Arc<World>,
    token: Mutex<Option<String>>,
}

#[async_trait]
impl SessionStore for ChangingMeanwhile {
    async fn open(
        &self,
        session: &NewSession,
        proof: &Proof,
        audit: &Entry,
    ) -> storage::Result<Option<Revision>> {
        if let Some(token) = self.token.lock().await.take() {
            self.world.change(&token, OWN, NEXT).await.unwrap();
        }
        self.inner.open(session, proof, audit).await
    }

    async fn admit_password_try(&self, tried: &PasswordTry) -> storage::Result<Admission> {
        self.inner.admit_password_try(tried).await
    }

    async fn charge_provisional_try(
        &self,
        tried: &ProvisionalTry,
    ) -> storage::Result<Option<ChargedProvisional>> {
        self.inner.charge_provisional_try(tried).await
    }

    async fn give_back_provisional_try(
        &self,
        charged: &ChargedProvisional,
        now: Timestamp,
    ) -> storage::Result<()> {
        self.inner.give_back_provisional_try(charged, now).await
    }

    async fn record(&self, audit: &Entry) -> storage::Result<()> {
        self.inner.record(audit).await
    }

    async fn charge_current_password(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> storage::Result<Option<CurrentPassword>> {
        self.inner.charge_current_password(session, now).await
    }

    async fn give_back_current_password_try(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> storage::Result<()> {
        self.inner
            .give_back_current_password_try(session, now)
            .await
    }

    async fn change_password(&self, change: &PasswordChange) -> storage::Result<Option<Revision>> {
        self.inner.change_password(change).await
    }

    async fn end(&self, session: SessionId, audit: &Entry) -> storage::Result<Revision> {
        self.inner.end(session, audit).await
    }

    async fn touch(&self, used: &[(SessionId, Timestamp)]) -> storage::Result<()> {
        self.inner.touch(used).await
    }
}
