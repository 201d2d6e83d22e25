//! Killed at any moment: what was acknowledged is there, and nothing is half there.

use std::collections::BTreeSet;
use std::time::Duration;

use api::account::v1::{CreateAccountRequest, ListAccountsRequest};
use api::delivery::v1::ListDeliveriesRequest;
use api::delivery::v1::delivery::Kind;
use e2e::binary::Dev;
use e2e::les_oliviers::person_by_email;
use e2e::service::{Caller, fresh_id};

/// Kills, each a little later than the one before.
const KILLS: u64 = 4;

/// Creates accounts until the connection breaks; tells those that were acknowledged.
async fn create_until_killed(agent: &Caller, request: CreateAccountRequest) -> Vec<String> {
    let mut acknowledged = Vec::new();
    loop {
        let request = CreateAccountRequest {
            request_id: fresh_id(),
            ..request.clone()
        };
        match agent.accounts().create_account(request).await {
            Ok(made) => acknowledged.push(made.into_inner().account.unwrap().account_id),
            Err(_) => return acknowledged,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_no_acknowledged_account_is_lost_and_none_is_half_there() {
    let mut dev = Dev::start();
    let demo = dev.demo().await;
    let olive = &demo["les_oliviers"];
    let partner_id = olive["partner_id"].as_str().unwrap().to_owned();
    let request = CreateAccountRequest {
        agreement_id: olive["agreement_id"].as_str().unwrap().to_owned(),
        account: Some(person_by_email(
            "Nadia",
            "LEROY",
            "nadia.leroy@les-oliviers.example",
        )),
        group_ids: vec![olive["groups"][0]["group_id"].as_str().unwrap().to_owned()],
        request_id: String::new(),
    };
    let mut acknowledged = BTreeSet::new();
    for kill in 0..KILLS {
        let agent = Caller::over(dev.connect().await).telling("caf-agent", "agent-0042");
        let creating = [(); 4].map(|()| {
            let (agent, request) = (agent.clone(), request.clone());
            tokio::spawn(async move { create_until_killed(&agent, request).await })
        });
        // What the kill interrupts is a matter of luck, which this only spreads.
        tokio::time::sleep(Duration::from_millis(150 + 37 * kill)).await;
        dev.kill();
        for creating in creating {
            acknowledged.extend(creating.await.unwrap());
        }
        dev.kill_and_start_again();
    }
    assert!(!acknowledged.is_empty());

    let agent = Caller::over(dev.connect().await).telling("caf-agent", "agent-0042");
    let request = ListAccountsRequest {
        page_size: 500,
        partner_id: partner_id.clone(),
        ..Default::default()
    };
    let listed = agent
        .accounts()
        .list_accounts(request)
        .await
        .unwrap()
        .into_inner()
        .accounts;
    let there: BTreeSet<_> = listed
        .iter()
        .map(|account| account.account_id.clone())
        .collect();
    assert!(acknowledged.is_subset(&there));
    let request = ListDeliveriesRequest {
        page_size: 500,
        partner_id,
        ..Default::default()
    };
    let sent = agent
        .deliveries()
        .list_deliveries(request)
        .await
        .unwrap()
        .into_inner()
        .deliveries;
    let first = sent
        .iter()
        .filter(|delivery| delivery.kind() == Kind::FirstCredentials);
    let told: BTreeSet<_> = first.map(|delivery| delivery.account_id.clone()).collect();
    assert_eq!(
        told, there,
        "each account has its message, each message its account"
    );
}
