//! What came with a call beside its body.

use std::fmt;

use domain::call::Call;
use tonic::{Request, Status};

use crate::refusal::Refusal;

/// A handler was reached without passing the server's layers.
#[derive(Debug)]
struct NotOpened;

impl fmt::Display for NotOpened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a handler was reached by a call that no layer let in")
    }
}

impl std::error::Error for NotOpened {}

/// Takes a request apart: who calls, and the message. The server's layers put the first there
/// before any handler runs, so a call without it is a fault of the server, refused as such.
pub fn open<T>(request: Request<T>) -> Result<(Call, T), Status> {
    let (_, mut extensions, message) = request.into_parts();
    match extensions.remove::<Call>() {
        Some(call) => Ok((call, message)),
        None => Err(Refusal::internal(&NotOpened).status()),
    }
}
