//! Where a composed mail is handed over.

mod folder;
mod smtp;

use async_trait::async_trait;
use domain::DeliveryId;
use domain::email::Email;
use zeroize::Zeroizing;

pub use folder::Folder;
pub use smtp::Smtp;

use crate::Words;

/// A composed mail.
pub struct Mail {
    /// The message of the outbox.
    pub id: DeliveryId,
    /// The envelope's sender.
    pub from: Email,
    /// The one recipient.
    pub to: Email,
    /// Headers and body as they travel, ASCII, lines ended by CR LF. It holds a password, so it
    /// is wiped.
    pub content: Zeroizing<Vec<u8>>,
}

/// What came of handing a mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handover {
    /// It was taken: whoever took it answers for it now.
    Taken,
    /// It certainly did not leave, and may another time.
    RefusedForNow(Words),
    /// It certainly did not leave, and never will.
    RefusedForGood(Words),
    /// It was told in full, or may have been, and no answer came: it may have left.
    Unsure(Words),
}

/// Hands mails over.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Hands one over. Bounded in time by itself; never an error, for each way to fail has its
    /// own consequence.
    async fn hand_over(&self, mail: &Mail) -> Handover;
}
