//! The habilitation services.
