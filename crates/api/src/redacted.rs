//! `Debug` of the messages that hold a secret: their name and nothing else. Written by the build for every message with a
//! field marked `debug_redact`.

include!(concat!(env!("OUT_DIR"), "/redacted.rs"));

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use crate::habilitation::v1::{CheckHabilitationRequest, Subject, subject};
    use crate::session::v1::{
        ChangePasswordRequest, ChangePasswordResponse, IntrospectSessionRequest, SignInRequest,
        SignInResponse, sign_in_request,
    };

    const SECRET: &str = "a-secret-that-is-never-printed";

    #[test]
    fn no_message_with_a_secret_prints_it() {
        let secret = || SECRET.to_owned();
        let proof = sign_in_request::Proof::Password(secret());
        let subject = Subject {
            subject: Some(subject::Subject::SessionToken(secret())),
        };
        let messages: [&dyn Debug; 8] = [
            &proof,
            &SignInRequest {
                identifier: secret(),
                proof: Some(proof.clone()),
            },
            &SignInResponse {
                session_token: secret(),
                ..Default::default()
            },
            &ChangePasswordRequest {
                current_password: secret(),
                new_password: secret(),
            },
            &ChangePasswordResponse {
                session_token: secret(),
                ..Default::default()
            },
            &IntrospectSessionRequest {
                session_token: secret(),
                ..Default::default()
            },
            &subject,
            &CheckHabilitationRequest {
                subject: Some(subject.clone()),
                ..Default::default()
            },
        ];
        for message in messages {
            let printed = format!("{message:?} {message:#?}");
            assert!(!printed.contains(SECRET), "{printed}");
            assert!(printed.contains("(redacted)"), "{printed}");
        }
    }
}
