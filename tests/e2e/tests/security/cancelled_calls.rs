//! Whoever hangs up in the middle of a call leaves nothing half done and nothing held.

use std::time::Duration;

use api::account::v1::{CreateAccountRequest, ListAccountsRequest};
use api::delivery::v1::delivery::Kind;
use api::delivery::v1::{Delivery, ListDeliveriesRequest};
use e2e::errors::MustBeRefused;
use e2e::eventually::eventually;
use e2e::les_oliviers::{self, Provisioned, person_by_email};
use e2e::service::{Caller, Service, fresh_id};
use futures::future::join_all;

/// Calls given up.
const CALLS: usize = 600;

fn request(olive: &Provisioned, nth: usize) -> CreateAccountRequest {
    let email = format!("nadia-{nth}@les-oliviers.example");
    CreateAccountRequest {
        agreement_id: olive.agreement_id(),
        account: Some(person_by_email("Nadia", "LEROY", &email)),
        group_ids: vec![olive.paris()],
        request_id: fresh_id(),
    }
}

/// How many accounts there are; `None` while calls given up still fill the room there is.
async fn accounts(agent: &Caller) -> Option<usize> {
    let (mut count, mut page_token) = (0, String::new());
    loop {
        let request = ListAccountsRequest {
            page_size: 500,
            page_token,
            ..Default::default()
        };
        let page = match agent.accounts().list_accounts(request).await {
            Ok(page) => page.into_inner(),
            told => {
                assert_eq!(told.reason(), "OVERLOADED");
                return None;
            }
        };
        count += page.accounts.len();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Some(count);
        }
    }
}

async fn create_when_there_is_room(agent: &Caller, request: CreateAccountRequest) {
    eventually("room for a creation", async || {
        match agent.accounts().create_account(request.clone()).await {
            Ok(_) => Some(()),
            told => {
                assert_eq!(told.reason(), "OVERLOADED");
                None
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_cancelled_at_any_moment_leave_the_pool_whole_and_nothing_half_done() {
    let service = Service::start_with(|settings| {
        settings.limits.partner_messages.most = 100_000;
    })
    .await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let agent = service.agent();
    for batch in 0..CALLS / 20 {
        let calls = (0..20).map(async |nth| {
            let nth = batch * 20 + nth;
            let mut accounts = agent.accounts();
            let call = accounts.create_account(request(&olive, nth));
            let patience = Duration::from_micros((nth as u64 * 137) % 8_000);
            let _ = tokio::time::timeout(patience, call).await;
        });
        join_all(calls).await;
    }

    // As much goes through as if nobody had hung up, and at once as there is room for.
    join_all((0..48).map(|nth| create_when_there_is_room(&agent, request(&olive, CALLS + nth))))
        .await;
    eventually("room for sixty reads at once", async || {
        let read = join_all((0..60).map(|_| accounts(&agent))).await;
        read.iter().all(Option::is_some).then_some(())
    })
    .await;
    service.sign_in_again(&claire).await;

    // What was begun ends, and then each account has its message, and each message its account.
    eventually("each account to have its message", async || {
        let accounts = accounts(&agent).await?;
        let messages = first_credentials(&agent, &olive).await;
        (accounts >= 48 && accounts == messages).then_some(())
    })
    .await;
}

/// How many messages with first credentials there are.
async fn first_credentials(agent: &Caller, olive: &Provisioned) -> usize {
    let (mut count, mut page_token) = (0, String::new());
    loop {
        let request = ListDeliveriesRequest {
            page_size: 500,
            page_token,
            partner_id: olive.partner.partner_id.clone(),
            ..Default::default()
        };
        let page = agent.deliveries().list_deliveries(request).await;
        let page = page.unwrap().into_inner();
        let first = |delivery: &&Delivery| delivery.kind() == Kind::FirstCredentials;
        count += page.deliveries.iter().filter(first).count();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return count;
        }
    }
}
