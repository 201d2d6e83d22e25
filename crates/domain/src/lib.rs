//! The rules of the domain: values, states, who may do what. No I/O.
