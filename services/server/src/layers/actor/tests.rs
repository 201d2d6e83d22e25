//! Which sessions are actors.

use std::sync::Mutex;

use api::access;
use async_trait::async_trait;
use domain::account::{Role, State};
use domain::call::Caller;
use domain::dates::AccountDates;
use domain::session::{Client, FactorKind};
use domain::{AccountId, OsRandom, PartnerId, SessionId, Timestamp, TokenDigest};
use http_body_util::Full;
use jiff::SignedDuration;
use tonic::body::Body;

use super::super::detach;
use super::*;

const CREATE: &str = "/comptepartenaire.account.v1.AccountService/CreateAccount";

fn at(minutes: i64) -> Timestamp {
    "2026-11-23T10:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes)
}

struct Now(Mutex<Timestamp>);

impl Clock for Now {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

/// Knows one session, or fails.
struct Sessions(Result<(TokenDigest, Standing), ()>);

#[async_trait]
impl SessionReads for Sessions {
    async fn standing(&self, token: TokenDigest) -> storage::Result<Option<Standing>> {
        match &self.0 {
            Ok((known, standing)) => Ok((*known == token).then(|| standing.clone())),
            Err(()) => Err(storage::Error::Unavailable("gone".into())),
        }
    }
}

fn standing() -> Standing {
    let day = |text: &str| text.parse().unwrap();
    Standing {
        session: Session {
            id: SessionId::new(at(0), &OsRandom),
            account: AccountId::new(at(0), &OsRandom),
            partner: PartnerId::new(at(0), &OsRandom),
            next_step: NextStep::None,
            factor: FactorKind::Password,
            created_at: at(0),
            last_used_at: at(0),
            idle: SignedDuration::from_mins(30),
            expires_at: at(12 * 60),
            client: Client::default(),
        },
        state: State::Active,
        dates: AccountDates::stored(day("2026-11-01"), Some(day("2026-11-23"))),
        role: Role::User,
    }
}

struct Tried {
    actors: Actors,
    token: SessionToken,
}

fn holding(standing: Standing, now: Timestamp) -> Tried {
    let token = SessionToken::generate(&OsRandom);
    Tried {
        actors: Actors {
            sessions: Arc::new(Sessions(Ok((token.digest(), standing)))),
            last_use: LastUse::default(),
            clock: Arc::new(Now(Mutex::new(now))),
        },
        token,
    }
}

impl Tried {
    async fn call(&self, path: &str, sign_in: SignIn, content: &[u8]) -> Result<Call, Refusal> {
        let token = Some(self.token.clone());
        self.claim(path, Claim::Session { token, sign_in }, content)
            .await
    }

    async fn claim(&self, path: &str, claim: Claim, content: &[u8]) -> Result<Call, Refusal> {
        let admitted = Admitted {
            rpc: access::rpc(path).unwrap(),
            caller: Caller {
                name: "tested".into(),
                roles: std::collections::BTreeSet::new(),
            },
            claim,
            client: Client::default(),
        };
        let length = u8::try_from(content.len()).unwrap();
        let framed = [&[0, 0, 0, 0, length], content].concat();
        let message = detach::read(Body::new(Full::new(framed.into()))).await?;
        self.actors.find(admitted, &message).await
    }

    async fn complete(&self) -> Result<Call, Refusal> {
        self.call(CREATE, SignIn::Complete, &[]).await
    }
}

#[tokio::test]
async fn a_live_session_acts_for_its_person() {
    let standing = standing();
    let call = holding(standing.clone(), at(29)).complete().await.unwrap();
    assert_eq!(call.actor, Actor::Person(Box::new(standing.session)));
    assert_eq!(call.method, CREATE);
}

#[tokio::test]
async fn a_session_that_is_dead_for_whatever_reason_is_answered_alike() {
    let closed = Standing {
        state: State::Closed,
        ..standing()
    };
    let mut ended = standing();
    ended.session.expires_at = at(5);
    for (what, tried) in [
        ("idle", holding(standing(), at(30))),
        ("closed", holding(closed, at(1))),
        ("absolute", holding(ended, at(5))),
    ] {
        assert_eq!(
            tried.complete().await,
            Err(Refusal::SessionInvalid),
            "{what}"
        );
    }
    let mut other = holding(standing(), at(1));
    other.token = SessionToken::generate(&OsRandom);
    assert_eq!(other.complete().await, Err(Refusal::SessionInvalid));
    let none = Claim::Session {
        token: None,
        sign_in: SignIn::Complete,
    };
    assert_eq!(
        other.claim(CREATE, none, &[]).await,
        Err(Refusal::SessionInvalid)
    );
}

#[tokio::test]
async fn the_last_day_of_access_is_included_in_paris() {
    // 23 h in Paris, then midnight.
    for (minutes, alive) in [(12 * 60 + 59, true), (13 * 60, false)] {
        let mut standing = standing();
        standing.session.idle = SignedDuration::from_hours(24);
        standing.session.expires_at = at(24 * 60);
        let found = holding(standing, at(minutes)).complete().await;
        assert_eq!(found.is_ok(), alive, "{minutes}");
    }
}

#[tokio::test]
async fn an_incomplete_sign_in_may_only_what_is_granted_to_it() {
    let mut standing = standing();
    standing.session.next_step = NextStep::ChangePassword;
    let tried = holding(standing, at(1));
    let refused = tried.complete().await.unwrap_err();
    assert_eq!(refused, Refusal::SignInIncomplete(NextStep::ChangePassword));
    let granted = tried
        .call(GET_CURRENT_SESSION, SignIn::MayBeIncomplete, &[])
        .await;
    assert!(granted.is_ok());
}

#[tokio::test]
async fn a_database_that_does_not_answer_is_told_as_unavailable_never_as_a_dead_session() {
    let mut tried = holding(standing(), at(1));
    tried.actors.sessions = Arc::new(Sessions(Err(())));
    assert_eq!(tried.complete().await, Err(Refusal::StorageUnavailable));
}

#[tokio::test]
async fn a_call_for_a_person_keeps_the_session_awake_and_one_in_the_background_does_not() {
    /// `background: true`
    const BACKGROUND: &[u8] = &[0x08, 0x01];
    for (content, awake) in [(&[][..], true), (BACKGROUND, false)] {
        let tried = holding(standing(), at(20));
        let read = tried
            .call(GET_CURRENT_SESSION, SignIn::MayBeIncomplete, content)
            .await;
        let Actor::Person(session) = read.unwrap().actor else {
            panic!("no person");
        };
        let noted = tried.actors.last_use.applied_to(*session);
        assert_eq!(
            noted.last_used_at,
            if awake { at(20) } else { at(0) },
            "{content:?}"
        );
    }
}

#[tokio::test]
async fn a_use_that_is_not_written_yet_counts_already() {
    let known = standing();
    let tried = holding(known.clone(), at(45));
    assert_eq!(tried.complete().await, Err(Refusal::SessionInvalid));
    tried.actors.last_use.used(known.session.id, at(25));
    assert!(tried.complete().await.is_ok());
}

#[tokio::test]
async fn nobody_and_the_caf_need_no_database() {
    let mut tried = holding(standing(), at(1));
    tried.actors.sessions = Arc::new(Sessions(Err(())));
    let call = tried
        .claim(CREATE, Claim::Caf("A-17".into()), &[])
        .await
        .unwrap();
    assert_eq!(call.actor, Actor::Caf("A-17".into()));
    let call = tried.claim(CREATE, Claim::Nobody, &[]).await.unwrap();
    assert_eq!(call.actor, Actor::Nobody);
}
