//! What is left of a password when the words that a guesser knows are taken out.
//!
//! An estimate by guesses trusts any row of five words, also « Paul DURAND Les Oliviers Caf ».
//! Taking the known words out shows that nothing of one's own is left.

use zeroize::Zeroizing;

/// Fewest letters and digits that must be left: what eight characters were once thought to give.
const FEWEST_LEFT: usize = 8;

/// Different widespread words that alone make no password. Four drawn from the 300 or so of the
/// list take 10¹⁰ guesses; three take less than the 10⁸ asked.
const TOO_FEW_WORDS: usize = 3;

/// Whose words a password is made of.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct MadeOf {
    pub(super) personal: bool,
    pub(super) widespread: bool,
}

/// Takes `personal` and `widespread` words out of `folded` and says of which it is made: of
/// neither when [`FEWEST_LEFT`] or more is left.
pub(super) fn made_of<'p, 'w>(
    folded: &str,
    personal: impl Iterator<Item = &'p str>,
    widespread: impl Iterator<Item = &'w str>,
) -> MadeOf {
    let mut rest = Zeroizing::new(folded.to_owned());
    let personal = take_out(&mut rest, personal);
    let widespread = take_out(&mut rest, widespread);
    let left = rest.chars().filter(|c| c.is_alphanumeric()).count();
    MadeOf {
        personal: left < FEWEST_LEFT && personal > 0,
        widespread: left < FEWEST_LEFT && (1..=TOO_FEW_WORDS).contains(&widespread),
    }
}

/// Puts a blank in each word's place, the longest first, so that no new word arises from the two
/// sides. How many different words there were.
fn take_out<'w>(rest: &mut Zeroizing<String>, words: impl Iterator<Item = &'w str>) -> usize {
    let mut words: Vec<&str> = words.filter(|word| rest.contains(word)).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let mut found = 0;
    for word in words {
        // A longer one may have taken it along.
        if rest.contains(word) {
            *rest = Zeroizing::new(rest.replace(word, " "));
            found += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(folded: &str) -> (bool, bool) {
        let personal = ["paul", "durand", "paule"].into_iter();
        let MadeOf {
            personal,
            widespread,
        } = made_of(
            folded,
            personal,
            ["soleil", "jardin", "voiture", "pluie"].into_iter(),
        );
        (personal, widespread)
    }

    #[test]
    fn little_left_tells_whose_words_they_were() {
        assert_eq!(found("pauldurand2026"), (true, false));
        assert_eq!(found("soleilsoleil1234567"), (false, true));
        assert_eq!(found("paulsoleildurand"), (true, true));
    }

    #[test]
    fn three_widespread_words_are_too_few_and_four_are_not() {
        assert_eq!(found("soleiljardinvoiture1"), (false, true));
        assert_eq!(found("soleilsoleilsoleilsoleil"), (false, true));
        assert_eq!(found("soleiljardinvoiturepluie"), (false, false));
    }

    #[test]
    fn enough_left_is_ones_own() {
        assert_eq!(found("paulmangehuitpommes"), (false, false));
        assert_eq!(found("soleilquatrevinsgt"), (false, false));
        assert_eq!(found("court"), (false, false));
    }
}
