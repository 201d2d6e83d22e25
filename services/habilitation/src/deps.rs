//! What the services of this crate work with.

use std::sync::Arc;

use api::claims::Claims;
use api::page::Tokens;
use domain::keys::ThrottleKey;
use domain::paris::{self, Day};
use domain::{Clock, Random, Timestamp};
use storage::Stores;
use storage::session::LastUse;

/// What the services of this crate work with.
#[derive(Clone)]
pub struct Deps {
    /// The database.
    pub stores: Stores,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids and credentials come from.
    pub random: Arc<dyn Random>,
    /// Ties request ids to who calls.
    pub claims: Claims,
    /// Makes and reads page tokens.
    pub tokens: Tokens,
    /// Under which identifiers are throttled, to tell an agent how signing in goes.
    pub throttle_key: ThrottleKey,
    /// Notes that a session was used.
    pub last_use: Arc<dyn LastUse>,
}

impl Deps {
    /// Now, and the day that it is in Paris.
    pub(crate) fn moment(&self) -> (Timestamp, Day) {
        let now = self.clock.now();
        (now, paris::today(now))
    }
}
