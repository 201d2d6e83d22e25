//! What the service works with.

use std::sync::Arc;

use api::page::Tokens;
use domain::Clock;
use storage::Stores;

/// What the service works with.
#[derive(Clone)]
pub struct Deps {
    /// The database.
    pub stores: Stores,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Makes and reads page tokens.
    pub tokens: Tokens,
}
