//! The storage contract kept on an embedded SQLite database.
