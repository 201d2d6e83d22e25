//! The files of the server's keys.
//!
//! Losing it resets throttles, page tokens and the look-up of addresses; giving it away lets its
//! holder forge them. So it is made once, read by its owner alone, and never made silently where
//! an operator expects the old one.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use domain::Random;
use domain::keys::ServerKey;
use zeroize::Zeroizing;

const KEY_BYTES: usize = 32;

/// Rights of the group and of others, of which there must be none.
const RIGHTS_OF_OTHERS: u32 = 0o077;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is none yet.
    #[error(
        "there is no key at {path}. Make one, and keep a copy where only operators reach \
         it: (umask 077; head -c 32 /dev/urandom > {path})",
        path = .0.display()
    )]
    Absent(PathBuf),
    /// Others may read it.
    #[error("{path} can be read by others than its owner: chmod 600 {path}", path = .0.display())]
    Open(PathBuf),
    /// It is no key.
    #[error(
        "{} holds {bytes} bytes: a key is 32 random bytes, without line end",
        path.display()
    )]
    Length {
        /// The file.
        path: PathBuf,
        /// How much it holds, at most one byte more than a key.
        bytes: usize,
    },
    /// The system refused.
    #[error("cannot use {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// What is done where there is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absence {
    /// One is made.
    Make,
    /// It is an error.
    Refuse,
}

/// Reads the key of `path`.
pub(crate) fn read(path: &Path, absence: Absence, random: &dyn Random) -> Result<ServerKey, Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return match absence {
                Absence::Refuse => Err(Error::Absent(path.to_owned())),
                Absence::Make => make(path, random).map_err(failed),
            };
        }
        Err(error) => return Err(failed(error)),
    };
    content(file, path).map(ServerKey::new)
}

/// Reads the pepper of `path`, which is never made silently: without the old one no password opens.
pub(crate) fn read_pepper(path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, Error> {
    match fs::File::open(path) {
        Ok(file) => content(file, path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::Absent(path.to_owned()))
        }
        Err(source) => Err(Error::File {
            path: path.to_owned(),
            source,
        }),
    }
}

/// The key in an open file.
fn content(file: fs::File, path: &Path) -> Result<Zeroizing<[u8; KEY_BYTES]>, Error> {
    let failed = |source| Error::File {
        path: path.to_owned(),
        source,
    };
    if file.metadata().map_err(failed)?.mode() & RIGHTS_OF_OTHERS != 0 {
        return Err(Error::Open(path.to_owned()));
    }
    let mut content = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
    let most = u64::try_from(KEY_BYTES + 1).expect("33 fits 64 bits");
    file.take(most).read_to_end(&mut content).map_err(failed)?;
    let bytes = content.len();
    let key = <[u8; KEY_BYTES]>::try_from(content.as_slice());
    let length = |_| Error::Length {
        path: path.to_owned(),
        bytes,
    };
    Ok(Zeroizing::new(key.map_err(length)?))
}

fn make(path: &Path, random: &dyn Random) -> io::Result<ServerKey> {
    let key = ServerKey::generate(random);
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(key.expose())?;
    file.sync_all()?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use domain::OsRandom;

    use super::*;

    fn read_at(path: &Path, absence: Absence) -> Result<ServerKey, Error> {
        read(path, absence, &OsRandom)
    }

    #[test]
    fn a_key_that_was_made_is_read_again_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        let made = read_at(&path, Absence::Make).unwrap();
        let read = read_at(&path, Absence::Refuse).unwrap();
        assert_eq!(made.expose(), read.expose());
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_absent_key_is_told_with_the_command_that_makes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        let told = read_at(&path, Absence::Refuse).unwrap_err().to_string();
        assert!(told.contains("head -c 32 /dev/urandom"), "{told}");
        assert!(!path.exists());
    }

    #[test]
    fn an_absent_pepper_is_never_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pepper.key");
        assert!(matches!(read_pepper(&path), Err(Error::Absent(_))));
        assert!(!path.exists());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        read_at(&path, Absence::Make).unwrap();
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let refused = read_at(&path, Absence::Refuse).unwrap_err();
            assert!(matches!(refused, Error::Open(_)), "{mode:o}");
        }
    }

    #[test]
    fn a_file_that_is_no_key_is_refused_by_its_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("server.key");
        for (length, told) in [(0, 0), (31, 31), (33, 33), (5_000, 33)] {
            fs::write(&path, vec![7; length]).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            let refused = read_at(&path, Absence::Make).unwrap_err();
            assert!(
                matches!(refused, Error::Length { bytes, .. } if bytes == told),
                "{length}"
            );
        }
    }
}
