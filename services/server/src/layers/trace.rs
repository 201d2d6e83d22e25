//! One line in the log for each call, whatever becomes of it. Never metadata, never bodies.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use api::access::Rpc;
use bytes::Bytes;
use domain::Random;
use domain::call::Caller;
use http::{HeaderMap, Request, Response};
use http_body::{Frame, SizeHint};
use tonic::Code;
use tonic::body::Body;
use tracing::{Span, field};

use crate::transport::Peer;

/// What is served beside our RPCs.
const BESIDES: [&str; 3] = [
    "/grpc.health.v1.Health/",
    "/grpc.reflection.v1.ServerReflection/",
    "/grpc.reflection.v1alpha.ServerReflection/",
];

/// Whether the path is one of health or reflection.
pub(super) fn is_besides(path: &str) -> bool {
    BESIDES.iter().any(|prefix| path.starts_with(prefix))
}

/// Adds who calls to every line of this call.
pub(super) fn record_caller(caller: &Caller) {
    Span::current().record("caller", caller.name.as_str());
}

/// What will be written when the call has ended. Dropped without an end, the client has gone.
pub(super) struct Line {
    span: Span,
    noise: Noise,
    began: Instant,
    code: Option<Code>,
}

/// How much a line matters.
#[derive(Clone, Copy)]
enum Noise {
    /// A call of an RPC.
    Call,
    /// Balancers ask for health every few seconds.
    Besides,
}

impl Line {
    pub(super) fn begin(
        rpc: Option<&'static Rpc>,
        request: &Request<Body>,
        random: &dyn Random,
    ) -> Self {
        // A path that is not known is the client's text, and not for the log.
        let method = match rpc {
            Some(rpc) => rpc.path,
            None => BESIDES
                .into_iter()
                .find(|prefix| request.uri().path().starts_with(prefix))
                .unwrap_or("unknown"),
        };
        let peer = request
            .extensions()
            .get::<Peer>()
            .map(|peer| field::display(peer.address));
        let call = random.uuid();
        let span = tracing::info_span!("call", id = %call, method, peer, caller = field::Empty);
        Self {
            span,
            noise: rpc.map_or(Noise::Besides, |_| Noise::Call),
            began: Instant::now(),
            code: None,
        }
    }

    pub(super) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The answer, which writes the line when it has been sent.
    pub(super) fn end(mut self, response: Response<Body>) -> Response<Body> {
        // An answer without body says its status in its head, else in its trailers.
        self.code = code(response.headers());
        response.map(|body| Body::new(Traced { body, line: self }))
    }
}

fn code(headers: &HeaderMap) -> Option<Code> {
    headers
        .get("grpc-status")
        .map(|status| Code::from_bytes(status.as_bytes()))
}

impl Drop for Line {
    fn drop(&mut self) {
        let _entered = self.span.enter();
        let duration_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let code = self.code.unwrap_or(Code::Cancelled);
        let name = format!("{code:?}");
        match (code, self.noise) {
            (
                Code::Internal
                | Code::Unknown
                | Code::DataLoss
                | Code::Unavailable
                | Code::DeadlineExceeded,
                _,
            ) => tracing::warn!(code = name, duration_ms, "call"),
            (_, Noise::Call) => tracing::info!(code = name, duration_ms, "call"),
            (_, Noise::Besides) => tracing::debug!(code = name, duration_ms, "call"),
        }
    }
}

/// An answer's body, which reads the status in its trailers as they pass.
struct Traced {
    body: Body,
    line: Line,
}

impl http_body::Body for Traced {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.line.code = code(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
