//! DeliveryService: what became of the messages that the service sends.

mod deliveries;
mod delivery_service;
mod deps;

pub use delivery_service::DeliveryServiceHandler;
pub use deps::Deps;
