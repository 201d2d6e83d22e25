//! What `dev` has beside a server: a folder where everything lies, which may be begun afresh, and
//! people to try it with.

mod demo;
mod folder;

pub(crate) use demo::{Demo, tour};
pub(crate) use folder::Folder;
