//! Who is given what: the services and workers over the database, and what is served beside them.

mod services;
mod workers;

use std::sync::Arc;

use domain::keys::ServerKey;
use letters::folder::Folder as LetterFolder;
use passwords::Hasher;
use storage::Stores;

use crate::config::{MailTransport, Settings};
use crate::layers::LastUse;
use crate::lifecycle::Sources;

pub(crate) use services::services;
pub(crate) use workers::workers;

/// Why services and workers could not be built.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The cost of a hash.
    #[error(transparent)]
    Cost(#[from] passwords::ParametersError),
    /// The hashing threads.
    #[error(transparent)]
    Hashing(#[from] passwords::Error),
    /// The descriptors that the build made cannot be read.
    #[error("reflection cannot read its descriptors")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// What messages say, or the files that reaching the mail server takes.
    #[error("messages")]
    Messages(#[from] notifier::Invalid),
    /// The folder that mails are written to.
    #[error("mail.folder")]
    MailFolder(#[source] std::io::Error),
    /// The folder of letters.
    #[error("letters.folder")]
    LetterFolder(#[from] letters::folder::Error),
}

/// What services and workers are built on.
pub(crate) struct Foundations<'a> {
    /// What the operator decided.
    pub(crate) settings: &'a Settings,
    /// The database.
    pub(crate) stores: &'a Stores,
    /// The server's own secret.
    pub(crate) key: &'a ServerKey,
    /// Time and luck.
    pub(crate) sources: &'a Sources,
    /// The hashing threads.
    pub(crate) hasher: Arc<Hasher>,
    /// Where used sessions are noted.
    pub(crate) last_use: LastUse,
}

impl<'a> Foundations<'a> {
    /// Starts the hashing threads, on which the rest stands.
    pub(crate) fn lay(
        settings: &'a Settings,
        stores: &'a Stores,
        key: &'a ServerKey,
        sources: &'a Sources,
    ) -> Result<Self, Error> {
        let hasher = Hasher::start(settings.hashing.to_hasher()?, Arc::clone(&sources.random))?;
        Ok(Self {
            settings,
            stores,
            key,
            sources,
            hasher: Arc::new(hasher),
            last_use: LastUse::default(),
        })
    }

    fn mail_transport(&self) -> Result<Arc<dyn notifier::transport::Transport>, Error> {
        Ok(match self.settings.mail.transport {
            MailTransport::Smtp => {
                let smtp = notifier::transport::Smtp::open(&self.settings.messages.smtp)?;
                Arc::new(smtp)
            }
            MailTransport::Folder => {
                let folder = notifier::transport::Folder::open(&self.settings.mail.folder);
                Arc::new(folder.map_err(Error::MailFolder)?)
            }
        })
    }

    fn letter_folder(&self) -> Result<LetterFolder, Error> {
        Ok(LetterFolder::open(&self.settings.letters.folder)?)
    }
}
