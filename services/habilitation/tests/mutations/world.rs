//! LES OLIVIERS, its people, and how they call.

use std::ops::Deref;
use std::sync::{Arc, Mutex};

use api::account::v1::NewAccount as Form;
use api::claims::Claims;
use api::habilitation::v1::habilitation_service_server::HabilitationService;
use api::habilitation::v1::{self, replace_administrator_request::Former};
use api::page::Tokens;
use api::partner::v1 as partner;
use api::partner::v1::partner_service_server::PartnerService;
use api::r#type::v1::{Date, HousingScope, HousingType, PostalAddress, Scope, scope::Kind as Sent};
use domain::account::{Channel, NewAccount, Person};
use domain::dates::AccountDates;
use domain::delivery::{Kind, Subject};
use domain::email::Email;
use domain::paris::Day;
use domain::{AccountId, GroupId, OsRandom, PartnerId, SessionId, Timestamp};
use habilitation::{Deps, HabilitationServiceHandler, PartnerServiceHandler};
use storage::authority::Authority;
use storage::mutation::{AccountChange, AuthorityMove, Mutation};
use storage::session::LastUse;
use tonic::{Request, Status};
use world::{Place, somebody};

use crate::watched::{Meanwhile, Watched};

pub(crate) use world::{CAF, START, TODAY, Who, fields, reason, told, violations};

struct Unnoted;

impl LastUse for Unnoted {
    fn used(&self, _: SessionId, _: Timestamp) {}
}

pub(crate) struct World {
    pub(crate) deps: Deps,
    place: Place,
    pub(crate) watched: Arc<Watched>,
    pub(crate) partner: PartnerId,
    pub(crate) administrator: AccountId,
    /// CONVENTIONNE 75, CONVENTIONNE 33, PRIVE 75, PRIVE 33, of « CONV-2027 ».
    pub(crate) groups: Vec<GroupId>,
}

impl Deref for World {
    type Target = Place;

    fn deref(&self) -> &Place {
        &self.place
    }
}

impl World {
    /// A database without any partner.
    pub(crate) async fn empty() -> Self {
        let place = Place::open().await;
        let watched = Arc::new(Watched {
            store: place.store.clone(),
            written: Mutex::default(),
            meanwhile: Mutex::default(),
        });
        let mut stores = place.stores.clone();
        stores.mutations = watched.clone();
        Self {
            deps: Deps {
                stores,
                clock: place.clock.clone(),
                random: Arc::new(OsRandom),
                claims: Claims::new(place.key.request_body_key()),
                tokens: Tokens::new(place.key.page_token_key()),
                throttle_key: place.key.throttle_key(),
                last_use: Arc::new(Unnoted),
            },
            place,
            watched,
            partner: PartnerId::new(START, &OsRandom),
            administrator: AccountId::new(START, &OsRandom),
            groups: Vec::new(),
        }
    }

    /// LES OLIVIERS, whose administrator Alix MERCIER never connected.
    pub(crate) async fn les_oliviers() -> Self {
        Self::provisioned(vec![convention("CONV-2027")]).await
    }

    /// LES OLIVIERS with these agreements; the groups are those of all of them.
    pub(crate) async fn provisioned(agreements: Vec<partner::ProvisionedAgreement>) -> Self {
        let mut world = Self::empty().await;
        let made = world.provision(record(agreements)).await.unwrap();
        let administrator = made.administrator.unwrap();
        world.partner = PartnerId::parse(&administrator.partner_id).unwrap();
        world.administrator = AccountId::parse(&administrator.account_id).unwrap();
        let ids = made
            .groups
            .iter()
            .map(|group| GroupId::parse(&group.group_id));
        world.groups = ids.map(Option::unwrap).collect();
        world
    }

    pub(crate) async fn authority(&self, accounts: &[AccountId]) -> Authority {
        self.authority_of(self.partner, accounts).await
    }

    /// What would change an account, whatever the rules say.
    pub(crate) async fn changing(
        &self,
        id: AccountId,
        fill: impl FnOnce(&mut AccountChange),
    ) -> Mutation {
        let on = self.authority(&[]).await.on(AuthorityMove::Raised);
        let mut mutation = world::mutation(self.now(), on);
        let mut change = AccountChange::of(id, self.account(id).await.version);
        fill(&mut change);
        mutation.changes.push(change);
        mutation
    }

    /// Adds somebody reached by e-mail.
    pub(crate) async fn add(&self, given: &str, groups: &[GroupId]) -> AccountId {
        self.add_as(person(given), groups).await
    }

    pub(crate) async fn add_as(&self, person: Person, groups: &[GroupId]) -> AccountId {
        let account = NewAccount {
            person,
            groups: groups.iter().copied().collect(),
            ..somebody("MARTIN", "Luc")
        };
        self.add_to(self.partner, account).await
    }

    /// Adds a manager, appointed by the administrator.
    pub(crate) async fn add_manager(&self, given: &str, groups: &[GroupId]) -> AccountId {
        let id = self.add(given, groups).await;
        self.appoint(Who::Person(self.administrator), id)
            .await
            .unwrap();
        id
    }

    /// Sets first and last day.
    pub(crate) async fn date(&self, id: AccountId, opening: Day, closing: Option<Day>) {
        let dates = AccountDates::stored(opening, closing);
        self.change(id, |change| change.dates = Some(dates)).await;
    }

    /// What was written last.
    pub(crate) fn last(&self) -> Mutation {
        self.watched.written.lock().unwrap().last().unwrap().clone()
    }

    /// How many mutations were written by the services.
    pub(crate) fn writes(&self) -> usize {
        self.watched.written.lock().unwrap().len()
    }

    /// What happens just before the next mutation is written.
    pub(crate) fn meanwhile(&self, what: Meanwhile) {
        self.watched.meanwhile.lock().unwrap().push(what);
    }

    /// The messages of the mutation written last.
    pub(crate) fn told(&self) -> Vec<(AccountId, Kind, Channel, Subject)> {
        let told = self.last().deliveries.into_iter();
        told.map(|new| (new.account, new.kind, new.channel, new.subject))
            .collect()
    }

    pub(crate) fn request<T>(&self, whom: Who, message: T) -> Request<T> {
        whom.asks(self.partner, self.now(), message)
    }

    pub(crate) async fn update(
        &self,
        whom: Who,
        message: v1::UpdateMembershipsRequest,
    ) -> Result<v1::UpdateMembershipsResponse, Status> {
        let service = HabilitationServiceHandler::new(self.deps.clone());
        let answer = service
            .update_memberships(self.request(whom, message))
            .await;
        answer.map(tonic::Response::into_inner)
    }

    /// Gives and takes groups.
    pub(crate) async fn tick(
        &self,
        whom: Who,
        account: AccountId,
        add: &[GroupId],
        remove: &[GroupId],
    ) -> Result<v1::UpdateMembershipsResponse, Status> {
        self.update(whom, ticks(account, add, remove)).await
    }

    pub(crate) async fn appoint(
        &self,
        whom: Who,
        account: AccountId,
    ) -> Result<v1::AppointManagerResponse, Status> {
        self.appoint_as(whom, account, "").await
    }

    pub(crate) async fn appoint_as(
        &self,
        whom: Who,
        account: AccountId,
        request_id: &str,
    ) -> Result<v1::AppointManagerResponse, Status> {
        let message = v1::AppointManagerRequest {
            account_id: account.to_string(),
            comment: "Remplace Luc.".to_owned(),
            request_id: request_id.to_owned(),
        };
        let service = HabilitationServiceHandler::new(self.deps.clone());
        let answer = service.appoint_manager(self.request(whom, message)).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn dismiss(
        &self,
        whom: Who,
        account: AccountId,
    ) -> Result<v1::DismissManagerResponse, Status> {
        let message = v1::DismissManagerRequest {
            account_id: account.to_string(),
            ..v1::DismissManagerRequest::default()
        };
        let service = HabilitationServiceHandler::new(self.deps.clone());
        let answer = service.dismiss_manager(self.request(whom, message)).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn replace(
        &self,
        whom: Who,
        message: v1::ReplaceAdministratorRequest,
    ) -> Result<v1::ReplaceAdministratorResponse, Status> {
        let service = HabilitationServiceHandler::new(self.deps.clone());
        let answer = service
            .replace_administrator(self.request(whom, message))
            .await;
        answer.map(tonic::Response::into_inner)
    }

    /// The request that puts `successor` in the place of the administrator, who keeps a group.
    pub(crate) fn succession(&self, successor: AccountId) -> v1::ReplaceAdministratorRequest {
        use v1::replace_administrator_request::Successor;
        v1::ReplaceAdministratorRequest {
            partner_id: self.partner.to_string(),
            successor: Some(Successor::SuccessorAccountId(successor.to_string())),
            former: Former::BecomesUser.into(),
            former_group_ids: vec![self.groups[0].to_string()],
            comment: String::new(),
            request_id: fresh(),
        }
    }

    pub(crate) async fn provision(
        &self,
        message: partner::ProvisionPartnerRequest,
    ) -> Result<partner::ProvisionPartnerResponse, Status> {
        let service = PartnerServiceHandler::new(self.deps.clone());
        let answer = service.provision_partner(self.request(CAF, message)).await;
        answer.map(tonic::Response::into_inner)
    }
}

/// A request id, or any other UUID that names nothing.
pub(crate) fn fresh() -> String {
    SessionId::new(START, &OsRandom).to_string()
}

pub(crate) fn ticks(
    account: AccountId,
    add: &[GroupId],
    remove: &[GroupId],
) -> v1::UpdateMembershipsRequest {
    let texts = |ids: &[GroupId]| ids.iter().map(ToString::to_string).collect();
    v1::UpdateMembershipsRequest {
        account_id: account.to_string(),
        add_group_ids: texts(add),
        remove_group_ids: texts(remove),
        ..v1::UpdateMembershipsRequest::default()
    }
}

/// Luc MARTIN but for the given name, at an address that tells it.
pub(crate) fn person(given: &str) -> Person {
    let address = format!("{}@les-oliviers.example", given.to_lowercase());
    Person {
        email: Some(Email::parse(&address).unwrap()),
        ..somebody("MARTIN", given).person
    }
}

/// The form of Alix MERCIER.
pub(crate) fn alix() -> Form {
    Form {
        family_name: "MERCIER".to_owned(),
        given_name: "Alix".to_owned(),
        email: "alix.mercier@les-oliviers.example".to_owned(),
        ..Form::default()
    }
}

pub(crate) fn street() -> PostalAddress {
    PostalAddress {
        lines: vec!["12 rue des Lilas".to_owned(), "33000 BORDEAUX".to_owned()],
        country_code: String::new(),
    }
}

pub(crate) fn date(day: Day) -> Date {
    Date {
        year: day.year().into(),
        month: day.month().into(),
        day: day.day().into(),
    }
}

pub(crate) fn housing(housing_type: HousingType, zone: &str, label: &str) -> Scope {
    Scope {
        kind: Some(Sent::Housing(HousingScope {
            housing_type: housing_type.into(),
            zone_code: zone.to_owned(),
            zone_label: label.to_owned(),
        })),
    }
}

/// A validated agreement with four groups.
pub(crate) fn convention(reference: &str) -> partner::ProvisionedAgreement {
    partner::ProvisionedAgreement {
        reference: reference.to_owned(),
        label: "LES OLIVIERS".to_owned(),
        initial_state: partner::agreement::State::Validated.into(),
        start_date: Some(date(Day::constant(2027, 1, 1))),
        end_date: None,
        service_codes: vec!["OFFRE_BAILLEURS".to_owned()],
        scopes: vec![
            housing(HousingType::Conventionne, "75", "Paris"),
            housing(HousingType::Conventionne, "33", "Gironde"),
            housing(HousingType::Prive, "75", "Paris"),
            housing(HousingType::Prive, "33", "Gironde"),
        ],
    }
}

/// An agreement of another kind than validated and open, with one group.
pub(crate) fn unusable(
    reference: &str,
    state: partner::agreement::State,
    end: Option<Day>,
) -> partner::ProvisionedAgreement {
    let mut agreement = convention(reference);
    agreement.initial_state = state.into();
    agreement.start_date = Some(date(Day::constant(2026, 1, 1)));
    agreement.end_date = end.map(date);
    agreement.scopes.truncate(1);
    agreement
}

/// The Caf's record of LES OLIVIERS.
pub(crate) fn record(
    agreements: Vec<partner::ProvisionedAgreement>,
) -> partner::ProvisionPartnerRequest {
    partner::ProvisionPartnerRequest {
        reference: Some(partner::PartnerReference {
            caf_code: "331".to_owned(),
            reference: "B-0001".to_owned(),
        }),
        name: "LES OLIVIERS".to_owned(),
        siret: String::new(),
        agreements,
        administrator: Some(alix()),
        request_id: String::new(),
    }
}
