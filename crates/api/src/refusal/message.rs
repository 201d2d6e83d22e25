//! What every refusal says in words.

use std::fmt;

use domain::violation::Violations;

use super::{Refusal, Resource};

/// The message of the answer: English, for developers. It repeats nothing that was sent.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FieldInvalid(violations) | Self::PasswordTooWeak(violations) => {
                return summary(violations, f);
            }
            Self::PageTokenInvalid => "the page token was not given by this method for this filter",
            Self::RevisionInvalid { .. } => "the revision was not given by this service",
            Self::RequestIdReused(_) => "the request id was used with another body",
            Self::ActorAmbiguous => "send either session-token or caf-agent, not both",
            Self::ActorRequired { .. } => "say for whom the call is made, in its metadata",
            Self::SessionInvalid => "the session is unknown, ended or expired",
            Self::SignInRefused => "signing in is refused",
            Self::CallerNotAllowed(_) => "the calling service may not call this for this actor",
            Self::ActorNotAllowed { .. } => "the actor may not do this",
            Self::ImposedByHigherRank(_) => "a higher rank imposed the present state",
            Self::NotFound { resource, .. } => match resource {
                Resource::Partner => "no such partner",
                Resource::Agreement => "no such agreement",
                Resource::Group => "no such group",
                Resource::Account => "no such account",
                Resource::Delivery => "no such delivery",
            },
            Self::UserNumberTaken { .. } => "the user number is taken",
            Self::IdentifierTaken { .. } => "the identifier is taken",
            Self::SignInIncomplete(_) => "the provisional password must be replaced first",
            Self::CurrentPasswordWrong { .. } => "the present password is wrong",
            Self::AgreementNotValidated(_) => "the agreement is not validated, or has ended",
            Self::AccountNotActive { .. } => "the account is not in a state for this",
            Self::AdministratorProtected { .. } => "the administrator cannot be treated so",
            Self::LastGroup(_) => "the account would be left without any group",
            Self::NoPostalAddress(_) => "the account has no postal address",
            Self::NoEmail(_) => "the account has no e-mail address",
            Self::RecoveryPaused(_) => "credentials are not sent shortly after a change of address",
            Self::EtagMismatch { .. } => "the object changed since it was read",
            Self::AuthorityMoved => "the partner's rights changed meanwhile; ask again",
            Self::DeliveryLimit { .. } => "the account was sent credentials as often as allowed",
            Self::PartnerLimit(_) => "the partner created and reissued as much as allowed",
            Self::Overloaded(_) => "more of this work is asked than can be done in time",
            Self::StorageUnavailable => "the database does not answer",
            Self::Deadline(_) => "the call took longer than it may",
            Self::Internal(_) => "internal error",
        })
    }
}

/// The first violation in words, so that a message alone already helps.
fn summary(violations: &Violations, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some((path, violation)) = violations.iter().next() else {
        return f.write_str("fields are not acceptable");
    };
    if path.is_empty() {
        f.write_str(&violation.description)?;
    } else {
        write!(f, "{path}: {}", violation.description)?;
    }
    match violations.len() {
        1 => Ok(()),
        many => write!(f, " (and {} more)", many - 1),
    }
}
