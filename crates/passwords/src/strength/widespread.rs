//! What many French people, and the users of this very service, would choose.
//!
//! zxcvbn brings the most used passwords and words of the English-speaking world; these are the
//! ones it lacks: French passwords of the published leaks, AZERTY rows, sayings long enough to
//! pass for a phrase of one's own, and the words of the family allowances.

use std::sync::LazyLock;

/// Letters and digits in lower case without accents, four or more, longest first.
static WIDESPREAD: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut words: Vec<_> = include_str!("widespread.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
});

pub(super) fn words() -> &'static [&'static str] {
    &WIDESPREAD
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::strength::folded::letters_and_digits;

    #[test]
    fn the_list_is_folded_and_tells_each_word_once() {
        let mut seen = HashSet::new();
        for &word in words() {
            assert_eq!(letters_and_digits(word).as_str(), word);
            assert!(word.len() >= 4, "{word} is found in anything");
            assert!(seen.insert(word), "{word} stands twice");
        }
        assert!(seen.len() > 150);
    }
}
