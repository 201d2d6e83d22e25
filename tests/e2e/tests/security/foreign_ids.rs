//! Another partner's ids are told exactly as ids that nothing bears.

use api::account::v1 as account;
use api::delivery::v1 as delivery;
use api::habilitation::v1 as habilitation;
use api::partner::v1 as partner;
use e2e::errors::Refused;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::raw::{self, framed};
use e2e::service::{Caller, Service, absent_id, fresh_id};
use prost::Message;

const ACCOUNTS: &str = "/comptepartenaire.account.v1.AccountService/";
const DELIVERIES: &str = "/comptepartenaire.delivery.v1.DeliveryService/";
const HABILITATIONS: &str = "/comptepartenaire.habilitation.v1.HabilitationService/";
const PARTNERS: &str = "/comptepartenaire.partner.v1.PartnerService/";

/// What a call says, the id asked for replaced by `ID`.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    code: tonic::Code,
    message: String,
    details: Vec<u8>,
    body: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
}

async fn said(caller: &Caller, path: &str, message: &[u8], id: &str) -> (Said, tonic::Status) {
    let answer = raw::call(caller.channel(), path, &caller.told(), framed(message)).await;
    let status = answer.status();
    let told = ["grpc-message", "grpc-status-details-bin"];
    let fields = answer.head.1.iter().chain(&answer.trailers).cloned();
    let said = Said {
        code: status.code(),
        message: status.message().replace(id, "ID"),
        details: without(status.details(), id),
        body: without(&answer.body, id),
        headers: fields
            .filter(|(key, _)| !told.contains(&key.as_str()))
            .collect(),
    };
    (said, status)
}

/// All ids are of one length, so that nothing else moves.
fn without(bytes: &[u8], id: &str) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let places: Vec<usize> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(id.as_bytes()))
        .collect();
    for at in places {
        bytes[at..at + id.len()].fill(b'_');
    }
    bytes
}

/// The encoded request that asks for an id.
type Encoded = Box<dyn Fn(&str) -> Vec<u8>>;

/// A question of the administrator of LES OLIVIERS that takes an id.
struct Question {
    name: &'static str,
    path: String,
    message: Encoded,
    reason: &'static str,
}

fn ask<M: Message>(
    name: &'static str,
    path: &str,
    reason: &'static str,
    message: impl Fn(String) -> M + 'static,
) -> Question {
    let method = name.split(' ').next().unwrap();
    Question {
        name,
        path: format!("{path}{method}"),
        message: Box::new(move |id| message(id.to_owned()).encode_to_vec()),
        reason,
    }
}

/// What takes an account's id.
fn about_accounts() -> Vec<Question> {
    const ABSENT: &str = "ACCOUNT_NOT_FOUND";
    vec![
        ask("GetAccount", ACCOUNTS, ABSENT, |id| {
            account::GetAccountRequest {
                r#ref: Some(account::get_account_request::Ref::AccountId(id)),
            }
        }),
        ask("UpdateAccount", ACCOUNTS, ABSENT, |id| {
            account::UpdateAccountRequest {
                account: Some(account::Account {
                    account_id: id,
                    family_name: "AUTRE".to_owned(),
                    ..Default::default()
                }),
                update_mask: Some(prost_types::FieldMask {
                    paths: vec!["family_name".to_owned()],
                }),
                ..Default::default()
            }
        }),
        ask("ReissueCredentials", ACCOUNTS, ABSENT, |id| {
            account::ReissueCredentialsRequest {
                account_id: id,
                request_id: fresh_id(),
                ..Default::default()
            }
        }),
        ask("AppointManager", HABILITATIONS, ABSENT, |id| {
            habilitation::AppointManagerRequest {
                account_id: id,
                ..Default::default()
            }
        }),
        ask("DismissManager", HABILITATIONS, ABSENT, |id| {
            habilitation::DismissManagerRequest {
                account_id: id,
                ..Default::default()
            }
        }),
    ]
}

/// What takes a partner's, an agreement's or a delivery's id.
fn about_partners() -> Vec<Question> {
    const NO_PARTNER: &str = "PARTNER_NOT_FOUND";
    const NO_AGREEMENT: &str = "AGREEMENT_NOT_FOUND";
    vec![
        ask("GetPartner", PARTNERS, NO_PARTNER, |id| {
            partner::GetPartnerRequest {
                r#ref: Some(partner::get_partner_request::Ref::PartnerId(id)),
            }
        }),
        ask("ListAgreements", PARTNERS, NO_PARTNER, |id| {
            partner::ListAgreementsRequest {
                partner_id: id,
                ..Default::default()
            }
        }),
        ask("ListAccounts of a partner", ACCOUNTS, NO_PARTNER, |id| {
            account::ListAccountsRequest {
                partner_id: id,
                ..Default::default()
            }
        }),
        ask("GetAgreement", PARTNERS, NO_AGREEMENT, |id| {
            partner::GetAgreementRequest { agreement_id: id }
        }),
        ask("ListGroups", PARTNERS, NO_AGREEMENT, |id| {
            partner::ListGroupsRequest {
                agreement_id: id,
                ..Default::default()
            }
        }),
        ask(
            "ListAccounts of an agreement",
            ACCOUNTS,
            NO_AGREEMENT,
            |id| account::ListAccountsRequest {
                agreement_id: id,
                ..Default::default()
            },
        ),
        ask("GetDelivery", DELIVERIES, "DELIVERY_NOT_FOUND", |id| {
            delivery::GetDeliveryRequest { delivery_id: id }
        }),
    ]
}

fn new_account() -> account::NewAccount {
    person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example")
}

/// What takes a group's id.
fn about_groups(own: &Provisioned, marc: &Person) -> Vec<Question> {
    const ABSENT: &str = "GROUP_NOT_FOUND";
    let (agreement, group) = (own.agreement_id(), own.paris());
    let (gets, loses) = (
        marc.account.account_id.clone(),
        marc.account.account_id.clone(),
    );
    vec![
        ask("CreateAccount in a group", ACCOUNTS, ABSENT, move |id| {
            account::CreateAccountRequest {
                agreement_id: agreement.clone(),
                account: Some(new_account()),
                group_ids: vec![group.clone(), id],
                request_id: fresh_id(),
            }
        }),
        ask("ListAccounts of a group", ACCOUNTS, ABSENT, |id| {
            account::ListAccountsRequest {
                group_id: id,
                ..Default::default()
            }
        }),
        ask(
            "UpdateMemberships adding",
            HABILITATIONS,
            ABSENT,
            move |id| habilitation::UpdateMembershipsRequest {
                account_id: gets.clone(),
                add_group_ids: vec![id],
                ..Default::default()
            },
        ),
        ask(
            "UpdateMemberships removing",
            HABILITATIONS,
            ABSENT,
            move |id| habilitation::UpdateMembershipsRequest {
                account_id: loses.clone(),
                remove_group_ids: vec![id],
                ..Default::default()
            },
        ),
    ]
}

async fn told_alike(caller: &Caller, questions: Vec<Question>, foreign: &str) {
    for question in questions {
        let absent = absent_id();
        let message = (question.message)(foreign);
        let (theirs, status) = said(caller, &question.path, &message, foreign).await;
        let message = (question.message)(&absent);
        let (nobodys, _) = said(caller, &question.path, &message, &absent).await;
        assert_eq!(theirs, nobodys, "{}", question.name);
        let refused = Refused::read(&status);
        assert_eq!(refused.reason, question.reason, "{}", question.name);
        assert_eq!(refused.metadata["id"], foreign, "{}", question.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_partners_ids_are_told_as_absent_on_every_rpc_that_takes_one() {
    let service = Service::start().await;
    let own = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let other = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let claire = own.administrator(&service).await;
    let portal = service.session(&claire.token);
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let marc = own.colleague(&service, &portal, form, &[own.paris()]).await;

    told_alike(&portal, about_accounts(), &other.administrator.account_id).await;
    told_alike(&portal, about_groups(&own, &marc), &other.paris()).await;
    for question in about_partners() {
        let foreign = match question.reason {
            "PARTNER_NOT_FOUND" => other.partner.partner_id.clone(),
            "AGREEMENT_NOT_FOUND" => other.agreement_id(),
            _ => other.delivery_id.clone(),
        };
        told_alike(&portal, vec![question], &foreign).await;
    }
    let group = own.paris();
    let create = ask(
        "CreateAccount under",
        ACCOUNTS,
        "AGREEMENT_NOT_FOUND",
        move |id| account::CreateAccountRequest {
            agreement_id: id,
            account: Some(new_account()),
            group_ids: vec![group.clone()],
            request_id: fresh_id(),
        },
    );
    told_alike(&portal, vec![create], &other.agreement_id()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caf_cannot_mix_two_partners_either() {
    use habilitation::replace_administrator_request::{Former, Successor};
    let service = Service::start().await;
    let own = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let other = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let (of, of_too) = (
        own.partner.partner_id.clone(),
        own.partner.partner_id.clone(),
    );
    let name = "ReplaceAdministrator";
    let successor = ask(name, HABILITATIONS, "ACCOUNT_NOT_FOUND", move |id| {
        habilitation::ReplaceAdministratorRequest {
            partner_id: of.clone(),
            successor: Some(Successor::SuccessorAccountId(id)),
            former: Former::Closed.into(),
            request_id: fresh_id(),
            ..Default::default()
        }
    });
    told_alike(
        &service.agent(),
        vec![successor],
        &other.administrator.account_id,
    )
    .await;
    let kept = ask(name, HABILITATIONS, "GROUP_NOT_FOUND", move |id| {
        habilitation::ReplaceAdministratorRequest {
            partner_id: of_too.clone(),
            successor: Some(Successor::NewPerson(new_account().into())),
            former: Former::BecomesUser.into(),
            former_group_ids: vec![id],
            request_id: fresh_id(),
            ..Default::default()
        }
    });
    told_alike(&service.agent(), vec![kept], &other.paris()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_about_a_foreign_group_check_answers_as_about_an_absent_one() {
    let service = Service::start().await;
    let own = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let other = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let subject = own.administrator.account_id.clone();
    let question = move |id: &str| habilitation::CheckHabilitationRequest {
        subject: Some(habilitation::Subject {
            subject: Some(habilitation::subject::Subject::AccountId(subject.clone())),
        }),
        service_code: les_oliviers::OFFRE_BAILLEURS.to_owned(),
        target: Some(habilitation::Target {
            target: Some(habilitation::target::Target::GroupId(id.to_owned())),
        }),
        ..Default::default()
    };
    let (foreign, absent) = (other.paris(), absent_id());
    let path = format!("{HABILITATIONS}CheckHabilitation");
    let caller = service.business();
    let message = question(&foreign).encode_to_vec();
    let (theirs, _) = said(&caller, &path, &message, &foreign).await;
    let message = question(&absent).encode_to_vec();
    let (nobodys, _) = said(&caller, &path, &message, &absent).await;
    assert_eq!(theirs, nobodys);
    assert_eq!(theirs.code, tonic::Code::Ok);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_partners_reference_is_told_as_absent_too() {
    let service = Service::start().await;
    let own = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let claire = own.administrator(&service).await;
    let portal = service.session(&claire.token);
    let path = format!("{PARTNERS}GetPartner");
    let question = |name: &str| partner::GetPartnerRequest {
        r#ref: Some(partner::get_partner_request::Ref::Reference(
            les_oliviers::reference(name),
        )),
    };
    let (foreign, absent) = ("CYPRES-1", "ABSENT-1");
    let message = question(foreign).encode_to_vec();
    let (theirs, status) = said(&portal, &path, &message, foreign).await;
    let message = question(absent).encode_to_vec();
    let (nobodys, _) = said(&portal, &path, &message, absent).await;
    assert_eq!(theirs, nobodys);
    assert_eq!(Refused::read(&status).reason, "PARTNER_NOT_FOUND");
}
