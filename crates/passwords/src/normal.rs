//! The one form in which a password is judged, hashed and verified.
//!
//! Two keyboards may send the same « é » as one code point or as two. NFC makes them one, so that
//! a password typed on a telephone opens what was closed on a computer.

use domain::Password;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// Most bytes a password may take in UTF-8 once normalised: 128 characters of four bytes.
pub const MAX_BYTES: usize = 512;

/// Most bytes looked at before normalising. Decomposed text shrinks to no less than a third
/// (three Hangul letters to their syllable), so nothing longer can come down to [`MAX_BYTES`].
const MAX_TYPED_BYTES: usize = 3 * MAX_BYTES;

/// A password over [`MAX_BYTES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a password takes at most {MAX_BYTES} bytes")]
pub struct TooLong;

/// The password in NFC; refuses one over [`MAX_BYTES`] before spending anything on it.
pub fn normalise(password: &Password) -> Result<Password, TooLong> {
    let typed = password.expose();
    if typed.len() > MAX_TYPED_BYTES {
        return Err(TooLong);
    }
    // Room for the longest result from the start: growing would leave unwiped copies behind.
    let mut normal = Zeroizing::new(String::with_capacity(4 * MAX_TYPED_BYTES));
    normal.extend(typed.nfc());
    if normal.len() > MAX_BYTES {
        return Err(TooLong);
    }
    Ok(Password::new(normal.as_str().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(typed: &str) -> Result<String, TooLong> {
        normalise(&Password::new(typed.to_owned())).map(|password| password.expose().to_owned())
    }

    #[test]
    fn one_word_typed_on_two_keyboards_is_one_password() {
        assert_ne!("h\u{e9}risson", "he\u{301}risson");
        assert_eq!(normal("he\u{301}risson"), normal("h\u{e9}risson"));
    }

    #[test]
    fn the_longest_password_passes_in_any_form() {
        let syllables = MAX_BYTES / 3;
        assert!(normal(&"\u{1112}\u{1161}\u{11ab}".repeat(syllables)).is_ok());
        assert!(normal(&"\u{1f9a9}".repeat(128)).is_ok());
        assert_eq!(normal(&"a".repeat(MAX_BYTES + 1)), Err(TooLong));
    }

    #[test]
    fn a_text_that_grows_past_the_limit_is_refused() {
        // U+FB2C takes 3 bytes typed and 6 in NFC.
        let typed = "\u{fb2c}".repeat(MAX_BYTES / 3);
        assert!(typed.len() < MAX_BYTES);
        assert_eq!(normal(&typed), Err(TooLong));
    }
}
