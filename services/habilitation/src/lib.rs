//! HabilitationService and PartnerService: who holds what, and on what it stands.
//!
//! One file per use case that decides something, each reading as its rule reads. The files named
//! after the services hold their RPCs, a handful of lines each: open the call, hand it on.

mod answers;
mod appoint_manager;
mod check;
mod deps;
mod dismiss_manager;
mod habilitation_service;
mod list_habilitations;
mod new_standing;
mod partner_reads;
mod partner_service;
mod provision_partner;
mod replace_administrator;
mod role_change;
mod shown;
mod subject;
mod update_memberships;

pub use deps::Deps;
pub use habilitation_service::HabilitationServiceHandler;
pub use partner_service::PartnerServiceHandler;
