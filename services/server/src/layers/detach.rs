//! Reads a call's message, then carries the call out in a task of its own.
//!
//! A client that goes away would else stop the work at any point between two statements: here it
//! only stops waiting. What panics is caught in the same place.

use api::refusal::Refusal;
use bytes::Bytes;
use domain::violation::{FieldReason, Violation};
use http::Response;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tracing::Instrument;

/// Bytes of the largest message taken: the longest lists of the API are below half of it.
pub(crate) const MAX_MESSAGE_BYTES: usize = 64 * 1024;

/// What gRPC puts before a message: a flag (0: not compressed) and its length in four bytes.
const FRAME_HEAD_BYTES: usize = 5;

/// The one message of a unary call, in its frame.
pub(super) struct Message(Bytes);

impl Message {
    /// Its bytes, without the frame.
    pub(super) fn content(&self) -> Bytes {
        self.0.slice(FRAME_HEAD_BYTES..)
    }

    pub(super) fn into_body(self) -> Body {
        Body::new(Full::new(self.0))
    }
}

/// Reads exactly one uncompressed message.
pub(super) async fn read(body: Body) -> Result<Message, Refusal> {
    let read = Limited::new(body, FRAME_HEAD_BYTES + MAX_MESSAGE_BYTES)
        .collect()
        .await;
    let bytes = match read {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large()),
        // The client has gone in the middle of it; nobody reads this answer.
        Err(_) => return Err(Refusal::malformed_body()),
    };
    if is_one_frame(&bytes) {
        Ok(Message(bytes))
    } else {
        Err(Refusal::malformed_body())
    }
}

fn is_one_frame(bytes: &[u8]) -> bool {
    let Some((head, content)) = bytes.split_first_chunk::<FRAME_HEAD_BYTES>() else {
        return false;
    };
    let [flag, length @ ..] = *head;
    flag == 0 && usize::try_from(u32::from_be_bytes(length)) == Ok(content.len())
}

fn too_large() -> Refusal {
    let violation = Violation::new(
        FieldReason::TooLong,
        format!("the message is larger than {MAX_MESSAGE_BYTES} bytes"),
        "La demande est trop volumineuse.",
    );
    Refusal::field("", violation)
}

/// Carries the call out in its own task.
pub(super) async fn run(
    call: impl Future<Output = Result<Response<Body>, Refusal>> + Send + 'static,
    calls: &TaskTracker,
) -> Result<Response<Body>, Refusal> {
    let task = calls.spawn(call.in_current_span());
    task.await
        .unwrap_or_else(|panicked| Err(Refusal::internal(&panicked)))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use tokio::sync::Notify;

    use super::*;

    fn body(bytes: impl Into<Bytes>) -> Body {
        Body::new(Full::new(bytes.into()))
    }

    #[tokio::test]
    async fn one_uncompressed_message_is_read() {
        let message = read(body(vec![0, 0, 0, 0, 2, 8, 1])).await.ok().unwrap();
        assert_eq!(message.content(), [8, 1].as_slice());
        let empty = read(body(vec![0; 5])).await.ok().unwrap();
        assert!(empty.content().is_empty());
    }

    #[tokio::test]
    async fn anything_but_one_uncompressed_message_is_refused_as_the_clients_mistake() {
        for wrong in [
            vec![],
            vec![0, 0, 0, 0],
            vec![0, 0, 0, 0, 1],
            vec![0, 0, 0, 0, 0, 0],
            vec![1, 0, 0, 0, 1, 0],
            vec![2, 0, 0, 0, 1, 0],
            vec![0, 255, 255, 255, 255, 0],
            [vec![0, 0, 0, 0, 1, 0], vec![0, 0, 0, 0, 1, 0]].concat(),
        ] {
            let refusal = read(body(wrong.clone())).await.err().unwrap();
            assert_eq!(refusal, Refusal::malformed_body(), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn a_message_above_64_kib_is_refused() {
        let framed = |length: usize| {
            let head = u32::try_from(length).unwrap().to_be_bytes();
            [vec![0], head.to_vec(), vec![0; length]].concat()
        };
        assert!(read(body(framed(MAX_MESSAGE_BYTES))).await.is_ok());
        let refusal = read(body(framed(MAX_MESSAGE_BYTES + 1)))
            .await
            .err()
            .unwrap();
        assert_eq!(refusal, too_large());
    }

    #[tokio::test]
    async fn a_panic_is_answered_as_internal_and_its_text_stays_inside() {
        let calls = TaskTracker::new();
        let refusal = run(async { panic!("seen by nobody outside") }, &calls)
            .await
            .unwrap_err();
        assert!(matches!(refusal, Refusal::Internal(_)));
        assert!(!format!("{:?}", refusal.status()).contains("nobody"));
    }

    #[tokio::test]
    async fn a_call_ends_even_if_its_client_has_gone() {
        let calls = TaskTracker::new();
        let (go_on, ended) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
        let call = {
            let (go_on, ended) = (Arc::clone(&go_on), Arc::clone(&ended));
            async move {
                go_on.notified().await;
                ended.store(true, Ordering::SeqCst);
                Err(Refusal::AuthorityMoved)
            }
        };
        let mut waiting = Box::pin(run(call, &calls));
        assert!(futures_poll_once(&mut waiting).await);
        drop(waiting);
        go_on.notify_one();
        calls.close();
        calls.wait().await;
        assert!(ended.load(Ordering::SeqCst));
    }

    /// Polls once; whether it is still pending.
    async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> bool {
        std::future::poll_fn(|cx| {
            std::task::Poll::Ready(std::pin::Pin::new(&mut *future).poll(cx).is_pending())
        })
        .await
    }
}
