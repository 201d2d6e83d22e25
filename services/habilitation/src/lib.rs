//! HabilitationService and PartnerService: who holds what, and on what it stands.
//!
//! One file per use case that decides something, each reading as its rule reads. The files named
//! after the services hold their RPCs, a handful of lines each: open the call, hand it on.

mod check;
mod deps;
mod habilitation_service;
mod list_habilitations;
mod partner_reads;
mod partner_service;
mod subject;

pub use deps::Deps;
pub use habilitation_service::HabilitationServiceHandler;
pub use partner_service::PartnerServiceHandler;
