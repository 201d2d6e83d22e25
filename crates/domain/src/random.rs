//! The one source of randomness.

use uuid::Uuid;

/// Gives random bytes. Taken as an argument wherever luck matters, so that tests own it.
pub trait Random: Send + Sync {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A UUIDv4: the id of what neither sorts by its time nor may tell it.
    fn uuid(&self) -> Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that asks the system"
        )]
        getrandom::fill(bytes).expect("without the system's randomness no secret can be made");
    }
}
