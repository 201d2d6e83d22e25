//! The rules of the domain: values, states, who may do what. No I/O.
//!
//! Everything here is a plain value or a pure function of plain values. The clock and the random
//! source are arguments, so that a rule can be told any time and any luck by a test.
//!
//! Read it from the people outwards: [`partner`] and [`account`] say who there is, [`agreement`]
//! and [`group`] on what rights stand, [`policy`] who may do what to whom, [`session`] and
//! [`habilitation`] what a signed-in person may reach. The value modules ([`name`], [`email`],
//! [`dates`] …) parse each value once, where it comes in; it is right from there on.

mod alphabet;
mod channel;
pub mod characters;
mod clock;
mod ids;
mod random;
mod rank;
mod secret;
mod text_value;

pub mod account;
pub mod agreement;
pub mod audit;
pub mod call;
pub mod change;
pub mod coverage;
pub mod dates;
pub mod delivery;
pub mod email;
pub mod group;
pub mod habilitation;
pub mod identifier;
pub mod keys;
pub mod limits;
pub mod name;
pub mod paris;
pub mod partner;
pub mod phone;
pub mod policy;
pub mod postal_address;
pub mod provisional;
pub mod recovery;
pub mod references;
pub mod session;
pub mod siret;
pub mod throttle;
pub mod user_number;
pub mod violation;

pub use clock::{Clock, SystemClock};
pub use ids::{AccountId, AgreementId, DeliveryId, GroupId, PartnerId, RequestId, SessionId};
pub use jiff::Timestamp;
pub use random::{OsRandom, Random};
pub use secret::{Password, PasswordHash, SessionToken, TokenDigest};
