//! What the operator says of itself on every letter.

use serde::Deserialize;

use crate::{Error, Field};

/// The sender, as configured. Every value has a harmless default, so that a first run makes a
/// letter; `serve` is expected to be given the real ones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Letterhead {
    /// The organisation that writes, at most 60 characters.
    pub organisation: String,
    /// Where the post returns an undelivered letter: at most 5 lines of 50 characters.
    pub return_address: Vec<String>,
    /// The number to call, as printed, at most 30 characters.
    pub telephone: String,
    /// When someone answers, in the middle of a sentence: at most 100 characters.
    pub opening_hours: String,
    /// Who signs, at most 80 characters.
    pub signature: String,
    /// The portal's address as people type it, at most 80 characters.
    pub portal_address: String,
}

impl Default for Letterhead {
    fn default() -> Self {
        Self {
            organisation: "Caf de l’Exemple".into(),
            return_address: vec![
                "1 place de la Fontaine".into(),
                "99999 Exemple-Ville".into(),
            ],
            telephone: "01 99 00 00 00".into(),
            opening_hours: "du lundi au vendredi, de 9 h à 16 h".into(),
            signature: "Le service Partenaires".into(),
            portal_address: "www.caf.example".into(),
        }
    }
}

impl Letterhead {
    /// Most lines of the return address.
    pub const MAX_RETURN_LINES: usize = 5;

    /// Refuses what would not print, would push the letter onto a second page, or leaves out what
    /// its sentences need.
    pub fn check(&self) -> Result<(), Error> {
        match self.problems().into_iter().next() {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    /// Everything that [`Self::check`] would refuse, at most once for each setting.
    pub fn problems(&self) -> Vec<(Field, Error)> {
        let checks = [
            (
                Field::Organisation,
                needed(Field::Organisation, &self.organisation),
            ),
            (Field::ReturnAddress, self.check_return_address()),
            (Field::Telephone, needed(Field::Telephone, &self.telephone)),
            (
                Field::OpeningHours,
                needed(Field::OpeningHours, &self.opening_hours),
            ),
            (Field::Signature, needed(Field::Signature, &self.signature)),
            (Field::PortalAddress, self.check_portal_address()),
        ];
        checks
            .into_iter()
            .filter_map(|(field, checked)| checked.err().map(|error| (field, error)))
            .collect()
    }

    fn check_return_address(&self) -> Result<(), Error> {
        let field = Field::ReturnAddress;
        if self.return_address.is_empty() {
            return Err(Error::Empty { field });
        }
        if self.return_address.len() > Self::MAX_RETURN_LINES {
            return Err(Error::TooManyLines {
                field,
                limit: Self::MAX_RETURN_LINES,
            });
        }
        self.return_address
            .iter()
            .try_for_each(|line| needed(field, line))
    }

    fn check_portal_address(&self) -> Result<(), Error> {
        needed(Field::PortalAddress, &self.portal_address)?;
        if self.portal_address.contains(char::is_whitespace) || self.portal_address.contains("://")
        {
            return Err(Error::PortalAddress);
        }
        Ok(())
    }
}

fn needed(field: Field, text: &str) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::Empty { field });
    }
    field.check(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_letterhead_passes_its_own_check() {
        Letterhead::default().check().unwrap();
    }

    #[test]
    fn a_letterhead_that_cannot_be_printed_names_the_setting() {
        let long = Letterhead {
            telephone: "0".repeat(31),
            ..Letterhead::default()
        };
        assert_eq!(
            long.check().unwrap_err().to_string(),
            "telephone is longer than 30 characters"
        );
        let strange = Letterhead {
            signature: "局".into(),
            ..Letterhead::default()
        };
        assert_eq!(
            strange.check().unwrap_err().to_string(),
            "signature holds '局' (U+5C40), which the letter's fonts cannot print"
        );
        let tall = Letterhead {
            return_address: vec!["a".into(); 6],
            ..Letterhead::default()
        };
        assert_eq!(
            tall.check().unwrap_err().to_string(),
            "return_address has more than 5 lines"
        );
    }

    #[test]
    fn all_that_is_left_out_or_cannot_be_typed_is_told_at_once() {
        let bare = Letterhead {
            organisation: String::new(),
            return_address: Vec::new(),
            telephone: " ".into(),
            opening_hours: String::new(),
            signature: String::new(),
            portal_address: "https://www.caf.example".into(),
        };
        let fields: Vec<_> = bare
            .problems()
            .into_iter()
            .map(|(field, _)| field.to_string())
            .collect();
        assert_eq!(
            fields,
            [
                "organisation",
                "return_address",
                "telephone",
                "opening_hours",
                "signature",
                "portal_address",
            ]
        );
        let gap = Letterhead {
            return_address: vec!["1 place de la Fontaine".into(), String::new()],
            portal_address: "www.caf.example et plus".into(),
            ..Letterhead::default()
        };
        assert_eq!(gap.problems().len(), 2);
    }
}
