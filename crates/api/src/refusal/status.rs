//! The answer to a refused call: a `google.rpc.Status` with its details, small enough for a client's trailers.

use std::time::Duration;

use domain::violation::Violation;
use prost::Message;
use tonic::Status;
use tonic_types::pb;

use super::{Refusal, Resource};

/// The domain of every reason.
const DOMAIN: &str = "compte-partenaire";

/// Most bytes of the details. Clients refuse trailers of about 8 KiB, and base64 makes four bytes of three.
const MOST_BYTES: usize = 5 * 1024;

/// Most violations told; the metadata say how many there are.
const MOST_VIOLATIONS: usize = 20;

/// Most characters of a metadata value: no value of ours is longer, a sent one could be.
const MOST_CHARACTERS: usize = 256;

/// When to ask again what another call, or a moment of the service, stands in the way of.
const SOON: Duration = Duration::from_secs(1);

impl Refusal {
    /// The answer.
    pub fn status(&self) -> Status {
        let message = self.to_string();
        let mut told = pb::Status {
            code: self.code().into(),
            message: message.clone(),
            details: vec![any("ErrorInfo", &self.error_info())],
        };
        told.details
            .extend(self.not_found_detail().map(|d| any("ResourceInfo", &d)));
        told.details
            .extend(self.precondition().map(|d| any("PreconditionFailure", &d)));
        told.details
            .extend(self.retry().map(|d| any("RetryInfo", &d)));
        let taken = told.encoded_len();
        told.details
            .extend(self.bad_request(taken).map(|d| any("BadRequest", &d)));
        Status::with_details(self.code(), message, told.encode_to_vec().into())
    }

    fn error_info(&self) -> pb::ErrorInfo {
        let metadata = self.metadata().into_iter();
        pb::ErrorInfo {
            reason: self.reason_name().to_owned(),
            domain: DOMAIN.to_owned(),
            metadata: metadata
                .map(|(key, value)| (key.to_owned(), cut(&value)))
                .collect(),
        }
    }

    fn reason_name(&self) -> &'static str {
        let name = self.reason().as_str_name();
        name.strip_prefix("ERROR_REASON_").unwrap_or(name)
    }

    /// As many violations as fit beside what the answer holds already.
    fn bad_request(&self, taken: usize) -> Option<pb::BadRequest> {
        let (Self::FieldInvalid(violations) | Self::PasswordTooWeak(violations)) = self else {
            return None;
        };
        // The detail's own type name and lengths.
        let mut taken = taken + 64;
        let field_violations = violations
            .iter()
            .take(MOST_VIOLATIONS)
            .map(|(path, violation)| field_violation(path, violation))
            .take_while(|violation| {
                taken += violation.encoded_len() + 4;
                taken <= MOST_BYTES
            })
            .collect();
        Some(pb::BadRequest { field_violations })
    }

    fn not_found_detail(&self) -> Option<pb::ResourceInfo> {
        let Self::NotFound { resource, id } = self else {
            return None;
        };
        Some(pb::ResourceInfo {
            resource_type: match resource {
                Resource::Partner => "comptepartenaire.partner.v1.Partner",
                Resource::Agreement => "comptepartenaire.partner.v1.Agreement",
                Resource::Group => "comptepartenaire.partner.v1.Group",
                Resource::Account => "comptepartenaire.account.v1.Account",
                Resource::Delivery => "comptepartenaire.delivery.v1.Delivery",
            }
            .to_owned(),
            resource_name: cut(id),
            owner: String::new(),
            description: self.to_string(),
        })
    }

    fn precondition(&self) -> Option<pb::PreconditionFailure> {
        let subject = match self {
            Self::AgreementNotValidated(agreement) => agreement.id.to_string(),
            Self::AccountNotActive { account, .. }
            | Self::AdministratorProtected { account, .. }
            | Self::LastGroup(account)
            | Self::NoPostalAddress(account)
            | Self::NoEmail(account) => account.to_string(),
            _ if self.code() == tonic::Code::FailedPrecondition => String::new(),
            _ => return None,
        };
        let violation = pb::precondition_failure::Violation {
            r#type: self.reason_name().to_owned(),
            subject,
            description: self.to_string(),
        };
        Some(pb::PreconditionFailure {
            violations: vec![violation],
        })
    }

    fn retry(&self) -> Option<pb::RetryInfo> {
        let delay = match self {
            Self::DeliveryLimit { limit, .. } | Self::PartnerLimit(limit) => limit.retry_in,
            Self::AuthorityMoved | Self::Overloaded(_) | Self::StorageUnavailable => SOON,
            _ => return None,
        };
        let retry_delay = prost_types::Duration::try_from(delay).ok()?;
        Some(pb::RetryInfo {
            retry_delay: Some(retry_delay),
        })
    }
}

fn field_violation(path: &str, violation: &Violation) -> pb::bad_request::FieldViolation {
    pb::bad_request::FieldViolation {
        field: path.to_owned(),
        description: violation.description.clone(),
        reason: violation.reason.as_str().to_owned(),
        localized_message: Some(pb::LocalizedMessage {
            locale: "fr-FR".to_owned(),
            message: violation.localized.clone(),
        }),
    }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}

/// A detail under its name in google.rpc.
fn any(name: &str, detail: &impl Message) -> prost_types::Any {
    prost_types::Any {
        type_url: format!("type.googleapis.com/google.rpc.{name}"),
        value: detail.encode_to_vec(),
    }
}

#[cfg(test)]
mod tests;
