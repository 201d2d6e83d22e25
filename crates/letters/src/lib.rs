//! The credential letter as a PDF, and the folder it waits in for its printer.
//!
//! A landlord who has no e-mail receives identifier, user number and provisional password by post.
//! [`address`] puts the recipient in the form that the post reads, [`render`] makes the one page,
//! [`folder`] commits it to the disk. Nothing here decides who receives a letter, and nothing
//! here reads the clock: the letter carries its dates.
//!
//! Rendering is pure computation of a few milliseconds to tens of them, and the folder waits for
//! the disk: call both from a thread that may block.

pub mod address;
pub mod date;
pub mod folder;

mod content;
mod countries;
mod error;
mod font;
mod letterhead;
mod render;

pub use content::{Letter, OwnPassword, Reason, last_whole_day};
pub use error::{Error, Field};
pub use font::covers;
pub use letterhead::Letterhead;
pub use render::render;
