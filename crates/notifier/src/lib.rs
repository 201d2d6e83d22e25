//! Delivers what the outbox holds: e-mails, letters, and the requests of recovery.
