//! What a hash costs.

use argon2::Params;

/// The cost of one argon2id hash.
///
/// The default is the second of OWASP's equal choices: 19456 KiB, two passes, one lane (Password
/// Storage Cheat Sheet). Lower costs are for tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Parameters {
    /// Most memory for one hash, in KiB: what a row may ask of a thread, and so a configuration.
    pub const MAX_MEMORY_KIB: u32 = 64 * 1024;
    /// Most passes over the memory.
    pub const MAX_PASSES: u32 = 10;
    /// Most lanes. They are computed one after the other, so more of them gain nothing here.
    pub const MAX_LANES: u32 = 4;

    /// `memory_kib` from 8 × `lanes` to [`Self::MAX_MEMORY_KIB`], `passes` from 1 to
    /// [`Self::MAX_PASSES`], `lanes` from 1 to [`Self::MAX_LANES`].
    pub fn new(memory_kib: u32, passes: u32, lanes: u32) -> Result<Self, ParametersError> {
        if !(1..=Self::MAX_LANES).contains(&lanes) {
            return Err(ParametersError::Lanes { lanes });
        }
        if !(8 * lanes..=Self::MAX_MEMORY_KIB).contains(&memory_kib) {
            return Err(ParametersError::Memory {
                memory_kib,
                least: 8 * lanes,
            });
        }
        if !(1..=Self::MAX_PASSES).contains(&passes) {
            return Err(ParametersError::Passes { passes });
        }
        Ok(Self {
            memory_kib,
            passes,
            lanes,
        })
    }

    /// Memory of one hash, in KiB.
    pub fn memory_kib(self) -> u32 {
        self.memory_kib
    }

    /// Passes over the memory.
    pub fn passes(self) -> u32 {
        self.passes
    }

    /// Lanes the memory is cut into.
    pub fn lanes(self) -> u32 {
        self.lanes
    }

    /// The same for argon2, giving a tag of `tag_bytes`.
    pub(crate) fn to_argon2(self, tag_bytes: usize) -> Params {
        Params::new(self.memory_kib, self.passes, self.lanes, Some(tag_bytes))
            .expect("the bounds checked in `new` lie inside argon2's own")
    }
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            passes: 2,
            lanes: 1,
        }
    }
}

/// A cost outside its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// Memory below what the lanes need, or above the ceiling.
    #[error(
        "{memory_kib} KiB of memory: {least} to {} are possible",
        Parameters::MAX_MEMORY_KIB
    )]
    Memory {
        /// What was asked, in KiB.
        memory_kib: u32,
        /// The least that the lanes asked need, in KiB.
        least: u32,
    },
    /// No pass, or too many.
    #[error("{passes} passes: 1 to {} are possible", Parameters::MAX_PASSES)]
    Passes {
        /// What was asked.
        passes: u32,
    },
    /// No lane, or too many.
    #[error("{lanes} lanes: 1 to {} are possible", Parameters::MAX_LANES)]
    Lanes {
        /// What was asked.
        lanes: u32,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_within_the_bounds() {
        let default = Parameters::default();
        assert_eq!(Parameters::new(19_456, 2, 1), Ok(default));
    }

    #[test]
    fn a_cost_outside_its_bounds_is_named() {
        assert_eq!(
            Parameters::new(8, 1, 2),
            Err(ParametersError::Memory {
                memory_kib: 8,
                least: 16
            })
        );
        assert_eq!(
            Parameters::new(65_537, 1, 1).unwrap_err().to_string(),
            "65537 KiB of memory: 8 to 65536 are possible"
        );
        assert_eq!(
            Parameters::new(8, 11, 1),
            Err(ParametersError::Passes { passes: 11 })
        );
        assert_eq!(
            Parameters::new(8, 0, 1),
            Err(ParametersError::Passes { passes: 0 })
        );
        assert_eq!(
            Parameters::new(u32::MAX, 1, u32::MAX),
            Err(ParametersError::Lanes { lanes: u32::MAX })
        );
    }
}
