//! The binary: settings, wiring, layers, accept loop, lifecycle.
