//! How passwords are hashed.

use std::num::NonZeroUsize;

use passwords::Parameters;
use serde::Deserialize;

use crate::config::{Checks, Length};

/// How passwords are hashed: argon2id.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hashing {
    /// Threads, 0 to 256; 0 is as many as there are cores. More only cost memory.
    pub threads: u32,
    /// Memory of one hash, which each thread keeps.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Most sign-ins that wait while every thread is busy, 0 to 10,000.
    pub waiting: u32,
    /// The longest that one waits.
    pub wait: Length,
}

impl Default for Hashing {
    fn default() -> Self {
        let settings = passwords::Settings::default();
        Self {
            threads: 0,
            memory_kib: settings.parameters.memory_kib(),
            passes: settings.parameters.passes(),
            waiting: u32::try_from(settings.waiting).unwrap_or(u32::MAX),
            wait: Length::from_millis(500),
        }
    }
}

impl Hashing {
    pub(super) fn check(&self, checks: &mut Checks) {
        checks.between("threads", self.threads, 0, 256);
        checks.between("waiting", self.waiting, 0, 10_000);
        if let Err(error) = Parameters::new(self.memory_kib, self.passes, 1) {
            let key = match error {
                passwords::ParametersError::Passes { .. } => "passes",
                _ => "memory_kib",
            };
            checks.wrong(key, error);
        }
    }

    /// For the hasher.
    pub(crate) fn to_hasher(&self) -> Result<passwords::Settings, passwords::ParametersError> {
        let defaults = passwords::Settings::default();
        let threads = usize::try_from(self.threads)
            .ok()
            .and_then(NonZeroUsize::new);
        Ok(passwords::Settings {
            parameters: Parameters::new(self.memory_kib, self.passes, 1)?,
            threads: threads.unwrap_or(defaults.threads),
            waiting: usize::try_from(self.waiting).unwrap_or(defaults.waiting),
            wait: self.wait.get(),
            ..defaults
        })
    }
}
