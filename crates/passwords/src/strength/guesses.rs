//! How many guesses a password takes, as zxcvbn estimates them, at a bounded price.
//!
//! zxcvbn tries every reading of signs as letters (`4` for `a`, `|` for `l`) on every stretch of
//! the text: a long password from a generator, which has all those signs, takes it seconds. But a
//! password is at least as hard to guess as any stretch of it, so stretches of [`STRETCH`]
//! characters are judged until one is strong. Those rich in signs are, at once.

use zxcvbn::{
    Match, Score,
    matching::patterns::{DictionaryPattern, MatchPattern},
};

/// Characters judged at once.
const STRETCH: usize = 32;
/// From one stretch to the next. Half: a word cut by one stretch is whole in its neighbour.
const STEP: usize = STRETCH / 2;

/// The score from which a password is accepted: more than 10⁸ guesses.
const STRONG: Score = Score::Three;
/// [`STRONG`] as the number zxcvbn's users know, of 0 to 4.
pub const MIN_SCORE: u8 = 3;

/// What makes a password weak.
pub(super) struct Weakness {
    matches: Vec<Match>,
    characters: usize,
}

/// Why `text` is guessed too soon; `None` when it is not. `words` are among the first
/// that a guesser tries.
pub(super) fn weakness(text: &str, words: &[&str]) -> Option<Weakness> {
    let characters: Vec<usize> = text.char_indices().map(|(at, _char)| at).collect();
    let last = characters.len().saturating_sub(STRETCH);
    let starts = (0..last).step_by(STEP).chain([last]);
    let mut weakest = Vec::new();
    for start in starts {
        let stretch = stretch(text, &characters, start);
        let entropy = zxcvbn::zxcvbn(stretch, words);
        if entropy.score() >= STRONG {
            return None;
        }
        weakest.extend_from_slice(entropy.sequence());
    }
    let characters = weakest
        .iter()
        .map(|found| found.token.chars().count())
        .sum();
    Some(Weakness {
        matches: weakest,
        characters,
    })
}

fn stretch<'t>(text: &'t str, characters: &[usize], start: usize) -> &'t str {
    let from = characters.get(start).copied().unwrap_or(text.len());
    let to = characters
        .get(start + STRETCH)
        .copied()
        .unwrap_or(text.len());
    &text[from..to]
}

impl Weakness {
    /// Whether one of these words stands in it.
    pub(super) fn holds_any<'w>(&self, mut words: impl Iterator<Item = &'w str>) -> bool {
        let found: Vec<&str> = self
            .dictionary()
            .map(|(_, pattern)| &*pattern.matched_word)
            .collect();
        words.any(|word| found.contains(&word))
    }

    /// Whether half of it or more is one of zxcvbn's most used passwords, or several.
    pub(super) fn is_mostly_passwords(&self) -> bool {
        // zxcvbn does not export its type of dictionaries, whose default is the one of passwords.
        let passwords = DictionaryPattern::default().dictionary_name;
        let of_passwords: usize = self
            .dictionary()
            .filter(|(_, pattern)| pattern.dictionary_name == passwords)
            .map(|(characters, _)| characters)
            .sum();
        of_passwords > 0 && 2 * of_passwords >= self.characters
    }

    /// The words found, each with the number of characters it explains: a repeated one explains
    /// all its repetitions.
    fn dictionary(&self) -> impl Iterator<Item = (usize, &DictionaryPattern)> {
        self.matches.iter().flat_map(|found| match &found.pattern {
            MatchPattern::Dictionary(pattern) => vec![(found.token.chars().count(), pattern)],
            MatchPattern::Repeat(repeat) => repeat
                .base_matches
                .iter()
                .filter_map(|base| match &base.pattern {
                    MatchPattern::Dictionary(pattern) => {
                        Some((base.token.chars().count() * repeat.repeat_count, pattern))
                    }
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_strong_stretch_is_enough() {
        let strong = "vautour replet sur un guidon";
        assert!(weakness(strong, &[]).is_none());
        assert!(weakness(&format!("{}{strong}", "a".repeat(100)), &[]).is_none());
        assert!(weakness(&format!("{strong}{}", "a".repeat(100)), &[]).is_none());
    }

    #[test]
    fn what_repeats_is_weak_at_any_length() {
        for length in [1, 15, 31, 32, 33, 48, 49, 128] {
            assert!(weakness(&"a".repeat(length), &[]).is_some(), "{length}");
            assert!(weakness(&"é".repeat(length), &[]).is_some(), "{length}");
        }
        assert!(weakness("", &[]).is_some());
    }

    #[test]
    fn a_long_password_rich_in_signs_is_judged_by_its_first_stretch() {
        let signs = "4@8({[<3691!|70$5+%2xK#mPvLnQwRtYzBaC".repeat(3);
        assert!(weakness(&signs, &[]).is_none());
    }

    #[test]
    fn used_passwords_are_recognised_also_repeated() {
        let mostly = |text| weakness(text, &[]).unwrap().is_mostly_passwords();
        assert!(mostly("password"));
        assert!(mostly("letmeinletmein"));
        assert!(!mostly("aaaaaaaaaaaaaaaa"));
    }

    #[test]
    fn a_word_told_beforehand_is_found() {
        let weakness = weakness("durandine2", &["durandine"]).unwrap();
        assert!(weakness.holds_any(["oliviers", "durandine"].into_iter()));
        assert!(!weakness.holds_any(["oliviers"].into_iter()));
    }
}
