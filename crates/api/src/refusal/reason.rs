//! Which reason and which gRPC code every refusal has, without exception: a new one does not compile before both are
//! chosen.

use tonic::Code;

use super::{Refusal, Resource};
use crate::error::v1::ErrorReason;

impl Refusal {
    /// Its reason, as the protos name it.
    pub fn reason(&self) -> ErrorReason {
        match self {
            Self::FieldInvalid(_) => ErrorReason::FieldInvalid,
            Self::PasswordTooWeak(_) => ErrorReason::PasswordTooWeak,
            Self::PageTokenInvalid => ErrorReason::PageTokenInvalid,
            Self::RevisionInvalid { .. } => ErrorReason::RevisionInvalid,
            Self::RequestIdReused(_) => ErrorReason::RequestIdReused,
            Self::ActorAmbiguous => ErrorReason::ActorAmbiguous,
            Self::ActorRequired { .. } => ErrorReason::ActorRequired,
            Self::SessionInvalid => ErrorReason::SessionInvalid,
            Self::SignInRefused => ErrorReason::SignInRefused,
            Self::CallerNotAllowed(_) => ErrorReason::CallerNotAllowed,
            Self::ActorNotAllowed { .. } => ErrorReason::ActorNotAllowed,
            Self::ImposedByHigherRank(_) => ErrorReason::ImposedByHigherRank,
            Self::NotFound { resource, .. } => match resource {
                Resource::Partner => ErrorReason::PartnerNotFound,
                Resource::Agreement => ErrorReason::AgreementNotFound,
                Resource::Group => ErrorReason::GroupNotFound,
                Resource::Account => ErrorReason::AccountNotFound,
                Resource::Delivery => ErrorReason::DeliveryNotFound,
            },
            Self::UserNumberTaken { .. } => ErrorReason::UserNumberTaken,
            Self::IdentifierTaken { .. } => ErrorReason::IdentifierTaken,
            Self::SignInIncomplete(_) => ErrorReason::SignInIncomplete,
            Self::CurrentPasswordWrong { .. } => ErrorReason::CurrentPasswordWrong,
            Self::AgreementNotValidated(_) => ErrorReason::AgreementNotValidated,
            Self::AccountNotActive { .. } => ErrorReason::AccountNotActive,
            Self::AdministratorProtected { .. } => ErrorReason::AdministratorProtected,
            Self::LastGroup(_) => ErrorReason::LastGroup,
            Self::NoPostalAddress(_) => ErrorReason::NoPostalAddress,
            Self::NoEmail(_) => ErrorReason::NoEmail,
            Self::RecoveryPaused(_) => ErrorReason::RecoveryPaused,
            Self::EtagMismatch { .. } => ErrorReason::EtagMismatch,
            Self::AuthorityMoved => ErrorReason::AuthorityMoved,
            Self::DeliveryLimit { .. } => ErrorReason::DeliveryLimit,
            Self::PartnerLimit(_) => ErrorReason::PartnerLimit,
            Self::Overloaded(_) => ErrorReason::Overloaded,
            Self::StorageUnavailable => ErrorReason::StorageUnavailable,
            Self::Deadline(_) => ErrorReason::Deadline,
            Self::Internal(_) => ErrorReason::Internal,
        }
    }

    /// Its gRPC code.
    pub fn code(&self) -> Code {
        match self {
            Self::FieldInvalid(_)
            | Self::PasswordTooWeak(_)
            | Self::PageTokenInvalid
            | Self::RevisionInvalid { .. }
            | Self::RequestIdReused(_)
            | Self::ActorAmbiguous => Code::InvalidArgument,
            Self::ActorRequired { .. } | Self::SessionInvalid | Self::SignInRefused => {
                Code::Unauthenticated
            }
            Self::CallerNotAllowed(_)
            | Self::ActorNotAllowed { .. }
            | Self::ImposedByHigherRank(_) => Code::PermissionDenied,
            Self::NotFound { .. } => Code::NotFound,
            Self::UserNumberTaken { .. } | Self::IdentifierTaken { .. } => Code::AlreadyExists,
            Self::SignInIncomplete(_)
            | Self::CurrentPasswordWrong { .. }
            | Self::AgreementNotValidated(_)
            | Self::AccountNotActive { .. }
            | Self::AdministratorProtected { .. }
            | Self::LastGroup(_)
            | Self::NoPostalAddress(_)
            | Self::NoEmail(_)
            | Self::RecoveryPaused(_) => Code::FailedPrecondition,
            Self::EtagMismatch { .. } | Self::AuthorityMoved => Code::Aborted,
            Self::DeliveryLimit { .. } | Self::PartnerLimit(_) | Self::Overloaded(_) => {
                Code::ResourceExhausted
            }
            Self::StorageUnavailable => Code::Unavailable,
            Self::Deadline(_) => Code::DeadlineExceeded,
            Self::Internal(_) => Code::Internal,
        }
    }
}
