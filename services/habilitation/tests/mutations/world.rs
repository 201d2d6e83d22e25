//! LES OLIVIERS, its people, and how they call.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use api::account::v1::NewAccount as Form;
use api::claims::Claims;
use api::habilitation::v1::habilitation_service_server::HabilitationService;
use api::habilitation::v1::{self, replace_administrator_request::Former};
use api::page::Tokens;
use api::partner::v1 as partner;
use api::partner::v1::partner_service_server::PartnerService;
use api::r#type::v1::{Date, HousingScope, HousingType, PostalAddress, Scope, scope::Kind as Sent};
use domain::account::{Account, Channel, Newcomer, Person, State};
use domain::audit::{By, Entry, Event};
use domain::call::{Actor, Call, Caller, CallerRole};
use domain::dates::AccountDates;
use domain::delivery::{Kind, Subject};
use domain::email::Email;
use domain::keys::ServerKey;
use domain::name::PersonName;
use domain::paris::Day;
use domain::session::{Client, FactorKind, NextStep, Session};
use domain::{AccountId, Clock, GroupId, OsRandom, PartnerId, SessionId, Timestamp};
use habilitation::{Deps, HabilitationServiceHandler, PartnerServiceHandler};
use jiff::SignedDuration;
use storage::Stores;
use storage::authority::{Authority, AuthorityQuery, Groups, Of};
use storage::mutation::{AccountChange, AuthorityMove, Mutation};
use storage::session::LastUse;
use storage_sqlite::SqliteStore;
use tempfile::TempDir;
use tonic::{Request, Status};
use tonic_types::StatusExt;

use crate::watched::{Meanwhile, Watched};

/// When the stories begin: 15 January 2027, noon in Paris.
pub(crate) const START: Timestamp = Timestamp::constant(1_800_010_800, 0);

/// The day it is then.
pub(crate) const TODAY: Day = Day::constant(2027, 1, 15);

pub(crate) struct OurClock(AtomicI64);

impl Clock for OurClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct Unnoted;

impl LastUse for Unnoted {
    fn used(&self, _: SessionId, _: Timestamp) {}
}

/// Who calls for whom.
#[derive(Clone, Copy)]
pub(crate) enum For {
    /// The back office, for an agent of this reference.
    Caf(&'static str),
    /// The portal, for the holder of this account of LES OLIVIERS.
    Person(AccountId),
}

/// The agent of most stories.
pub(crate) const CAF: For = For::Caf("agent-7");

pub(crate) struct World {
    pub(crate) deps: Deps,
    pub(crate) watched: Arc<Watched>,
    pub(crate) partner: PartnerId,
    pub(crate) administrator: AccountId,
    /// CONVENTIONNE 75, CONVENTIONNE 33, PRIVE 75, PRIVE 33, of « CONV-2027 ».
    pub(crate) groups: Vec<GroupId>,
    folder: TempDir,
}

impl World {
    /// A database without any partner.
    pub(crate) async fn empty() -> Self {
        let folder = TempDir::new().unwrap();
        let key = ServerKey::generate(&OsRandom);
        let path = folder.path().join("accounts.db");
        let store = Arc::new(SqliteStore::open(&path, &key, &OsRandom).await.unwrap());
        let watched = Arc::new(Watched {
            store: store.clone(),
            written: Mutex::default(),
            meanwhile: Mutex::default(),
        });
        let mut stores = Stores::from(store);
        stores.mutations = watched.clone();
        Self {
            deps: Deps {
                stores,
                clock: Arc::new(OurClock(AtomicI64::new(START.as_microsecond()))),
                random: Arc::new(OsRandom),
                claims: Claims::new(key.request_body_key()),
                tokens: Tokens::new(key.page_token_key()),
                throttle_key: key.throttle_key(),
                last_use: Arc::new(Unnoted),
            },
            watched,
            partner: PartnerId::new(START, &OsRandom),
            administrator: AccountId::new(START, &OsRandom),
            groups: Vec::new(),
            folder,
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
        let query = AuthorityQuery {
            of: Of::Partner(self.partner),
            accounts: accounts.iter().copied().collect(),
            groups: Groups::All,
        };
        let authority = self.deps.stores.authorities.authority(&query).await;
        authority.unwrap().unwrap()
    }

    pub(crate) async fn account(&self, id: AccountId) -> Account {
        self.deps
            .stores
            .accounts
            .account(id)
            .await
            .unwrap()
            .unwrap()
    }

    /// A mutation that no rule has looked at.
    pub(crate) async fn mutation(&self) -> Mutation {
        let on = self.authority(&[]).await.on(AuthorityMove::Raised);
        let entry = Entry::new(Event::UserUpdated, "test", By::Service, START, &OsRandom);
        Mutation::of(START, on, entry)
    }

    /// Changes an account, whatever the rules say.
    pub(crate) async fn change(&self, id: AccountId, fill: impl FnOnce(&mut AccountChange)) {
        let mutation = self.changing(id, fill).await;
        self.watched.store_apply(&mutation).await;
    }

    /// What would change an account, whatever the rules say.
    pub(crate) async fn changing(
        &self,
        id: AccountId,
        fill: impl FnOnce(&mut AccountChange),
    ) -> Mutation {
        let mut mutation = self.mutation().await;
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
        let newcomer = Newcomer {
            person,
            dates: AccountDates::stored(Day::constant(2027, 1, 1), None),
            user_number: None,
            identifier: None,
        };
        let id = AccountId::new(START, &OsRandom);
        let mut mutation = self.mutation().await;
        let groups = groups.iter().copied().collect();
        mutation
            .new_accounts
            .push(newcomer.account(id, groups, &OsRandom));
        self.watched.store_apply(&mutation).await;
        id
    }

    /// Adds a manager, appointed by the administrator.
    pub(crate) async fn add_manager(&self, given: &str, groups: &[GroupId]) -> AccountId {
        let id = self.add(given, groups).await;
        self.appoint(For::Person(self.administrator), id)
            .await
            .unwrap();
        id
    }

    pub(crate) async fn close(&self, id: AccountId) {
        self.change(id, |change| change.state = Some(State::Closed))
            .await;
    }

    /// Sets first and last day.
    pub(crate) async fn date(&self, id: AccountId, opening: Day, closing: Option<Day>) {
        let dates = AccountDates::stored(opening, closing);
        self.change(id, |change| change.dates = Some(dates)).await;
    }

    /// As if the person had chosen a password.
    pub(crate) async fn connect(&self, id: AccountId) {
        let options = sqlx::sqlite::SqliteConnectOptions::new();
        let file = options.filename(self.folder.path().join("accounts.db"));
        let pool = sqlx::SqlitePool::connect_with(file).await.unwrap();
        let told = sqlx::query("UPDATE accounts SET first_connected_at = ? WHERE id = ?")
            .bind(START.as_microsecond())
            .bind(id.uuid())
            .execute(&pool)
            .await;
        assert_eq!(told.unwrap().rows_affected(), 1);
        pool.close().await;
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

    pub(crate) fn request<T>(&self, whom: For, message: T) -> Request<T> {
        let (caller, role, actor) = match whom {
            For::Caf(agent) => {
                let actor = Actor::Caf(agent.to_owned());
                ("backoffice", CallerRole::Backoffice, actor)
            }
            For::Person(account) => {
                let session = Box::new(self.session(account));
                ("portal", CallerRole::Portal, Actor::Person(session))
            }
        };
        let mut request = Request::new(message);
        request.extensions_mut().insert(Call {
            caller: Caller {
                name: caller.to_owned(),
                roles: BTreeSet::from([role]),
            },
            actor,
            method: std::any::type_name::<T>(),
            client: Client::default(),
        });
        request
    }

    fn session(&self, account: AccountId) -> Session {
        Session {
            id: SessionId::new(START, &OsRandom),
            account,
            partner: self.partner,
            next_step: NextStep::None,
            factor: FactorKind::Password,
            created_at: START,
            last_used_at: START,
            idle: SignedDuration::from_mins(30),
            expires_at: START + SignedDuration::from_hours(8),
            client: Client::default(),
        }
    }

    pub(crate) async fn update(
        &self,
        whom: For,
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
        whom: For,
        account: AccountId,
        add: &[GroupId],
        remove: &[GroupId],
    ) -> Result<v1::UpdateMembershipsResponse, Status> {
        self.update(whom, ticks(account, add, remove)).await
    }

    pub(crate) async fn appoint(
        &self,
        whom: For,
        account: AccountId,
    ) -> Result<v1::AppointManagerResponse, Status> {
        self.appoint_as(whom, account, "").await
    }

    pub(crate) async fn appoint_as(
        &self,
        whom: For,
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
        whom: For,
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
        whom: For,
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

impl Watched {
    /// Writes what no rule has looked at.
    pub(crate) async fn store_apply(&self, mutation: &Mutation) {
        use storage::mutation::Mutations;
        self.store.apply(mutation).await.unwrap();
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

/// Somebody of LES OLIVIERS, reached by e-mail.
pub(crate) fn person(given: &str) -> Person {
    let address = format!("{}@les-oliviers.example", given.to_lowercase());
    Person {
        family_name: PersonName::parse("MARTIN").unwrap(),
        given_name: PersonName::parse(given).unwrap(),
        email: Some(Email::parse(&address).unwrap()),
        phone: None,
        work_mode: None,
        contact_channel: Channel::Email,
        postal_address: None,
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

/// Why a call was refused.
pub(crate) fn reason<T>(answer: Result<T, Status>) -> String {
    refused(answer, "").0
}

/// Why, and what its metadata say there.
pub(crate) fn refused<T>(answer: Result<T, Status>, key: &str) -> (String, String) {
    let Err(status) = answer else {
        return ("none".to_owned(), String::new());
    };
    let info = status.get_details_error_info().unwrap();
    let told = info.metadata.get(key).cloned().unwrap_or_default();
    (info.reason, told)
}

/// The violations told, with their paths.
pub(crate) fn violations<T>(answer: Result<T, Status>) -> Vec<(String, String)> {
    let Err(status) = answer else {
        return Vec::new();
    };
    let told = status.get_details_bad_request().unwrap().field_violations;
    told.into_iter()
        .map(|violation| (violation.field, violation.description))
        .collect()
}
