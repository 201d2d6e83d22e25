//! Texts as they compare: without accents, without case, without what stands between words.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zeroize::Zeroizing;

/// « Mot-de-PASSÉ » as `motdepasse`: letters and digits in lower case, accents removed.
pub(super) fn letters_and_digits(text: &str) -> Zeroizing<String> {
    collect(
        text,
        without_accents(text)
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase),
    )
}

/// The text without its accents, else as typed.
pub(super) fn plain(text: &str) -> Zeroizing<String> {
    collect(text, without_accents(text))
}

/// The text without its accents and without what is put between words.
pub(super) fn joined(text: &str) -> Zeroizing<String> {
    let between_words = |c: char| c.is_whitespace() || "-_.,;:'’/".contains(c);
    collect(text, without_accents(text).filter(|&c| !between_words(c)))
}

fn without_accents(text: &str) -> impl Iterator<Item = char> {
    text.nfd().filter(|&c| !is_combining_mark(c))
}

/// Room for the longest result from the start: growing would leave unwiped copies behind.
fn collect(text: &str, folded: impl Iterator<Item = char>) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(4 * text.len()));
    out.extend(folded);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_text_compare_equal() {
        for text in ["Mot-de-PASSÉ 9", "mot de passe 9", "mot_de.passe\u{301}9!"] {
            assert_eq!(letters_and_digits(text).as_str(), "motdepasse9");
        }
        assert_eq!(plain("L’Été !").as_str(), "L’Ete !");
        assert_eq!(joined("L’Été à Nice !").as_str(), "LEteaNice!");
    }
}
