//! What the printer is told about one letter.

use std::fmt;

use domain::provisional::Selector;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::address::AddressBlock;

/// The sheet beside a PDF, as its JSON file holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// The delivery, with dashes, as the service's own calls name it.
    pub delivery_id: String,
    /// The PDF this sheet is about.
    pub file_name: String,
    /// Size of the PDF.
    pub bytes: usize,
    /// SHA-256 of the PDF in lower-case hexadecimal.
    pub sha256: String,
    /// What was ordered.
    #[serde(flatten)]
    pub order: PrintOrder,
}

/// How a letter is to be printed and posted.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintOrder {
    /// The recipient's lines as the window shows them, the country apart.
    pub lines: Vec<String>,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// Number of pages.
    pub pages: u32,
    /// Ink.
    pub colour: Colour,
    /// Sides of the sheet.
    pub duplex: Sides,
    /// How it is franked.
    pub postage: Postage,
    /// The day on which the files are destroyed, had nobody taken them; `2026-12-22` in the JSON.
    #[serde(with = "day")]
    pub purge_date: Date,
    /// The selector, public by itself, of the provisional password that is printed: it tells which
    /// of those that were made for the delivery is the one on paper.
    pub selector: String,
}

impl fmt::Debug for PrintOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrintOrder")
            .field("pages", &self.pages)
            .field("purge_date", &self.purge_date)
            .field("selector", &self.selector)
            .finish_non_exhaustive()
    }
}

/// Ink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Black only.
    Monochrome,
}

/// Sides of the sheet that are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// The front only.
    Simplex,
}

/// How a letter is franked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Postage {
    /// The ordinary letter of two to three days; the password's 21 days leave room for it.
    Standard,
}

impl PrintOrder {
    /// The order for a credential letter: one page, black, one side, ordinary post.
    pub fn credentials(recipient: &AddressBlock, selector: &Selector, purge_date: Date) -> Self {
        Self {
            lines: recipient.lines.clone(),
            country: recipient.country_code.clone(),
            pages: 1,
            colour: Colour::Monochrome,
            duplex: Sides::Simplex,
            postage: Postage::Standard,
            purge_date,
            selector: selector.as_str().to_owned(),
        }
    }
}

mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serializer, de};

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde hands over a reference"
    )]
    pub(super) fn serialize<S: Serializer>(date: &Date, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(date)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
        String::deserialize(from)?
            .parse()
            .map_err(de::Error::custom)
    }
}
