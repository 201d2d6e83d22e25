//! The account services.
