//! Mails as files, for a first run and for tests: what would be sent is read in a folder.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use super::{Handover, Mail, Transport};
use crate::Words;

/// Read and write for the service, read for its group, nothing for others: a mail holds a
/// provisional password.
const FILE_MODE: u32 = 0o640;

/// As the files, with the right to enter.
const FOLDER_MODE: u32 = 0o750;

/// Writes each mail to `<delivery id>.eml`. A try that comes again writes over the one before.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, made with mode 0750 where it is absent.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&path)?;
        Ok(Self { path })
    }
}

#[async_trait]
impl Transport for Folder {
    async fn hand_over(&self, mail: &Mail) -> Handover {
        let folder = self.path.clone();
        let name = format!("{}.eml", mail.id);
        let content = mail.content.clone();
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &content)).await;
        match written.map_err(io::Error::other).flatten() {
            Ok(()) => Handover::Taken,
            Err(error) => {
                tracing::warn!(event = "mail_folder_failed", delivery = %mail.id, error = &error as &dyn std::error::Error);
                Handover::RefusedForNow(Words::new(
                    "Le dossier des courriels ne peut pas être écrit.",
                ))
            }
        }
    }
}

/// Writes beside the final name, then renames: the name only ever stands for a whole mail.
fn write(folder: &Path, name: &str, content: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!(".{name}.part"));
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(&unfinished)?;
    // Said again, because the process's umask may have taken the group's right away.
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use domain::email::Email;
    use domain::{DeliveryId, OsRandom, Timestamp};

    use super::*;

    fn mail(content: &[u8]) -> Mail {
        Mail {
            id: DeliveryId::new(Timestamp::UNIX_EPOCH, &OsRandom),
            from: Email::parse("caf@caf.example").unwrap(),
            to: Email::parse("paul@example.org").unwrap(),
            content: content.to_vec().into(),
        }
    }

    #[tokio::test]
    async fn a_mail_lies_under_its_id_and_a_later_try_replaces_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path().join("mail")).unwrap();
        let first = mail(b"one");
        let again = Mail {
            content: b"two".to_vec().into(),
            ..mail(b"")
        };
        let again = Mail {
            id: first.id,
            ..again
        };
        assert_eq!(folder.hand_over(&first).await, Handover::Taken);
        assert_eq!(folder.hand_over(&again).await, Handover::Taken);

        let names: Vec<_> = fs::read_dir(&folder.path)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(names, [folder.path.join(format!("{}.eml", first.id))]);
        assert_eq!(fs::read(&names[0]).unwrap(), b"two");
        let mode = fs::metadata(&names[0]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
    }

    #[tokio::test]
    async fn what_a_crash_left_behind_does_not_stop_the_next_try() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path()).unwrap();
        let mail = mail(b"whole");
        let half = place.path().join(format!(".{}.eml.part", mail.id));
        fs::write(&half, b"wh").unwrap();
        assert_eq!(folder.hand_over(&mail).await, Handover::Taken);
        assert!(!half.exists());
    }

    #[tokio::test]
    async fn a_folder_that_is_gone_refuses_for_now() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path().join("mail")).unwrap();
        fs::remove_dir(&folder.path).unwrap();
        assert!(matches!(
            folder.hand_over(&mail(b"x")).await,
            Handover::RefusedForNow(_)
        ));
    }
}
