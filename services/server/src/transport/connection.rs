//! The life of one connection.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::ServiceExt;

use super::Settings;
use super::counted::Counted;
use crate::layers::Door;

/// Bytes of the HTTP/2 client preface (RFC 9113 §3.4).
const PREFACE_BYTES: u64 = 24;

/// Who is at the other end of a connection. Every call that comes in by it carries this.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer {
    /// Its network address.
    pub(crate) address: SocketAddr,
}

/// What every connection is served with.
pub(super) fn builder(settings: &Settings) -> http2::Builder<TokioExecutor> {
    let resets = usize::try_from(settings.local_error_resets).unwrap_or(usize::MAX);
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(settings.streams)
        .max_local_error_reset_streams(resets)
        .max_header_list_size(settings.header_bytes)
        .keep_alive_interval(settings.ping.get())
        .keep_alive_timeout(settings.pong.get());
    builder
}

/// Serves one connection to its end: the peer leaves, or sends no preface in time, or the
/// connection is old, or the server stops.
pub(super) async fn live(
    stream: TcpStream,
    address: SocketAddr,
    door: Door,
    settings: &Settings,
    age: Duration,
    stop: &CancellationToken,
) {
    // A small answer waits for nothing: Nagle's delay would cost every call up to 40 ms.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection has gone already");
        return;
    }
    let (stream, read) = Counted::new(stream);
    let door = door.of_peer(Peer { address });
    let service = door.map_request(|request: Request<Incoming>| request.map(Body::new));
    let service = TowerToHyperService::new(service);
    let connection = builder(settings).serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);

    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => {}
        () = sleep(settings.preface.get()) => {
            if read.load(Ordering::Relaxed) < PREFACE_BYTES {
                return;
            }
        }
    }
    tokio::select! {
        _ = connection.as_mut() => return,
        () = stop.cancelled() => {}
        () = sleep(age.saturating_sub(settings.preface.get())) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(settings.grace.get(), connection).await;
}
