//! What follows from how a try ended.

use domain::account::Channel;
use domain::{Random, Timestamp};
use jiff::SignedDuration;
use storage::delivery::{Carried, Ending, Job};

use crate::Words;
use crate::courier::Tried;

/// First wait before a message is tried again; each further one is twice as long, up to
/// [`LONGEST_WAIT`], and each is moved by up to a half either way, so that messages that failed
/// together do not come back together.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(10);

/// Longest wait between two tries.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(1);

/// Tries that may have left, after which it is given up: each is perhaps a mail in the person's
/// box, and another password alive.
const MOST_UNSURE: u32 = 3;

/// Tries after which a message that cannot be made is given up.
const MOST_UNBUILDABLE: u32 = 5;

/// How long a mail server may put an e-mail off.
const LONGEST_REFUSAL: SignedDuration = SignedDuration::from_hours(48);

/// Tries after which a message is given up whatever the cause. Refusals end long before, at most
/// one an hour; a message that takes the whole process down with it, tried again at each lease's
/// end, comes here.
const MOST_TRIES: u32 = 1_000;

/// What to write of a try that ended now; `None` leaves the message as it is. `unsure` is how
/// many of its tries may have left, this one included.
pub(crate) fn follow(
    tried: Tried,
    job: &Job,
    unsure: u32,
    now: Timestamp,
    random: &dyn Random,
) -> Option<(Ending, Carried)> {
    let again = |words: Words| Ending::Retry {
        at: now
            .checked_add(wait(job.attempts, random))
            .unwrap_or(Timestamp::MAX),
        failure: words.into(),
    };
    let failed = |words: Words| Ending::Failed {
        failure: words.into(),
    };
    Some(match tried {
        Tried::Moved => return None,
        Tried::Done(carried) => match job.channel {
            Channel::Email => (Ending::Sent, carried),
            Channel::Letter => (Ending::Rendered, carried),
        },
        Tried::RefusedForGood(words, carried) => (failed(words), carried),
        Tried::RefusedForNow(words, carried) if put_off_too_long(job, now) => {
            (failed(words), carried)
        }
        Tried::Unsure(words) if unsure >= MOST_UNSURE => (failed(words), Carried::Stays),
        Tried::Unsure(words) => (again(words), Carried::Stays),
        Tried::Unbuildable(words, carried) if job.attempts >= MOST_UNBUILDABLE => {
            (failed(words), carried)
        }
        Tried::RefusedForNow(words, carried) | Tried::Unbuildable(words, carried) => {
            (again(words), carried)
        }
        Tried::Pointless(words) => (
            Ending::Cancelled {
                reason: words.into(),
            },
            Carried::Stays,
        ),
    })
}

/// Whether the message was tried too often to be tried once more.
pub(crate) fn tried_too_often(job: &Job) -> bool {
    job.attempts > MOST_TRIES
}

/// A letter waits for its folder as long as it takes.
fn put_off_too_long(job: &Job, now: Timestamp) -> bool {
    job.channel == Channel::Email && now.duration_since(job.created_at) >= LONGEST_REFUSAL
}

/// How long to wait after that many tries.
fn wait(attempts: u32, random: &dyn Random) -> SignedDuration {
    let doublings = attempts.saturating_sub(1).min(30);
    let planned = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    let mut luck = [0; 2];
    random.fill(&mut luck);
    // Half of what was planned, and up to as much again.
    let part = i32::from(u16::from_be_bytes(luck));
    let share = planned.saturating_mul(part) / i32::from(u16::MAX);
    (planned / 2 + share).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests;
