//! Refusals as clients read them: the details of a `google.rpc.Status`.

use std::collections::HashMap;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::pb;

/// A refusal with its details taken apart.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The code.
    pub code: Code,
    /// `ErrorInfo.reason`.
    pub reason: String,
    /// `ErrorInfo.metadata`.
    pub metadata: HashMap<String, String>,
    /// `BadRequest`, in its order.
    pub violations: Vec<Violation>,
    /// The type names of all details, in their order.
    pub details: Vec<String>,
}

/// One field that is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field.
    pub field: String,
    /// Name of the `FieldReason`.
    pub reason: String,
    /// For developers.
    pub description: String,
    /// For people.
    pub localized: String,
}

impl Refused {
    /// Takes a status apart, and holds it to what every refusal promises.
    pub fn read(status: &Status) -> Self {
        let details =
            pb::Status::decode(status.details()).expect("details are a google.rpc.Status");
        assert_eq!(details.code, i32::from(status.code()), "both codes are one");
        assert!(
            status.details().len() <= 5 * 1024,
            "details fit a client's trailers"
        );
        let infos: Vec<pb::ErrorInfo> = of_type(&details, "ErrorInfo");
        let [info] = infos.as_slice() else {
            panic!("a refusal has exactly one ErrorInfo: {status:?}");
        };
        assert_eq!(info.domain, "compte-partenaire");
        let violations = of_type::<pb::BadRequest>(&details, "BadRequest")
            .into_iter()
            .flat_map(|bad| bad.field_violations)
            .map(Violation::read)
            .collect();
        Self {
            code: status.code(),
            reason: info.reason.clone(),
            metadata: info.metadata.clone(),
            violations,
            details: details
                .details
                .iter()
                .map(|any| any.type_url.clone())
                .collect(),
        }
    }

    /// `field: REASON` of each violation, for comparing at a glance.
    pub fn fields(&self) -> Vec<String> {
        let line = |v: &Violation| format!("{}: {}", v.field, v.reason);
        self.violations.iter().map(line).collect()
    }
}

impl Violation {
    fn read(violation: pb::bad_request::FieldViolation) -> Self {
        let localized = violation
            .localized_message
            .expect("each violation speaks to people");
        assert_eq!(localized.locale, "fr-FR");
        assert!(!violation.description.is_empty() && !localized.message.is_empty());
        Self {
            field: violation.field,
            reason: violation.reason,
            description: violation.description,
            localized: localized.message,
        }
    }
}

/// The refusal that a call must have met with.
pub trait MustBeRefused {
    /// Takes it apart. Panics when the call was carried out.
    fn refused(self) -> Refused;

    /// Its reason alone.
    fn reason(self) -> String;
}

impl<T> MustBeRefused for Result<T, Status> {
    #[track_caller]
    fn refused(self) -> Refused {
        match self {
            Ok(_) => panic!("carried out, and should have been refused"),
            Err(status) => Refused::read(&status),
        }
    }

    #[track_caller]
    fn reason(self) -> String {
        self.refused().reason
    }
}

fn of_type<T: Message + Default>(status: &pb::Status, name: &str) -> Vec<T> {
    let url = format!("type.googleapis.com/google.rpc.{name}");
    status
        .details
        .iter()
        .filter(|any| any.type_url == url)
        .map(|any| T::decode(any.value.as_slice()).expect("a detail is what it says"))
        .collect()
}
