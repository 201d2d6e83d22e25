//! The world the cases are told in: partners with their agreement, groups and people, built
//! through the same units of work that the cases judge.

pub(crate) mod messages;
pub(crate) mod people;
pub(crate) mod reading;
pub(crate) mod recovering;
pub(crate) mod signing_in;
pub(crate) mod time;

use std::collections::BTreeSet;

use domain::account::{Account, NewAccount};
use domain::agreement::{self, NewAgreement};
use domain::audit::{By, Entry, Event};
use domain::change::Change;
use domain::group::{HousingType, NewGroup, Scope, ScopeKey};
use domain::name::{AgreementLabel, PartnerName, ZoneLabel};
use domain::paris::Day;
use domain::partner::{NewPartner, PartnerReference};
use domain::references::{CafCode, Reference, ServiceCode, ZoneCode};
use domain::{AccountId, AgreementId, GroupId, OsRandom, PartnerId, Timestamp};
use tokio::sync::Barrier;

use super::Db;
use crate::KeyedDigest;
use crate::authority::{Authority, AuthorityQuery, Groups, Of};
use crate::mutation::{AccountChange, AuthorityMove, Error, Mutation, On, Outcome};
use people::{paul_durand, somebody};
use time::START;

/// One partner as it was provisioned.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) partner: PartnerId,
    pub(crate) agreement: AgreementId,
    /// CONVENTIONNE 75, CONVENTIONNE 33, PRIVE 75, PRIVE 33.
    pub(crate) groups: Vec<GroupId>,
    pub(crate) administrator: AccountId,
}

impl World {
    /// LES OLIVIERS, whose administrator is Alix MERCIER.
    pub(crate) async fn les_oliviers(db: Db) -> Self {
        Self::provision(db, les_oliviers()).await
    }

    /// Paul DURAND, a landlord and the only person of his partner.
    pub(crate) async fn durand(db: Db) -> Self {
        Self::provision(db, provisioning("Paul DURAND", "B-0042", paul_durand())).await
    }

    async fn provision(db: Db, mutation: Mutation) -> Self {
        db.apply(&mutation).await.unwrap();
        Self {
            db,
            partner: mutation.partner.partner(),
            agreement: mutation.new_agreements[0].id,
            groups: mutation.new_groups.iter().map(|group| group.id).collect(),
            administrator: mutation.new_accounts[0].id,
        }
    }

    /// What a decision about these accounts would rest on.
    pub(crate) async fn authority(&self, accounts: &[AccountId]) -> Authority {
        let query = AuthorityQuery {
            of: Of::Partner(self.partner),
            accounts: accounts.iter().copied().collect(),
            groups: Groups::All,
        };
        self.db.authority(&query).await.unwrap().unwrap()
    }

    /// The account as it stands.
    pub(crate) async fn account(&self, id: AccountId) -> Account {
        self.db.account(id).await.unwrap().unwrap()
    }

    /// A mutation of nothing yet, decided on what is true now.
    pub(crate) async fn mutation(&self, now: Timestamp, moves: AuthorityMove) -> Mutation {
        let partner = self.authority(&[]).await.partner;
        let on = On::Existing {
            partner: self.partner,
            authority_version: partner.authority_version,
            moves,
        };
        let administrator = partner.administrator;
        let feed = vec![Change::Partner {
            partner: self.partner,
            administrator,
        }];
        blank(
            now,
            on,
            feed,
            entry(Event::UserUpdated, now).on_partner(self.partner),
        )
    }

    /// Carries out what `fill` makes of a mutation that moves the authority.
    pub(crate) async fn apply(&self, fill: impl FnOnce(&mut Mutation)) -> Result<Outcome, Error> {
        let mut mutation = self.mutation(START, AuthorityMove::Raised).await;
        fill(&mut mutation);
        self.db.apply(&mutation).await
    }

    /// Adds somebody.
    pub(crate) async fn add(&self, account: NewAccount) -> AccountId {
        let id = account.id;
        self.apply(|mutation| mutation.new_accounts.push(account))
            .await
            .unwrap();
        id
    }

    /// Adds several people at once.
    pub(crate) async fn add_all(&self, accounts: Vec<NewAccount>) -> Vec<AccountId> {
        let ids = accounts.iter().map(|account| account.id).collect();
        self.apply(|mutation| mutation.new_accounts = accounts)
            .await
            .unwrap();
        ids
    }

    /// Changes an account as it stands.
    pub(crate) async fn change(
        &self,
        account: AccountId,
        fill: impl FnOnce(&mut AccountChange),
    ) -> Outcome {
        self.try_change(account, fill).await.unwrap()
    }

    /// The same, when it may be refused.
    pub(crate) async fn try_change(
        &self,
        account: AccountId,
        fill: impl FnOnce(&mut AccountChange),
    ) -> Result<Outcome, Error> {
        let version = self.account(account).await.version;
        let mut change = AccountChange::of(account, version);
        fill(&mut change);
        self.apply(|mutation| mutation.changes.push(change)).await
    }
}

/// What makes LES OLIVIERS.
pub(crate) fn les_oliviers() -> Mutation {
    provisioning("LES OLIVIERS", "B-0001", somebody("MERCIER", "Alix"))
}

/// What makes a partner with one validated agreement and its four groups.
pub(crate) fn provisioning(
    partner_name: &str,
    reference: &str,
    administrator: NewAccount,
) -> Mutation {
    let partner = NewPartner {
        id: PartnerId::new(START, &OsRandom),
        reference: partner_reference(reference),
        name: PartnerName::parse(partner_name).unwrap(),
        siret: None,
        administrator: administrator.id,
    };
    let agreement = new_agreement("CONV-2027", partner_name);
    let feed = vec![Change::Partner {
        partner: partner.id,
        administrator: administrator.id,
    }];
    let audit = entry(Event::PartnerProvisioned, START).on_partner(partner.id);
    let mut mutation = blank(START, On::New(Box::new(partner)), feed, audit);
    mutation.new_groups = [
        (HousingType::Conventionne, "75", "Paris"),
        (HousingType::Conventionne, "33", "Gironde"),
        (HousingType::Prive, "75", "Paris"),
        (HousingType::Prive, "33", "Gironde"),
    ]
    .map(|(housing, zone, label)| new_group(agreement.id, housing, zone, label))
    .into();
    mutation.new_agreements = vec![agreement];
    mutation.new_accounts = vec![administrator];
    mutation
}

pub(crate) fn partner_reference(reference: &str) -> PartnerReference {
    PartnerReference {
        caf_code: CafCode::parse("331").unwrap(),
        reference: Reference::parse(reference).unwrap(),
    }
}

pub(crate) fn new_agreement(reference: &str, label: &str) -> NewAgreement {
    NewAgreement {
        id: AgreementId::new(START, &OsRandom),
        reference: Reference::parse(reference).unwrap(),
        label: AgreementLabel::parse(label).unwrap(),
        state: agreement::State::Validated,
        start: Day::constant(2027, 1, 1),
        end: None,
        services: BTreeSet::from([ServiceCode::parse("OFFRE_BAILLEURS").unwrap()]),
    }
}

pub(crate) fn new_group(
    agreement: AgreementId,
    housing: HousingType,
    zone: &str,
    label: &str,
) -> NewGroup {
    let key = ScopeKey {
        housing,
        zone: ZoneCode::parse(zone).unwrap(),
    };
    let zone_label = ZoneLabel::parse(label).unwrap();
    NewGroup {
        id: GroupId::new(START, &OsRandom),
        agreement,
        scope: Scope { key, zone_label },
    }
}

/// A line of the audit about a call of the portal.
pub(crate) fn entry(event: Event, now: Timestamp) -> Entry {
    Entry::new(event, "portal", By::Service, now, &OsRandom)
}

/// A digest of its own for each short text.
pub(crate) fn digest(text: &str) -> KeyedDigest {
    let mut digest = [0; 32];
    digest[..text.len()].copy_from_slice(text.as_bytes());
    digest
}

fn blank(now: Timestamp, partner: On, feed: Vec<Change>, audit: Entry) -> Mutation {
    Mutation {
        feed,
        ..Mutation::of(now, partner, audit)
    }
}

/// Starts so many tasks, lets them all go at the same moment, and gathers what they answer.
pub(crate) async fn at_once<T, F>(count: usize, task: impl Fn(usize) -> F) -> Vec<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let gate = std::sync::Arc::new(Barrier::new(count));
    let start = |place| {
        let (gate, task) = (gate.clone(), task(place));
        tokio::spawn(async move {
            gate.wait().await;
            task.await
        })
    };
    let running: Vec<_> = (0..count).map(start).collect();
    let mut answers = Vec::with_capacity(count);
    for task in running {
        answers.push(task.await.unwrap());
    }
    answers
}
