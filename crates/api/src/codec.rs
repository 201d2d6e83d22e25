//! The codec of every service: a request that is no message is the client's mistake, never the service's.
//!
//! tonic's own codec answers INTERNAL to bytes that are not protobuf, which blames the service and hides the fault from
//! the client that made it.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::ProstEncoder;

use crate::refusal::Refusal;

/// Encodes as tonic does, and refuses what it cannot decode with `INVALID_ARGUMENT`.
#[derive(Debug)]
pub struct Refusing<Encode, Decode>(PhantomData<(Encode, Decode)>);

impl<Encode, Decode> Default for Refusing<Encode, Decode> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<Encode, Decode> Codec for Refusing<Encode, Decode>
where
    Encode: Message + Send + 'static,
    Decode: Message + Default + Send + 'static,
{
    type Encode = Encode;
    type Decode = Decode;
    type Encoder = ProstEncoder<Encode>;
    type Decoder = RefusingDecoder<Decode>;

    fn encoder(&mut self) -> Self::Encoder {
        ProstEncoder::default()
    }

    fn decoder(&mut self) -> Self::Decoder {
        RefusingDecoder(PhantomData)
    }
}

/// Decodes one message, or refuses it.
#[derive(Debug)]
pub struct RefusingDecoder<Decode>(PhantomData<Decode>);

impl<Decode: Message + Default> Decoder for RefusingDecoder<Decode> {
    type Item = Decode;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Decode>, Status> {
        // Not the decoder's own words: they would tell a prober how far its bytes were understood.
        Decode::decode(bytes)
            .map(Some)
            .map_err(|_| Refusal::malformed_body().status())
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use http_body_util::Full;
    use prost::bytes::Bytes;
    use tonic::Code;
    use tonic::codec::Streaming;

    use super::*;
    use crate::recovery::v1::RecoverPasswordRequest;

    /// Reads one frame with this payload as a server does.
    fn read(payload: &[u8]) -> Result<Option<RecoverPasswordRequest>, Status> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        let frame = [&[0], length.as_slice(), payload].concat();
        let decoder = Refusing::<(), RecoverPasswordRequest>::default().decoder();
        let body = Full::new(Bytes::from(frame));
        block_on(Streaming::new_request(decoder, body, None, None).message())
    }

    #[test]
    fn a_message_is_read() {
        let sent = RecoverPasswordRequest {
            email: "jeanne@example.org".to_owned(),
        };
        assert_eq!(read(&sent.encode_to_vec()).unwrap(), Some(sent));
    }

    #[test]
    fn bytes_that_are_no_message_are_the_clients_mistake() {
        for payload in [
            &[0xff_u8; 8][..],
            &[0x0a, 0x7f, b'x'],
            &[0x0a, 0x02, 0xc3, 0x28],
            &[0x08],
        ] {
            let status = read(payload).unwrap_err();
            assert_eq!(status.code(), Code::InvalidArgument, "{payload:?}");
            assert_eq!(status.message(), "the body is not one message of this RPC");
        }
    }
}
