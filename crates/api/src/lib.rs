//! The service's public face in Rust: the types generated from the protos, and the access table.
//!
//! The generated code stands in one module per area and version, as the protos name it: `account::v1::Account`,
//! `session::v1::session_service_server::SessionService`. Clients are generated too, over any channel. Nothing else of
//! the project names a generated type's fields outside of its conversions here.

pub mod access;
pub mod acting;
pub mod call;
pub mod claims;
pub mod codec;
pub mod convert;
pub mod page;
pub mod refusal;
pub mod revision;
pub mod shown;
pub mod stored;
pub mod time;

mod redacted;

/// One module per area, as the generated code refers to its neighbours by `super::super::<area>::v1`.
macro_rules! generated {
    ($($(#[$doc:meta])* $area:ident = $package:literal;)*) => {$(
        $(#[$doc])*
        pub mod $area {
            /// Version 1.
            #[expect(clippy::pedantic, reason = "generated from the protos")]
            pub mod v1 {
                tonic::include_proto!($package);
            }
        }
    )*};
}

generated! {
    /// Accounts: one person's access to one partner.
    account = "comptepartenaire.account.v1";
    /// Deliveries: the messages that the service sends to people.
    delivery = "comptepartenaire.delivery.v1";
    /// Why a call was refused.
    error = "comptepartenaire.error.v1";
    /// Habilitations: the right of an account on a group, for a service.
    habilitation = "comptepartenaire.habilitation.v1";
    /// Partners, their agreements and groups.
    partner = "comptepartenaire.partner.v1";
    /// Lost identifiers and forgotten passwords.
    recovery = "comptepartenaire.recovery.v1";
    /// Sessions and the rules for passwords.
    session = "comptepartenaire.session.v1";
    /// Values that several areas share.
    r#type = "comptepartenaire.r#type.v1";
}

/// The protos with their imports, comments and options, as an encoded `google.protobuf.FileDescriptorSet`: for
/// reflection and for the `descriptor` command.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptor.bin"));

/// The descriptors of google.rpc, which reflection serves beside: without them a client that knows the service by
/// reflection alone prints error details as base64.
pub const GOOGLE_RPC_DESCRIPTOR_SET: &[u8] = tonic_types::pb::FILE_DESCRIPTOR_SET;
