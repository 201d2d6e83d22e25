use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use domain::account::Availability;
use domain::agreement::{self, Agreement};
use domain::name::AgreementLabel;
use domain::paris::Day;
use domain::policy::{Action, Needed, Rank};
use domain::references::Reference;
use domain::session::NextStep;
use domain::violation::{FieldReason, Violation, Violations};
use domain::{AccountId, AgreementId, GroupId, PartnerId, RequestId, Timestamp};
use prost::Message;
use prost_reflect::DescriptorPool;
use tonic::Code;
use tonic_types::pb;
use uuid::Uuid;

use crate::access::{Actor, WorkClass, rpc};
use crate::error::v1::{ErrorReason, FieldReason as ProtoFieldReason};
use crate::refusal::{Limit, Refusal, Resource};

fn agreement() -> Agreement {
    Agreement {
        id: AgreementId::from(Uuid::from_u128(2)),
        partner: PartnerId::from(Uuid::from_u128(1)),
        version: 1,
        reference: Reference::parse("A-1").unwrap(),
        label: AgreementLabel::parse("LES OLIVIERS").unwrap(),
        state: agreement::State::Suspended,
        start: Day::constant(2026, 1, 1),
        end: Some(Day::constant(2026, 12, 31)),
        services: BTreeSet::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

/// One refusal of every variant and resource.
fn every_refusal() -> Vec<Refusal> {
    let account = AccountId::from(Uuid::from_u128(3));
    let request = RequestId::from(Uuid::from_u128(4));
    let limit = Limit {
        most: 3,
        window: Duration::from_hours(24),
        retry_in: Duration::from_mins(90),
    };
    let create = rpc("/comptepartenaire.account.v1.AccountService/CreateAccount").unwrap();
    let resources = [
        Resource::Partner,
        Resource::Agreement,
        Resource::Group,
        Resource::Account,
        Resource::Delivery,
    ];
    let mut all: Vec<Refusal> = resources
        .into_iter()
        .map(|resource| Refusal::not_found(resource, account))
        .collect();
    all.extend([
        Refusal::field("account.email", Violation::required()),
        Refusal::PasswordTooWeak(Violations::one("new_password", Violation::too_long(128))),
        Refusal::PageTokenInvalid,
        Refusal::RevisionInvalid {
            field: "minimum_revision",
        },
        Refusal::RequestIdReused(request),
        Refusal::ActorAmbiguous,
        Refusal::ActorRequired {
            expected: vec![Actor::Session, Actor::CafAgent],
        },
        Refusal::SessionInvalid,
        Refusal::SignInRefused,
        Refusal::CallerNotAllowed(create),
        Refusal::ActorNotAllowed {
            action: Action::CreateAccount,
            needed: Needed::Manager,
            groups: vec![GroupId::from(Uuid::from_u128(5))],
        },
        Refusal::ImposedByHigherRank(Rank::Caf),
        Refusal::UserNumberTaken {
            field: "account.user_number",
        },
        Refusal::IdentifierTaken {
            field: "account.identifier",
        },
        Refusal::SignInIncomplete(NextStep::ChangePassword),
        Refusal::CurrentPasswordWrong { tries_left: 4 },
        Refusal::AgreementNotValidated(Box::new(agreement())),
        Refusal::AccountNotActive {
            account,
            state: Availability::Closed,
        },
        Refusal::AdministratorProtected {
            account,
            action: Action::Update,
        },
        Refusal::LastGroup(account),
        Refusal::NoPostalAddress(account),
        Refusal::NoEmail(account),
        Refusal::RecoveryPaused(Timestamp::UNIX_EPOCH),
        Refusal::EtagMismatch {
            id: account.to_string(),
            etag: "7".to_owned(),
        },
        Refusal::AuthorityMoved,
        Refusal::DeliveryLimit { account, limit },
        Refusal::PartnerLimit(limit),
        Refusal::Overloaded(WorkClass::SignIn),
        Refusal::StorageUnavailable,
        Refusal::Deadline(Duration::from_millis(250)),
        Refusal::Internal(Uuid::from_u128(6)),
    ]);
    all
}

/// The details of an answer, by the short name of their type.
fn details(refusal: &Refusal) -> BTreeMap<String, Vec<u8>> {
    let status = refusal.status();
    let told = pb::Status::decode(status.details()).unwrap();
    assert_eq!(told.code, i32::from(status.code()));
    assert_eq!(told.message, status.message());
    let name = |url: &str| {
        url.strip_prefix("type.googleapis.com/google.rpc.")
            .unwrap()
            .to_owned()
    };
    told.details
        .into_iter()
        .map(|any| (name(&any.type_url), any.value))
        .collect()
}

fn error_info(refusal: &Refusal) -> pb::ErrorInfo {
    pb::ErrorInfo::decode(details(refusal)["ErrorInfo"].as_slice()).unwrap()
}

fn bad_request(refusal: &Refusal) -> Vec<pb::bad_request::FieldViolation> {
    pb::BadRequest::decode(details(refusal)["BadRequest"].as_slice())
        .unwrap()
        .field_violations
}

/// What the protos say of each reason, by its name without prefix.
fn documented() -> BTreeMap<String, String> {
    let pool = DescriptorPool::decode(crate::FILE_DESCRIPTOR_SET).unwrap();
    let reasons = pool
        .get_enum_by_name("comptepartenaire.error.v1.ErrorReason")
        .unwrap();
    let file = reasons.parent_file().file_descriptor_proto().clone();
    let comments = file.source_code_info.unwrap().location;
    reasons
        .values()
        .filter(|value| value.number() != 0)
        .enumerate()
        .map(|(place, value)| {
            // Enum 0 of the file (field 5), its values (field 2); value 0 is the unspecified one.
            let path = [5, 0, 2, i32::try_from(place + 1).unwrap()];
            let comment = comments
                .iter()
                .find(|location| location.path == path)
                .unwrap();
            let name = value
                .name()
                .strip_prefix("ERROR_REASON_")
                .unwrap()
                .to_owned();
            (name, comment.leading_comments().to_owned())
        })
        .collect()
}

fn screaming(code: Code) -> &'static str {
    match code {
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::Unauthenticated => "UNAUTHENTICATED",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::Unavailable => "UNAVAILABLE",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::Internal => "INTERNAL",
        other => panic!("no reason has the code {other:?}"),
    }
}

#[test]
fn every_reason_of_the_protos_is_answered_by_some_refusal() {
    let answered: BTreeSet<String> = every_refusal()
        .iter()
        .map(|r| error_info(r).reason)
        .collect();
    assert_eq!(answered, documented().into_keys().collect());
}

#[test]
fn every_answer_is_what_its_reason_documents() {
    let documented = documented();
    for refusal in every_refusal() {
        let info = error_info(&refusal);
        let comment = &documented[&info.reason];
        let code = format!("Code `{}`.", screaming(refusal.code()));
        assert!(comment.contains(&code), "{}: not {code}", info.reason);
        assert_eq!(info.domain, "compte-partenaire");
        assert_eq!(
            info.metadata.is_empty(),
            comment.contains("No metadata."),
            "{}",
            info.reason
        );
        let (_, told) = comment.split_once("etadata").unwrap();
        for key in info.metadata.keys() {
            assert!(told.contains(&format!("`{key}`")), "{}: {key}", info.reason);
        }
        let mut found: BTreeSet<String> = details(&refusal).into_keys().collect();
        found.remove("ErrorInfo");
        let announced = [
            "BadRequest",
            "ResourceInfo",
            "PreconditionFailure",
            "RetryInfo",
        ]
        .into_iter()
        .filter(|name| told.split_whitespace().collect::<String>().contains(name))
        .map(str::to_owned)
        .collect();
        assert_eq!(found, announced, "{}", info.reason);
    }
}

#[test]
fn every_field_reason_has_its_name_in_the_protos() {
    for reason in FieldReason::ALL {
        let name = format!("FIELD_REASON_{}", reason.as_str());
        assert!(ProtoFieldReason::from_str_name(&name).is_some(), "{name}");
    }
    assert_eq!(ErrorReason::Internal as i32, 49);
}

#[test]
fn every_violation_is_told_at_once_with_both_texts() {
    let mut violations = Violations::new();
    violations.push("account.family_name", Violation::required());
    violations.push("account.email_confirmation", Violation::mismatch());
    let refusal = Refusal::FieldInvalid(violations);
    assert_eq!(error_info(&refusal).metadata["count"], "2");
    let told = bad_request(&refusal);
    let brief: Vec<_> = told
        .iter()
        .map(|v| (v.field.as_str(), v.reason.as_str()))
        .collect();
    assert_eq!(
        brief,
        [
            ("account.family_name", "REQUIRED"),
            ("account.email_confirmation", "MISMATCH")
        ]
    );
    let localized = told[0].localized_message.clone().unwrap();
    assert_eq!(localized.locale, "fr-FR");
    assert_eq!(localized.message, "Ce champ est obligatoire.");
    assert_eq!(
        refusal.status().message(),
        "account.family_name: a value is required (and 1 more)"
    );
}

#[test]
fn details_stay_below_5_kib_and_tell_the_first_violations() {
    let mut violations = Violations::new();
    for place in 0..500 {
        violations.push(format!("group_ids[{place}]"), Violation::required());
    }
    let refusal = Refusal::FieldInvalid(violations);
    assert_eq!(error_info(&refusal).metadata["count"], "500");
    let told = bad_request(&refusal);
    assert_eq!(told.len(), 20);
    assert_eq!(told[19].field, "group_ids[19]");

    let mut wordy = Violations::new();
    for place in 0..500 {
        let text = "é".repeat(200);
        wordy.push(
            format!("agreements[{place}].label"),
            Violation::new(FieldReason::Format, text.clone(), text),
        );
    }
    let refusal = Refusal::FieldInvalid(wordy);
    let told = bad_request(&refusal).len();
    assert!((1..20).contains(&told), "{told}");
    assert!(refusal.status().details().len() <= 5 * 1024);
}

#[test]
fn what_was_sent_cannot_make_an_answer_too_large() {
    let refusal = Refusal::not_found(Resource::Account, "é".repeat(60_000));
    assert!(refusal.status().details().len() <= 5 * 1024);
}

#[test]
fn a_refused_sign_in_says_nothing_but_that() {
    let status = Refusal::SignInRefused.status();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert!(error_info(&Refusal::SignInRefused).metadata.is_empty());
    assert_eq!(details(&Refusal::SignInRefused).len(), 1);
}

#[test]
fn an_object_out_of_sight_is_answered_as_an_absent_one() {
    let account = AccountId::from(Uuid::from_u128(3));
    let hidden = Refusal::by_policy(domain::policy::Refusal::NotSeen, Some(account));
    assert_eq!(hidden, Refusal::not_found(Resource::Account, account));
}

#[test]
fn a_limit_says_when_to_ask_again() {
    let limit = Limit {
        most: 500,
        window: Duration::from_hours(24),
        retry_in: Duration::from_mins(90),
    };
    let refusal = Refusal::PartnerLimit(limit);
    let info = error_info(&refusal);
    assert_eq!(info.metadata["limit"], "500");
    assert_eq!(info.metadata["window_seconds"], "86400");
    let retry = pb::RetryInfo::decode(details(&refusal)["RetryInfo"].as_slice()).unwrap();
    assert_eq!(retry.retry_delay.unwrap().seconds, 5_400);
}
