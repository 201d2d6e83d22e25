//! What a failure is told in: to agents, and in the account's contact problem.

use std::fmt;

/// A few plain words about a failure: one line, at most 300 characters, without addresses and
/// without anything of the form of a provisional password, whatever a mail server says back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(String);

impl Words {
    /// Most characters.
    pub const MOST: usize = 300;

    /// Makes any text fit to be told.
    pub fn new(text: &str) -> Self {
        let visible: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        let told: Vec<&str> = visible.split_whitespace().map(told).collect();
        Self(told.join(" ").chars().take(Self::MOST).collect())
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Words> for String {
    fn from(words: Words) -> Self {
        words.0
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn told(word: &str) -> &str {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.contains('@') || domain::provisional::has_form(bare) {
        "…"
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_s_answer_becomes_one_line_without_addresses() {
        let answer = "550-5.1.1 <paul@example.org>:\r\n550 5.1.1 user\tunknown\u{1b}[31m (mailto:paul@example.org)";
        assert_eq!(
            Words::new(answer).as_str(),
            "550-5.1.1 … 550 5.1.1 user unknown [31m …"
        );
    }

    #[test]
    fn a_provisional_password_quoted_back_is_not_kept() {
        let answer = "554 rejected: \"K7MP-4XQ2-9ABC-DEFG\", k7mp4xq29abcdefg";
        assert_eq!(Words::new(answer).as_str(), "554 rejected: … …");
    }

    #[test]
    fn it_is_at_most_three_hundred_characters_long() {
        let long = Words::new(&"é ".repeat(1_000));
        assert_eq!(long.as_str().chars().count(), 300);
    }
}
