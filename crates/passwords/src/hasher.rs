//! Hashes and verifies passwords with argon2id.
//!
//! A task goes through [`crew`]'s queue to one of its threads, each of which owns the memory that
//! [`computation`] fills. [`stored`] reads and writes the string that stands in the database.

mod computation;
mod crew;
mod queue;
mod stored;

use std::{
    fmt, io,
    num::NonZeroUsize,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use domain::{Password, PasswordHash, Random};
use subtle::ConstantTimeEq;

pub use self::stored::StoredHashProblem;
use self::{
    computation::{Computation, Memory},
    crew::{Crew, Refused},
    stored::{SALT_BYTES, Stored, TAG_BYTES},
};
use crate::{Parameters, Peppers, TooLong, normalise};

/// How a [`Hasher`] works.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Cost of new hashes.
    pub parameters: Parameters,
    /// Keys mixed into hashes.
    pub peppers: Peppers,
    /// Hashing threads. Each owns the memory of one hash from its first one on. By default the
    /// cores at hand.
    pub threads: NonZeroUsize,
    /// Most tasks that wait while every thread is busy. By default 32: at 25 ms a hash, two
    /// threads get through them in less than [`Self::wait`].
    pub waiting: usize,
    /// Longest that a task waits for a thread; the hash itself is not counted. By default 500 ms.
    pub wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            parameters: Parameters::default(),
            peppers: Peppers::default(),
            threads: thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            waiting: 32,
            wait: Duration::from_millis(500),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Matches {
        /// Whether the stored hash is of another day's settings.
        rehash: Rehash,
    },
    /// It is another.
    Differs,
}

/// Whether to hash the password again and store that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehash {
    /// Cost, lengths or pepper are no more the current ones.
    Needed,
    /// The stored hash is what would be made today.
    No,
}

/// Why there is neither hash nor verdict.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Every place was taken, or no thread was free in time. Worth trying again.
    #[error("too many passwords are being hashed at once")]
    Overloaded,
    /// Refused before any hash.
    #[error(transparent)]
    TooLong(#[from] TooLong),
    /// The database holds something that cannot be verified against.
    #[error("the stored password hash cannot be used: {0}")]
    StoredHash(#[from] StoredHashProblem),
    /// A defect: the computation panicked. The threads go on.
    #[error("the computation of a password hash broke off")]
    Broken,
    /// The system gave no thread at start.
    #[error("the hashing threads could not be started")]
    Threads(#[source] io::Error),
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Overloaded => Self::Overloaded,
            Refused::Panicked => Self::Broken,
        }
    }
}

/// Hashes and verifies on its own threads, which end when it is dropped.
///
/// It normalises what it is given ([`normalise`]), so a password hashed in one form is verified
/// in any.
pub struct Hasher {
    crew: Crew<Computation, Vec<u8>>,
    parameters: Parameters,
    peppers: Arc<Peppers>,
    random: Arc<dyn Random>,
    dummy: PasswordHash,
    computed: Arc<AtomicU64>,
}

impl Hasher {
    /// Starts the threads. No memory is taken for hashing before each thread's first hash.
    pub fn start(settings: Settings, random: Arc<dyn Random>) -> Result<Self, Error> {
        let peppers = Arc::new(settings.peppers);
        let computed = Arc::new(AtomicU64::new(0));
        let equip = {
            let (peppers, computed) = (Arc::clone(&peppers), Arc::clone(&computed));
            move || {
                let mut memory = Memory::for_hashes_of(settings.parameters);
                let (peppers, computed) = (Arc::clone(&peppers), Arc::clone(&computed));
                move |computation: Computation| {
                    computed.fetch_add(1, Ordering::Relaxed);
                    computation.run(&peppers, &mut memory)
                }
            }
        };
        let crew = Crew::start(
            settings.threads.get(),
            settings.waiting,
            settings.wait,
            equip,
        )
        .map_err(Error::Threads)?;
        let dummy = dummy(settings.parameters, &peppers, random.as_ref());
        Ok(Self {
            crew,
            parameters: settings.parameters,
            peppers,
            random,
            dummy,
            computed,
        })
    }

    /// The hash to store: argon2id v19, a new salt of 16 bytes, a tag of 32, the current pepper.
    pub async fn hash(&self, password: Password) -> Result<PasswordHash, Error> {
        let mut salt = vec![0; SALT_BYTES];
        self.random.fill(&mut salt);
        let key_id = current_key_id(&self.peppers);
        let computation = Computation {
            password: normalise(&password)?,
            parameters: self.parameters,
            key_id: key_id.clone(),
            salt: salt.clone(),
            tag_bytes: TAG_BYTES,
        };
        let tag = self.crew.ask(computation).await?;
        Ok(Stored {
            parameters: self.parameters,
            key_id,
            salt,
            tag,
        }
        .write())
    }

    /// Whether `password` is the one of `hash`, computed with what `hash` says of its making.
    /// Exactly one hash, whatever the verdict.
    pub async fn verify(&self, password: Password, hash: PasswordHash) -> Result<Verdict, Error> {
        let password = normalise(&password)?;
        let stored = Stored::read(&hash)?;
        if let Some(key_id) = &stored.key_id
            && self.peppers.find(key_id).is_none()
        {
            return Err(StoredHashProblem::Pepper {
                key_id: key_id.clone(),
            }
            .into());
        }
        let rehash = self.rehash(&stored);
        let computation = Computation {
            password,
            parameters: stored.parameters,
            key_id: stored.key_id,
            salt: stored.salt,
            tag_bytes: stored.tag.len(),
        };
        let tag = self.crew.ask(computation).await?;
        if !bool::from(tag.ct_eq(&stored.tag)) {
            return Ok(Verdict::Differs);
        }
        Ok(Verdict::Matches { rehash })
    }

    /// A hash that no password has, of today's cost: verified where there is no account, it makes
    /// the unknown cost what the known does.
    pub fn dummy(&self) -> PasswordHash {
        self.dummy.clone()
    }

    /// Hashes computed since the start, for verifications too.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn rehash(&self, stored: &Stored) -> Rehash {
        let current = stored.parameters == self.parameters
            && stored.key_id == current_key_id(&self.peppers)
            && stored.salt.len() == SALT_BYTES
            && stored.tag.len() == TAG_BYTES;
        if current { Rehash::No } else { Rehash::Needed }
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hasher")
            .field("parameters", &self.parameters)
            .field("peppers", &self.peppers)
            .field("computed", &self.computed())
            .finish_non_exhaustive()
    }
}

/// Random bytes as a tag: finding a password for them is as hard as guessing 256 bits, and making
/// them takes no hash at start.
fn dummy(parameters: Parameters, peppers: &Peppers, random: &dyn Random) -> PasswordHash {
    let (mut salt, mut tag) = (vec![0; SALT_BYTES], vec![0; TAG_BYTES]);
    random.fill(&mut salt);
    random.fill(&mut tag);
    Stored {
        parameters,
        key_id: current_key_id(peppers),
        salt,
        tag,
    }
    .write()
}

fn current_key_id(peppers: &Peppers) -> Option<String> {
    peppers.current().map(|pepper| pepper.key_id().to_owned())
}

#[cfg(test)]
mod tests;
