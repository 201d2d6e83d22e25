//! Which characters a text shown to people may hold.
//!
//! These texts end up in mails, letters and screens of others, so they are plain: no control,
//! bidirectional or zero-width character, nothing that a mail reader would turn into a link, and
//! nothing that the letter's font cannot draw.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::coverage::covered;
use crate::violation::{FieldReason, Violation};

/// Marks that may stand on one letter after NFC; Vietnamese, the densest Latin script, needs one.
const MOST_MARKS: usize = 2;

/// A text may arrive decomposed: this many times longer than it is after NFC, and no more.
const MOST_DECOMPOSED: usize = 4;

/// Trimmed, in NFC, neither empty nor longer than `most` characters.
pub(crate) fn normalised(text: &str, most: usize) -> Result<String, Violation> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Violation::required());
    }
    if trimmed.chars().count() > most * MOST_DECOMPOSED {
        return Err(Violation::too_long(most));
    }
    let composed: String = trimmed.nfc().collect();
    if composed.chars().count() > most {
        return Err(Violation::too_long(most));
    }
    Ok(composed)
}

/// Refuses the first character that would hide something from who reads the text, or break its
/// line: controls, bidirectional and zero-width characters, line and paragraph separators. What it
/// holds besides is free, so this is for texts that reach neither mail nor letter.
pub fn visible_on_one_line(text: &str) -> Result<(), Violation> {
    let hides = |c: &char| {
        matches!(
            c.general_category(),
            GeneralCategory::Control
                | GeneralCategory::Format
                | GeneralCategory::LineSeparator
                | GeneralCategory::ParagraphSeparator
        )
    };
    let Some(hidden) = text.chars().find(hides).map(u32::from) else {
        return Ok(());
    };
    Err(Violation::new(
        FieldReason::Character,
        format!("the character U+{hidden:04X} is not taken: one line of visible characters"),
        format!("Le caractère U+{hidden:04X} n’est pas accepté : écrivez sur une seule ligne."),
    ))
}

/// What a kind of text takes besides letters, marks and spaces.
pub(crate) struct Allowed {
    /// Characters taken at any place; the full stop has its own rule.
    pub(crate) signs: &'static str,
    /// Whether and where digits stand.
    pub(crate) digits: Digits,
    /// Where a full stop may stand.
    pub(crate) full_stop: FullStop,
    /// All of it in words: English, French.
    pub(crate) words: (&'static str, &'static str),
}

/// Whether digits are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digits {
    Taken,
    Refused,
}

/// Where a full stop may stand, so that no host name can be written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FullStop {
    /// Before a space, `-` or the end.
    Closing,
    /// As closing, before another sign, and between single letters (`S.C.I.`): no top-level
    /// domain has one letter.
    ClosingOrInitials,
    /// Anywhere: the text reaches no mail.
    Anywhere,
}

impl Allowed {
    /// Refuses the first character that is not taken where it stands, and a text without a letter
    /// or digit.
    pub(crate) fn check(&self, text: &str) -> Result<(), Violation> {
        let chars: Vec<char> = text.chars().collect();
        if let Some(place) = (0..chars.len()).find(|&place| !self.takes(&chars, place)) {
            return Err(self.refusal(chars[place]));
        }
        if !chars.iter().any(|&c| is_letter(c) || c.is_ascii_digit()) {
            return Err(Violation::new(
                FieldReason::Format,
                "must hold at least one letter",
                "Ce champ doit contenir au moins une lettre.",
            ));
        }
        Ok(())
    }

    fn takes(&self, chars: &[char], place: usize) -> bool {
        let c = chars[place];
        match c {
            ' ' => true,
            '.' => self.takes_full_stop(chars, place),
            '0'..='9' => self.digits == Digits::Taken,
            _ if self.signs.contains(c) => true,
            _ if is_letter(c) => covered(c),
            _ if is_mark(c) => covered(c) && stands_on_a_letter(&chars[..place]),
            _ => false,
        }
    }

    fn takes_full_stop(&self, chars: &[char], place: usize) -> bool {
        let next = chars.get(place + 1).copied();
        let closing = matches!(next, None | Some(' ' | '-'));
        match self.full_stop {
            FullStop::Closing => closing,
            FullStop::ClosingOrInitials => {
                closing
                    || next.is_some_and(|c| c != '.' && self.signs.contains(c))
                    || between_single_letters(chars, place)
            }
            FullStop::Anywhere => true,
        }
    }

    fn refusal(&self, c: char) -> Violation {
        let (english, french) = self.words;
        let shown = if c.is_ascii_graphic() || (is_letter(c) && covered(c)) {
            format!("« {c} »")
        } else {
            format!("U+{:04X}", u32::from(c))
        };
        Violation::new(
            FieldReason::Character,
            format!(
                "the character U+{:04X} is not taken there: {english}",
                u32::from(c)
            ),
            format!("Le caractère {shown} n’est pas accepté à cet endroit : {french}."),
        )
    }
}

fn is_letter(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Letter
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

fn stands_on_a_letter(before: &[char]) -> bool {
    let marks = before.iter().rev().take_while(|&&c| is_mark(c)).count();
    marks < MOST_MARKS
        && before
            .iter()
            .rev()
            .nth(marks)
            .is_some_and(|&c| is_letter(c))
}

fn between_single_letters(chars: &[char], place: usize) -> bool {
    let at = |place: Option<usize>| place.and_then(|place| chars.get(place)).copied();
    let wordy = |c: char| is_letter(c) || is_mark(c) || c.is_ascii_digit();
    at(place.checked_sub(1)).is_some_and(is_letter)
        && !at(place.checked_sub(2)).is_some_and(wordy)
        && at(Some(place + 1)).is_some_and(is_letter)
        && !at(Some(place + 2)).is_some_and(wordy)
}
