//! Why a letter was not made. No message holds what the letter says.

use std::fmt;

use crate::covers;

/// What stopped a letter.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A character would be an empty box on paper.
    #[error("{field} holds {character:?} (U+{:04X}), which the letter's fonts cannot print", u32::from(*character))]
    Glyph {
        /// Where it stands.
        field: Field,
        /// The character without a glyph.
        character: char,
    },
    /// A text is longer than the page has room for.
    #[error("{field} is longer than {limit} characters")]
    TooLong {
        /// Which text.
        field: Field,
        /// Most characters.
        limit: usize,
    },
    /// A text has more lines than the page has room for.
    #[error("{field} has more than {limit} lines")]
    TooManyLines {
        /// Which text.
        field: Field,
        /// Most lines.
        limit: usize,
    },
    /// A text that no letter does without is not there.
    #[error("{field} is empty")]
    Empty {
        /// Which text.
        field: Field,
    },
    /// What readers are to type is nothing they can type.
    #[error(
        "portal_address is typed by hand: write it without scheme or spaces, as www.example.org"
    )]
    PortalAddress,
    /// There is nobody to send it to.
    #[error("the recipient has no address line")]
    NoRecipient,
    /// The letter must hold on one page.
    #[error("the letter takes {0} pages instead of one")]
    Pages(usize),
    /// The template does not compile, or compiles with a warning, which is a defect too.
    #[error("the letter's template failed: {0}")]
    Template(String),
    /// The page was laid out but could not become an archivable, accessible PDF.
    #[error("the letter could not be exported: {0}")]
    Export(String),
}

/// A text of the letter, named in an error as its setting or field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// [`crate::Letterhead::organisation`]
    Organisation,
    /// [`crate::Letterhead::return_address`]
    ReturnAddress,
    /// [`crate::Letterhead::telephone`]
    Telephone,
    /// [`crate::Letterhead::opening_hours`]
    OpeningHours,
    /// [`crate::Letterhead::signature`]
    Signature,
    /// [`crate::Letterhead::portal_address`]
    PortalAddress,
    /// [`crate::Letter::recipient`]
    Recipient,
    /// [`crate::Letter::holder`]
    Holder,
    /// [`crate::Letter::partner`]
    Partner,
    /// [`crate::Letter::identifier`]
    Identifier,
    /// [`crate::Letter::user_number`]
    UserNumber,
    /// [`crate::Letter::reference`]
    Reference,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::ReturnAddress => "return_address",
            Self::Telephone => "telephone",
            Self::OpeningHours => "opening_hours",
            Self::Signature => "signature",
            Self::PortalAddress => "portal_address",
            Self::Recipient => "recipient",
            Self::Holder => "holder",
            Self::Partner => "partner",
            Self::Identifier => "identifier",
            Self::UserNumber => "user_number",
            Self::Reference => "reference",
        }
    }

    /// Most characters of one line of it. The letter with every text at its limit is one page:
    /// a test holds that.
    pub const fn limit(self) -> usize {
        match self {
            Self::Organisation => 60,
            Self::ReturnAddress => 50,
            Self::Telephone => 30,
            Self::OpeningHours => 100,
            Self::Signature | Self::PortalAddress => 80,
            // The norm's 38, and room for a capital that takes two letters, such as that of ß.
            Self::Recipient => 48,
            // Given name and family name of 64 each, and a space.
            Self::Holder => 129,
            Self::Partner => 120,
            Self::Identifier => 32,
            Self::UserNumber => 14,
            // A UUID.
            Self::Reference => 36,
        }
    }

    /// Refuses a text that is too long or that the fonts cannot print.
    pub(crate) fn check(self, text: &str) -> Result<(), Error> {
        if text.chars().count() > self.limit() {
            return Err(Error::TooLong {
                field: self,
                limit: self.limit(),
            });
        }
        text.chars()
            .find(|&character| !covers(character))
            .map_or(Ok(()), |character| {
                Err(Error::Glyph {
                    field: self,
                    character,
                })
            })
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
