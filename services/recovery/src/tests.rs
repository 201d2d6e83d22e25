use std::sync::Mutex;

use async_trait::async_trait;
use domain::email::Email;
use domain::session::Client;
use domain::user_number::UserNumber;
use domain::{AccountId, OsRandom};
use jiff::SignedDuration;
use storage::delivery::Lease;
use storage::recovery::{Candidate, Settlement};
use storage_sqlite::SqliteStore;
use tonic::Code;
use world::{OurClock, Place, START, lease, of_nobody, provisioning, somebody};

use super::*;

const KNOWN: &str = "mike@example.org";

/// A store that keeps what is written, and where looking anything up is a failure.
#[derive(Default)]
struct OnlyWrites(Mutex<Vec<RecoveryRequest>>);

#[async_trait]
impl RecoveryStore for OnlyWrites {
    async fn request(&self, request: &RecoveryRequest) -> storage::Result<()> {
        self.0.lock().unwrap().push(request.clone());
        Ok(())
    }

    async fn claim_request(&self, _: &Lease) -> storage::Result<Option<RecoveryRequest>> {
        panic!("a request was looked up in the call")
    }

    async fn candidates(&self, _: &Submitted, _: u32) -> storage::Result<Vec<Candidate>> {
        panic!("accounts were looked up in the call")
    }

    async fn settle(&self, _: &Settlement) -> storage::Result<Option<Vec<AccountId>>> {
        panic!("a request was settled in the call")
    }
}

fn service(recoveries: Arc<dyn RecoveryStore>) -> RecoveryServiceHandler {
    RecoveryServiceHandler::new(Deps {
        recoveries,
        clock: Arc::new(OurClock::at(START)),
        random: Arc::new(OsRandom),
    })
}

fn call<T>(message: T) -> Request<T> {
    let client = Client {
        address: Some("192.0.2.7".parse().unwrap()),
        user_agent: None,
    };
    of_nobody(client, message)
}

async fn forgot(
    service: &RecoveryServiceHandler,
    email: &str,
) -> Result<Response<v1::RecoverPasswordResponse>, Status> {
    let email = email.to_owned();
    let request = call(v1::RecoverPasswordRequest { email });
    service.recover_password(request).await
}

async fn lost(
    service: &RecoveryServiceHandler,
    user_number: &str,
) -> Result<Response<v1::RecoverIdentifierResponse>, Status> {
    let user_number = user_number.to_owned();
    let request = call(v1::RecoverIdentifierRequest { user_number });
    service.recover_identifier(request).await
}

/// A database with one person, reached at [`KNOWN`], and their user number.
async fn with_mike() -> (Place, String) {
    let place = Place::open().await;
    let mut mike = somebody("BLANC", "Mike");
    mike.person.email = Some(Email::parse(KNOWN).unwrap());
    let number = mike.user_number.as_str().to_owned();
    let mutation = provisioning("LES OLIVIERS", "B-0001", mike);
    place.stores.mutations.apply(&mutation).await.unwrap();
    (place, number)
}

/// All that a caller receives of an answer.
fn received<T: prost::Message>(answer: Response<T>) -> (String, Vec<u8>) {
    let metadata = format!("{:?} {:?}", answer.metadata(), answer.extensions().len());
    (metadata, answer.into_inner().encode_to_vec())
}

#[tokio::test]
async fn known_and_unknown_get_the_same_answer_to_the_byte() {
    let (place, number) = with_mike().await;
    let service = service(place.store.clone());
    let known = received(forgot(&service, KNOWN).await.unwrap());
    for unknown in ["nobody@example.org", "mike@example.com", "MIKE@EXAMPLE.ORG"] {
        assert_eq!(received(forgot(&service, unknown).await.unwrap()), known);
    }
    let known = received(lost(&service, &number).await.unwrap());
    assert_eq!(known.1, Vec::<u8>::new());
    for unknown in ["ABCDEFGH234567", "00000000000000"] {
        assert_eq!(received(lost(&service, unknown).await.unwrap()), known);
    }
}

#[tokio::test]
async fn a_call_writes_what_was_asked_and_looks_nobody_up() {
    let store = Arc::new(OnlyWrites::default());
    let service = service(store.clone());
    forgot(&service, " Mike@Example.ORG ").await.unwrap();
    lost(&service, "abcd-efgh 234567").await.unwrap();
    let written = store.0.lock().unwrap().clone();
    let key = Email::parse(KNOWN).unwrap().lookup_key();
    assert_eq!(written[0].submitted, Submitted::Email(key));
    let number = UserNumber::parse("ABCDEFGH234567").unwrap();
    assert_eq!(written[1].submitted, Submitted::UserNumber(number.key()));
    assert_ne!(written[0].id, written[1].id);
    for request in written {
        assert_eq!((request.at, request.caller.as_str()), (START, "portal"));
        assert_eq!(request.client.address, Some("192.0.2.7".parse().unwrap()));
    }
}

#[tokio::test]
async fn what_only_looks_like_an_address_is_refused_and_nothing_is_written() {
    let (place, _) = with_mike().await;
    let service = service(place.store.clone());
    for alike in [
        "mıke@example.org",
        "İike@example.org",
        "ｍike@example.org",
        "mi\u{212a}e@example.org",
        "mike@exam\u{fb01}le.org",
        "mike@example.org.",
        "mike@example.org\r\nBcc: other@example.org",
        "",
        &"a".repeat(60_000),
    ] {
        let refused = forgot(&service, alike).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{alike:?}");
    }
    assert!(next(&place.store).await.is_none());
}

#[tokio::test]
async fn a_user_number_of_another_form_is_refused_and_nothing_is_written() {
    let (place, number) = with_mike().await;
    let service = service(place.store.clone());
    let spaced = format!("{}{number}", " ".repeat(51));
    for wrong in ["", "ABC", "ABCDEFGH2345678", "É2345678901234", &spaced] {
        let refused = lost(&service, wrong).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{wrong:?}");
    }
    assert!(next(&place.store).await.is_none());
}

#[tokio::test]
async fn what_was_asked_waits_for_the_worker() {
    let (place, number) = with_mike().await;
    lost(&service(place.store.clone()), &number.to_lowercase())
        .await
        .unwrap();
    let request = next(&place.store).await.unwrap();
    let candidates = place.store.candidates(&request.submitted, 2).await.unwrap();
    assert_eq!(candidates.len(), 1);
    assert_eq!(candidates[0].account.user_number.as_str(), number);
}

async fn next(store: &SqliteStore) -> Option<RecoveryRequest> {
    let lease = lease(START, SignedDuration::from_mins(2));
    store.claim_request(&lease).await.unwrap()
}
