//! The codec of every service: a request that is no message is the client's mistake, never the service's.
//!
//! tonic's own codec answers INTERNAL to bytes that are not protobuf, which blames the service and hides the fault from
//! the client that made it.

use std::marker::PhantomData;

use prost::Message;
use tonic::Status;
use tonic::codec::{Codec, DecodeBuf, Decoder};
use tonic_prost::ProstEncoder;

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
        // Not the decoder's own words: they quote names of fields, and a client's message may be hostile.
        Decode::decode(bytes)
            .map(Some)
            .map_err(|_| Status::invalid_argument("the body is not the message of this RPC"))
    }
}
