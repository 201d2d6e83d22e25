//! Who may call what is said by the protos' option alone, and what it does not grant is refused.

use api::access::{Actor, CallerRole, RPCS, Rpc, SignIn};
use e2e::errors::{MustBeRefused, Refused};
use e2e::les_oliviers::{self, Provisioned};
use e2e::raw::{self, framed};
use e2e::service::{Caller, Service};

/// Every role and its name in the metadata that narrows a call.
const ROLES: [(CallerRole, &str); 5] = [
    (CallerRole::Portal, "PORTAL"),
    (CallerRole::Business, "BUSINESS"),
    (CallerRole::Backoffice, "BACKOFFICE"),
    (CallerRole::Mailroom, "MAILROOM"),
    (CallerRole::Observer, "OBSERVER"),
];

/// Calls with an empty message and reads the refusal.
async fn refusal(caller: &Caller, rpc: &Rpc) -> Option<Refused> {
    let answer = raw::call(caller.channel(), rpc.path, &caller.told(), framed(&[])).await;
    let status = answer.status();
    (status.code() != tonic::Code::Ok).then(|| Refused::read(&status))
}

async fn reason(caller: &Caller, rpc: &Rpc) -> String {
    refusal(caller, rpc)
        .await
        .map_or_else(|| "OK".to_owned(), |refused| refused.reason)
}

fn grants(rpc: &Rpc, role: CallerRole, actor: Actor) -> bool {
    rpc.grants
        .iter()
        .any(|grant| grant.caller == role && grant.actor == actor)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_a_provisional_password_can_change_it_be_read_and_sign_out() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let brought = service.sink.mail_of(&olive.delivery_id).await.credentials();
    let opened = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    let portal = service.session(&opened.session_token);

    let mut open = Vec::new();
    for rpc in RPCS {
        let Some(grant) = rpc
            .grants
            .iter()
            .find(|grant| grant.actor == Actor::Session)
        else {
            continue;
        };
        if grant.sign_in == SignIn::MayBeIncomplete {
            open.push(rpc.path.rsplit('/').next().unwrap());
        } else {
            assert_eq!(
                reason(&portal, rpc).await,
                "SIGN_IN_INCOMPLETE",
                "{}",
                rpc.path
            );
        }
    }
    open.sort_unstable();
    assert_eq!(open, ["ChangePassword", "GetCurrentSession", "SignOut"]);
    portal.current_session().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_granted_to_a_role_is_refused_to_it_on_every_rpc() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    for rpc in RPCS {
        for (role, name) in ROLES {
            let caller = service.caller().telling("dev-caller-role", name);
            let agent = caller.clone().telling("caf-agent", "agent-0042");
            let person = caller.clone().telling("session-token", &claire.token);
            if !rpc.grants.iter().any(|grant| grant.caller == role) {
                for caller in [&caller, &agent, &person] {
                    let refused = refusal(caller, rpc).await.expect("refused");
                    assert_eq!(
                        refused.reason, "CALLER_NOT_ALLOWED",
                        "{name} on {}",
                        rpc.path
                    );
                    assert_eq!(refused.metadata["method"], rpc.path);
                }
                continue;
            }
            if !grants(rpc, role, Actor::None) {
                assert_eq!(
                    reason(&caller, rpc).await,
                    "ACTOR_REQUIRED",
                    "{name} on {}",
                    rpc.path
                );
            }
            if role != CallerRole::Backoffice {
                assert_eq!(
                    reason(&agent, rpc).await,
                    "CALLER_NOT_ALLOWED",
                    "{}",
                    rpc.path
                );
            }
            if role != CallerRole::Portal {
                assert_eq!(
                    reason(&person, rpc).await,
                    "CALLER_NOT_ALLOWED",
                    "{}",
                    rpc.path
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_of_every_role_that_forgets_the_session_is_refused_and_never_stronger() {
    let service = Service::start().await;
    for rpc in RPCS {
        if grants(rpc, CallerRole::Portal, Actor::Session) {
            let reason = reason(&service.caller(), rpc).await;
            assert_eq!(reason, "ACTOR_REQUIRED", "{}", rpc.path);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_actors_are_one_too_many() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let both = service.caller().telling("session-token", &claire.token);
    let both = both.telling("caf-agent", "agent-0042");
    for rpc in RPCS {
        let refused = refusal(&both, rpc).await.expect("refused");
        assert_eq!(refused.reason, "ACTOR_AMBIGUOUS", "{}", rpc.path);
        assert_eq!(refused.metadata["sent"], "session-token,caf-agent");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_path_that_is_no_rpc_is_unimplemented() {
    let service = Service::start().await;
    for path in [
        "/comptepartenaire.account.v1.AccountService/DropAccounts",
        "/comptepartenaire.account.v1.AccountService",
        "/comptepartenaire.account.v1.AccountService/GetAccount/",
        "/",
    ] {
        let agent = service.agent();
        let answer = raw::call(agent.channel(), path, &agent.told(), framed(&[])).await;
        assert_eq!(answer.status().code(), tonic::Code::Unimplemented, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_named_in_printable_characters_or_not_at_all() {
    let service = Service::start().await;
    let caller = service.caller().telling("dev-caller-role", "BACKOFFICE");
    for name in ["", "   ", &"x".repeat(65)] {
        let agent = caller.clone().telling("caf-agent", name);
        let request = api::account::v1::ListAccountsRequest::default();
        let told = agent.accounts().list_accounts(request).await;
        assert_eq!(told.refused().fields(), ["caf-agent: FORMAT"], "{name:?}");
    }
}
