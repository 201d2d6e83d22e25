//! From a claimed message to the bytes of an e-mail.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use domain::email::Email;
use domain::{DeliveryId, Random, Timestamp};
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::AddressError};
use storage::delivery::Job;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::settings::{Invalid, Settings};
use crate::templates::{self, Texts};
use crate::transport::Mail;

/// Composes mails in the operator's name.
pub(crate) struct Composer {
    texts: Texts,
    sender: Email,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    message_id_domain: String,
}

/// Why a mail could not be composed. No message holds what the mail says.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The template and what it is given do not fit: a defect.
    #[error("the template failed: {0}")]
    Template(#[from] templates::Error),
    /// The address does not fit a header.
    #[error("the address does not fit a header")]
    Address(#[from] AddressError),
    /// Headers and parts do not make a message: a defect.
    #[error("the message could not be put together")]
    Message(#[from] lettre::error::Error),
    /// A part cannot be encoded: a defect.
    #[error("a part of the message could not be encoded")]
    Encoding,
}

impl Composer {
    /// Takes what every mail has in common from checked settings.
    pub(crate) fn new(settings: &Settings) -> Result<Self, Invalid> {
        let sender = &settings.sender;
        let name = match sender.name.as_str() {
            "" => &settings.letterhead.organisation,
            name => name,
        };
        let address = parsed("sender.address", &sender.address)?;
        let reply_to = sender
            .reply_to
            .as_deref()
            .map(|address| parsed("sender.reply_to", address))
            .transpose()?;
        Ok(Self {
            texts: Texts::new(settings)
                .map_err(|error| Invalid::one("letterhead", error.to_string()))?,
            from: mailbox(Some(name.to_owned()), &address)
                .map_err(|error| Invalid::one("sender.address", error.to_string()))?,
            reply_to: reply_to
                .map(|address| mailbox(None, &address))
                .transpose()
                .map_err(|error| Invalid::one("sender.reply_to", error.to_string()))?,
            sender: address,
            message_id_domain: sender.message_id_domain.clone(),
        })
    }

    /// The mail that tells `job` to `to`, dated `now`. Its Message-ID is the same at every try,
    /// so that a mail sent twice is recognised.
    pub(crate) fn compose(
        &self,
        job: &Job,
        to: &Email,
        credentials: Option<&Credentials>,
        now: Timestamp,
        random: &dyn Random,
    ) -> Result<Mail, Error> {
        let written = self.texts.write(job, credentials, now)?;
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(None, to)?)
            .subject(written.subject)
            .date(system_time(now))
            .message_id(Some(self.message_id(job.id)))
            .raw_header(auto_submitted());
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let parts = MultiPart::alternative()
            .boundary(boundary(random))
            .singlepart(part(ContentType::TEXT_PLAIN, &written.text)?)
            .singlepart(part(ContentType::TEXT_HTML, &written.html)?);
        Ok(Mail {
            id: job.id,
            from: self.sender.clone(),
            to: to.clone(),
            content: Zeroizing::new(message.multipart(parts)?.formatted()),
        })
    }

    fn message_id(&self, delivery: DeliveryId) -> String {
        format!("<{delivery}@{}>", self.message_id_domain)
    }
}

fn parsed(key: &'static str, address: &str) -> Result<Email, Invalid> {
    Email::parse(address).map_err(|violation| Invalid::one(key, violation.description))
}

fn mailbox(name: Option<String>, address: &Email) -> Result<Mailbox, AddressError> {
    let (user, domain) = address
        .as_str()
        .rsplit_once('@')
        .ok_or(AddressError::MissingParts)?;
    Ok(Mailbox::new(name, Address::new(user, domain)?))
}

/// A mail is dated to the second.
fn system_time(at: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.as_second()).unwrap_or(0))
}

/// Answering machines keep silent (RFC 3834 §5).
fn auto_submitted() -> HeaderValue {
    HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    )
}

/// Quoted-printable whatever the text: every server passes it on as it is.
fn part(kind: ContentType, text: &str) -> Result<SinglePart, Error> {
    let body = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::QuotedPrintable)
        .map_err(|_| Error::Encoding)?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// Drawn, so that no text can hold it.
fn boundary(random: &dyn Random) -> String {
    let mut bytes = [0; 16];
    random.fill(&mut bytes);
    bytes.iter().fold(String::from("="), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
