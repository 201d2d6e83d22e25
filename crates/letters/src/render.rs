//! From a letter's content to the bytes of its PDF.

use std::sync::LazyLock;

use secrecy::ExposeSecret;
use typst::{
    diag::SourceDiagnostic,
    foundations::{Array, Dict, IntoValue, Value},
};
use typst_as_lib::{TypstAsLibError, TypstEngine, TypstTemplateMainFile};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::{Error, Letter, Letterhead, address, date, font};

/// Built at the first letter: a node that prints none does not pay for it (some 20 MB).
/// It forgets each letter when it is done, its default; nothing of one is kept in its memory.
static ENGINE: LazyLock<TypstEngine<TypstTemplateMainFile>> = LazyLock::new(|| {
    TypstEngine::builder()
        .main_file(include_str!("letter.typ"))
        .fonts(font::faces())
        .build()
});

/// The letter as an A4 page, PDF/A-2a and PDF/UA-1. The same input gives the same bytes.
pub fn render(letterhead: &Letterhead, letter: &Letter) -> Result<Vec<u8>, Error> {
    export(&lay_out(letterhead, letter)?)
}

pub(crate) fn lay_out(letterhead: &Letterhead, letter: &Letter) -> Result<PagedDocument, Error> {
    letterhead.check()?;
    letter.check()?;
    let compiled = ENGINE.compile_with_input::<_, PagedDocument>(inputs(letterhead, letter));
    if !compiled.warnings.is_empty() {
        return Err(Error::Template(messages(&compiled.warnings)));
    }
    let document = compiled
        .output
        .map_err(|error| Error::Template(explain(&error)))?;
    match document.pages().len() {
        1 => Ok(document),
        pages => Err(Error::Pages(pages)),
    }
}

fn export(document: &PagedDocument) -> Result<Vec<u8>, Error> {
    let standards = PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
        .map_err(|error| Error::Export(error.message().to_string()))?;
    let options = PdfOptions {
        standards,
        ..PdfOptions::default()
    };
    typst_pdf::pdf(document, &options).map_err(|errors| Error::Export(messages(&errors)))
}

/// Plain strings only: the template prints them as they are, whatever markup they resemble.
fn inputs(letterhead: &Letterhead, letter: &Letter) -> Dict {
    let mut inputs = Dict::new();
    let mut put = |name: &str, value: Value| inputs.insert(name.into(), value);

    put("sender", text(&letterhead.organisation));
    put("return_address", lines(&letterhead.return_address));
    put("telephone", text(&unbroken(&letterhead.telephone)));
    put("opening_hours", text(&letterhead.opening_hours));
    put("signature", text(&letterhead.signature));
    put("portal", text(&letterhead.portal_address));

    put("title", text(letter.reason.title()));
    put("opening", text(&letter.reason.opening(letter.opens_on)));
    put("warning", text(letter.reason.warning(letter.own_password)));
    put("validity", text(&validity(letter)));
    put("date", text(&format!("Le {}", date::day(letter.date))));
    put("year", letter.date.year().into_value());
    put("month", letter.date.month().into_value());
    put("day", letter.date.day().into_value());

    put("recipient", lines(&letter.recipient.printed_lines()));
    put("reference", text(&letter.reference.to_string()));
    put("holder", text(&letter.holder));
    put("partner", text(partner_to_print(letter)));
    put("identifier", text(&letter.identifier));
    put("user_number", text(&letter.user_number));
    put("password", text(letter.password.display().expose_secret()));
    inputs
}

fn partner_to_print(letter: &Letter) -> &str {
    if address::is_the_person(&letter.partner, &letter.holder) {
        ""
    } else {
        &letter.partner
    }
}

fn validity(letter: &Letter) -> String {
    let until = date::weekday_and_day(letter.valid_until);
    let single = format!("Le mot de passe provisoire sert une seule fois, jusqu’au {until}.");
    match letter.opens_on {
        Some(day) => {
            format!(
                "{single} Votre accès ouvre le {} : pas avant.",
                date::weekday_and_day(day)
            )
        }
        None => single,
    }
}

/// A telephone number is not cut at the end of a line.
fn unbroken(number: &str) -> String {
    number.replace(' ', "\u{a0}")
}

fn text(value: &str) -> Value {
    value.into_value()
}

fn lines(values: &[String]) -> Value {
    values
        .iter()
        .map(|line| text(line))
        .collect::<Array>()
        .into_value()
}

fn explain(error: &TypstAsLibError) -> String {
    match error {
        TypstAsLibError::TypstSource(errors) => messages(errors),
        other => other.to_string(),
    }
}

fn messages(diagnostics: &[SourceDiagnostic]) -> String {
    let messages: Vec<&str> = diagnostics.iter().map(|one| one.message.as_str()).collect();
    messages.join("; ")
}

#[cfg(test)]
mod tests;
