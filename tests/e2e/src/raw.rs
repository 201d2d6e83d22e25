//! Calls byte by byte, as no well-behaved client makes them, and answers byte by byte.

use bytes::{BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use http_body_util::{BodyExt, Full};
use prost::Message;
use tonic::body::Body;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tower::{Service, ServiceExt};

use crate::service::Caller;

/// An answer as it came: everything but the hour at which it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status and headers of HTTP.
    pub head: (u16, Vec<(String, Vec<u8>)>),
    /// The body with its frames.
    pub body: Bytes,
    /// The trailers.
    pub trailers: Vec<(String, Vec<u8>)>,
}

impl Answer {
    /// The gRPC status, wherever it stands.
    pub fn code(&self) -> Code {
        self.field("grpc-status")
            .map_or(Code::Unknown, |value| Code::from_bytes(&value))
    }

    /// The gRPC status with its details.
    pub fn status(&self) -> Status {
        let fields = self.head.1.iter().chain(&self.trailers);
        let headers = fields.map(|(key, value)| {
            let key = HeaderName::from_bytes(key.as_bytes()).unwrap();
            (key, HeaderValue::from_bytes(value).unwrap())
        });
        Status::from_header_map(&headers.collect()).expect("an answer has a status")
    }

    /// A header or trailer.
    pub fn field(&self, name: &str) -> Option<Vec<u8>> {
        let mut fields = self.head.1.iter().chain(&self.trailers);
        fields
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    }

    /// The first message of the body.
    pub fn message(&self) -> Bytes {
        self.body.slice(5..)
    }
}

/// One message in its frame.
pub fn framed(message: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(message.len() + 5);
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    frame.freeze()
}

/// Sends one message to `path` for a caller.
pub async fn send(caller: &Caller, path: &str, message: &impl Message) -> Answer {
    call(
        caller.channel(),
        path,
        &caller.told(),
        framed(&message.encode_to_vec()),
    )
    .await
}

/// Sends `body` as it is to `path`, with `metadata`.
pub async fn call(channel: &Channel, path: &str, metadata: &[(&str, &str)], body: Bytes) -> Answer {
    let mut request = Request::post(path)
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (key, value) in metadata {
        request = request.header(*key, *value);
    }
    let request = request.body(Body::new(Full::new(body))).unwrap();
    let mut channel = channel.clone();
    let response = channel.ready().await.unwrap().call(request).await.unwrap();
    let (head, body) = response.into_parts();
    let collected = body.collect().await.expect("an answer comes to its end");
    let trailers = collected.trailers().map(fields).unwrap_or_default();
    Answer {
        head: (head.status.as_u16(), fields(&head.headers)),
        body: collected.to_bytes(),
        trailers,
    }
}

fn fields(headers: &HeaderMap) -> Vec<(String, Vec<u8>)> {
    let all = headers.iter().filter(|(key, _)| *key != "date");
    all.map(|(key, value)| (key.to_string(), value.as_bytes().to_vec()))
        .collect()
}
