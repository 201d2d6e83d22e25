//! The words that whoever knows a person would try first.

use std::fmt;

use super::folded::letters_and_digits;

/// The account's own words: none of them makes a password harder to guess.
#[derive(Clone, Default)]
pub struct PersonalWords(Vec<String>);

impl PersonalWords {
    /// Fewest characters of a word: shorter ones are found in anything.
    const SHORTEST: usize = 3;
    /// Most words kept. The fields of one account have some thirty; each one costs time at every
    /// password judged.
    const MOST: usize = 64;

    /// Takes what the account and its partner say of themselves: names, e-mail, identifier, user
    /// number, telephone, partner's name. Each text counts as a whole and by its words; an
    /// address also by its two sides.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let mut words = Self::default();
        for text in texts {
            for side in text.split('@') {
                words.add(side);
                side.split(|c: char| !c.is_alphanumeric())
                    .for_each(|word| words.add(word));
            }
        }
        words
    }

    fn add(&mut self, text: &str) {
        let word = letters_and_digits(text);
        let counts = word.chars().count() >= Self::SHORTEST
            && self.0.len() < Self::MOST
            && !self.0.contains(&*word);
        if counts {
            self.0.push(word.as_str().to_owned());
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

/// Names and addresses stay out of logs.
impl fmt::Debug for PersonalWords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonalWords({})", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_counts_as_a_whole_and_by_its_words() {
        let words = PersonalWords::new(["Hélène", "DE LA TOUR", "helene.latour@mail.example"]);
        let words: Vec<_> = words.iter().collect();
        assert_eq!(
            words,
            [
                "helene",
                "delatour",
                "tour",
                "helenelatour",
                "latour",
                "mailexample",
                "mail",
                "example"
            ]
        );
    }

    #[test]
    fn the_words_do_not_print() {
        assert_eq!(
            format!("{:?}", PersonalWords::new(["Hélène"])),
            "PersonalWords(1)"
        );
    }
}
