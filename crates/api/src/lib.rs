//! The generated gRPC code, its conversions to and from the domain, and the access table.
