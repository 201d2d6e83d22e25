//! The way of a call before it reaches its service, the same for every RPC.
//!
//! Outside in: [`trace`] gives the call its id and writes its line, [`deadline`] bounds its time,
//! [`caller`] and [`access`] decide by the descriptor's table whether it may be made at all,
//! [`admission`] whether there is room for it, [`detach`] reads its message and carries on in a
//! task of its own, [`actor`] finds for whom it is made. Up to [`actor`] nothing waits for the
//! database. Health and reflection are no RPCs of ours: they take the door's other side.

mod access;
mod actor;
mod admission;
mod caller;
mod client;
mod deadline;
mod detach;
mod last_use;
#[cfg(test)]
mod tests;
mod trace;

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use api::access::Rpc;
use api::refusal::Refusal;
use domain::Random;
use http::{Request, Response};
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service;
use tracing::Instrument;

use crate::transport::Peer;

pub(crate) use actor::Actors;
pub(crate) use admission::Admission;
pub(crate) use caller::Callers;
pub(crate) use detach::MAX_MESSAGE_BYTES;
pub(crate) use last_use::LastUse;

pub use admission::InFlight;
pub use deadline::Deadlines;

/// Where calls come in, over the network or from within the process.
#[derive(Clone)]
pub struct Door {
    layers: Arc<Layers>,
    /// The other end of the connection; nobody for calls from within the process.
    peer: Option<Peer>,
}

/// What stands between a connection and the services.
pub(crate) struct Layers {
    /// The services.
    pub(crate) routes: Routes,
    /// Knows who calls.
    pub(crate) callers: Callers,
    /// How long calls may take.
    pub(crate) deadlines: Deadlines,
    /// How many may be under way.
    pub(crate) admission: Admission,
    /// Knows for whom a call is made.
    pub(crate) actors: Actors,
    /// The calls under way, each a task that ends even if its client has gone.
    pub(crate) calls: TaskTracker,
    /// Makes the ids of calls.
    pub(crate) random: Arc<dyn Random>,
}

impl Door {
    pub(crate) fn new(layers: Layers) -> Self {
        Self {
            layers: Arc::new(layers),
            peer: None,
        }
    }

    /// The same door, for the calls of one connection.
    pub(crate) fn of_peer(&self, peer: Peer) -> Self {
        Self {
            peer: Some(peer),
            ..self.clone()
        }
    }
}

impl Service<Request<Body>> for Door {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answering;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<Body>) -> Answering {
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(peer);
        }
        let layers = Arc::clone(&self.layers);
        Box::pin(async move { Ok(layers.answer(request).await) })
    }
}

/// An answer on its way.
pub type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

impl Layers {
    /// Any request, outside in.
    async fn answer(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        let rpc = api::access::rpc(request.uri().path());
        let line = trace::Line::begin(rpc, &request, self.random.as_ref());
        let span = line.span();
        let answer = async {
            match rpc {
                Some(rpc) => self.in_time(rpc, request).await,
                None => self.besides(request).await,
            }
        };
        let response = answer.instrument(span).await;
        line.end(response)
    }

    /// A call of one of our RPCs, answered before its deadline.
    async fn in_time(self: Arc<Self>, rpc: &'static Rpc, request: Request<Body>) -> Response<Body> {
        let limit = self.deadlines.of(rpc, request.headers());
        let answered = tokio::time::timeout(limit, self.admit(rpc, request)).await;
        match answered {
            Ok(Ok(response)) => response,
            Ok(Err(refusal)) => refusal.status().into_http(),
            Err(_) => Refusal::Deadline(limit).status().into_http(),
        }
    }

    /// Who calls, may they, is there room; then the call itself, which ends whoever waits for it.
    async fn admit(
        self: Arc<Self>,
        rpc: &'static Rpc,
        request: Request<Body>,
    ) -> Result<Response<Body>, Refusal> {
        let (mut parts, body) = request.into_parts();
        let caller = self.callers.identify(&parts.headers)?;
        trace::record_caller(&caller);
        let admitted = access::admit(rpc, caller, &mut parts.headers)?;
        let permit = self.admission.take(rpc.work_class)?;
        let message = detach::read(body).await?;

        let layers = Arc::clone(&self);
        let call = async move {
            let _permit = permit;
            let call = layers.actors.find(admitted, &message).await?;
            parts.extensions.insert(call);
            let request = Request::from_parts(parts, message.into_body());
            let Ok(response) = layers.routes.clone().call(request).await;
            Ok(response)
        };
        detach::run(call, &self.calls).await
    }

    /// What is not ours: health and reflection, for whoever may connect; nothing else.
    async fn besides(self: Arc<Self>, request: Request<Body>) -> Response<Body> {
        if !trace::is_besides(request.uri().path()) {
            let unknown = "no such method; reflection lists those there are";
            return tonic::Status::unimplemented(unknown).into_http();
        }
        let Ok(response) = self.routes.clone().call(request).await;
        response
    }
}
