//! The folder of `dev`.

use std::fs::{self, DirBuilder, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::config::{Length, LogFormat, MailTransport, Settings};

const DATABASE: &str = "compte-partenaire.db";
const SERVER_KEY: &str = "server.key";
const OUTBOX: &str = "outbox";
const DEMO: &str = "demo.json";

/// What SQLite puts beside its file.
const JOURNALS: [&str; 2] = ["-wal", "-shm"];

/// What the store puts beside it: locked as long as a process has the database.
const LOCK: &str = ".lock";

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// Another `dev` runs on it.
    #[error(
        "another process runs on {}: stop it first, or choose another folder by --data-dir",
        .0.display()
    )]
    InUse(PathBuf),
    /// The system refused.
    #[error("cannot use {}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// Where everything of a `dev` lies.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Opens it, made where it is absent, for its owner alone: keys and provisional passwords lie
    /// in it.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        match made {
            Ok(()) => Ok(Self(path)),
            Err(source) => Err(Error::File { path, source }),
        }
    }

    /// Removes what `dev` keeps in it, and nothing else.
    pub(crate) fn clear(&self) -> Result<(), Error> {
        self.refuse_if_in_use()?;
        let database = self.database();
        let journals = JOURNALS.map(|suffix| with_suffix(&database, suffix));
        let files = [database, self.server_key(), self.demo()];
        for file in files.iter().chain(&journals) {
            removed(fs::remove_file(file), file)?;
        }
        let outbox = self.0.join(OUTBOX);
        removed(fs::remove_dir_all(&outbox), &outbox)
    }

    /// The settings of a `dev` on this folder.
    pub(crate) fn settings(&self, settings: Settings) -> Settings {
        let mut settings = settings;
        settings.database.path = self.database();
        settings.keys.server_key_file = self.server_key();
        settings.mail.transport = MailTransport::Folder;
        settings.mail.folder = self.0.join(OUTBOX).join("mail");
        settings.letters.folder = self.0.join(OUTBOX).join("letters");
        settings.logs.format = LogFormat::Human;
        // No balancer looks at a `dev`, and whoever typed Ctrl-C waits.
        settings.transport.drain_announced = Length::ZERO;
        settings
    }

    fn refuse_if_in_use(&self) -> Result<(), Error> {
        let path = with_suffix(&self.database(), LOCK);
        let file = match OpenOptions::new().write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(source) => return Err(Error::File { path, source }),
        };
        match file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(self.0.clone())),
            Err(TryLockError::Error(source)) => Err(Error::File { path, source }),
        }
    }

    /// Where the ids of the demo data are told.
    pub(crate) fn demo(&self) -> PathBuf {
        self.0.join(DEMO)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    fn database(&self) -> PathBuf {
        self.0.join(DATABASE)
    }

    fn server_key(&self) -> PathBuf {
        self.0.join(SERVER_KEY)
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// What is not there needs no removing.
fn removed(result: io::Result<()>, path: &Path) -> Result<(), Error> {
    match result {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(Error::File {
            path: path.to_owned(),
            source,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_start_removes_what_dev_made_and_nothing_else() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path().join("dev")).unwrap();
        let settings = folder.settings(Settings::default());
        fs::create_dir_all(&settings.mail.folder).unwrap();
        fs::write(&settings.database.path, "").unwrap();
        fs::write(&settings.keys.server_key_file, "").unwrap();
        let notes = place.path().join("dev/notes.txt");
        fs::write(&notes, "").unwrap();

        folder.clear().unwrap();

        let left: Vec<_> = fs::read_dir(place.path().join("dev")).unwrap().collect();
        assert_eq!(left.len(), 1);
        assert!(notes.exists());
        folder.clear().unwrap();
    }

    #[test]
    fn a_folder_in_use_is_not_cleared() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path().to_owned()).unwrap();
        fs::write(folder.database(), "").unwrap();
        let lock = fs::File::create(with_suffix(&folder.database(), LOCK)).unwrap();
        lock.try_lock().unwrap();
        assert!(matches!(folder.clear(), Err(Error::InUse(_))));
        assert!(folder.database().exists());
    }
}
