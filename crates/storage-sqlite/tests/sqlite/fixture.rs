//! A database in a folder of its own, one partner in it, and a look behind the store's back.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use domain::account::{Channel, NewAccount, Person};
use domain::agreement::{self, NewAgreement};
use domain::audit::{By, Entry, Event, Personal};
use domain::change::Change;
use domain::dates::AccountDates;
use domain::delivery::{Cause, Kind, NewDelivery, Subject};
use domain::email::Email;
use domain::group::{HousingType, NewGroup, Scope, ScopeKey};
use domain::identifier::Identifier;
use domain::keys::ServerKey;
use domain::name::{AgreementLabel, PartnerName, PersonName, ZoneLabel};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::references::{CafCode, Reference, ZoneCode};
use domain::user_number::UserNumber;
use domain::{AccountId, AgreementId, DeliveryId, GroupId, OsRandom, PartnerId, Timestamp};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions, Row as _};
use storage::mutation::{Mutation, Mutations as _, On};
use storage_sqlite::{Migrations, OpenError, SqliteStore};
use tempfile::TempDir;

pub(crate) const START: Timestamp = Timestamp::constant(1_800_000_000, 0);
pub(crate) const COMMENT: &str = "Vu au téléphone.";
pub(crate) const ADDRESS: &str = "alix.mercier@les-oliviers.example";

/// A database file in a folder of its own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    key: ServerKey,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            folder,
            key: ServerKey::generate(&OsRandom),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("accounts.db")
    }

    pub(crate) async fn open(&self) -> Result<SqliteStore, OpenError> {
        self.open_at(&self.path()).await
    }

    pub(crate) async fn open_at(&self, path: &Path) -> Result<SqliteStore, OpenError> {
        SqliteStore::open(path, &self.key, &OsRandom).await
    }

    pub(crate) async fn open_without_migrating(&self) -> Result<SqliteStore, OpenError> {
        SqliteStore::open_with(&self.path(), &self.key, &OsRandom, Migrations::Refuse).await
    }

    /// A connection beside the store, as an operator's shell would make.
    pub(crate) async fn beside(&self) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(self.path())
            .connect()
            .await
            .unwrap()
    }

    /// One value, read behind the store's back.
    pub(crate) async fn value(&self, statement: &'static str) -> String {
        let row = sqlx::query(statement)
            .fetch_one(&mut self.beside().await)
            .await
            .unwrap();
        row.get::<Option<String>, _>(0).unwrap_or_default()
    }
}

/// Writes LES OLIVIERS with its agreement and its administrator, whose id is answered.
pub(crate) async fn provision(store: &SqliteStore) -> AccountId {
    let mutation = les_oliviers();
    store.apply(&mutation).await.unwrap();
    mutation.new_accounts[0].id
}

fn les_oliviers() -> Mutation {
    let administrator = alix_mercier();
    let partner = NewPartner {
        id: PartnerId::new(START, &OsRandom),
        reference: PartnerReference {
            caf_code: CafCode::parse("331").unwrap(),
            reference: Reference::parse("B-0001").unwrap(),
        },
        name: PartnerName::parse("LES OLIVIERS").unwrap(),
        siret: None,
        administrator: administrator.id,
    };
    let personal = Personal {
        client_address: None,
        comment: Some(COMMENT.to_owned()),
    };
    let by = By::Caf("agent-7".to_owned());
    let audit = Entry::new(
        Event::PartnerProvisioned,
        "backoffice",
        by,
        START,
        &OsRandom,
    )
    .on(partner.id, administrator.id)
    .with("agreements", "1")
    .with_personal(personal);
    let agreement = agreement();
    Mutation {
        feed: vec![
            Change::Partner {
                partner: partner.id,
                administrator: administrator.id,
            },
            Change::Agreement(agreement.id),
        ],
        new_agreements: vec![agreement],
        deliveries: vec![first_credentials(administrator.id)],
        new_accounts: vec![administrator],
        ..Mutation::of(START, On::New(Box::new(partner)), audit)
    }
}

pub(crate) fn agreement() -> NewAgreement {
    NewAgreement {
        id: AgreementId::new(START, &OsRandom),
        reference: Reference::parse("CONV-2027").unwrap(),
        label: AgreementLabel::parse("LES OLIVIERS").unwrap(),
        state: agreement::State::Validated,
        start: Day::constant(2027, 1, 1),
        end: None,
        services: BTreeSet::new(),
    }
}

/// A group of that agreement.
pub(crate) fn group_of(agreement: AgreementId) -> NewGroup {
    let key = ScopeKey {
        housing: HousingType::Prive,
        zone: ZoneCode::parse("33").unwrap(),
    };
    let zone_label = ZoneLabel::parse("Gironde").unwrap();
    NewGroup {
        id: GroupId::new(START, &OsRandom),
        agreement,
        scope: Scope { key, zone_label },
    }
}

fn first_credentials(account: AccountId) -> NewDelivery {
    NewDelivery {
        id: DeliveryId::new(START, &OsRandom),
        account,
        kind: Kind::FirstCredentials,
        channel: Channel::Email,
        cause: Cause::Creation,
        subject: Subject::Plain,
    }
}

pub(crate) fn alix_mercier() -> NewAccount {
    NewAccount {
        id: AccountId::new(START, &OsRandom),
        identifier: Identifier::generate(&OsRandom),
        user_number: UserNumber::generate(&OsRandom),
        person: Person {
            family_name: PersonName::parse("MERCIER").unwrap(),
            given_name: PersonName::parse("Alix").unwrap(),
            email: Some(Email::parse(ADDRESS).unwrap()),
            phone: None,
            work_mode: None,
            contact_channel: Channel::Email,
            postal_address: None,
        },
        dates: AccountDates::stored(Day::constant(2027, 1, 1), None),
        groups: BTreeSet::new(),
    }
}
