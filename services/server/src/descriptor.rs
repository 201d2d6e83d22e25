//! The protos as one file, for clients that cannot ask reflection.

use std::collections::BTreeSet;

use bytes::{Buf, Bytes};
use prost::DecodeError;
use prost::Message;
use prost::encoding::{DecodeContext, WireType, bytes as length_delimited, decode_key, encode_key};

/// Just the name of a file in a descriptor set.
#[derive(Message)]
struct Named {
    #[prost(string, tag = "1")]
    name: String,
}

/// `google.protobuf.FileDescriptorSet.file`.
const FILE: u32 = 1;

/// Our protos with google.rpc's, in which error details are told, as an encoded
/// `google.protobuf.FileDescriptorSet` (a « protoset »).
///
/// Files are copied as bytes: decoded and encoded again, they would lose our own options.
pub fn protoset() -> Result<Vec<u8>, DecodeError> {
    let mut set = Vec::new();
    let mut names = BTreeSet::new();
    for source in [api::FILE_DESCRIPTOR_SET, api::GOOGLE_RPC_DESCRIPTOR_SET] {
        let mut source = Bytes::from_static(source);
        while source.has_remaining() {
            let (_, wire_type) = decode_key(&mut source)?;
            let mut file = Bytes::new();
            length_delimited::merge(wire_type, &mut file, &mut source, DecodeContext::default())?;
            // Both sets hold google.protobuf's files.
            if names.insert(Named::decode(file.clone())?.name) {
                encode_key(FILE, WireType::LengthDelimited, &mut set);
                prost::encoding::encode_varint(file.len() as u64, &mut set);
                set.extend_from_slice(&file);
            }
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use prost_types::{FileDescriptorProto, FileDescriptorSet};

    use super::*;

    #[test]
    fn the_protoset_holds_each_file_once_ours_and_googles() {
        let set = FileDescriptorSet::decode(protoset().unwrap().as_slice()).unwrap();
        let names: Vec<&str> = set.file.iter().map(FileDescriptorProto::name).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();
        assert_eq!(distinct.len(), names.len());
        assert!(distinct.contains("comptepartenaire/session/v1/session_service.proto"));
        assert!(
            distinct
                .iter()
                .any(|name| name.ends_with("error_details.proto")),
            "{names:?}"
        );
    }
}
