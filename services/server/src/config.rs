//! What an operator decides, each value with a default.
//!
//! Read [`Settings`] for the sections; the example file in `docs/` says the same in TOML, and a
//! test holds the two together. [`load`] reads a file and the environment, [`checks`] collects
//! what cannot be, so that a file is mended once.

mod checks;
mod choice;
mod length;
mod load;
mod sections;
#[cfg(test)]
mod tests;

pub(crate) use checks::Checks;
pub use checks::Problem;
pub use length::Length;
pub use load::{Error, load};
pub use sections::{
    Database, Hashing, Keys, Letters, Limits, Listen, LogFormat, LogLevel, Logs, Mail,
    MailTransport, PepperFile, RateSetting, Sessions, Settings,
};
