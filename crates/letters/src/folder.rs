//! The folder where letters wait for their printer.
//!
//! A letter is two files named by its delivery: `<id>.json`, the sheet that says how to print and
//! post it, and `<id>.pdf`. The sheet is put in place first and the PDF last, and both reach the
//! disk before their name does, so a PDF in the folder is a whole letter with its sheet: that
//! rename is the commit. A sheet without a PDF is a crash between the two, and is written again.
//!
//! The PDF is the only place where a provisional password rests, until it is taken away.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use domain::DeliveryId;
use sha2::{Digest, Sha256};

mod sheet;

pub use sheet::{Colour, Postage, PrintOrder, Sheet, Sides};

/// Read and write for the service, read for the printer's group, nothing for others.
const FILE_MODE: u32 = 0o640;

/// As the files, with the right to enter.
const FOLDER_MODE: u32 = 0o750;

/// Held while a letter is put in place, so that two workers that share the folder cannot mix
/// the sheet of one with the PDF of the other.
const LOCK: &str = ".lock";

/// Why a letter is not in the folder, or cannot be read there.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder concerned.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The letter stands there already: another worker was faster. Nothing was changed.
    #[error("the letter of {0} is in the folder already")]
    AlreadyThere(DeliveryId),
    /// A PDF stands there, but its sheet is missing, unreadable or another letter's.
    #[error("{}: {reason}; set both files of this letter aside, then retry the delivery", path.display())]
    Damaged {
        /// The sheet.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// An open folder of letters.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens the folder, made with mode 0750 where it is absent.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(&path)
            .map_err(at(&path))?;
        Ok(Self { path })
    }

    /// The name of a letter's PDF: made of the id alone, never of what a person typed.
    pub fn file_name(delivery_id: DeliveryId) -> String {
        format!("{}.pdf", delivery_id.uuid().simple())
    }

    /// The committed letter of that delivery, if there is one.
    ///
    /// Asked before a password is made: what is printed stays the password of this delivery.
    pub fn find(&self, delivery_id: DeliveryId) -> Result<Option<Sheet>, Error> {
        let pdf_path = self.pdf_path(delivery_id);
        let pdf = match fs::read(&pdf_path) {
            Ok(pdf) => pdf,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(Error::Io {
                    path: pdf_path,
                    source,
                });
            }
        };
        let path = self.sheet_path(delivery_id);
        let damaged = |reason: String| Error::Damaged {
            path: path.clone(),
            reason,
        };
        let json = fs::read(&path).map_err(|error| damaged(error.to_string()))?;
        let sheet: Sheet =
            serde_json::from_slice(&json).map_err(|error| damaged(error.to_string()))?;
        if sheet.sha256 != digest(&pdf) {
            return Err(damaged("its SHA-256 is not that of the PDF".into()));
        }
        Ok(Some(sheet))
    }

    /// Commits a letter: once this returns, it survives a crash of the machine.
    pub fn write(
        &self,
        delivery_id: DeliveryId,
        order: PrintOrder,
        pdf: &[u8],
    ) -> Result<Sheet, Error> {
        let _lock = self.lock()?;
        let pdf_path = self.pdf_path(delivery_id);
        if pdf_path.try_exists().map_err(at(&pdf_path))? {
            return Err(Error::AlreadyThere(delivery_id));
        }
        let sheet = Sheet {
            delivery_id: delivery_id.to_string(),
            file_name: Self::file_name(delivery_id),
            bytes: pdf.len(),
            sha256: digest(pdf),
            order,
        };
        let sheet_path = self.sheet_path(delivery_id);
        let json = serde_json::to_vec_pretty(&sheet).map_err(|error| Error::Io {
            path: sheet_path.clone(),
            source: error.into(),
        })?;
        self.put(&sheet_path, &json)?;
        self.put(&pdf_path, pdf)?;
        Ok(sheet)
    }

    /// Takes a letter out that must not be posted, and whatever a crash left of it. The PDF goes
    /// first: without it the sheet orders nothing. A letter that is not there is no error.
    pub fn remove(&self, delivery_id: DeliveryId) -> Result<(), Error> {
        let _lock = self.lock()?;
        for path in [self.pdf_path(delivery_id), self.sheet_path(delivery_id)] {
            remove_if_there(&path)?;
            remove_if_there(&unfinished(&path))?;
        }
        self.sync()
    }

    /// Writes beside the final name, then renames: the name only ever stands for whole content.
    fn put(&self, path: &Path, content: &[u8]) -> Result<(), Error> {
        let unfinished = unfinished(path);
        // Left by a crash: under the lock, nobody is writing it.
        remove_if_there(&unfinished)?;
        write_new(&unfinished, content).map_err(at(&unfinished))?;
        fs::rename(&unfinished, path).map_err(at(path))?;
        self.sync()
    }

    /// Has the names in the folder reach the disk.
    fn sync(&self) -> Result<(), Error> {
        File::open(&self.path)
            .and_then(|folder| folder.sync_all())
            .map_err(at(&self.path))
    }

    fn lock(&self) -> Result<File, Error> {
        let path = self.path.join(LOCK);
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(FILE_MODE)
            .open(&path)
            .map_err(at(&path))?;
        file.lock().map_err(at(&path))?;
        Ok(file)
    }

    fn pdf_path(&self, delivery_id: DeliveryId) -> PathBuf {
        self.path.join(Self::file_name(delivery_id))
    }

    fn sheet_path(&self, delivery_id: DeliveryId) -> PathBuf {
        self.pdf_path(delivery_id).with_extension("json")
    }
}

/// Where a file is written before it gets its name.
fn unfinished(path: &Path) -> PathBuf {
    path.with_added_extension("part")
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// A new file, never one that something else put there (`O_EXCL`), whole on the disk on return.
fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(FILE_MODE)
        .open(path)?;
    // Said again, because the process's umask may have taken the group's right away.
    file.set_permissions(Permissions::from_mode(FILE_MODE))?;
    file.write_all(content)?;
    file.sync_all()
}

fn digest(content: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(content)
        .iter()
        .fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    |source| Error::Io { path, source }
}

#[cfg(test)]
mod tests;
