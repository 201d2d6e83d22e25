//! Keys that never leave the server: one secret, from which each purpose derives its own.
//!
//! What is stored or handed out under such a key (a throttled identifier, an address to look up,
//! a page token, the body of a request) tells nothing to who
//! has the database alone.

use std::fmt;
use std::net::IpAddr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::Random;
use crate::identifier::IdentifierKey;

/// The server's secret: 32 bytes, the same on all nodes.
#[derive(Clone)]
pub struct ServerKey(Zeroizing<[u8; 32]>);

impl ServerKey {
    /// Takes the bytes of the key file.
    pub fn new(bytes: Zeroizing<[u8; 32]>) -> Self {
        Self(bytes)
    }

    /// A new one.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(bytes)
    }

    /// The bytes, for the key file only.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    fn derive(&self, label: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(hmac(&self.0, label.as_bytes()))
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

macro_rules! derived_key {
    ($($(#[$doc:meta])* $name:ident by $derive:ident from $label:literal;)+) => {
        impl ServerKey {$(
            $(#[$doc])*
            pub fn $derive(&self) -> $name {
                $name(self.derive($label))
            }
        )+}

        $(
            $(#[$doc])*
            #[derive(Clone)]
            pub struct $name(Zeroizing<[u8; 32]>);

            impl $name {
                /// HMAC-SHA256 of a message under this key.
                pub fn digest(&self, message: &[u8]) -> [u8; 32] {
                    hmac(&self.0, message)
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str(concat!(stringify!($name), "(…)"))
                }
            }
        )+

        #[cfg(test)]
        const LABELS: &[&str] = &[$($label),+];
    };
}

derived_key! {
    /// Under which an identifier is throttled.
    ThrottleKey by throttle_key from "compte-partenaire/1/throttle";
    /// Under which an e-mail address is looked up.
    EmailLookupKey by email_lookup_key from "compte-partenaire/1/email-lookup";
    /// Under which page tokens are sealed.
    PageTokenKey by page_token_key from "compte-partenaire/1/page-token";
    /// Under which the body of a request is remembered beside its request id.
    RequestBodyKey by request_body_key from "compte-partenaire/1/request-body";
}

impl ThrottleKey {
    /// What tries at that identifier are counted under, known or not.
    pub fn identifier(&self, key: &IdentifierKey) -> [u8; 32] {
        self.digest(key.as_str().as_bytes())
    }

    /// What the person's network address is remembered as.
    pub fn address(&self, address: IpAddr) -> [u8; 32] {
        self.digest(address.to_string().as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> ServerKey {
        ServerKey::new(Zeroizing::new([7; 32]))
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let digests = [
            key().throttle_key().digest(b"x"),
            key().email_lookup_key().digest(b"x"),
            key().page_token_key().digest(b"x"),
            key().request_body_key().digest(b"x"),
        ];
        let distinct: std::collections::BTreeSet<_> = digests.iter().collect();
        assert_eq!(distinct.len(), LABELS.len());
    }

    #[test]
    fn the_same_key_gives_the_same_digest_and_another_another() {
        let other = ServerKey::new(Zeroizing::new([8; 32]));
        assert_eq!(
            key().throttle_key().digest(b"x"),
            key().throttle_key().digest(b"x")
        );
        assert_ne!(
            key().throttle_key().digest(b"x"),
            key().throttle_key().digest(b"y")
        );
        assert_ne!(
            key().throttle_key().digest(b"x"),
            other.throttle_key().digest(b"x")
        );
    }

    /// RFC 4231, test case 2, its key filled up with zeros as HMAC itself does.
    #[test]
    fn the_digest_is_hmac_sha256() {
        let mut padded = [0; 32];
        padded[..4].copy_from_slice(b"Jefe");
        let digest = hmac(&padded, b"what do ya want for nothing?");
        assert_eq!(digest[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(digest[28..], [0x64, 0xec, 0x38, 0x43]);
    }

    #[test]
    fn no_key_prints_itself() {
        let printed = format!("{:?} {:?}", key(), key().page_token_key());
        assert_eq!(printed, "ServerKey(…) PageTokenKey(…)");
    }
}
