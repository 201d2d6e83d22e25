//! One administrator put in the place of another.

use std::collections::BTreeSet;

use api::account::v1::Role as Shown;
use api::habilitation::v1::ReplaceAdministratorRequest;
use api::habilitation::v1::replace_administrator_request::{Former, Successor};
use api::partner::v1::agreement::State::{Draft, Validated};
use domain::account::{Channel, Role, State};
use domain::audit::Event;
use domain::change::Change;
use domain::delivery::{Kind, Subject};
use domain::paris::Day;
use domain::{AccountId, GroupId, PartnerId};
use storage::mutation::{CredentialsMove, Error, SessionsMove};

use crate::watched::Meanwhile;
use crate::world::{CAF, TODAY, Who, World, alix, convention, fresh, reason, told, unusable};

#[tokio::test]
async fn a_successor_takes_every_group_by_role_and_the_former_keeps_those_named() {
    let oliviers = World::les_oliviers().await;
    let former = oliviers.administrator;
    oliviers.connect(former).await;
    let luc = oliviers.add_manager("Luc", &oliviers.groups[..2]).await;
    oliviers.connect(luc).await;
    oliviers.date(luc, TODAY, Some(TODAY)).await;
    let answer = oliviers
        .replace(CAF, oliviers.succession(luc))
        .await
        .unwrap();

    assert_eq!(answer.delivery_id, "");
    let (administrator, user) = (answer.administrator.unwrap(), answer.former.unwrap());
    assert_eq!(administrator.account_id, luc.to_string());
    assert_eq!(administrator.role(), Shown::Administrator);
    assert_eq!(administrator.closing_date, None);
    assert!(administrator.memberships.is_empty());
    assert_eq!(user.role(), Shown::User);
    assert_eq!(user.memberships.len(), 1);

    let written = oliviers.last();
    for change in &written.changes {
        assert_eq!(change.sessions, SessionsMove::Ended);
        assert_eq!(change.credentials, CredentialsMove::Voided);
    }
    let notice = |account, role| {
        let subject = Subject::Role(role);
        (
            account,
            Kind::AdministratorReplaced,
            Channel::Email,
            subject,
        )
    };
    assert_eq!(
        oliviers.told(),
        [notice(luc, Role::Administrator), notice(former, Role::User)]
    );
    assert_eq!(written.audit.event, Event::AuthzAdmin);
    let row = |account, group: &GroupId, member| Change::Membership {
        account,
        group: *group,
        member,
    };
    for expected in [
        row(luc, &oliviers.groups[0], false),
        row(luc, &oliviers.groups[1], false),
        row(former, &oliviers.groups[0], true),
        Change::Partner {
            partner: oliviers.partner,
            administrator: luc,
        },
    ] {
        assert!(written.feed.contains(&expected), "{expected:?}");
    }
    let accounts = written.feed.iter();
    let accounts = accounts.filter(|row| matches!(row, Change::Account { .. }));
    assert_eq!(accounts.count(), 2);
}

#[tokio::test]
async fn a_manager_who_administered_for_a_time_comes_back_as_a_plain_user() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add_manager("Luc", &oliviers.groups[..2]).await;
    oliviers
        .replace(CAF, oliviers.succession(luc))
        .await
        .unwrap();
    let back = oliviers.succession(oliviers.administrator);
    let answer = oliviers.replace(CAF, back).await.unwrap();
    assert_eq!(answer.former.unwrap().role(), Shown::User);
    let account = oliviers.account(oliviers.administrator).await;
    assert!(account.memberships.is_empty());
}

#[tokio::test]
async fn whoever_never_connected_and_stays_is_sent_credentials_whatever_was_used_up() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..2]).await;
    let answer = oliviers
        .replace(CAF, oliviers.succession(luc))
        .await
        .unwrap();
    let credentials: Vec<_> = oliviers
        .last()
        .deliveries
        .into_iter()
        .filter(|new| new.kind == Kind::FirstCredentials)
        .collect();
    let to: Vec<_> = credentials.iter().map(|new| new.account).collect();
    assert_eq!(to, [luc, oliviers.administrator]);
    assert_eq!(answer.delivery_id, credentials[0].id.to_string());
    assert!(oliviers.last().quotas.is_empty());
}

#[tokio::test]
async fn a_former_administrator_who_leaves_is_closed_and_sent_no_credentials() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..2]).await;
    let asked = ReplaceAdministratorRequest {
        former: Former::Closed.into(),
        former_group_ids: Vec::new(),
        ..oliviers.succession(luc)
    };
    oliviers.replace(CAF, asked).await.unwrap();
    let former = oliviers.account(oliviers.administrator).await;
    assert_eq!((former.state, former.role), (State::Closed, Role::User));
    assert!(former.memberships.is_empty());
    let told = oliviers.told().into_iter();
    let told: Vec<_> = told.filter(|(account, ..)| *account == former.id).collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].1, Kind::AdministratorReplaced);
}

fn newcomer(oliviers: &World, user_number: &str) -> ReplaceAdministratorRequest {
    let mut form = alix();
    form.given_name = String::from("Zoé");
    form.user_number = String::from(user_number);
    ReplaceAdministratorRequest {
        successor: Some(Successor::NewPerson(Box::new(form))),
        ..oliviers.succession(oliviers.administrator)
    }
}

#[tokio::test]
async fn a_new_person_comes_in_with_first_credentials() {
    let oliviers = World::les_oliviers().await;
    let asked = newcomer(&oliviers, "");
    let answer = oliviers.replace(CAF, asked).await.unwrap();
    let administrator = answer.administrator.unwrap();
    assert_eq!(administrator.given_name, "Zoé");
    assert_eq!(administrator.role(), Shown::Administrator);
    let id = AccountId::parse(&administrator.account_id).unwrap();
    let credentials = (id, Kind::FirstCredentials, Channel::Email, Subject::Plain);
    assert_eq!(oliviers.told()[0], credentials);
    assert_eq!(
        answer.delivery_id,
        oliviers.last().deliveries[0].id.to_string()
    );
}

#[tokio::test]
async fn a_given_user_number_that_is_taken_is_told_a_drawn_identifier_is_drawn_again() {
    let oliviers = World::les_oliviers().await;
    let taken = oliviers.account(oliviers.administrator).await.user_number;
    let answer = oliviers
        .replace(CAF, newcomer(&oliviers, taken.as_str()))
        .await;
    assert_eq!(
        told(answer, "field"),
        (
            "USER_NUMBER_TAKEN".to_owned(),
            "new_person.user_number".to_owned()
        )
    );
    oliviers.meanwhile(Meanwhile::Refuse(Error::IdentifierTaken));
    let answer = oliviers.replace(CAF, newcomer(&oliviers, "")).await;
    assert_eq!(reason(answer), "none");
}

#[tokio::test]
async fn a_successor_is_another_open_account_of_the_partner() {
    let oliviers = World::les_oliviers().await;
    let answer = oliviers
        .replace(CAF, oliviers.succession(oliviers.administrator))
        .await;
    assert_eq!(
        told(answer, "action"),
        (
            "ADMINISTRATOR_PROTECTED".to_owned(),
            "REPLACE_ADMINISTRATOR".to_owned()
        )
    );
    let yesterday = Day::constant(2027, 1, 14);
    let held = &oliviers.groups[..1];
    let closed = oliviers.add("Luc", held).await;
    oliviers.close(closed).await;
    let expired = oliviers.add("Eve", held).await;
    oliviers.date(expired, yesterday, Some(yesterday)).await;
    let early = oliviers.add("Max", held).await;
    oliviers.date(early, Day::constant(2027, 1, 16), None).await;
    for (account, state) in [
        (closed, "CLOSED"),
        (expired, "EXPIRED"),
        (early, "NOT_YET_OPEN"),
    ] {
        let answer = oliviers.replace(CAF, oliviers.succession(account)).await;
        assert_eq!(
            told(answer, "state"),
            ("ACCOUNT_NOT_ACTIVE".to_owned(), state.to_owned())
        );
    }
}

#[tokio::test]
async fn the_former_administrator_keeps_groups_of_open_agreements_alone() {
    let yesterday = Some(Day::constant(2027, 1, 14));
    let today = Some(TODAY);
    for (agreement, allowed) in [
        (unusable("CONV-2", Draft, None), "AGREEMENT_NOT_VALIDATED"),
        (
            unusable("CONV-2", Validated, yesterday),
            "AGREEMENT_NOT_VALIDATED",
        ),
        (unusable("CONV-2", Validated, today), "none"),
    ] {
        let oliviers = World::provisioned(vec![convention("CONV-1"), agreement]).await;
        let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
        let mut asked = oliviers.succession(luc);
        asked.former_group_ids.push(oliviers.groups[4].to_string());
        assert_eq!(reason(oliviers.replace(CAF, asked).await), allowed);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_partner_account_group() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let mut asked = oliviers.succession(luc);
    asked.former_group_ids = vec![fresh()];
    assert_eq!(
        reason(oliviers.replace(CAF, asked.clone()).await),
        "GROUP_NOT_FOUND"
    );
    asked.successor = Some(Successor::SuccessorAccountId(fresh()));
    assert_eq!(
        reason(oliviers.replace(CAF, asked.clone()).await),
        "ACCOUNT_NOT_FOUND"
    );
    asked.partner_id = PartnerId::parse(&fresh()).unwrap().to_string();
    assert_eq!(
        reason(oliviers.replace(CAF, asked).await),
        "PARTNER_NOT_FOUND"
    );
}

#[tokio::test]
async fn only_the_caf_replaces_the_administrator() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let administrator = Who::Person(oliviers.administrator);
    let answer = oliviers
        .replace(administrator, oliviers.succession(luc))
        .await;
    assert_eq!(
        told(answer, "needed_role"),
        ("ACTOR_NOT_ALLOWED".to_owned(), "CAF".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_replacements_at_once_one_administrator_remains() {
    let oliviers = std::sync::Arc::new(World::les_oliviers().await);
    let mut successors = Vec::new();
    for given in ["Luc", "Eve"] {
        successors.push(oliviers.add(given, &oliviers.groups[..2]).await);
    }
    let both = successors.iter().map(|successor| {
        let (oliviers, asked) = (oliviers.clone(), oliviers.succession(*successor));
        tokio::spawn(async move { oliviers.replace(CAF, asked).await })
    });
    let both: Vec<_> = both.collect();
    for replacement in both {
        replacement.await.unwrap().unwrap();
    }
    let everyone = [successors[0], successors[1], oliviers.administrator];
    let authority = oliviers.authority(&everyone).await;
    let administrators: Vec<_> = authority
        .accounts
        .iter()
        .filter(|account| account.role == Role::Administrator)
        .collect();
    assert_eq!(administrators.len(), 1);
    assert_eq!(administrators[0].id, authority.partner.administrator);
    assert!(successors.contains(&administrators[0].id));
    let others = authority
        .accounts
        .iter()
        .filter(|account| account.role == Role::User);
    for other in others {
        assert_eq!(
            other.groups(),
            BTreeSet::from([oliviers.groups[0]]),
            "{}",
            other.id
        );
    }
}
