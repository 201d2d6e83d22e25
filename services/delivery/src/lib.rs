//! The delivery services.
