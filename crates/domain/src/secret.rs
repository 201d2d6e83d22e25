//! Secrets: types that never print and that are wiped when dropped.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::Random;

/// A password as it was typed.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Takes the typed text as it is; the policy judges it elsewhere.
    pub fn new(typed: String) -> Self {
        Self(typed.into())
    }

    /// The text, for hashing and judging only.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A password's hash as a PHC string: `$argon2id$v=19$m=…`.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Takes a PHC string made by the hasher or read from the database.
    pub fn new(phc: String) -> Self {
        Self(phc)
    }

    /// The PHC string, for verification and storage only.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// What a signed-in person's calls carry: `cps_` and 43 base64url characters (32 random bytes).
/// Only its digest is stored.
#[derive(Clone)]
pub struct SessionToken(SecretString);

impl SessionToken {
    const PREFIX: &str = "cps_";
    const LENGTH: usize = 47;

    /// A new token.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        random.fill(bytes.as_mut());
        Self(format!("{}{}", Self::PREFIX, URL_SAFE_NO_PAD.encode(bytes.as_ref())).into())
    }

    /// Reads a token; `None` when the text cannot be one, which spares a look-up.
    pub fn parse(text: &str) -> Option<Self> {
        let body = text.strip_prefix(Self::PREFIX)?;
        let formed = text.len() == Self::LENGTH
            && body
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        formed.then(|| Self(text.into()))
    }

    /// The token itself, for the answer to its holder only.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What is stored of it. A plain hash suffices: 256 random bits cannot be guessed.
    pub fn digest(&self) -> TokenDigest {
        TokenDigest(Sha256::digest(self.expose()).into())
    }
}

impl fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

/// SHA-256 of a session token: the key a session is found by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenDigest(pub [u8; 32]);

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;

    #[test]
    fn a_token_has_its_form_and_reads_back() {
        let token = SessionToken::generate(&OsRandom);
        assert_eq!(token.expose().len(), 47);
        let again = SessionToken::parse(token.expose()).unwrap();
        assert_eq!(again.digest(), token.digest());
        assert!(SessionToken::parse("cps_short").is_none());
        assert!(SessionToken::parse(&token.expose().replace("cps_", "xyz_")).is_none());
    }

    #[test]
    fn no_secret_prints_itself() {
        let token = SessionToken::generate(&OsRandom);
        let password = Password::new("une phrase de passe".into());
        let printed = format!("{token:?} {password:?} {:?}", token.digest());
        assert!(!printed.contains("phrase") && !printed.contains(token.expose()));
    }
}
