//! Two partners, their people, and how they and the Caf call.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use account::{AccountDeps, AccountServiceHandler};
use api::account::v1;
use api::account::v1::account_service_server::AccountService;
use api::claims::Claims;
use api::page::Tokens;
use api::r#type::v1 as wire;
use domain::account::{NewAccount, StoredRole};
use domain::agreement;
use domain::delivery::Delivery;
use domain::group::{HousingType, NewGroup};
use domain::limits::Limits;
use domain::{AccountId, AgreementId, DeliveryId, GroupId, OsRandom, PartnerId, Random, RequestId};
use storage::authority::Authority;
use storage::delivery::DeliveryFilter;
use storage::mutation::{Mutation, RoleChange};
use storage::page::PageRequest;
use tonic::{Request, Status};
use world::{Place, new_agreement, new_group, provisioning};

pub(crate) use world::{CAF, START, TODAY, Who, fields, reason, somebody, told};

/// LES OLIVIERS with its administrator, and DURAND beside it.
pub(crate) struct World {
    pub(crate) deps: AccountDeps,
    place: Place,
    pub(crate) partner: PartnerId,
    /// Validated.
    pub(crate) agreement: AgreementId,
    /// Of that agreement: CONVENTIONNE 75, CONVENTIONNE 33, PRIVE 75, PRIVE 33.
    pub(crate) groups: Vec<GroupId>,
    /// In preparation, with one group.
    pub(crate) draft: (AgreementId, GroupId),
    pub(crate) administrator: AccountId,
    /// Another partner, its agreement, its one group, its administrator.
    pub(crate) durand: (PartnerId, AgreementId, GroupId, AccountId),
}

impl Deref for World {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_random(Arc::new(OsRandom)).await
    }

    pub(crate) async fn with_random(random: Arc<dyn Random>) -> Self {
        let place = Place::open().await;
        let deps = AccountDeps {
            stores: place.stores.clone(),
            clock: place.clock.clone(),
            random,
            limits: Limits::default(),
            claims: Claims::new(place.key.request_body_key()),
            tokens: Tokens::new(place.key.page_token_key()),
            throttle_key: place.key.throttle_key(),
        };
        let mut oliviers = provisioning("LES OLIVIERS", "B-0001", somebody("MERCIER", "Alix"));
        let mut draft = new_agreement("CONV-DRAFT", "AUTRE");
        draft.state = agreement::State::Draft;
        let in_draft = new_group(draft.id, HousingType::Prive, "2A");
        let draft = (draft.id, in_draft.id, draft);
        oliviers.new_agreements.push(draft.2);
        oliviers.new_groups.push(in_draft);
        let mut durand = provisioning("Paul DURAND", "B-0042", somebody("DURAND", "Paul"));
        durand.new_groups.truncate(1);
        for mutation in [&oliviers, &durand] {
            deps.stores.mutations.apply(mutation).await.unwrap();
        }
        Self {
            deps,
            place,
            partner: oliviers.partner.partner(),
            agreement: oliviers.new_agreements[0].id,
            groups: oliviers.new_groups[..4].iter().map(|g| g.id).collect(),
            draft: (draft.0, draft.1),
            administrator: oliviers.new_accounts[0].id,
            durand: (
                durand.partner.partner(),
                durand.new_agreements[0].id,
                durand.new_groups[0].id,
                durand.new_accounts[0].id,
            ),
        }
    }

    pub(crate) fn service(&self) -> AccountServiceHandler {
        AccountServiceHandler::new(self.deps.clone())
    }

    pub(crate) fn admin(&self) -> Who {
        Who::Person(self.administrator)
    }

    /// What decisions rest on.
    pub(crate) async fn authority(&self) -> Authority {
        self.authority_of(self.partner, &[]).await
    }

    /// Writes what `fill` makes of a mutation.
    pub(crate) async fn apply(&self, fill: impl FnOnce(&mut Mutation)) {
        self.write(self.partner, fill).await;
    }

    /// A plain user of LES OLIVIERS in those of its groups.
    pub(crate) async fn user(&self, family: &str, groups: &[usize]) -> AccountId {
        let mut account = somebody(family, "Luc");
        account.groups = groups.iter().map(|at| self.groups[*at]).collect();
        self.add(account).await
    }

    pub(crate) async fn add(&self, account: NewAccount) -> AccountId {
        self.add_to(self.partner, account).await
    }

    /// A manager who holds those groups.
    pub(crate) async fn manager(&self, groups: &[usize]) -> AccountId {
        let id = self.user("ROCHE", groups).await;
        let role = RoleChange {
            role: StoredRole::Manager,
            dismissed_by: None,
        };
        self.change(id, |change| change.role = Some(role)).await;
        id
    }

    /// So many further groups.
    pub(crate) async fn many_groups(&self, count: usize) -> BTreeSet<GroupId> {
        let group = |at: usize| new_group(self.agreement, HousingType::Prive, &format!("X{at}"));
        let groups: Vec<NewGroup> = (0..count).map(group).collect();
        let ids = groups.iter().map(|group| group.id).collect();
        self.apply(|m| m.new_groups = groups).await;
        ids
    }

    /// The message, as agents see it.
    pub(crate) async fn delivery(&self, id: &str) -> Delivery {
        let id = DeliveryId::parse(id).unwrap();
        let read = self.deps.stores.deliveries.delivery(id).await;
        read.unwrap().unwrap()
    }

    /// Every message to the account, newest first.
    pub(crate) async fn deliveries(&self, account: AccountId) -> Vec<Delivery> {
        let filter = DeliveryFilter {
            account: Some(account),
            ..DeliveryFilter::default()
        };
        let page = PageRequest {
            after: None,
            limit: 100,
        };
        let read = self.deps.stores.deliveries.deliveries(&filter, &page).await;
        read.unwrap().rows.into_iter().map(|(_, row)| row).collect()
    }

    /// How many provisional passwords would open the account.
    pub(crate) async fn live_passwords(&self, account: AccountId) -> i32 {
        let account = self.get(CAF, account).await.unwrap();
        account.sign_in_health.unwrap().live_provisional_passwords
    }

    /// A call of the Caf or of a person, of whichever partner they are.
    async fn call<T>(&self, by: Who, message: T) -> Request<T> {
        let partner = match by {
            Who::Caf(_) => self.partner,
            Who::Person(id) => self.account(id).await.partner,
        };
        by.asks(partner, self.now(), message)
    }

    pub(crate) async fn create(
        &self,
        by: Who,
        message: v1::CreateAccountRequest,
    ) -> Result<v1::CreateAccountResponse, Status> {
        let request = self.call(by, message).await;
        let answer = self.service().create_account(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn update(
        &self,
        by: Who,
        message: v1::UpdateAccountRequest,
    ) -> Result<v1::UpdateAccountResponse, Status> {
        let request = self.call(by, message).await;
        let answer = self.service().update_account(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn reissue(
        &self,
        by: Who,
        message: v1::ReissueCredentialsRequest,
    ) -> Result<v1::ReissueCredentialsResponse, Status> {
        let request = self.call(by, message).await;
        let answer = self.service().reissue_credentials(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn get(&self, by: Who, id: AccountId) -> Result<v1::Account, Status> {
        let named = v1::get_account_request::Ref::AccountId(id.to_string());
        self.get_by(by, named).await
    }

    pub(crate) async fn get_by(
        &self,
        by: Who,
        named: v1::get_account_request::Ref,
    ) -> Result<v1::Account, Status> {
        let message = v1::GetAccountRequest { r#ref: Some(named) };
        let request = self.call(by, message).await;
        let answer = self.service().get_account(request).await?;
        Ok(answer.into_inner().account.unwrap())
    }

    pub(crate) async fn list(
        &self,
        by: Who,
        message: v1::ListAccountsRequest,
    ) -> Result<v1::ListAccountsResponse, Status> {
        let request = self.call(by, message).await;
        let answer = self.service().list_accounts(request).await;
        answer.map(tonic::Response::into_inner)
    }

    /// The form for Léa FONTAINE in those groups, rightly filled in.
    pub(crate) fn form(&self, groups: &[usize]) -> v1::CreateAccountRequest {
        v1::CreateAccountRequest {
            agreement_id: self.agreement.to_string(),
            account: Some(lea()),
            group_ids: groups
                .iter()
                .map(|at| self.groups[*at].to_string())
                .collect(),
            request_id: request_id(),
        }
    }
}

pub(crate) fn lea() -> v1::NewAccount {
    v1::NewAccount {
        family_name: "FONTAINE".into(),
        given_name: "Léa".into(),
        email: "lea@les-oliviers.example".into(),
        email_confirmation: "lea@les-oliviers.example".into(),
        ..v1::NewAccount::default()
    }
}

pub(crate) fn address() -> wire::PostalAddress {
    wire::PostalAddress {
        lines: vec!["12 rue des Lilas".into(), "33000 BORDEAUX".into()],
        country_code: "FR".into(),
    }
}

pub(crate) fn date(year: i32, month: i32, day: i32) -> wire::Date {
    wire::Date { year, month, day }
}

pub(crate) fn request_id() -> String {
    RequestId::new(START, &OsRandom).to_string()
}
