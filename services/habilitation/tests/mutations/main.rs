//! What HabilitationService and PartnerService change and list, as callers meet it, on a real database with
//! a clock of our own.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod administrators;
mod lists;
mod managers;
mod memberships;
mod provisioning;
mod requests;
mod watched;
mod world;
