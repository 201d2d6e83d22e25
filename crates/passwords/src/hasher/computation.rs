//! One hash, in memory that is used again for the next.

use argon2::{Algorithm, Argon2, Block, Version};
use domain::Password;

use crate::{Parameters, Peppers};

/// All that one hash is computed from.
pub(super) struct Computation {
    /// In its normal form.
    pub(super) password: Password,
    pub(super) parameters: Parameters,
    /// The pepper to mix in, known to be at hand.
    pub(super) key_id: Option<String>,
    /// 8 to 48 bytes.
    pub(super) salt: Vec<u8>,
    /// 10 to 64.
    pub(super) tag_bytes: usize,
}

impl Computation {
    pub(super) fn run(self, peppers: &Peppers, memory: &mut Memory) -> Vec<u8> {
        let params = self.parameters.to_argon2(self.tag_bytes);
        let blocks = params.block_count();
        let pepper = self.key_id.as_deref().map(|key_id| {
            peppers
                .find(key_id)
                .expect("looked up before the computation was asked for")
                .key()
        });
        let argon2 = match pepper {
            None => Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            Some(key) => Argon2::new_with_secret(key, Algorithm::Argon2id, Version::V0x13, params)
                .expect("a key is far below 4 GiB"),
        };
        let mut tag = vec![0; self.tag_bytes];
        let password = self.password.expose().as_bytes();
        memory.lend(blocks, |blocks| {
            argon2
                .hash_password_into_with_memory(password, &self.salt, &mut tag, blocks)
                .expect("the lengths of password, salt and tag were checked when they were read");
        });
        tag
    }
}

/// A thread's blocks of 1 KiB: none before its first hash, then as many as a current hash takes.
pub(super) struct Memory {
    blocks: Vec<Block>,
    kept: usize,
}

impl Memory {
    pub(super) fn for_hashes_of(parameters: Parameters) -> Self {
        Self {
            blocks: Vec::new(),
            kept: parameters.to_argon2(32).block_count(),
        }
    }

    /// Lends `count` blocks to `fill`. What an old, dearer hash took beyond the usual is given
    /// back at once.
    fn lend(&mut self, count: usize, fill: impl FnOnce(&mut [Block])) {
        if self.blocks.len() < count {
            let room = count.max(self.kept);
            self.blocks = Vec::new();
            self.blocks.resize(room, Block::new());
        }
        fill(&mut self.blocks[..count]);
        if self.blocks.len() > self.kept {
            self.blocks.truncate(self.kept);
            self.blocks.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(memory_kib: u32) -> Parameters {
        Parameters::new(memory_kib, 1, 1).unwrap()
    }

    fn capacity_after(memory: &mut Memory, count: usize) -> usize {
        memory.lend(count, |blocks| assert_eq!(blocks.len(), count));
        memory.blocks.capacity()
    }

    #[test]
    fn memory_is_taken_at_the_first_hash_and_does_not_grow() {
        let mut memory = Memory::for_hashes_of(parameters(64));
        assert_eq!(memory.blocks.capacity(), 0);
        assert_eq!(capacity_after(&mut memory, 32), 64);
        assert_eq!(capacity_after(&mut memory, 64), 64);
        assert_eq!(capacity_after(&mut memory, 512), 64);
        assert_eq!(capacity_after(&mut memory, 64), 64);
    }

    #[test]
    fn the_blocks_are_the_same_from_hash_to_hash() {
        let mut memory = Memory::for_hashes_of(parameters(64));
        let mut addresses = Vec::new();
        for _hash in 0..3 {
            memory.lend(64, |blocks| addresses.push(blocks.as_ptr()));
        }
        assert!(addresses.windows(2).all(|pair| pair[0] == pair[1]));
    }
}
