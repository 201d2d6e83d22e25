//! The partners of the guide, made through the API as the Caf makes them.

use api::account::v1::{Account, CreateAccountRequest, CreateAccountResponse, NewAccount};
use api::partner::v1::{
    Agreement, Group, Partner, PartnerReference, ProvisionPartnerRequest, ProvisionPartnerResponse,
    ProvisionedAgreement, agreement,
};
use api::r#type::v1::{Channel, Date, HousingScope, HousingType, PostalAddress, Scope, scope};
use tonic::Status;

use crate::person::Person;
use crate::service::{Caller, Service, fresh_id};

/// The service whose users the guide is written for.
pub const OFFRE_BAILLEURS: &str = "OFFRE_BAILLEURS";

/// Where the administrator of LES OLIVIERS reads mail.
pub const ADMINISTRATOR_EMAIL: &str = "claire.martin@les-oliviers.example";

/// Where Jeanne PETIT reads mail.
pub const PETIT_EMAIL: &str = "jeanne.petit@courriel.example";

/// The number that the Caf gave to Paul DURAND.
pub const DURAND_USER_NUMBER: &str = "BAIL0000004711";

/// A partner as the Caf made it.
pub struct Provisioned {
    /// The partner.
    pub partner: Partner,
    /// Its agreements.
    pub agreements: Vec<Agreement>,
    /// Its groups, in the order of the request.
    pub groups: Vec<Group>,
    /// Its administrator.
    pub administrator: Account,
    /// The message with the administrator's first credentials.
    pub delivery_id: String,
}

impl Provisioned {
    /// Asks the Caf to make it.
    pub async fn make(service: &Service, request: ProvisionPartnerRequest) -> Self {
        provision(service, request).await.unwrap().into()
    }

    /// The first agreement.
    pub fn agreement_id(&self) -> String {
        self.agreements[0].agreement_id.clone()
    }

    /// The group of that scope.
    pub fn group_id(&self, housing_type: HousingType, zone_code: &str) -> String {
        let wanted = |group: &&Group| {
            let Some(Scope {
                kind: Some(scope::Kind::Housing(housing)),
            }) = &group.scope
            else {
                return false;
            };
            housing.housing_type() == housing_type && housing.zone_code == zone_code
        };
        self.groups
            .iter()
            .find(wanted)
            .expect("a group of that scope")
            .group_id
            .clone()
    }

    /// Conventioned dwellings of Paris.
    pub fn paris(&self) -> String {
        self.group_id(HousingType::Conventionne, "75")
    }

    /// Private dwellings of the Gironde.
    pub fn gironde(&self) -> String {
        self.group_id(HousingType::Prive, "33")
    }

    /// Signs its administrator in for the first time, by the mail that brought the credentials.
    pub async fn administrator(&self, service: &Service) -> Person {
        let mail = service.sink.mail_of(&self.delivery_id).await;
        service.first_connection(&mail.credentials()).await
    }

    /// A colleague made by the administrator or a manager, who then signs in for the first time.
    pub async fn colleague(
        &self,
        service: &Service,
        by: &Caller,
        account: NewAccount,
        groups: &[String],
    ) -> Person {
        let made = self.create_account(by, account, groups).await.unwrap();
        let mail = service.sink.mail_of(&made.delivery_id).await;
        service.first_connection(&mail.credentials()).await
    }

    /// Makes an account under the first agreement.
    pub async fn create_account(
        &self,
        by: &Caller,
        account: NewAccount,
        groups: &[String],
    ) -> Result<CreateAccountResponse, Status> {
        let request = CreateAccountRequest {
            agreement_id: self.agreement_id(),
            account: Some(account),
            group_ids: groups.to_vec(),
            request_id: fresh_id(),
        };
        Ok(by.accounts().create_account(request).await?.into_inner())
    }
}

impl From<ProvisionPartnerResponse> for Provisioned {
    fn from(made: ProvisionPartnerResponse) -> Self {
        Self {
            partner: made.partner.unwrap(),
            agreements: made.agreements,
            groups: made.groups,
            administrator: made.administrator.unwrap(),
            delivery_id: made.delivery_id,
        }
    }
}

/// Asks the Caf to make or complete a partner.
pub async fn provision(
    service: &Service,
    request: ProvisionPartnerRequest,
) -> Result<ProvisionPartnerResponse, Status> {
    let response = service
        .agent()
        .partners()
        .provision_partner(request)
        .await?;
    Ok(response.into_inner())
}

/// LES OLIVIERS: two types of dwellings in two zones, an administrator with e-mail.
pub fn les_oliviers() -> ProvisionPartnerRequest {
    ProvisionPartnerRequest {
        reference: Some(reference("OLIVIERS-1")),
        name: "LES OLIVIERS".to_owned(),
        agreements: vec![validated("CONV-2026-1", "LES OLIVIERS", every_scope())],
        administrator: Some(person_by_email("Claire", "MARTIN", ADMINISTRATOR_EMAIL)),
        request_id: fresh_id(),
        ..ProvisionPartnerRequest::default()
    }
}

/// Another landlord, of whom nobody at LES OLIVIERS may learn anything.
pub fn les_cypres() -> ProvisionPartnerRequest {
    ProvisionPartnerRequest {
        reference: Some(reference("CYPRES-1")),
        name: "LES CYPRÈS".to_owned(),
        agreements: vec![validated("CONV-2026-2", "LES CYPRÈS", every_scope())],
        administrator: Some(person_by_email(
            "Omar",
            "BENALI",
            "omar.benali@les-cypres.example",
        )),
        request_id: fresh_id(),
        ..ProvisionPartnerRequest::default()
    }
}

/// Paul DURAND, a landlord reached by letter alone, whose user number the Caf gave.
pub fn durand() -> ProvisionPartnerRequest {
    landlord_by_letter(
        "DURAND-1",
        NewAccount {
            user_number: DURAND_USER_NUMBER.to_owned(),
            ..person_by_letter(
                "Paul",
                "DURAND",
                &["4 rue du Vieux-Puits", "33000 BORDEAUX"],
            )
        },
    )
}

/// Jeanne PETIT, a landlady reached by letter, with an e-mail address on file.
pub fn petit() -> ProvisionPartnerRequest {
    landlord_by_letter(
        "PETIT-1",
        NewAccount {
            email: PETIT_EMAIL.to_owned(),
            ..person_by_letter("Jeanne", "PETIT", &["12 allée des Tilleuls", "75013 PARIS"])
        },
    )
}

fn landlord_by_letter(name: &str, person: NewAccount) -> ProvisionPartnerRequest {
    let whole = format!("{} {}", person.given_name, person.family_name);
    let scope = housing(HousingType::Prive, "33", "Gironde");
    ProvisionPartnerRequest {
        reference: Some(reference(name)),
        name: whole.clone(),
        agreements: vec![validated("CONV-1", &whole, vec![scope])],
        administrator: Some(person),
        request_id: fresh_id(),
        ..ProvisionPartnerRequest::default()
    }
}

/// A partner's reference at the Caf of the tests.
pub fn reference(reference: &str) -> PartnerReference {
    PartnerReference {
        caf_code: "331".to_owned(),
        reference: reference.to_owned(),
    }
}

/// An agreement in force, covering the guide's service.
pub fn validated(reference: &str, label: &str, scopes: Vec<Scope>) -> ProvisionedAgreement {
    ProvisionedAgreement {
        reference: reference.to_owned(),
        label: label.to_owned(),
        initial_state: agreement::State::Validated.into(),
        start_date: Some(day(2026, 1, 1)),
        end_date: None,
        service_codes: vec![OFFRE_BAILLEURS.to_owned()],
        scopes,
    }
}

/// Both types of dwellings in Paris and in the Gironde.
pub fn every_scope() -> Vec<Scope> {
    let types = [HousingType::Conventionne, HousingType::Prive];
    let zones = [("75", "Paris"), ("33", "Gironde")];
    types
        .into_iter()
        .flat_map(|housing_type| zones.map(|(code, label)| housing(housing_type, code, label)))
        .collect()
}

/// A scope.
pub fn housing(housing_type: HousingType, zone_code: &str, zone_label: &str) -> Scope {
    Scope {
        kind: Some(scope::Kind::Housing(HousingScope {
            housing_type: housing_type.into(),
            zone_code: zone_code.to_owned(),
            zone_label: zone_label.to_owned(),
        })),
    }
}

/// The guide's form, filled in as it should be.
pub fn person_by_email(given: &str, family: &str, email: &str) -> NewAccount {
    NewAccount {
        family_name: family.to_owned(),
        given_name: given.to_owned(),
        email: email.to_owned(),
        email_confirmation: email.to_owned(),
        ..NewAccount::default()
    }
}

/// Someone who is written to by letter, as only the Caf may make.
pub fn person_by_letter(given: &str, family: &str, lines: &[&str]) -> NewAccount {
    NewAccount {
        family_name: family.to_owned(),
        given_name: given.to_owned(),
        contact_channel: Channel::Letter.into(),
        postal_address: Some(PostalAddress {
            lines: lines.iter().map(ToString::to_string).collect(),
            country_code: "FR".to_owned(),
        }),
        ..NewAccount::default()
    }
}

/// A day.
pub fn day(year: i32, month: i32, day: i32) -> Date {
    Date { year, month, day }
}
