//! The recovery services.
