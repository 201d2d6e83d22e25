//! People on their way from a message to a session.

use api::account::v1::Account;
use api::session::v1::sign_in_request::Proof;
use api::session::v1::{
    ChangePasswordRequest, ChangePasswordResponse, GetCurrentSessionRequest,
    GetCurrentSessionResponse, SignInRequest, SignInResponse,
};
use tonic::Status;

use crate::mailbox::Credentials;
use crate::service::{Caller, Service};

/// A password that passes the policy, for whoever needs one. Different for every `name`.
pub fn chosen_password(name: &str) -> String {
    format!("trombone-{name}-quarante-lilas-6")
}

/// Someone who signed in and has nothing left to do.
#[derive(Clone)]
pub struct Person {
    /// Their account, as it was right after.
    pub account: Account,
    /// The password they chose.
    pub password: String,
    /// Their session.
    pub token: String,
}

impl Service {
    /// Signs in without saying from where.
    pub async fn sign_in(
        &self,
        identifier: &str,
        password: &str,
    ) -> Result<SignInResponse, Status> {
        self.portal().sign_in(identifier, password).await
    }

    /// Goes from received credentials to a full session.
    pub async fn first_connection(&self, credentials: &Credentials) -> Person {
        let password = chosen_password(&credentials.identifier.to_lowercase());
        self.first_connection_choosing(credentials, &password).await
    }

    /// Goes from received credentials to a full session, choosing that password.
    pub async fn first_connection_choosing(
        &self,
        credentials: &Credentials,
        password: &str,
    ) -> Person {
        let Credentials {
            identifier,
            password: provisional,
            ..
        } = credentials;
        let opened = self.sign_in(identifier, provisional).await.unwrap();
        let changed = self
            .session(&opened.session_token)
            .change_password(provisional, password)
            .await
            .unwrap();
        self.person(&changed.session_token, password).await
    }

    /// Signs a person in anew.
    pub async fn sign_in_again(&self, person: &Person) -> Person {
        let opened = self
            .sign_in(&person.account.identifier, &person.password)
            .await
            .unwrap();
        self.person(&opened.session_token, &person.password).await
    }

    async fn person(&self, token: &str, password: &str) -> Person {
        let current = self.session(token).current_session().await.unwrap();
        Person {
            account: current.account.unwrap(),
            password: password.to_owned(),
            token: token.to_owned(),
        }
    }
}

impl Caller {
    /// Signs in.
    pub async fn sign_in(
        &self,
        identifier: &str,
        password: &str,
    ) -> Result<SignInResponse, Status> {
        let request = SignInRequest {
            identifier: identifier.to_owned(),
            proof: Some(Proof::Password(password.to_owned())),
        };
        let response = self.sessions().sign_in(request).await?;
        Ok(response.into_inner())
    }

    /// Changes the password of the session.
    pub async fn change_password(
        &self,
        current: &str,
        new: &str,
    ) -> Result<ChangePasswordResponse, Status> {
        let request = ChangePasswordRequest {
            current_password: current.to_owned(),
            new_password: new.to_owned(),
        };
        let response = self.sessions().change_password(request).await?;
        Ok(response.into_inner())
    }

    /// Reads the session.
    pub async fn current_session(&self) -> Result<GetCurrentSessionResponse, Status> {
        let request = GetCurrentSessionRequest::default();
        Ok(self
            .sessions()
            .get_current_session(request)
            .await?
            .into_inner())
    }
}
