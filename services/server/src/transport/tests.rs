//! Connections that do not behave, and those that do.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::Settings;
use crate::config::Length;
use crate::trial::Trial;
use crate::{Mode, Running, Sources, start};

/// Longer than anything here takes unless it never ends.
const PATIENCE: Duration = Duration::from_secs(5);

/// Long enough to be the reason for nothing here.
const LONG: Length = Length::from_secs(60);

const SHORT: Length = Length::from_millis(50);

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// An empty SETTINGS frame.
const SETTINGS: &[u8] = &[0, 0, 0, 4, 0, 0, 0, 0, 0];

/// The head of a HEADERS frame of 16 bytes on stream 1, without the bytes.
const HALF_HEADERS: &[u8] = &[0, 0, 16, 1, 4, 0, 0, 0, 1];

/// Nothing ends a connection of these.
fn patient() -> Settings {
    Settings {
        preface: LONG,
        ping: LONG,
        pong: LONG,
        age: LONG,
        grace: LONG,
        drain_announced: Length::ZERO,
        drain_calls: Length::from_millis(100),
        ..Settings::default()
    }
}

async fn started(transport: Settings) -> Trial {
    let mut trial = Trial::prepared();
    trial.settings.transport = transport;
    trial.started().await
}

async fn connected(running: &Running, sent: &[&[u8]]) -> TcpStream {
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    stream.write_all(&sent.concat()).await.unwrap();
    stream
}

/// Waits until the server has closed the connection.
async fn closed(mut stream: TcpStream) {
    let mut read = Vec::new();
    // A reset ends it too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut read))
        .await
        .expect("the server closes the connection");
}

async fn channel(running: &Running) -> Channel {
    let address = format!("http://{}", running.address());
    Endpoint::from_shared(address)
        .unwrap()
        .connect()
        .await
        .unwrap()
}

async fn status(channel: Channel, service: &str) -> ServingStatus {
    let service = service.to_owned();
    let answer = HealthClient::new(channel)
        .check(HealthCheckRequest { service })
        .await;
    answer.unwrap().into_inner().status()
}

async fn stopped(running: Running) -> Duration {
    let began = Instant::now();
    running.stop();
    timeout(PATIENCE, running.wait())
        .await
        .expect("the drain ends");
    began.elapsed()
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_closed() {
    let trial = started(Settings {
        preface: SHORT,
        ..patient()
    })
    .await;
    closed(connected(trial.running(), &[]).await).await;
}

#[tokio::test]
async fn a_peer_that_stops_in_the_preface_is_closed() {
    let trial = started(Settings {
        preface: SHORT,
        ..patient()
    })
    .await;
    closed(connected(trial.running(), &[&PREFACE[..12]]).await).await;
}

#[tokio::test]
async fn a_peer_that_stops_in_the_middle_of_a_frame_is_closed() {
    let trial = started(Settings {
        ping: SHORT,
        pong: SHORT,
        ..patient()
    })
    .await;
    closed(connected(trial.running(), &[PREFACE, SETTINGS, HALF_HEADERS]).await).await;
}

#[tokio::test]
async fn an_old_connection_is_closed_even_if_its_peer_does_nothing_about_it() {
    let short = Settings {
        preface: SHORT,
        age: SHORT,
        grace: SHORT,
        ..patient()
    };
    let trial = started(short).await;
    closed(connected(trial.running(), &[PREFACE, SETTINGS]).await).await;
}

#[tokio::test]
async fn what_is_not_http2_is_closed() {
    let trial = started(patient()).await;
    closed(
        connected(
            trial.running(),
            &[b"GET / HTTP/1.1\r\nhost: a.example\r\n\r\n"],
        )
        .await,
    )
    .await;
}

#[tokio::test]
async fn the_drain_ends_whatever_peers_do() {
    let trial = started(patient()).await;
    let silent = connected(trial.running(), &[]).await;
    let stuck = connected(trial.running(), &[PREFACE, SETTINGS, HALF_HEADERS]).await;
    let idle = channel(trial.running()).await;
    assert_eq!(status(idle.clone(), "").await, ServingStatus::Serving);
    assert!(stopped(trial.running.unwrap()).await < Duration::from_secs(2));
    drop((silent, stuck, idle));
}

#[tokio::test]
async fn a_server_that_stopped_gives_its_database_to_the_next() {
    let trial = started(patient()).await;
    let again = || start(trial.settings.clone(), Mode::Dev, Sources::default());
    let refused = again().await.err().unwrap();
    assert!(refused.to_string().contains("in use"));
    stopped(trial.running.unwrap()).await;
    stopped(again().await.unwrap()).await;
}

#[tokio::test]
async fn beyond_the_most_connections_the_next_waits_for_a_place() {
    let trial = started(Settings {
        connections: 1,
        ..patient()
    })
    .await;
    let first = channel(trial.running()).await;
    assert_eq!(status(first.clone(), "").await, ServingStatus::Serving);

    let second = async { status(channel(trial.running()).await, "").await };
    let mut second = Box::pin(second);
    assert!(
        timeout(Duration::from_millis(100), &mut second)
            .await
            .is_err()
    );
    drop(first);
    assert_eq!(timeout(PATIENCE, second).await, Ok(ServingStatus::Serving));
}
