//! A key outside the database, without which its hashes cannot be tried.
//!
//! A stored hash names its key by id, so that the key can be replaced: new hashes take the
//! current one, old hashes are still verified with theirs and renewed at the next sign-in.

use std::fmt;

use secrecy::{ExposeSecret, SecretSlice};

/// One key, known by its id.
#[derive(Clone)]
pub struct Pepper {
    key_id: String,
    key: SecretSlice<u8>,
}

impl Pepper {
    /// Least bytes of a key.
    pub const MIN_KEY_BYTES: usize = 32;
    /// Most characters of an id: what the hash string has room for.
    pub const MAX_KEY_ID_LENGTH: usize = 8;

    /// `key_id`: 1 to 8 of `[A-Za-z0-9_-]`, stored with each hash in clear.
    /// `key`: at least 32 random bytes.
    pub fn new(key_id: &str, key: Vec<u8>) -> Result<Self, PepperError> {
        let key = SecretSlice::from(key);
        let formed = (1..=Self::MAX_KEY_ID_LENGTH).contains(&key_id.len())
            && key_id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        if !formed {
            return Err(PepperError::KeyId);
        }
        let bytes = key.expose_secret().len();
        if bytes < Self::MIN_KEY_BYTES {
            return Err(PepperError::KeyTooShort { bytes });
        }
        Ok(Self {
            key_id: key_id.to_owned(),
            key,
        })
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.key_id
    }

    pub(crate) fn key(&self) -> &[u8] {
        self.key.expose_secret()
    }
}

impl fmt::Debug for Pepper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pepper({}, …)", self.key_id)
    }
}

/// The keys at hand. The default has none: hashes are made and verified without.
#[derive(Debug, Clone, Default)]
pub struct Peppers {
    current: Option<Pepper>,
    earlier: Vec<Pepper>,
}

impl Peppers {
    /// `current` for new hashes; `earlier` for verifying those that still name them.
    pub fn new(current: Option<Pepper>, earlier: Vec<Pepper>) -> Result<Self, PepperError> {
        let mut ids: Vec<_> = current.iter().chain(&earlier).map(Pepper::key_id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(PepperError::Twice {
                key_id: twice[0].to_owned(),
            });
        }
        Ok(Self { current, earlier })
    }

    pub(crate) fn current(&self) -> Option<&Pepper> {
        self.current.as_ref()
    }

    pub(crate) fn find(&self, key_id: &str) -> Option<&Pepper> {
        self.current
            .iter()
            .chain(&self.earlier)
            .find(|pepper| pepper.key_id == key_id)
    }
}

/// A pepper that cannot be used as given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PepperError {
    /// The id has not its form.
    #[error("a pepper's key id has 1 to 8 characters of A-Z, a-z, 0-9, _ and -")]
    KeyId,
    /// Too few bytes to be a key.
    #[error("a pepper's key has at least 32 bytes, not {bytes}")]
    KeyTooShort {
        /// How many there are.
        bytes: usize,
    },
    /// Two keys of one id.
    #[error("two peppers have the key id {key_id}")]
    Twice {
        /// The id.
        key_id: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pepper_has_its_form() {
        assert!(Pepper::new("2026-11", vec![7; 32]).is_ok());
        assert_eq!(
            Pepper::new("", vec![7; 32]).unwrap_err(),
            PepperError::KeyId
        );
        assert_eq!(
            Pepper::new("november-1", vec![7; 32]).unwrap_err(),
            PepperError::KeyId
        );
        assert_eq!(
            Pepper::new("é", vec![7; 32]).unwrap_err(),
            PepperError::KeyId
        );
        let short = Pepper::new("a", vec![7; 31]).unwrap_err();
        assert_eq!(short, PepperError::KeyTooShort { bytes: 31 });
    }

    #[test]
    fn two_keys_of_one_id_are_refused() {
        let pepper = |id: &str, byte| Pepper::new(id, vec![byte; 32]).unwrap();
        let twice = Peppers::new(Some(pepper("a", 1)), vec![pepper("b", 2), pepper("a", 3)]);
        assert_eq!(
            twice.unwrap_err(),
            PepperError::Twice { key_id: "a".into() }
        );
    }

    #[test]
    fn a_pepper_does_not_print_its_key() {
        let printed = format!("{:?}", Pepper::new("a", vec![171; 32]).unwrap());
        assert_eq!(printed, "Pepper(a, …)");
    }
}
