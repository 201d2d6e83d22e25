//! What the services ask of a database: units of work, rows, errors, and the contract suite.
