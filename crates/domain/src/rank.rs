//! Apart from the policy, which decides by it, for accounts remember it.

/// How high something was decided: only the same rank or a higher one lifts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rank {
    /// A manager of the partner.
    Manager,
    /// The partner's administrator.
    Administrator,
    /// An agent of the Caf.
    Caf,
}
