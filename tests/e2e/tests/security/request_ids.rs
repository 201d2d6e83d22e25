//! A request id is carried out once, and opens nothing to anybody else.

use api::account::v1::{CreateAccountRequest, CreateAccountResponse, ListAccountsRequest};
use api::habilitation::v1::{AppointManagerRequest, DismissManagerRequest};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::service::{Caller, Service, fresh_id};
use futures::future::join_all;
use jiff::SignedDuration;
use tonic::Status;

const NADIA: &str = "nadia.leroy@les-oliviers.example";

fn nadia(olive: &Provisioned) -> CreateAccountRequest {
    CreateAccountRequest {
        agreement_id: olive.agreement_id(),
        account: Some(person_by_email("Nadia", "LEROY", NADIA)),
        group_ids: vec![olive.paris()],
        request_id: fresh_id(),
    }
}

async fn create(
    by: &Caller,
    request: &CreateAccountRequest,
) -> Result<CreateAccountResponse, Status> {
    Ok(by
        .accounts()
        .create_account(request.clone())
        .await?
        .into_inner())
}

async fn accounts(service: &Service) -> usize {
    let request = ListAccountsRequest {
        page_size: 500,
        ..Default::default()
    };
    let listed = service
        .agent()
        .accounts()
        .list_accounts(request)
        .await
        .unwrap();
    listed.into_inner().accounts.len()
}

async fn olive_and_claire(service: &Service) -> (Provisioned, Person) {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(service).await;
    (olive, claire)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_returns_the_first_outcome_across_restarts_for_a_day() {
    let mut service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let request = nadia(&olive);
    let first = create(&service.session(&claire.token), &request)
        .await
        .unwrap();
    service.sink.mail_of(&first.delivery_id).await;
    service.restart().await;
    service.clock.advance(SignedDuration::from_hours(23));
    let claire = service.sign_in_again(&claire).await;
    let again = create(&service.session(&claire.token), &request)
        .await
        .unwrap();
    assert_eq!(
        again.account.unwrap().account_id,
        first.account.unwrap().account_id
    );
    assert_eq!(again.delivery_id, first.delivery_id);
    assert_eq!(again.revision, first.revision);
    assert_eq!(accounts(&service).await, 2);
    assert_eq!(service.sink.mails_to(NADIA).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_sixteen_at_once_one_is_carried_out() {
    let service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let (request, portal) = (nadia(&olive), service.session(&claire.token));
    let told = join_all((0..16).map(|_| create(&portal, &request))).await;
    let mut made = Vec::new();
    for told in told {
        made.push(told.unwrap().account.unwrap().account_id);
    }
    made.dedup();
    assert_eq!(made.len(), 1);
    assert_eq!(accounts(&service).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_id_with_another_body_is_refused() {
    let service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let (mut request, portal) = (nadia(&olive), service.session(&claire.token));
    create(&portal, &request).await.unwrap();
    request.group_ids = vec![olive.gironde()];
    let refused = create(&portal, &request).await.refused();
    assert_eq!(refused.reason, "REQUEST_ID_REUSED");
    assert_eq!(refused.metadata["request_id"], request.request_id);
    assert_eq!(accounts(&service).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_is_needed_must_be_there_and_be_a_uuid() {
    let service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let (mut request, portal) = (nadia(&olive), service.session(&claire.token));
    for (id, fields) in [("", "request_id: REQUIRED"), ("42", "request_id: FORMAT")] {
        id.clone_into(&mut request.request_id);
        assert_eq!(create(&portal, &request).await.refused().fields(), [fields]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn by_another_actor_it_is_another_request() {
    let service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let request = nadia(&olive);
    let first = create(&service.session(&claire.token), &request)
        .await
        .unwrap();
    let other = create(&service.agent(), &request).await.unwrap();
    assert_ne!(
        first.account.unwrap().account_id,
        other.account.unwrap().account_id
    );

    let cypres = Provisioned::make(&service, les_oliviers::les_cypres()).await;
    let omar = cypres.administrator(&service).await;
    let foreign = create(&service.session(&omar.token), &request).await;
    assert_eq!(
        foreign.reason(),
        "AGREEMENT_NOT_FOUND",
        "nothing of the first answer is shown"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_dismissal_it_is_judged_anew() {
    let service = Service::start().await;
    let (olive, claire) = olive_and_claire(&service).await;
    let administrator = service.session(&claire.token);
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let marc = olive
        .colleague(&service, &administrator, form, &[olive.paris()])
        .await;
    let account_id = marc.account.account_id.clone();
    let appoint = AppointManagerRequest {
        account_id: account_id.clone(),
        ..Default::default()
    };
    administrator
        .habilitations()
        .appoint_manager(appoint)
        .await
        .unwrap();
    let marc = service.sign_in_again(&marc).await;
    let request = nadia(&olive);
    create(&service.session(&marc.token), &request)
        .await
        .unwrap();

    let dismiss = DismissManagerRequest {
        account_id,
        ..Default::default()
    };
    administrator
        .habilitations()
        .dismiss_manager(dismiss)
        .await
        .unwrap();
    let marc = service.sign_in_again(&marc).await;
    let refused = create(&service.session(&marc.token), &request).await;
    assert_eq!(refused.reason(), "ACTOR_NOT_ALLOWED");
}
