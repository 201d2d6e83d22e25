//! Two partners, their people, and how they and the Caf call.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use account::{AccountDeps, AccountServiceHandler};
use api::account::v1;
use api::account::v1::account_service_server::AccountService;
use api::claims::Claims;
use api::page::Tokens;
use api::r#type::v1 as wire;
use domain::account::{Account, Channel, NewAccount, Person, State, StoredRole};
use domain::agreement::{self, NewAgreement};
use domain::audit::{By, Entry, Event};
use domain::call::{Actor, Call, Caller, CallerRole};
use domain::dates::AccountDates;
use domain::delivery::{Cause, Delivery, Kind, NewDelivery, Subject};
use domain::email::Email;
use domain::group::{HousingType, NewGroup, Scope, ScopeKey};
use domain::identifier::Identifier;
use domain::keys::ServerKey;
use domain::limits::Limits;
use domain::name::{AgreementLabel, PartnerName, PersonName, ZoneLabel};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::provisional::{Selector, expire_time};
use domain::references::{CafCode, Reference, ServiceCode, ZoneCode};
use domain::session::{Client, FactorKind, NextStep, Session};
use domain::user_number::UserNumber;
use domain::{
    AccountId, AgreementId, Clock, DeliveryId, GroupId, OsRandom, PartnerId, PasswordHash, Random,
    RequestId, SessionId, SessionToken, Timestamp,
};
use jiff::SignedDuration;
use storage::Stores;
use storage::authority::{Authority, AuthorityQuery, Groups, Of};
use storage::delivery::{Carried, DeliveryFilter, Ending, Lease, NewProvisional, Stored};
use storage::mutation::{
    AccountChange, AuthorityMove, Mutation, MutationResult, On, RoleChange, SessionsMove,
};
use storage::page::PageRequest;
use storage::session::{NewSession, PasswordChange, Proof, ProvisionalTry, ThrottleKey};
use storage_sqlite::SqliteStore;
use tempfile::TempDir;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;
use uuid::Uuid;

/// When the stories begin: a working day at noon in Paris.
pub(crate) const START: Timestamp = Timestamp::constant(1_800_010_800, 0);

/// The day it is then.
pub(crate) const TODAY: Day = Day::constant(2027, 1, 15);

/// The time, as told by the test.
pub(crate) struct OurClock(AtomicI64);

impl OurClock {
    pub(crate) fn wait(&self, length: SignedDuration) {
        let micros = i64::try_from(length.as_micros()).unwrap();
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for OurClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

/// Who calls.
#[derive(Clone, Copy)]
pub(crate) enum Who {
    Caf,
    Person(AccountId),
}

/// LES OLIVIERS with its administrator, and DURAND beside it.
pub(crate) struct World {
    pub(crate) deps: AccountDeps,
    pub(crate) clock: Arc<OurClock>,
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
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with_random(Arc::new(OsRandom)).await
    }

    pub(crate) async fn with_random(random: Arc<dyn Random>) -> Self {
        let folder = TempDir::new().unwrap();
        let key = ServerKey::generate(&OsRandom);
        let path = folder.path().join("accounts.db");
        let store = Arc::new(SqliteStore::open(&path, &key, &OsRandom).await.unwrap());
        let clock = Arc::new(OurClock(AtomicI64::new(START.as_microsecond())));
        let deps = AccountDeps {
            stores: Stores::from(store.clone()),
            clock: clock.clone(),
            random,
            limits: Limits::default(),
            claims: Claims::new(key.request_body_key()),
            tokens: Tokens::new(key.page_token_key()),
            throttle_key: key.throttle_key(),
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
            clock,
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
            folder,
        }
    }

    pub(crate) fn service(&self) -> AccountServiceHandler {
        AccountServiceHandler::new(self.deps.clone())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn admin(&self) -> Who {
        Who::Person(self.administrator)
    }

    pub(crate) async fn account(&self, id: AccountId) -> Account {
        let read = self.deps.stores.accounts.account(id).await;
        read.unwrap().unwrap()
    }

    /// What decisions rest on.
    pub(crate) async fn authority(&self) -> Authority {
        let query = AuthorityQuery {
            of: Of::Partner(self.partner),
            accounts: BTreeSet::new(),
            groups: Groups::All,
        };
        let read = self.deps.stores.authorities.authority(&query).await;
        read.unwrap().unwrap()
    }

    /// Writes what `fill` makes of a mutation.
    pub(crate) async fn apply(&self, fill: impl FnOnce(&mut Mutation)) {
        let partner = self.authority().await.partner;
        let on = On::Existing {
            partner: self.partner,
            authority_version: partner.authority_version,
            moves: AuthorityMove::Raised,
        };
        let mut mutation = blank(self.now(), on);
        fill(&mut mutation);
        self.deps.stores.mutations.apply(&mutation).await.unwrap();
    }

    /// A plain user of LES OLIVIERS in those of its groups.
    pub(crate) async fn user(&self, family: &str, groups: &[usize]) -> AccountId {
        let mut account = somebody(family, "Luc");
        account.groups = groups.iter().map(|at| self.groups[*at]).collect();
        self.add(account).await
    }

    pub(crate) async fn add(&self, account: NewAccount) -> AccountId {
        let id = account.id;
        self.apply(|m| m.new_accounts.push(account)).await;
        id
    }

    pub(crate) async fn change(&self, id: AccountId, fill: impl FnOnce(&mut AccountChange)) {
        let mut change = AccountChange::of(id, self.account(id).await.version);
        fill(&mut change);
        self.apply(|m| m.changes.push(change)).await;
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

    pub(crate) async fn close(&self, id: AccountId) {
        self.change(id, |change| {
            change.state = Some(State::Closed);
            change.sessions = SessionsMove::Ended;
        })
        .await;
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

    /// Sends a provisional password by e-mail.
    pub(crate) async fn send(&self, account: AccountId) -> Selector {
        let message = NewDelivery {
            id: DeliveryId::new(self.now(), &OsRandom),
            account,
            kind: Kind::FirstCredentials,
            channel: Channel::Email,
            cause: Cause::Creation,
            subject: Subject::Plain,
        };
        let id = message.id;
        self.apply(|m| m.deliveries.push(message)).await;
        let now = self.now();
        let lease = Lease {
            id: fresh_id(),
            now,
            until: now + SignedDuration::from_mins(2),
        };
        let outbox = &self.deps.stores.deliveries;
        let jobs = outbox.claim_deliveries(Channel::Email, &lease, 100).await;
        let job = jobs.unwrap().into_iter().find(|job| job.id == id).unwrap();
        let provisional = NewProvisional {
            id: fresh_id(),
            delivery: id,
            lease: lease.id,
            account_epoch: job.account.epoch,
            contact_version: job.account.contact_version,
            selector: Selector::stored("AAAA".into()),
            hash: PasswordHash::new("$argon2id$made-up".into()),
            expires_at: expire_time(Channel::Email, now, job.account.dates.opening()),
            now,
        };
        let stored = outbox.store_provisional(&provisional).await.unwrap();
        assert!(matches!(stored, Stored::Live(_)));
        let sent = outbox.finish(id, lease.id, &Ending::Sent, Carried::Stays, now);
        assert!(sent.await.unwrap());
        provisional.selector
    }

    /// How many provisional passwords would open the account.
    pub(crate) async fn live_passwords(&self, account: AccountId) -> i32 {
        let account = self.get(Who::Caf, account).await.unwrap();
        account.sign_in_health.unwrap().live_provisional_passwords
    }

    /// Has the person choose a password of their own.
    pub(crate) async fn connect(&self, id: AccountId) {
        let selector = self.send(id).await;
        let now = self.now();
        let sessions = &self.deps.stores.sessions;
        let tried = ProvisionalTry {
            identifier: self.account(id).await.identifier.key(),
            selector,
            now,
        };
        let charged = sessions.charge_provisional_try(&tried).await;
        let charged = charged.unwrap().unwrap();
        let open = |next_step| NewSession {
            session: Session {
                next_step,
                ..session(id, self.partner, now)
            },
            token: SessionToken::generate(&OsRandom).digest(),
            epochs: charged.holder.epochs,
        };
        let opened = open(NextStep::ChangePassword);
        let proof = Proof::Provisional { id: charged.id };
        let audit = || Entry::new(Event::PasswordChange, "portal", By::Service, now, &OsRandom);
        sessions.open(&opened, &proof, &audit()).await.unwrap();
        let change = PasswordChange {
            now,
            session: opened.session.id,
            hash: PasswordHash::new("$argon2id$own".into()),
            spends: Some(charged.id),
            throttle: ThrottleKey {
                identifier: [0; 32],
                address: None,
            },
            new_session: open(NextStep::None),
            notice: None,
            audit: audit(),
        };
        let changed = sessions.change_password(&change).await.unwrap();
        assert!(changed.is_some());
        assert!(self.account(id).await.has_connected());
    }

    /// A call of the Caf or of a person.
    pub(crate) async fn call<T>(&self, by: Who, method: &'static str, message: T) -> Request<T> {
        let (actor, role) = match by {
            Who::Caf => (Actor::Caf("agent-7".into()), CallerRole::Backoffice),
            Who::Person(id) => {
                let partner = self.account(id).await.partner;
                let session = session(id, partner, self.now());
                (Actor::Person(Box::new(session)), CallerRole::Portal)
            }
        };
        let mut request = Request::new(message);
        request.extensions_mut().insert(Call {
            caller: Caller {
                name: "tests".into(),
                roles: [role].into(),
            },
            actor,
            method,
            client: Client::default(),
        });
        request
    }

    pub(crate) async fn create(
        &self,
        by: Who,
        message: v1::CreateAccountRequest,
    ) -> Result<v1::CreateAccountResponse, Status> {
        let request = self.call(by, "Create", message).await;
        let answer = self.service().create_account(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn update(
        &self,
        by: Who,
        message: v1::UpdateAccountRequest,
    ) -> Result<v1::UpdateAccountResponse, Status> {
        let request = self.call(by, "Update", message).await;
        let answer = self.service().update_account(request).await;
        answer.map(tonic::Response::into_inner)
    }

    pub(crate) async fn reissue(
        &self,
        by: Who,
        message: v1::ReissueCredentialsRequest,
    ) -> Result<v1::ReissueCredentialsResponse, Status> {
        let request = self.call(by, "Reissue", message).await;
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
        let request = self.call(by, "Get", message).await;
        let answer = self.service().get_account(request).await?;
        Ok(answer.into_inner().account.unwrap())
    }

    pub(crate) async fn list(
        &self,
        by: Who,
        message: v1::ListAccountsRequest,
    ) -> Result<v1::ListAccountsResponse, Status> {
        let request = self.call(by, "List", message).await;
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

/// Somebody reached by e-mail at an address of their own, without groups.
pub(crate) fn somebody(family: &str, given: &str) -> NewAccount {
    let identifier = Identifier::generate(&OsRandom);
    let address = format!("{}@les-oliviers.example", identifier.as_str());
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier,
        user_number: UserNumber::generate(&OsRandom),
        person: Person {
            family_name: PersonName::parse(family).unwrap(),
            given_name: PersonName::parse(given).unwrap(),
            email: Some(Email::parse(&address).unwrap()),
            phone: None,
            work_mode: None,
            contact_channel: Channel::Email,
            postal_address: None,
        },
        dates: AccountDates::stored(Day::constant(2027, 1, 1), None),
        groups: BTreeSet::new(),
    }
}

fn session(account: AccountId, partner: PartnerId, now: Timestamp) -> Session {
    Session {
        id: SessionId::new(now, &OsRandom),
        account,
        partner,
        next_step: NextStep::None,
        factor: FactorKind::Password,
        created_at: now,
        last_used_at: now,
        idle: SignedDuration::from_mins(30),
        expires_at: now + SignedDuration::from_hours(12),
        client: Client::default(),
    }
}

fn fresh_id() -> Uuid {
    let mut bytes = [0; 16];
    OsRandom.fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

fn provisioning(name: &str, reference: &str, administrator: NewAccount) -> Mutation {
    let partner = NewPartner {
        id: PartnerId::new(START, &OsRandom),
        reference: PartnerReference {
            caf_code: CafCode::parse("331").unwrap(),
            reference: Reference::parse(reference).unwrap(),
        },
        name: PartnerName::parse(name).unwrap(),
        siret: None,
        administrator: administrator.id,
    };
    let agreement = new_agreement("CONV-2027", name);
    let mut mutation = blank(START, On::New(Box::new(partner)));
    mutation.new_groups = [
        (HousingType::Conventionne, "75"),
        (HousingType::Conventionne, "33"),
        (HousingType::Prive, "75"),
        (HousingType::Prive, "33"),
    ]
    .map(|(housing, zone)| new_group(agreement.id, housing, zone))
    .into();
    mutation.new_agreements = vec![agreement];
    mutation.new_accounts = vec![administrator];
    mutation
}

fn new_agreement(reference: &str, label: &str) -> NewAgreement {
    NewAgreement {
        id: AgreementId::new(START, &OsRandom),
        reference: Reference::parse(reference).unwrap(),
        label: AgreementLabel::parse(label).unwrap(),
        state: agreement::State::Validated,
        start: Day::constant(2027, 1, 1),
        end: Some(Day::constant(2027, 12, 31)),
        services: [ServiceCode::parse("OFFRE_BAILLEURS").unwrap()].into(),
    }
}

fn new_group(agreement: AgreementId, housing: HousingType, zone: &str) -> NewGroup {
    let zone_label = ZoneLabel::parse("Zone").unwrap();
    let zone = ZoneCode::parse(zone).unwrap();
    NewGroup {
        id: GroupId::new(START, &OsRandom),
        agreement,
        scope: Scope {
            key: ScopeKey { housing, zone },
            zone_label,
        },
    }
}

fn blank(now: Timestamp, partner: On) -> Mutation {
    let audit = Entry::new(Event::UserUpdated, "tests", By::Service, now, &OsRandom);
    Mutation {
        now,
        audit: audit.on_partner(partner.partner()),
        partner,
        request: None,
        new_agreements: Vec::new(),
        new_groups: Vec::new(),
        new_accounts: Vec::new(),
        changes: Vec::new(),
        new_administrator: None,
        deliveries: Vec::new(),
        quotas: Vec::new(),
        feed: Vec::new(),
        outcome: MutationResult::default(),
    }
}

/// The reason of a refusal.
pub(crate) fn reason<T: std::fmt::Debug>(answer: Result<T, Status>) -> String {
    refusal(answer).0
}

/// The reason of a refusal and one of its metadata.
pub(crate) fn told<T: std::fmt::Debug>(answer: Result<T, Status>, key: &str) -> (String, String) {
    let (reason, metadata) = refusal(answer);
    (reason, metadata[key].clone())
}

fn refusal<T: std::fmt::Debug>(
    answer: Result<T, Status>,
) -> (String, std::collections::HashMap<String, String>) {
    let status = answer.unwrap_err();
    let info = status.get_details_error_info().unwrap();
    (info.reason, info.metadata)
}

/// The violations of a refused request: field and description.
pub(crate) fn violations<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let status = answer.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument, "{status:?}");
    let details = status.get_details_bad_request().unwrap();
    let told = details.field_violations.into_iter();
    told.map(|violation| violation.field).collect()
}
