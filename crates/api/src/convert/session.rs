//! Sessions, and what is typed to open one or to change its password. Secrets go straight from the
//! request into types that never print.

use domain::identifier::IdentifierKey;
use domain::provisional;
use domain::session::{FactorKind, NextStep, Session};
use domain::violation::{Violation, Violations};
use domain::{Password, SessionToken};

use crate::refusal::Refusal;
use crate::revision::Minimum;
use crate::session::v1;
use crate::time::{duration, timestamp};

/// Most characters of an identifier as typed: twice the longest there is, blanks and dashes
/// included.
const MOST_IDENTIFIER: usize = 64;

/// Most characters of a session token as sent; a true one has 47.
const MOST_TOKEN: usize = 128;

/// What a person types to sign in.
#[derive(Debug)]
pub struct SignIn {
    /// The identifier, folded.
    pub identifier: IdentifierKey,
    /// The password, of either kind; not empty.
    pub password: Password,
}

/// Reads what was typed to sign in. What is refused here is refused for its form alone, whoever
/// is known by it.
pub fn sign_in(request: v1::SignInRequest) -> Result<SignIn, Violations> {
    let v1::SignInRequest { identifier, proof } = request;
    let password = proof.map_or_else(String::new, |proof| match proof {
        v1::sign_in_request::Proof::Password(password) => password,
    });
    let mut violations = Violations::new();
    let identifier = violations.check("identifier", identifier_key(&identifier));
    let password = violations.check("password", given(password));
    let (Some(identifier), Some(password)) = (identifier, password) else {
        return Err(violations);
    };
    Ok(SignIn {
        identifier,
        password,
    })
}

/// A change of password as typed.
#[derive(Debug)]
pub struct ChangePassword {
    /// What proves that the change is the person's; not empty.
    pub current: Password,
    /// What they chose; not empty, and not judged yet.
    pub new: Password,
}

/// Reads a change of password.
pub fn change_password(request: v1::ChangePasswordRequest) -> Result<ChangePassword, Violations> {
    let v1::ChangePasswordRequest {
        current_password,
        new_password,
    } = request;
    let mut violations = Violations::new();
    let current = violations.check("current_password", given(current_password));
    let new = violations.check("new_password", given(new_password));
    let (Some(current), Some(new)) = (current, new) else {
        return Err(violations);
    };
    Ok(ChangePassword { current, new })
}

/// A question about a token.
#[derive(Debug)]
pub struct Introspection {
    /// The token; `None` when what was sent cannot be one, which is an answer and no error.
    pub token: Option<SessionToken>,
    /// Whether the question keeps the session awake.
    pub wake: Wake,
    /// What the answer must be as new as.
    pub minimum: Minimum,
}

/// Whether something is done by the person, or by a machine meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// By the person: their session stays awake.
    Keep,
    /// In the background: their session goes on ageing.
    Leave,
}

/// Reads a question about a token.
pub fn introspection(request: v1::IntrospectSessionRequest) -> Result<Introspection, Refusal> {
    let v1::IntrospectSessionRequest {
        session_token,
        background,
        minimum_revision,
    } = request;
    let sent = Password::new(session_token);
    let sent = sent.expose();
    if sent.is_empty() {
        return Err(Refusal::field("session_token", Violation::required()));
    }
    if sent.chars().count() > MOST_TOKEN {
        return Err(Refusal::field(
            "session_token",
            Violation::too_long(MOST_TOKEN),
        ));
    }
    Ok(Introspection {
        token: SessionToken::parse(sent),
        wake: if background { Wake::Leave } else { Wake::Keep },
        minimum: Minimum::read(&minimum_revision)?,
    })
}

/// The session.
pub fn message(session: &Session) -> v1::Session {
    let client = &session.client;
    v1::Session {
        session_id: session.id.to_string(),
        account_id: session.account.to_string(),
        next_step: next_step(session.next_step).into(),
        factors: vec![v1::Factor {
            kind: factor(session.factor).into(),
            verify_time: Some(timestamp(session.created_at)),
        }],
        create_time: Some(timestamp(session.created_at)),
        last_use_time: Some(timestamp(session.last_used_at)),
        idle_expire_time: Some(timestamp(session.idle_expires_at())),
        expire_time: Some(timestamp(session.expires_at)),
        client_address: client.address.map(|a| a.to_string()).unwrap_or_default(),
        client_user_agent: client.user_agent.clone().unwrap_or_default(),
    }
}

/// What a chosen password must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordRules {
    /// The fewest characters.
    pub min_characters: usize,
    /// The most characters.
    pub max_characters: usize,
    /// The most bytes.
    pub max_bytes: usize,
    /// The least strength, 0 to 4.
    pub min_score: u8,
}

/// The rules for passwords; how long provisional ones open is the domain's own.
pub fn password_policy(rules: PasswordRules) -> v1::PasswordPolicy {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    v1::PasswordPolicy {
        min_characters: number(rules.min_characters),
        max_characters: number(rules.max_characters),
        max_bytes: number(rules.max_bytes),
        min_strength_score: rules.min_score.into(),
        provisional_email_validity: Some(duration(provisional::EMAIL_LIFE)),
        provisional_letter_validity: Some(duration(provisional::LETTER_LIFE)),
    }
}

pub(super) fn identifier_key(typed: &str) -> Result<IdentifierKey, Violation> {
    if typed.chars().count() > MOST_IDENTIFIER {
        return Err(Violation::too_long(MOST_IDENTIFIER));
    }
    let key = IdentifierKey::of_typed(typed);
    if key.as_str().is_empty() {
        return Err(Violation::required());
    }
    Ok(key)
}

fn given(password: String) -> Result<Password, Violation> {
    if password.is_empty() {
        return Err(Violation::required());
    }
    Ok(Password::new(password))
}

fn next_step(step: NextStep) -> v1::NextStep {
    match step {
        NextStep::None => v1::NextStep::None,
        NextStep::ChangePassword => v1::NextStep::ChangePassword,
    }
}

fn factor(kind: FactorKind) -> v1::factor::Kind {
    match kind {
        FactorKind::Password => v1::factor::Kind::Password,
        FactorKind::ProvisionalPassword => v1::factor::Kind::ProvisionalPassword,
    }
}

#[cfg(test)]
mod tests {
    use domain::violation::FieldReason;

    use super::*;

    fn typed(identifier: &str, password: &str) -> v1::SignInRequest {
        v1::SignInRequest {
            identifier: identifier.to_owned(),
            proof: Some(v1::sign_in_request::Proof::Password(password.to_owned())),
        }
    }

    fn told(violations: &Violations) -> Vec<(&str, FieldReason)> {
        violations
            .iter()
            .map(|(path, v)| (path, v.reason))
            .collect()
    }

    #[test]
    fn an_identifier_is_read_however_it_is_spaced_and_cased() {
        let read = |text| sign_in(typed(text, "x")).unwrap().identifier;
        assert_eq!(read(" k7mp-4xq2 "), read("K7MP4XQ2"));
        assert_eq!(read(&"é".repeat(64)).as_str(), "é".repeat(64));
    }

    #[test]
    fn what_is_missing_to_sign_in_is_told_at_once() {
        let nothing = sign_in(v1::SignInRequest::default()).unwrap_err();
        let both = [
            ("identifier", FieldReason::Required),
            ("password", FieldReason::Required),
        ];
        assert_eq!(told(&nothing), both);
        assert_eq!(told(&sign_in(typed(" - ", "")).unwrap_err()), both);
        let long = sign_in(typed(&"a".repeat(65), "x")).unwrap_err();
        assert_eq!(told(&long), [("identifier", FieldReason::TooLong)]);
    }

    #[test]
    fn both_passwords_of_a_change_are_required() {
        let nothing = change_password(v1::ChangePasswordRequest::default()).unwrap_err();
        assert_eq!(
            told(&nothing),
            [
                ("current_password", FieldReason::Required),
                ("new_password", FieldReason::Required)
            ]
        );
    }

    #[test]
    fn what_cannot_be_a_token_is_a_question_all_the_same() {
        let asked = |token: &str| {
            introspection(v1::IntrospectSessionRequest {
                session_token: token.to_owned(),
                background: true,
                minimum_revision: String::new(),
            })
        };
        let unknown = asked("no token").unwrap();
        assert!(unknown.token.is_none());
        assert_eq!(unknown.wake, Wake::Leave);
        assert!(asked(&"é".repeat(128)).is_ok());
        for wrong in ["", &"x".repeat(129)] {
            assert!(matches!(asked(wrong), Err(Refusal::FieldInvalid(_))));
        }
    }

    #[test]
    fn nothing_read_prints_a_secret() {
        let read = sign_in(typed("identifier", "a-secret")).unwrap();
        assert!(!format!("{read:?}").contains("a-secret"));
    }
}
