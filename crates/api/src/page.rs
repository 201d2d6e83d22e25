//! Page tokens: opaque, sealed, and good for one method and one filter only.
//!
//! A token is the cursor in front of 16 bytes of HMAC over method, filter and cursor. It hides
//! nothing that the page itself did not show; the seal keeps anyone from making one up.

mod listing;

pub use listing::{Answered, Listing};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::keys::PageTokenKey;
use domain::violation::{FieldReason, Violation, Violations};

use crate::refusal::Refusal;

/// Rows on a page when the caller does not say.
pub const DEFAULT_SIZE: u32 = 50;

/// The most rows on a page; more is cut to this.
pub const MOST: u32 = 500;

/// A page also ends here, in encoded bytes: well inside what a client accepts (4 MiB by default).
pub const MOST_BYTES: usize = 512 * 1024;

const SEAL: usize = 16;

/// Makes and reads page tokens.
#[derive(Debug, Clone)]
pub struct Tokens(PageTokenKey);

impl Tokens {
    /// Under that key.
    pub fn new(key: PageTokenKey) -> Self {
        Self(key)
    }

    /// A token for what follows `cursor` in that method's list under that filter. The filter is
    /// the encoded request without its page. Whose eyes the page is cut to is no part of it: each
    /// page is cut to those of its own caller.
    pub fn issue(&self, method: &str, filter: &[u8], cursor: &[u8]) -> String {
        let seal = self.seal(method, filter, cursor);
        URL_SAFE_NO_PAD.encode([cursor, &seal].concat())
    }

    /// The cursor in a token; `None` for the empty one, which begins the list.
    pub fn read(
        &self,
        method: &str,
        filter: &[u8],
        token: &str,
    ) -> Result<Option<Vec<u8>>, Refusal> {
        if token.is_empty() {
            return Ok(None);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(token)
            .map_err(|_| Refusal::PageTokenInvalid)?;
        let split = bytes
            .len()
            .checked_sub(SEAL)
            .ok_or(Refusal::PageTokenInvalid)?;
        let (cursor, seal) = bytes.split_at(split);
        if !bool::from(subtle::ConstantTimeEq::ct_eq(
            &self.seal(method, filter, cursor)[..],
            seal,
        )) {
            return Err(Refusal::PageTokenInvalid);
        }
        Ok(Some(cursor.to_vec()))
    }

    fn seal(&self, method: &str, filter: &[u8], cursor: &[u8]) -> [u8; SEAL] {
        let lengths = [method.len() as u64, filter.len() as u64]
            .map(u64::to_be_bytes)
            .concat();
        let sealed = [&lengths, method.as_bytes(), filter, cursor].concat();
        let digest = self.0.digest(&sealed);
        std::array::from_fn(|i| digest[i])
    }
}

/// The number of rows asked for in `page_size`: 0 asks for the default, more than the most is cut
/// to it. A negative number is noted, and answers the default.
pub fn size(asked: i32, violations: &mut Violations) -> u32 {
    match u32::try_from(asked) {
        Ok(0) => DEFAULT_SIZE,
        Ok(asked) => asked.min(MOST),
        Err(_) => {
            let violation = Violation::new(
                FieldReason::Format,
                "a page has 1 to 500 rows; 0 asks for 50",
                "Une page compte de 1 à 500 lignes.",
            );
            violations.push("page_size", violation);
            DEFAULT_SIZE
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::OsRandom;
    use domain::keys::ServerKey;

    use super::*;

    fn tokens() -> Tokens {
        Tokens::new(ServerKey::generate(&OsRandom).page_token_key())
    }

    #[test]
    fn a_token_goes_on_where_the_page_ended() {
        let tokens = tokens();
        let token = tokens.issue("List", b"filter", b"cursor");
        assert_eq!(
            tokens.read("List", b"filter", &token).unwrap().unwrap(),
            b"cursor"
        );
        assert_eq!(tokens.read("List", b"filter", "").unwrap(), None);
    }

    #[test]
    fn a_token_of_another_method_or_filter_or_key_is_refused() {
        let tokens = tokens();
        let token = tokens.issue("List", b"filter", b"cursor");
        for (method, filter) in [
            ("Lis", b"tfilter".as_slice()),
            ("List", b"filte"),
            ("", b""),
        ] {
            assert_eq!(
                tokens.read(method, filter, &token),
                Err(Refusal::PageTokenInvalid)
            );
        }
        assert!(self::tokens().read("List", b"filter", &token).is_err());
    }

    #[test]
    fn a_forged_or_cut_token_is_refused() {
        let tokens = tokens();
        let token = tokens.issue("List", b"filter", b"cursor");
        for end in 1..token.len() {
            assert!(
                tokens.read("List", b"filter", &token[..end]).is_err(),
                "{end}"
            );
        }
        for wrong in ["é", "====", "AAAA", &format!("{token}A")] {
            assert!(tokens.read("List", b"filter", wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_size_asked_for_is_bounded_and_never_negative() {
        let mut violations = Violations::new();
        let sizes = [0, 1, i32::MAX].map(|asked| size(asked, &mut violations));
        assert_eq!(sizes, [50, 1, 500]);
        assert!(violations.is_empty());
        size(-1, &mut violations);
        let paths: Vec<_> = violations.iter().map(|(path, _)| path).collect();
        assert_eq!(paths, ["page_size"]);
    }
}
