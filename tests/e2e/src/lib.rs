//! What the end-to-end tests stand on: a real server in process, and the world around it.
//!
//! [`service`] starts the server on a free port with a clock that tests move; [`smtp_sink`] is the
//! mail server that it talks to, [`mailbox`] reads what arrived there, [`letter`] what lies ready
//! for the printer. [`les_oliviers`] makes the guide's partner through the API, [`person`] leads
//! people from their first message to a session, [`deliveries`] tells what was sent, [`errors`] reads
//! refusals, and [`raw`] makes
//! calls byte by byte, as no well-behaved client would. [`binary`] starts the program itself.

#![expect(
    clippy::unwrap_used,
    reason = "all of this serves tests: what fails is best seen where it fails"
)]

pub mod binary;
pub mod deliveries;
pub mod errors;
pub mod eventually;
pub mod les_oliviers;
pub mod letter;
pub mod mailbox;
pub mod person;
pub mod raw;
pub mod service;
pub mod smtp_sink;
