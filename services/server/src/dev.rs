//! What `dev` has beside a server: a folder where everything lies, which may be begun afresh.

mod folder;

pub(crate) use folder::Folder;
