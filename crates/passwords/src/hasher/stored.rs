//! A stored hash, read and written: `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>`.

use argon2::{
    ARGON2ID_IDENT, Params,
    password_hash::phc::{self, ParamsString, Salt},
};
use domain::PasswordHash;

use crate::{Parameters, ParametersError};

/// Bytes of salt in a new hash (RFC 9106 §3.1).
pub(super) const SALT_BYTES: usize = 16;
/// Bytes of tag in a new hash (RFC 9106 §4).
pub(super) const TAG_BYTES: usize = 32;
/// Argon2's version 1.3, the only one written or read.
const VERSION: u32 = 19;

/// Why a stored hash cannot be verified. Names the part at fault, never its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoredHashProblem {
    /// Not a PHC string.
    #[error("it is not a PHC string")]
    Form,
    /// Another algorithm or version than argon2id v19.
    #[error("it is not argon2id, version 19")]
    Algorithm,
    /// The part of this name is absent, unknown or malformed.
    #[error("its {part} cannot be read")]
    Part {
        /// Which part.
        part: &'static str,
    },
    /// It asks more than a row may ask of a thread.
    #[error("its cost is out of bounds: {0}")]
    Cost(#[from] ParametersError),
    /// It names a pepper that was not configured.
    #[error("its pepper {key_id} is not configured")]
    Pepper {
        /// The id it names.
        key_id: String,
    },
}

/// What a PHC string says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) parameters: Parameters,
    pub(super) key_id: Option<String>,
    pub(super) salt: Vec<u8>,
    pub(super) tag: Vec<u8>,
}

impl Stored {
    pub(super) fn read(hash: &PasswordHash) -> Result<Self, StoredHashProblem> {
        let parsed =
            phc::PasswordHash::new(hash.expose()).map_err(|_malformed| StoredHashProblem::Form)?;
        if parsed.algorithm != ARGON2ID_IDENT || parsed.version != Some(VERSION) {
            return Err(StoredHashProblem::Algorithm);
        }
        let params = Params::try_from(&parsed)
            .map_err(|_malformed| StoredHashProblem::Part { part: "parameters" })?;
        if !params.data().is_empty() {
            return Err(StoredHashProblem::Part { part: "parameters" });
        }
        let salt = parsed
            .salt
            .ok_or(StoredHashProblem::Part { part: "salt" })?;
        let tag = parsed.hash.ok_or(StoredHashProblem::Part { part: "tag" })?;
        Ok(Self {
            parameters: Parameters::new(params.m_cost(), params.t_cost(), params.p_cost())?,
            key_id: read_key_id(params.keyid())?,
            salt: salt.to_vec(),
            tag: tag.as_bytes().to_vec(),
        })
    }

    pub(super) fn write(&self) -> PasswordHash {
        let parsed = phc::PasswordHash {
            algorithm: ARGON2ID_IDENT,
            version: Some(VERSION),
            params: self.write_params(),
            salt: Some(Salt::new(&self.salt).expect("a salt has 8 to 48 bytes")),
            hash: Some(phc::Output::new(&self.tag).expect("a tag has 10 to 64 bytes")),
        };
        PasswordHash::new(parsed.to_string())
    }

    fn write_params(&self) -> ParamsString {
        const ROOM: &str = "three numbers and eight bytes have room in a PHC string";
        let mut params = ParamsString::new();
        params
            .add_decimal("m", self.parameters.memory_kib())
            .expect(ROOM);
        params
            .add_decimal("t", self.parameters.passes())
            .expect(ROOM);
        params
            .add_decimal("p", self.parameters.lanes())
            .expect(ROOM);
        if let Some(key_id) = &self.key_id {
            params
                .add_b64_bytes("keyid", key_id.as_bytes())
                .expect(ROOM);
        }
        params
    }
}

fn read_key_id(bytes: &[u8]) -> Result<Option<String>, StoredHashProblem> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let text = str::from_utf8(bytes)
        .ok()
        .filter(|text| text.bytes().all(|b| b.is_ascii_graphic()));
    text.map(|text| Some(text.to_owned()))
        .ok_or(StoredHashProblem::Part { part: "key id" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(phc: &str) -> StoredHashProblem {
        Stored::read(&PasswordHash::new(phc.to_owned())).unwrap_err()
    }

    fn example(key_id: Option<&str>) -> Stored {
        Stored {
            parameters: Parameters::new(64, 3, 2).unwrap(),
            key_id: key_id.map(str::to_owned),
            salt: vec![1; SALT_BYTES],
            tag: vec![2; TAG_BYTES],
        }
    }

    #[test]
    fn what_is_written_reads_back() {
        for key_id in [None, Some("k1"), Some("2026-11a")] {
            let written = example(key_id).write();
            assert!(written.expose().starts_with("$argon2id$v=19$m=64,t=3,p=2"));
            assert_eq!(Stored::read(&written), Ok(example(key_id)));
        }
    }

    #[test]
    fn an_absurd_cost_is_refused_by_its_name() {
        let written = example(None).write();
        let asking = |params| problem(&written.expose().replace("m=64,t=3,p=2", params));
        assert!(matches!(
            asking("m=65537,t=2,p=1"),
            StoredHashProblem::Cost(ParametersError::Memory {
                memory_kib: 65_537,
                ..
            })
        ));
        assert!(matches!(
            asking("m=4294967295,t=2,p=1"),
            StoredHashProblem::Cost(ParametersError::Memory { .. })
        ));
        assert!(matches!(
            asking("m=64,t=11,p=1"),
            StoredHashProblem::Cost(ParametersError::Passes { passes: 11 })
        ));
        assert!(matches!(
            asking("m=64,t=2,p=5"),
            StoredHashProblem::Cost(ParametersError::Lanes { lanes: 5 })
        ));
    }

    #[test]
    fn a_row_that_cannot_be_read_is_told_by_its_part() {
        let written = example(None).write().expose().to_owned();
        assert_eq!(problem(""), StoredHashProblem::Form);
        assert_eq!(problem("plain text"), StoredHashProblem::Form);
        assert_eq!(
            problem(&written.replace("2id", "2i")),
            StoredHashProblem::Algorithm
        );
        assert_eq!(
            problem(&written.replace("v=19", "v=16")),
            StoredHashProblem::Algorithm
        );
        let unknown = problem(&written.replace("p=2", "p=2,x=1"));
        assert_eq!(unknown, StoredHashProblem::Part { part: "parameters" });
        let cut = written.rsplit_once('$').unwrap().0;
        assert_eq!(problem(cut), StoredHashProblem::Part { part: "tag" });
    }
}
