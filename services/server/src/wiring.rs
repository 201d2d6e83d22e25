//! Who is given what: the services and workers over the database, and what is served beside them.

mod services;
mod workers;

use std::sync::Arc;

use domain::keys::ServerKey;
use letters::folder::Folder as LetterFolder;
use passwords::{Hasher, Pepper, Peppers};
use storage::Stores;

use crate::config::{MailTransport, PepperFile, Settings};
use crate::keys;
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
    /// The file of a pepper.
    #[error("keys.peppers")]
    PepperFile(#[from] keys::Error),
    /// A pepper that is none.
    #[error("keys.peppers")]
    Pepper(#[from] passwords::PepperError),
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
        let hashing = passwords::Settings {
            peppers: peppers(&settings.keys.peppers)?,
            ..settings.hashing.to_hasher()?
        };
        let hasher = Hasher::start(hashing, Arc::clone(&sources.random))?;
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

/// The peppers at hand, the first of them for new hashes.
fn peppers(files: &[PepperFile]) -> Result<Peppers, Error> {
    let mut read = Vec::with_capacity(files.len());
    for PepperFile { id, file } in files {
        let key = keys::read_pepper(file)?;
        read.push(Pepper::new(id, key.to_vec())?);
    }
    let mut read = read.into_iter();
    Ok(Peppers::new(read.next(), read.collect())?)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn peppers_are_read_from_their_files_and_each_id_is_one_key() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pepper.key");
        fs::write(&file, [7; 32]).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        let named = |id: &str| PepperFile {
            id: id.into(),
            file: file.clone(),
        };
        assert!(peppers(&[named("2027a"), named("2026b")]).is_ok());
        let twice = peppers(&[named("2027a"), named("2027a")]);
        assert!(matches!(twice, Err(Error::Pepper(_))));
        let absent = PepperFile {
            id: "2027a".into(),
            file: folder.path().join("gone.key"),
        };
        assert!(matches!(peppers(&[absent]), Err(Error::PepperFile(_))));
    }
}
