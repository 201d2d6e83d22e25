//! How many tries of a message may have left.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use domain::DeliveryId;
use storage::delivery::Job;

use crate::courier::Tried;

/// Most messages remembered; beyond, the oldest are forgotten.
const MOST: usize = 10_000;

/// Remembers the tries of which this process knows that they did not leave. All others count as
/// unsure, those cut off by a crash and those of a process before this one among them: a mail too
/// few is mended by asking again, a mail too many is in somebody's box.
#[derive(Debug, Default)]
pub(super) struct Tally(Mutex<BTreeMap<DeliveryId, u32>>);

impl Tally {
    /// Counts this try in, and answers how many of the message's tries may have left.
    pub(super) fn unsure(&self, job: &Job, tried: &Tried) -> u32 {
        let mut certain = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = certain.get(&job.id).copied().unwrap_or(0);
        match tried {
            Tried::Unsure(_) => {}
            Tried::RefusedForNow(..) | Tried::Unbuildable(..) | Tried::Moved => {
                certain.insert(job.id, known + 1);
                if certain.len() > MOST {
                    certain.pop_first();
                }
            }
            Tried::Done(_) | Tried::RefusedForGood(..) | Tried::Pointless(_) => {
                certain.remove(&job.id);
            }
        }
        job.attempts.saturating_sub(known)
    }
}
