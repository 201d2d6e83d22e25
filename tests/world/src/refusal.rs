//! What a refused caller reads.

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The reason of a refusal, and what its metadata say there.
pub fn refusal(status: &Status, key: &str) -> (String, Option<String>) {
    let info = status.get_details_error_info().unwrap();
    (info.reason, info.metadata.get(key).cloned())
}

/// Why a call was refused: `none` when it was not.
pub fn reason<T>(answer: Result<T, Status>) -> String {
    match answer {
        Ok(_) => "none".to_owned(),
        Err(status) => refusal(&status, "").0,
    }
}

/// Why a call was refused, and what the metadata say there, which they must. A call that was not
/// refused tells `none` and nothing.
pub fn told<T>(answer: Result<T, Status>, key: &str) -> (String, String) {
    let Err(status) = answer else {
        return ("none".to_owned(), String::new());
    };
    let (reason, value) = refusal(&status, key);
    (reason, value.unwrap())
}

/// The violations of a refused request, path and description; none when it was not refused.
pub fn violations<T>(answer: Result<T, Status>) -> Vec<(String, String)> {
    let Err(status) = answer else {
        return Vec::new();
    };
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let told = status.get_details_bad_request().unwrap().field_violations;
    told.into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}

/// The paths of those violations.
pub fn fields<T>(answer: Result<T, Status>) -> Vec<String> {
    let violations = violations(answer).into_iter();
    violations.map(|(path, _)| path).collect()
}
