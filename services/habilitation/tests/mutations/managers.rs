//! Managers appointed and dismissed.

use api::account::v1::Role as Shown;
use api::partner::v1::agreement::State::{Draft, Suspended};
use domain::account::{Channel, Role};
use domain::audit::Event;
use domain::change::Change;
use domain::delivery::{Kind, Subject};
use domain::paris::Day;
use domain::policy::Rank;
use domain::postal_address::PostalAddress;
use storage::mutation::{CredentialsMove, SessionsMove};

use crate::world::{CAF, TODAY, Who, World, convention, person, reason, told, unusable};

#[tokio::test]
async fn an_appointed_user_who_never_connected_is_told_and_sent_credentials_anew() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let administrator = Who::Person(oliviers.administrator);
    let answer = oliviers.appoint(administrator, luc).await.unwrap();

    assert_eq!(answer.account.unwrap().role(), Shown::Manager);
    let written = oliviers.last();
    assert_eq!(
        oliviers.told(),
        [
            (luc, Kind::FirstCredentials, Channel::Email, Subject::Plain),
            (
                luc,
                Kind::RoleChanged,
                Channel::Email,
                Subject::Role(Role::Manager)
            ),
        ]
    );
    assert_eq!(answer.delivery_id, written.deliveries[0].id.to_string());
    assert!(written.quotas.is_empty());
    let change = &written.changes[0];
    assert_eq!(change.sessions, SessionsMove::Ended);
    assert_eq!(change.credentials, CredentialsMove::Voided);
    let account = oliviers.account(luc).await;
    assert_eq!(account.role, Role::Manager);
    assert_eq!(account.epoch, 2);
    assert_eq!(
        account.groups(),
        oliviers.groups[..1].iter().copied().collect()
    );
    assert_eq!(
        written.feed,
        [
            Change::Account {
                account: luc,
                state: account.state,
                role: Role::Manager,
                dates: account.dates,
            },
            Change::SessionsEnded {
                account: luc,
                sessions: Vec::new(),
            },
        ]
    );
    assert_eq!(written.audit.event, Event::AuthzChange);
    assert_eq!(
        written.audit.personal.comment.as_deref(),
        Some("Remplace Luc.")
    );
}

#[tokio::test]
async fn who_has_connected_is_told_and_sent_no_credentials() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    oliviers.connect(luc).await;
    let answer = oliviers.appoint(CAF, luc).await.unwrap();
    assert_eq!(answer.delivery_id, "");
    let role = |role| (luc, Kind::RoleChanged, Channel::Email, Subject::Role(role));
    assert_eq!(oliviers.told(), [role(Role::Manager)]);
    let answer = oliviers.dismiss(CAF, luc).await.unwrap();
    assert_eq!(answer.delivery_id, "");
    assert_eq!(oliviers.told(), [role(Role::User)]);
}

#[tokio::test]
async fn how_signing_in_goes_is_shown_to_agents_alone() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let administrator = Who::Person(oliviers.administrator);
    let shown = oliviers.appoint(administrator, luc).await.unwrap().account;
    assert_eq!(shown.unwrap().sign_in_health, None);
    let shown = oliviers.appoint(CAF, luc).await.unwrap().account;
    assert!(shown.unwrap().sign_in_health.is_some());
}

#[tokio::test]
async fn credentials_go_by_the_contact_channel_and_no_notice_without_an_address() {
    let oliviers = World::les_oliviers().await;
    let mut by_letter = person("Paul");
    by_letter.email = None;
    by_letter.contact_channel = Channel::Letter;
    let lines = ["12 rue des Lilas", "33000 BORDEAUX"];
    by_letter.postal_address = Some(PostalAddress::parse(&lines, "FR").unwrap());
    let paul = oliviers.add_as(by_letter, &oliviers.groups[..1]).await;
    oliviers.appoint(CAF, paul).await.unwrap();
    let credentials = (
        paul,
        Kind::FirstCredentials,
        Channel::Letter,
        Subject::Plain,
    );
    assert_eq!(oliviers.told(), [credentials]);
}

#[tokio::test]
async fn of_who_is_so_already_nothing_changes() {
    let oliviers = World::les_oliviers().await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;
    let user = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let before = (
        oliviers.account(manager).await,
        oliviers.account(user).await,
    );
    let authority = oliviers.authority(&[]).await.partner.authority_version;

    assert_eq!(
        oliviers.appoint(CAF, manager).await.unwrap().delivery_id,
        ""
    );
    assert!(oliviers.last().feed.is_empty());
    assert_eq!(oliviers.dismiss(CAF, user).await.unwrap().delivery_id, "");
    assert!(oliviers.told().is_empty());
    let after = (
        oliviers.account(manager).await,
        oliviers.account(user).await,
    );
    assert_eq!(after, before);
    let now = oliviers.authority(&[]).await.partner.authority_version;
    assert_eq!(now, authority);
}

#[tokio::test]
async fn one_agreement_of_their_groups_must_give_rights_or_come_to_give_them() {
    let yesterday = Some(Day::constant(2027, 1, 14));
    let ended = unusable(
        "CONV-2",
        api::partner::v1::agreement::State::Validated,
        yesterday,
    );
    let oliviers = World::provisioned(vec![
        unusable("CONV-0", Draft, None),
        unusable("CONV-1", Suspended, None),
        ended,
        convention("CONV-3"),
    ])
    .await;
    let luc = oliviers.add("Luc", &oliviers.groups[..3]).await;
    let answer = oliviers.appoint(CAF, luc).await;
    let (why, agreement) = told(answer, "agreement_id");
    assert_eq!(why, "AGREEMENT_NOT_VALIDATED");
    let account = oliviers.account(luc).await;
    assert_eq!(agreement, account.memberships[0].agreement.to_string());

    let eve = oliviers.add("Eve", &oliviers.groups[2..4]).await;
    assert_eq!(reason(oliviers.appoint(CAF, eve).await), "none");
}

#[tokio::test]
async fn an_account_that_has_ended_is_not_appointed_one_not_yet_open_is() {
    let oliviers = World::les_oliviers().await;
    let yesterday = Day::constant(2027, 1, 14);
    let expired = oliviers.add("Luc", &oliviers.groups[..1]).await;
    oliviers.date(expired, yesterday, Some(yesterday)).await;
    let closed = oliviers.add("Eve", &oliviers.groups[..1]).await;
    oliviers.close(closed).await;
    for (account, state) in [(expired, "EXPIRED"), (closed, "CLOSED")] {
        let answer = oliviers.appoint(CAF, account).await;
        assert_eq!(
            told(answer, "state"),
            ("ACCOUNT_NOT_ACTIVE".to_owned(), state.to_owned())
        );
    }
    let early = oliviers.add("Max", &oliviers.groups[..1]).await;
    oliviers.date(early, Day::constant(2027, 1, 16), None).await;
    let answer = oliviers.appoint(CAF, early).await.unwrap();
    assert_ne!(answer.delivery_id, "");
}

#[tokio::test]
async fn a_dismissal_is_lifted_by_the_rank_that_imposed_it_or_a_higher_one() {
    let oliviers = World::les_oliviers().await;
    let administrator = Who::Person(oliviers.administrator);
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;

    oliviers.dismiss(administrator, manager).await.unwrap();
    let dismissed_by = oliviers.account(manager).await.dismissed_by;
    assert_eq!(dismissed_by, Some(Rank::Administrator));
    oliviers.appoint(administrator, manager).await.unwrap();
    assert_eq!(oliviers.account(manager).await.dismissed_by, None);

    oliviers.dismiss(CAF, manager).await.unwrap();
    // Dismissing again, by a lower rank, lowers nothing.
    oliviers.dismiss(administrator, manager).await.unwrap();
    let answer = oliviers.appoint(administrator, manager).await;
    assert_eq!(
        told(answer, "rank"),
        ("IMPOSED_BY_HIGHER_RANK".to_owned(), "CAF".to_owned())
    );
    oliviers.appoint(CAF, manager).await.unwrap();
    oliviers.dismiss(administrator, manager).await.unwrap();
    assert_eq!(
        reason(oliviers.appoint(administrator, manager).await),
        "none"
    );
}

#[tokio::test]
async fn a_manager_is_dismissed_whatever_has_become_of_dates_but_not_once_closed() {
    let oliviers = World::les_oliviers().await;
    let yesterday = Day::constant(2027, 1, 14);
    let expired = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;
    oliviers.date(expired, yesterday, Some(yesterday)).await;
    let answer = oliviers.dismiss(CAF, expired).await.unwrap();
    assert_eq!(answer.account.unwrap().role(), Shown::User);
    assert_eq!(
        answer.delivery_id, "",
        "an access that has ended gets no credentials"
    );

    let closed = oliviers.add_manager("Eve", &oliviers.groups[..1]).await;
    oliviers.close(closed).await;
    let answer = oliviers.dismiss(CAF, closed).await;
    assert_eq!(reason(answer), "ACCOUNT_NOT_ACTIVE");
}

#[tokio::test]
async fn only_the_administrator_and_the_caf_decide_on_managers_and_never_on_the_administrator() {
    let oliviers = World::les_oliviers().await;
    let user = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;
    let ada = Who::Person(manager);
    let needed = ("ACTOR_NOT_ALLOWED".to_owned(), "ADMINISTRATOR".to_owned());
    assert_eq!(
        told(oliviers.appoint(ada, user).await, "needed_role"),
        needed
    );
    assert_eq!(
        told(oliviers.dismiss(ada, manager).await, "needed_role"),
        needed
    );
    assert_eq!(
        reason(oliviers.dismiss(Who::Person(user), manager).await),
        "ACCOUNT_NOT_FOUND"
    );
    let administrator = oliviers.administrator;
    for whom in [CAF, Who::Person(administrator)] {
        let answer = oliviers.dismiss(whom, administrator).await;
        assert_eq!(reason(answer), "ADMINISTRATOR_PROTECTED");
    }
}

#[tokio::test]
async fn who_has_no_access_any_more_decides_nothing() {
    let oliviers = World::les_oliviers().await;
    let user = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..1]).await;
    oliviers
        .date(manager, TODAY.yesterday().unwrap(), TODAY.yesterday().ok())
        .await;
    let answer = oliviers.tick(Who::Person(manager), user, &[], &oliviers.groups[..1]);
    assert_eq!(reason(answer.await), "SESSION_INVALID");
}
