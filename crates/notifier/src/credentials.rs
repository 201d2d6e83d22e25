//! Makes the provisional password of a message, at the moment of its sending.

use std::sync::Arc;
use std::time::Duration;

use domain::account::Availability;
use domain::provisional::{self, ProvisionalPassword};
use domain::{Password, PasswordHash, Timestamp, paris};
use passwords::Error as HashError;
use storage::delivery::{Destination, Job, NewProvisional, Stored};
use uuid::Uuid;

use crate::{Tools, Words};

/// Tries to find a selector that no live password of the account has. Two of them among 31⁴ meet
/// once in three hundred thousand times; five in a row never.
const MOST_DRAWS: usize = 5;

/// Tries to get a hash while sign-ins have all the threads, half a second apart and each waiting
/// as long for a thread: some 20 seconds of the lease's two minutes.
const MOST_HASH_TRIES: usize = 20;
const BETWEEN_HASH_TRIES: Duration = Duration::from_millis(500);

/// What a message with credentials says and where it goes.
pub(crate) struct Credentials {
    /// The stored password's id.
    pub(crate) id: Uuid,
    /// The password in clear.
    pub(crate) password: ProvisionalPassword,
    /// Until when it opens.
    pub(crate) expires_at: Timestamp,
    /// Where it goes.
    pub(crate) destination: Destination,
}

/// What came of making one.
pub(crate) enum Made {
    /// It is live.
    Live(Credentials),
    /// None was made: it would open nothing, for the reason told.
    Useless(Words),
    /// The message's purpose has moved on.
    Lapsed,
    /// Every hashing thread stayed busy.
    Busy,
    /// A defect.
    Broken,
}

/// Makes one, stores its hash under the lease, and says where it goes.
pub(crate) async fn make(tools: &Tools, job: &Job, lease: Uuid) -> storage::Result<Made> {
    if let Some(words) = useless(tools, job) {
        return Ok(Made::Useless(words));
    }
    for _ in 0..MOST_DRAWS {
        let password = ProvisionalPassword::generate(tools.random.as_ref());
        let hash = match hash(tools, &password).await {
            Ok(hash) => hash,
            Err(HashError::Overloaded) => return Ok(Made::Busy),
            Err(error) => {
                tracing::error!(event = "provisional_password_not_hashed", delivery = %job.id, error = &error as &dyn std::error::Error);
                return Ok(Made::Broken);
            }
        };
        let now = tools.clock.now();
        let provisional = NewProvisional {
            id: tools.random.uuid(),
            delivery: job.id,
            lease,
            account_epoch: job.account.epoch,
            contact_version: job.account.contact_version,
            selector: password.selector(),
            hash,
            expires_at: provisional::expire_time(job.channel, now, job.account.dates),
            now,
        };
        match tools.deliveries.store_provisional(&provisional).await? {
            Stored::Live(destination) => {
                return Ok(Made::Live(Credentials {
                    id: provisional.id,
                    password,
                    expires_at: provisional.expires_at,
                    destination,
                }));
            }
            Stored::Moved => return Ok(Made::Lapsed),
            Stored::SelectorTaken => {}
        }
    }
    Ok(Made::Broken)
}

/// Why a password would open nothing any more, if so. An account that is still to open is served:
/// its password lives until then.
fn useless(tools: &Tools, job: &Job) -> Option<Words> {
    let today = paris::today(tools.clock.now());
    match job.account.availability(today) {
        Availability::Open | Availability::NotYetOpen => None,
        Availability::Closed => Some(Words::new("Le compte a été fermé avant l’envoi.")),
        Availability::Expired => Some(Words::new(
            "Le dernier jour d’accès du compte est passé avant l’envoi.",
        )),
    }
}

async fn hash(tools: &Tools, password: &ProvisionalPassword) -> Result<PasswordHash, HashError> {
    let hasher = Arc::clone(&tools.hasher);
    for _ in 1..MOST_HASH_TRIES {
        match hasher
            .hash(Password::new(password.expose().to_owned()))
            .await
        {
            Err(HashError::Overloaded) => tokio::time::sleep(BETWEEN_HASH_TRIES).await,
            settled => return settled,
        }
    }
    hasher
        .hash(Password::new(password.expose().to_owned()))
        .await
}
