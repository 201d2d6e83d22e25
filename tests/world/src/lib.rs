//! What the tests of several crates are told with: a real database in a folder of its own, a clock
//! that moves when it is told to, LES OLIVIERS and its people, how they call, and what they are told
//! when refused. It exists so that a rule is set up in one way everywhere, through the storage
//! traits, and a change of those traits is followed in one place.

#![expect(
    clippy::unwrap_used,
    reason = "only tests use this: what helps a story to be told may panic as the story may"
)]

mod call;
mod clock;
mod credentials;
mod partner;
mod people;
mod place;
mod refusal;

use domain::Timestamp;
use domain::paris::Day;

pub use call::{CAF, Who, of_nobody, session, session_asks};
pub use clock::OurClock;
pub use credentials::{Sending, lease};
pub use partner::{mutation, new_agreement, new_group, new_partner, provisioning};
pub use people::{by_letter, open_between, somebody};
pub use place::Place;
pub use refusal::{fields, reason, refusal, told, violations};

/// When the stories begin: a working day at noon in Paris.
pub const START: Timestamp = Timestamp::constant(1_800_010_800, 0);

/// The day it is then.
pub const TODAY: Day = Day::constant(2027, 1, 15);
