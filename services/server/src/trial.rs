//! A server for the tests of this crate, in a folder of its own.

use tempfile::TempDir;

use crate::config::{Length, MailTransport, Settings};
use crate::{Mode, Running, Sources, start};

/// A server, and what it stands on.
pub(crate) struct Trial {
    pub(crate) settings: Settings,
    pub(crate) running: Option<Running>,
    _folder: TempDir,
}

impl Trial {
    /// Not started yet: its settings may still be changed.
    pub(crate) fn prepared() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.listen.address = "127.0.0.1:0".parse().unwrap();
        settings.database.path = folder.path().join("tested.db");
        settings.keys.server_key_file = folder.path().join("server.key");
        settings.mail.transport = MailTransport::Folder;
        settings.mail.folder = folder.path().join("mail");
        settings.letters.folder = folder.path().join("letters");
        settings.hashing.threads = 1;
        settings.hashing.memory_kib = 64;
        settings.hashing.passes = 1;
        settings.transport.drain_announced = Length::ZERO;
        Self {
            settings,
            running: None,
            _folder: folder,
        }
    }

    /// Answers from here on.
    pub(crate) async fn started(mut self) -> Self {
        let running = start(self.settings.clone(), Mode::Dev, Sources::default()).await;
        self.running = Some(running.unwrap());
        self
    }

    pub(crate) fn running(&self) -> &Running {
        self.running.as_ref().expect("started")
    }
}
