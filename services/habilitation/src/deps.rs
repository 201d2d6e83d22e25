//! What the services of this crate work with.

use std::sync::Arc;

use api::claims::Claims;
use api::page::Tokens;
use domain::limits::Limits;
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
    /// How much may be made and sent.
    pub limits: Limits,
    /// Ties request ids to who calls.
    pub claims: Claims,
    /// Makes and reads page tokens.
    pub tokens: Tokens,
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
