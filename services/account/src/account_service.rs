//! AccountService: making, reading and changing accounts.

use std::sync::Arc;

use api::account::v1;
use api::account::v1::account_service_server::AccountService;
use api::call::open;
use api::claims::Claims;
use api::convert::account_requests as requests;
use api::convert::account_update;
use api::convert::contact::Typist;
use api::page::Tokens;
use api::refusal::Refusal;
use domain::keys::ThrottleKey;
use domain::limits::Limits;
use domain::{Clock, Random, paris};
use prost::Message;
use storage::Stores;
use tonic::{Request, Response, Status};

/// What AccountService works with.
#[derive(Clone)]
pub struct AccountDeps {
    /// The database, behind no cache.
    pub stores: Stores,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids, identifiers and user numbers come from.
    pub random: Arc<dyn Random>,
    /// How many messages may be caused.
    pub limits: Limits,
    /// Ties request ids to calls.
    pub claims: Claims,
    /// Seals page tokens.
    pub tokens: Tokens,
    /// Under which identifiers are throttled, to tell an agent how signing in goes.
    pub throttle_key: ThrottleKey,
}

/// The RPCs of AccountService.
#[derive(Clone)]
pub struct AccountServiceHandler(AccountDeps);

impl AccountServiceHandler {
    /// Works with these.
    pub fn new(deps: AccountDeps) -> Self {
        Self(deps)
    }
}

#[tonic::async_trait]
impl AccountService for AccountServiceHandler {
    async fn create_account(
        &self,
        request: Request<v1::CreateAccountRequest>,
    ) -> Result<Response<v1::CreateAccountResponse>, Status> {
        let (call, sent) = open(request)?;
        let now = self.0.clock.now();
        let asked = requests::create_account(&sent, Typist::of(&call.actor), paris::today(now))
            .map_err(Refusal::from)?;
        let claim = self
            .0
            .claims
            .claim(&call, asked.request, &sent.encode_to_vec());
        let made = self.0.create_account(&call, asked, claim, now).await?;
        Ok(Response::new(v1::CreateAccountResponse {
            account: Some(made.account),
            delivery_id: made.delivery,
            revision: made.revision.encode(),
        }))
    }

    async fn get_account(
        &self,
        request: Request<v1::GetAccountRequest>,
    ) -> Result<Response<v1::GetAccountResponse>, Status> {
        let (call, sent) = open(request)?;
        let named = requests::account_ref(sent).map_err(Refusal::from)?;
        let account = self.0.get_account(&call, named).await?;
        Ok(Response::new(v1::GetAccountResponse {
            account: Some(account),
        }))
    }

    async fn list_accounts(
        &self,
        request: Request<v1::ListAccountsRequest>,
    ) -> Result<Response<v1::ListAccountsResponse>, Status> {
        let (call, sent) = open(request)?;
        let asked = requests::list_accounts(sent)?;
        let page = self.0.list_accounts(&call, asked).await?;
        Ok(Response::new(v1::ListAccountsResponse {
            accounts: page.accounts,
            next_page_token: page.next,
            revision: page.revision.encode(),
        }))
    }

    async fn update_account(
        &self,
        request: Request<v1::UpdateAccountRequest>,
    ) -> Result<Response<v1::UpdateAccountResponse>, Status> {
        let (call, sent) = open(request)?;
        let now = self.0.clock.now();
        let typist = Typist::of(&call.actor);
        let asked = account_update::update_account(&sent, typist, paris::today(now))
            .map_err(Refusal::from)?;
        let claim = asked
            .request
            .map(|id| self.0.claims.claim(&call, id, &sent.encode_to_vec()));
        let (account, revision) = self.0.update_account(&call, asked, claim, now).await?;
        Ok(Response::new(v1::UpdateAccountResponse {
            account: Some(account),
            revision: revision.encode(),
        }))
    }

    async fn reissue_credentials(
        &self,
        request: Request<v1::ReissueCredentialsRequest>,
    ) -> Result<Response<v1::ReissueCredentialsResponse>, Status> {
        let (call, sent) = open(request)?;
        let asked = requests::reissue_credentials(&sent).map_err(Refusal::from)?;
        let claim = self
            .0
            .claims
            .claim(&call, asked.request, &sent.encode_to_vec());
        let outcome = self.0.reissue_credentials(&call, asked, claim).await?;
        Ok(Response::new(v1::ReissueCredentialsResponse {
            delivery_id: outcome.delivery,
            revision: outcome.revision.encode(),
        }))
    }
}
