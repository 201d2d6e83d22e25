//! Password strength, and hashing on threads that own their memory.
