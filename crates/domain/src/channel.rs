//! Apart from accounts, which it is a word of, for those that accounts are themselves made of.

/// How messages reach the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// « Courriel ».
    Email,
    /// « Courrier », by post.
    Letter,
}
