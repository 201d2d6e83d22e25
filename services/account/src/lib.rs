//! AccountService and SessionService: who has an access, and who is signed in.
//!
//! One file per use case that decides something, each reading as its rule reads: who asks, may
//! they, what follows. The files named after the services hold their RPCs, a handful of lines
//! each: parse, call, convert.

mod account_service;
mod change_password;
mod create_account;
mod current_session;
mod get_account;
mod introspect_session;
mod list_accounts;
mod new_session;
mod password_policy;
mod reissue_credentials;
mod session_service;
mod sign_in;
mod sign_out;
mod update_account;

pub use account_service::{AccountDeps, AccountServiceHandler};
pub use session_service::{SessionDeps, SessionServiceHandler};
