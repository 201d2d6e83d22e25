//! The guide's scenario and security's cases, through the doors users take.
