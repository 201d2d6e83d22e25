//! What an attacker, a fault or a careless client does, and what must hold.
//!
//! Told of one node on the embedded database. Every call goes over a real connection, and what
//! must be the same is compared byte by byte.

mod sign_in;

mod throttle;

mod change_password;

mod recovery;

mod sessions;

mod access;

mod foreign_ids;

mod delegation;

mod administrators;

mod request_ids;

mod pages;

mod names;

mod bodies;

mod secrets_at_rest;

mod mail_server;

mod cancelled_calls;

mod logs;

mod killed;
