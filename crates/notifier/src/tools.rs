//! What workers, couriers and the making of passwords share.

use std::sync::Arc;

use domain::{Clock, Random};
use passwords::Hasher;
use storage::delivery::DeliveryStore;

/// What delivering takes.
#[derive(Clone)]
pub struct Tools {
    /// The outbox.
    pub deliveries: Arc<dyn DeliveryStore>,
    /// Hashes provisional passwords.
    pub hasher: Arc<Hasher>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The luck.
    pub random: Arc<dyn Random>,
}
