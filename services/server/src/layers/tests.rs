//! Calls through the whole of the door, from within the process.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::sync::{Mutex, Once};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Service, ServiceExt};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogLevel, Logs};
use crate::logs;
use crate::trial::Trial;

const SIGN_IN: &str = "/comptepartenaire.session.v1.SessionService/SignIn";
const SIGN_OUT: &str = "/comptepartenaire.session.v1.SessionService/SignOut";
const POLICY: &str = "/comptepartenaire.session.v1.SessionService/GetPasswordPolicy";
const TOKEN: &str = "cps_0123456789012345678901234567890123456789012";

/// `identifier: "K7MP4XQ2", password: "secret-phrase"`
const CREDENTIALS: &[u8] = b"\x0a\x08K7MP4XQ2\x12\x0dsecret-phrase";

/// A body that never ends.
struct Endless;

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        Poll::Pending
    }
}

/// A message in its frame.
fn framed(content: &[u8]) -> Body {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let bytes = [&[0], &length[..], content].concat();
    Body::new(Full::new(Bytes::from(bytes)))
}

fn request(path: &str, metadata: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::post(path).header("content-type", "application/grpc");
    for (key, value) in metadata {
        request = request.header(*key, *value);
    }
    request.body(body).unwrap()
}

async fn answer(trial: &Trial, request: Request<Body>) -> Response<Body> {
    let mut door = trial.running().door().unwrap();
    let Ok(response) = door.ready().await.unwrap().call(request).await;
    response
}

/// How it was answered, its body read to the end.
async fn status(trial: &Trial, request: Request<Body>) -> Status {
    let (parts, body) = answer(trial, request).await.into_parts();
    if let Some(status) = Status::from_header_map(&parts.headers) {
        return status;
    }
    let trailers = body.collect().await.unwrap().trailers().cloned();
    Status::from_header_map(&trailers.unwrap()).unwrap()
}

fn reason(status: &Status) -> String {
    status
        .get_details_error_info()
        .map_or_else(String::new, |info| info.reason)
}

#[tokio::test]
async fn a_call_passes_all_layers_to_its_service() {
    let trial = Trial::prepared().started().await;
    let answered = status(&trial, request(POLICY, &[], framed(&[]))).await;
    assert_eq!(answered.code(), Code::Ok);
}

#[tokio::test]
async fn a_path_that_is_no_rpc_is_unimplemented() {
    let trial = Trial::prepared().started().await;
    for path in [
        "/comptepartenaire.session.v1.SessionService/Nothing",
        "/comptepartenaire.session.v1.SessionService/",
        "/grpc.health.v2.Health/Check",
        "/",
    ] {
        let answered = status(&trial, request(path, &[], framed(&[]))).await;
        assert_eq!(answered.code(), Code::Unimplemented, "{path}");
    }
}

#[tokio::test]
async fn what_is_no_message_is_the_clients_mistake() {
    let trial = Trial::prepared().started().await;
    let twice = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0].as_slice();
    let not_protobuf = [0, 0, 0, 0, 2, 0xff, 0xff].as_slice();
    for body in [&[][..], &[0], twice, not_protobuf] {
        let body = Body::new(Full::new(Bytes::from_static(body)));
        let answered = status(&trial, request(SIGN_IN, &[], body)).await;
        let told = (answered.code(), reason(&answered));
        assert_eq!(told, (Code::InvalidArgument, "FIELD_INVALID".into()));
    }
}

#[tokio::test]
async fn a_call_beyond_its_deadline_is_told_the_limit_that_held() {
    let trial = Trial::prepared().started().await;
    let slow = request(SIGN_IN, &[("grpc-timeout", "20m")], Body::new(Endless));
    let answered = status(&trial, slow).await;
    let told = (answered.code(), reason(&answered));
    assert_eq!(told, (Code::DeadlineExceeded, "DEADLINE".into()));
    let info = answered.get_details_error_info().unwrap();
    assert_eq!(info.metadata["limit_ms"], "20");
}

#[tokio::test]
async fn a_session_that_does_not_exist_is_refused_before_its_service() {
    let trial = Trial::prepared().started().await;
    let answered = status(
        &trial,
        request(SIGN_OUT, &[("session-token", TOKEN)], framed(&[])),
    )
    .await;
    let told = (answered.code(), reason(&answered));
    assert_eq!(told, (Code::Unauthenticated, "SESSION_INVALID".into()));
}

#[tokio::test]
async fn work_beyond_its_room_is_told_so_and_the_room_is_given_back() {
    let mut trial = Trial::prepared();
    trial.settings.in_flight.sign_in = 1;
    let trial = trial.started().await;
    let mut door = trial.running().door().unwrap();
    let slow = door.call(request(SIGN_IN, &[], Body::new(Endless)));
    let mut slow = Box::pin(slow);
    let pending = std::future::poll_fn(|cx| Poll::Ready(slow.as_mut().poll(cx).is_pending()));
    assert!(pending.await);

    let answered = status(&trial, request(SIGN_IN, &[], framed(CREDENTIALS))).await;
    let told = (answered.code(), reason(&answered));
    assert_eq!(told, (Code::ResourceExhausted, "OVERLOADED".into()));
    drop(slow);
    let answered = status(&trial, request(SIGN_IN, &[], framed(CREDENTIALS))).await;
    assert_eq!(reason(&answered), "SIGN_IN_REFUSED");
}

thread_local! {
    /// What this test's thread logged: a test runs on a thread of its own.
    static HERE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What every thread logged, hashing and the database among them.
static EVERYWHERE: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// The log of all tests. One for the process: a subscriber for each test would miss lines that
/// another test was the first to reach.
struct Log;

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        HERE.with_borrow_mut(|here| here.extend_from_slice(bytes));
        EVERYWHERE.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Logs as a server does that was told to log everything.
fn log_everything() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let everything = Logs {
            level: LogLevel::Trace,
            ..Logs::default()
        };
        let lines = tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(|| Log);
        let lines = lines.with_filter(logs::filter(&everything));
        tracing_subscriber::registry().with(lines).init();
    });
}

/// The lines about this test's calls.
fn calls() -> Vec<String> {
    let logged = HERE.with_borrow(|here| String::from_utf8_lossy(here).into_owned());
    let calls = logged.lines().filter(|line| line.contains("duration_ms"));
    calls.map(str::to_owned).collect()
}

#[tokio::test]
async fn each_call_is_one_line_with_its_code_and_without_its_secrets() {
    log_everything();
    let trial = Trial::prepared().started().await;
    status(&trial, request(POLICY, &[], framed(&[]))).await;
    let metadata = [
        ("session-token", TOKEN),
        ("client-user-agent", "told-by-nobody"),
    ];
    status(&trial, request(SIGN_IN, &metadata, framed(CREDENTIALS))).await;
    status(&trial, request("/made-up-by-a-client", &[], framed(&[]))).await;
    let mut door = trial.running().door().unwrap();
    drop(door.call(request(SIGN_IN, &[], Body::new(Endless))));

    let calls = calls();
    let codes: Vec<&str> = calls
        .iter()
        .filter_map(|line| line.split("code=\"").nth(1)?.split('"').next())
        .collect();
    assert_eq!(
        codes,
        ["Ok", "Unauthenticated", "Unimplemented"],
        "{calls:#?}"
    );
    assert!(
        calls[1].contains(SIGN_IN) && calls[1].contains("loopback"),
        "{}",
        calls[1]
    );

    let everything = EVERYWHERE.lock().unwrap().clone();
    let everything = String::from_utf8_lossy(&everything);
    for secret in [
        TOKEN,
        "secret-phrase",
        "K7MP4XQ2",
        "told-by-nobody",
        "made-up-by-a-client",
    ] {
        assert!(!everything.contains(secret), "{secret} is in the log");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_a_line_too() {
    log_everything();
    let trial = Trial::prepared().started().await;
    let mut door = trial.running().door().unwrap();
    let mut slow = door.call(request(SIGN_IN, &[], Body::new(Endless)));
    let pending = std::future::poll_fn(|cx| Poll::Ready(slow.as_mut().poll(cx).is_pending()));
    assert!(pending.await);
    drop(slow);
    let calls = calls();
    assert_eq!(calls.len(), 1);
    assert!(calls[0].contains("Cancelled"), "{}", calls[0]);
}
