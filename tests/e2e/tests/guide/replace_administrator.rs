//! « A titre exceptionnel, vous pouvez remplacer votre administrateur. Pour cela, contactez la
//! Caf. »

use api::account::v1::{Role, account};
use api::delivery::v1::delivery::Kind;
use api::habilitation::v1::replace_administrator_request::{Former, Successor};
use api::habilitation::v1::{ReplaceAdministratorRequest, ReplaceAdministratorResponse};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{self, ADMINISTRATOR_EMAIL, Provisioned, person_by_email};
use e2e::person::Person;
use e2e::service::{Caller, Service, fresh_id};
use tonic::Status;

async fn replace(
    by: &Caller,
    olive: &Provisioned,
    successor: Successor,
    former: (Former, &[String]),
) -> Result<ReplaceAdministratorResponse, Status> {
    let request = ReplaceAdministratorRequest {
        partner_id: olive.partner.partner_id.clone(),
        successor: Some(successor),
        former: former.0.into(),
        former_group_ids: former.1.to_vec(),
        comment: "demande écrite du partenaire".to_owned(),
        request_id: fresh_id(),
    };
    Ok(by
        .habilitations()
        .replace_administrator(request)
        .await?
        .into_inner())
}

async fn with_a_user(service: &Service) -> (Provisioned, Person, Person) {
    let olive = Provisioned::make(service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(service).await;
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let portal = service.session(&claire.token);
    let marc = olive
        .colleague(service, &portal, form, &[olive.paris()])
        .await;
    (olive, claire, marc)
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_the_caf_replaces_the_administrator() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let successor = || Successor::SuccessorAccountId(marc.account.account_id.clone());
    let former = (Former::Closed, &[][..]);
    let administrator = service.session(&claire.token);
    let refused = replace(&administrator, &olive, successor(), former)
        .await
        .refused();
    assert_eq!(refused.reason, "CALLER_NOT_ALLOWED");
    assert_eq!(refused.metadata["allowed_callers"], "BACKOFFICE");
    // Nor does a caller that holds every role, once it names the person.
    let session = service.caller().telling("session-token", &claire.token);
    let refused = replace(&session, &olive, successor(), former).await;
    assert_eq!(refused.reason(), "CALLER_NOT_ALLOWED");
    let current = administrator.current_session().await.unwrap();
    assert_eq!(current.account.unwrap().role(), Role::Administrator);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caf_puts_a_colleague_in_the_place_of_the_administrator() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let successor = Successor::SuccessorAccountId(marc.account.account_id.clone());
    let kept = [olive.gironde()];
    let replaced = replace(
        &service.agent(),
        &olive,
        successor,
        (Former::BecomesUser, &kept),
    )
    .await;
    let replaced = replaced.unwrap();

    let administrator = replaced.administrator.unwrap();
    assert_eq!(administrator.account_id, marc.account.account_id);
    assert_eq!(administrator.role(), Role::Administrator);
    assert!(administrator.memberships.is_empty(), "every group, by role");
    let former = replaced.former.unwrap();
    assert_eq!(former.role(), Role::User);
    assert_eq!(former.memberships[0].group_id, olive.gironde());
    assert_eq!(replaced.delivery_id, "", "both have connected");

    for ended in [&claire.token, &marc.token] {
        let ended = service.session(ended).current_session().await;
        assert_eq!(ended.reason(), "SESSION_INVALID");
    }
    for account in [&claire.account, &marc.account] {
        let notice = service
            .delivery_of(Kind::AdministratorReplaced, &account.account_id)
            .await;
        let mail = service.sink.mail_of(&notice.delivery_id).await;
        assert_eq!(mail.to(), account.email);
    }
    let claire = service.sign_in_again(&claire).await;
    let marc = service.sign_in_again(&marc).await;
    let form = || person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example");
    let groups = [olive.paris(), olive.gironde()];
    let refused = olive
        .create_account(&service.session(&claire.token), form(), &groups)
        .await;
    assert_eq!(refused.reason(), "ACTOR_NOT_ALLOWED");
    olive
        .create_account(&service.session(&marc.token), form(), &groups)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caf_brings_a_new_person_and_closes_the_one_who_left() {
    let service = Service::start().await;
    let (olive, claire, _) = with_a_user(&service).await;
    let email = "hugo.perrin@les-oliviers.example";
    let successor = Successor::NewPerson(person_by_email("Hugo", "PERRIN", email).into());
    let replaced = replace(&service.agent(), &olive, successor, (Former::Closed, &[])).await;
    let replaced = replaced.unwrap();

    assert_eq!(replaced.former.unwrap().state(), account::State::Closed);
    let ended = service.session(&claire.token).current_session().await;
    assert_eq!(ended.reason(), "SESSION_INVALID");
    let closed = service
        .sign_in(&claire.account.identifier, &claire.password)
        .await;
    assert_eq!(closed.reason(), "SIGN_IN_REFUSED");
    let brought = service
        .sink
        .mail_of(&replaced.delivery_id)
        .await
        .credentials();
    let hugo = service.first_connection(&brought).await;
    assert_eq!(hugo.account.role(), Role::Administrator);

    // Whoever is closed is served by no recovery.
    let sent = service
        .deliveries_of(&claire.account.account_id)
        .await
        .len();
    service.recover_password(ADMINISTRATOR_EMAIL).await;
    service
        .recover_identifier(&claire.account.user_number)
        .await;
    service.recoveries_resolved().await;
    assert_eq!(
        service
            .deliveries_of(&claire.account.account_id)
            .await
            .len(),
        sent
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_successor_who_never_connected_is_sent_new_credentials_and_the_old_ones_are_void() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let portal = service.session(&claire.token);
    let made = olive
        .create_account(&portal, form, &[olive.paris()])
        .await
        .unwrap();
    let old = service.sink.mail_of(&made.delivery_id).await.credentials();

    let successor = Successor::SuccessorAccountId(made.account.unwrap().account_id);
    let replaced = replace(&service.agent(), &olive, successor, (Former::Closed, &[])).await;
    let replaced = replaced.unwrap();
    assert_ne!(replaced.delivery_id, "");
    let void = service.sign_in(&old.identifier, &old.password).await;
    assert_eq!(void.reason(), "SIGN_IN_REFUSED");
    let brought = service
        .sink
        .mail_of(&replaced.delivery_id)
        .await
        .credentials();
    service.first_connection(&brought).await;
}
