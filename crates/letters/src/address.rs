//! The recipient's address as the post reads it, after the norm AFNOR NF Z 10-011.
//!
//! What the norm asks and this module does: at most six lines of 38 characters, the person first;
//! no punctuation in the lines of street, place and town (the norm's lines 4 to 6); these in
//! capitals; abroad, the country in capitals on a line of its own. Which addresses are accepted
//! is decided when they are entered; here nothing is refused, and no line of an address is lost.

use std::{collections::BTreeSet, fmt};

use domain::postal_address::PostalAddress;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::{Error, Field, countries};

/// Most lines of the norm, the country apart.
pub const MAX_LINES: usize = 6;

/// Most characters of a line of the norm.
pub const MAX_CHARACTERS: usize = 38;

/// How many lines at the end of an address are the norm's lines 4 to 6.
const WITHOUT_PUNCTUATION: usize = 3;

/// Who receives the letter and where, as they are known.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The person's given name.
    pub given_name: &'a str,
    /// The person's family name.
    pub family_name: &'a str,
    /// The partner they act for.
    pub partner_name: &'a str,
    /// Where they live or work.
    pub postal_address: &'a PostalAddress,
}

/// The lines printed in the envelope's window.
#[derive(Clone, PartialEq, Eq)]
pub struct AddressBlock {
    /// The norm's lines, the person first. Six; a seventh only when all six lines of the postal
    /// address were used and none of them named the person.
    pub lines: Vec<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: String,
    /// The country as the last line names it; none inside France.
    pub country: Option<String>,
}

impl AddressBlock {
    /// Puts a recipient in the norm's form.
    pub fn of(recipient: &Recipient<'_>) -> Self {
        let address = recipient.postal_address;
        let postal = postal_lines(address.lines());
        let mut lines = heading(recipient, &postal);
        lines.extend(postal);
        let country = (!address.is_french()).then(|| countries::name(address.country_code()));
        Self {
            lines,
            country_code: address.country_code().to_owned(),
            country,
        }
    }

    /// Everything the window shows, from top to bottom.
    pub fn printed_lines(&self) -> Vec<String> {
        self.lines.iter().chain(&self.country).cloned().collect()
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.lines.is_empty() {
            return Err(Error::NoRecipient);
        }
        if self.lines.len() > MAX_LINES + 1 {
            return Err(Error::TooManyLines {
                field: Field::Recipient,
                limit: MAX_LINES + 1,
            });
        }
        self.printed_lines()
            .iter()
            .try_for_each(|line| Field::Recipient.check(line))
    }
}

impl fmt::Debug for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AddressBlock(…)")
    }
}

/// The person's line, and the partner's when it says more and there is room.
fn heading(recipient: &Recipient<'_>, postal: &[String]) -> Vec<String> {
    let first_line_words = postal.first().map(|line| words(line)).unwrap_or_default();
    let person = person_line(recipient.given_name, recipient.family_name);
    // On all six lines the norm's first is the person's own, written by whoever entered it.
    let already_named =
        postal.len() == MAX_LINES && words(recipient.family_name).is_subset(&first_line_words);
    if already_named {
        return Vec::new();
    }
    let holder = format!("{} {}", recipient.given_name, recipient.family_name);
    let room_for_the_partner = postal.len() + 2 <= MAX_LINES;
    if is_the_person(recipient.partner_name, &holder) || !room_for_the_partner {
        return vec![person];
    }
    vec![person, shortened(&tidy(recipient.partner_name))]
}

/// Whether the partner is the person under their own name, in whichever order it is written:
/// a landlord who is nobody's employee should not read their name twice.
pub(crate) fn is_the_person(partner_name: &str, holder: &str) -> bool {
    let partner = words(partner_name);
    partner.is_empty() || partner == words(holder)
}

/// `Paul DURAND`; when too long for the line, `P DURAND`, then the family name alone, then as
/// much of it as the line holds.
fn person_line(given_name: &str, family_name: &str) -> String {
    let (given, family) = (tidy(given_name), tidy(family_name).to_uppercase());
    let initials: Vec<String> = given
        .split([' ', '-'])
        .filter_map(|name| name.chars().next())
        .map(|initial| initial.to_uppercase().to_string())
        .collect();
    let candidates = [
        format!("{given} {family}"),
        format!("{} {family}", initials.join(" ")),
    ];
    candidates
        .into_iter()
        .map(|line| line.trim().to_owned())
        .find(|line| line.chars().count() <= MAX_CHARACTERS)
        .unwrap_or_else(|| shortened(&family))
}

/// As many whole words as a line holds, or the beginning of the only one.
fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_CHARACTERS {
        return text.to_owned();
    }
    let cut: String = text.chars().take(MAX_CHARACTERS + 1).collect();
    let whole_words = cut
        .rsplit_once(' ')
        .map(|(words, _)| words.trim_end().to_owned());
    whole_words.unwrap_or_else(|| text.chars().take(MAX_CHARACTERS).collect())
}

fn postal_lines(entered: &[String]) -> Vec<String> {
    let given: Vec<String> = entered
        .iter()
        .map(|line| tidy(line))
        .filter(|line| !line.is_empty())
        .collect();
    let bare_from = given.len().saturating_sub(WITHOUT_PUNCTUATION);
    given
        .into_iter()
        .enumerate()
        .map(|(place, line)| if place < bare_from { line } else { bare(&line) })
        .collect()
}

/// Capitals without punctuation: `12, rue de l’Église` is `12 RUE DE L ÉGLISE`.
fn bare(line: &str) -> String {
    let punctuation_as_spaces: String = line
        .chars()
        .map(|character| {
            let group = character.general_category_group();
            if group == GeneralCategoryGroup::Punctuation {
                ' '
            } else {
                character
            }
        })
        .collect();
    tidy(&punctuation_as_spaces).to_uppercase()
}

/// Composed, with single spaces and none at the ends.
fn tidy(text: &str) -> String {
    let composed: String = text.nfc().collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn words(text: &str) -> BTreeSet<String> {
    bare(text)
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(partner_name: &str, postal_lines: &[&str], country_code: &str) -> AddressBlock {
        let lines = postal_lines.iter().map(|&line| line.to_owned()).collect();
        let address = PostalAddress::stored(lines, country_code.into());
        AddressBlock::of(&Recipient {
            given_name: "Paul",
            family_name: "Durand",
            partner_name,
            postal_address: &address,
        })
    }

    #[test]
    fn street_and_town_are_in_capitals_without_punctuation() {
        let block = block(
            "LES OLIVIERS",
            &["12, rue de l’Église", "93200 Saint-Denis"],
            "FR",
        );
        let expected = [
            "Paul DURAND",
            "LES OLIVIERS",
            "12 RUE DE L ÉGLISE",
            "93200 SAINT DENIS",
        ];
        assert_eq!(block.lines, expected);
        assert_eq!(block.country, None);
    }

    #[test]
    fn what_stands_before_the_street_keeps_its_punctuation() {
        let lines = [
            "Appt. 4, 2e étage",
            "Bât. B",
            "3 rue Basse",
            "BP 12",
            "33000 Bordeaux",
        ];
        let block = block("LES OLIVIERS", &lines, "FR");
        let expected = [
            "Paul DURAND",
            "Appt. 4, 2e étage",
            "Bât. B",
            "3 RUE BASSE",
            "BP 12",
            "33000 BORDEAUX",
        ];
        assert_eq!(
            block.lines, expected,
            "no room for the partner: the address goes first"
        );
    }

    #[test]
    fn a_landlord_who_is_the_partner_is_named_once() {
        for partner in ["Paul DURAND", "DURAND Paul", "durand, paul"] {
            let block = block(partner, &["1 rue Haute", "75012 Paris"], "FR");
            assert_eq!(
                block.lines,
                ["Paul DURAND", "1 RUE HAUTE", "75012 PARIS"],
                "{partner}"
            );
        }
    }

    #[test]
    fn abroad_the_country_is_the_last_line() {
        let block = block("LES OLIVIERS", &["Hauptstraße 5", "10115 Berlin"], "DE");
        assert_eq!(block.country_code, "DE");
        assert_eq!(block.printed_lines().last().unwrap(), "ALLEMAGNE");
        assert_eq!(block.lines[2], "HAUPTSTRASSE 5");
    }

    #[test]
    fn an_address_on_all_six_lines_names_the_person_itself_or_gets_a_seventh() {
        let six = [
            "M. Paul Durand",
            "Appt 4",
            "Bât B",
            "3 rue Basse",
            "BP 12",
            "33000 Bordeaux",
        ];
        assert_eq!(block("LES OLIVIERS", &six, "FR").lines.len(), 6);
        let mut nameless = six;
        nameless[0] = "Porte 7";
        let block = block("LES OLIVIERS", &nameless, "FR");
        assert_eq!(block.lines.len(), 7);
        assert_eq!(block.lines[0], "Paul DURAND");
    }

    #[test]
    fn a_long_name_is_shortened_to_the_line() {
        let family = "de Montmorency-Beaumont-Sainte-Croix";
        assert_eq!(
            person_line("Anne-Marie", family),
            "DE MONTMORENCY-BEAUMONT-SAINTE-CROIX",
            "even the initials are too much"
        );
        assert_eq!(
            person_line("Anne-Marie", "de Montmorency-Beaumont-Croix"),
            "A M DE MONTMORENCY-BEAUMONT-CROIX"
        );
        assert_eq!(person_line("W", &"W".repeat(64)), "W".repeat(38));
        let partner = "OFFICE PUBLIC DE L’HABITAT DES COMMUNES DU VAL D’EXEMPLE";
        assert_eq!(shortened(partner), "OFFICE PUBLIC DE L’HABITAT DES");
    }

    #[test]
    fn a_line_is_composed_so_that_its_length_is_what_is_seen() {
        assert_eq!(person_line("E\u{301}loi", "Noe\u{308}l"), "Éloi NOËL");
    }
}
