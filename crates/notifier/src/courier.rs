//! One try at one message: by mail, or by letter.

mod email;
mod letter;

use async_trait::async_trait;
use domain::account::Channel;
use storage::delivery::{Carried, Job};
use uuid::Uuid;

pub(crate) use email::EmailCourier;
pub(crate) use letter::LetterCourier;

use crate::Words;

/// What one try came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Tried {
    /// The mail server took it, or the letter lies in its folder.
    Done(Carried),
    /// It certainly did not leave, and may another time.
    RefusedForNow(Words, Carried),
    /// It certainly did not leave, and never will.
    RefusedForGood(Words, Carried),
    /// It may have left.
    Unsure(Words),
    /// It cannot be made: a defect of ours.
    Unbuildable(Words, Carried),
    /// What it was to tell is of use to nobody any more.
    Pointless(Words),
    /// Who or where has moved since it was claimed: left alone, for the change has cancelled it,
    /// or it is claimed anew.
    Moved,
}

/// Tries messages of one channel.
#[async_trait]
pub(crate) trait Courier: Send + Sync {
    /// Which messages.
    fn channel(&self) -> Channel;

    /// Tries one, held under that lease. An error is the database's: the message stays leased.
    async fn carry(&self, job: &Job, lease: Uuid) -> storage::Result<Tried>;

    /// Takes back what can be taken back of a message whose end could not be written, because it
    /// was cancelled meanwhile. One that is another worker's by now is left to it.
    async fn withdraw(&self, job: &Job) -> storage::Result<()>;
}

/// The words for a hasher that stayed busy.
fn busy() -> Words {
    Words::new(
        "Le service est très sollicité : le mot de passe provisoire n’a pas pu être préparé.",
    )
}

/// The words for a defect.
fn defect() -> Words {
    Words::new("Défaut interne : le message n’a pas pu être préparé.")
}
