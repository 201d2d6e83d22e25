//! « Mon Compte Partenaire », the users' guide, sentence by sentence and in its order.

mod provisioning;

mod first_email;

mod first_connection;

mod create_account;

mod delegation;

mod lost_identifier;

mod forgotten_password;

mod replace_administrator;

mod check;
