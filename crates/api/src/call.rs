//! What came with a call beside its body.

use domain::call::Call;
use tonic::{Request, Status};

/// Takes a request apart: who calls, and the message. The server's layers put the first there
/// before any handler runs, so a call without it is a fault of the server, refused as such.
pub fn open<T>(request: Request<T>) -> Result<(Call, T), Status> {
    let (_, mut extensions, message) = request.into_parts();
    match extensions.remove::<Call>() {
        Some(call) => Ok((call, message)),
        None => Err(Status::internal("the call was not opened")),
    }
}
