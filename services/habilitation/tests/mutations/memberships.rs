//! Groups given and taken away.

use api::partner::v1::agreement::State::{Draft, Suspended, Validated};
use domain::account::StoredRole;
use domain::audit::Event;
use domain::change::Change;
use domain::paris::Day;
use domain::policy::Rank;
use domain::{AccountId, GroupId};
use storage::mutation::RoleChange;

use crate::watched::Meanwhile;
use crate::world::{CAF, Who, World, convention, fresh, reason, ticks, told, unusable};

#[tokio::test]
async fn groups_are_given_and_taken_away_in_one_step() {
    let oliviers = World::les_oliviers().await;
    let [paris, gironde, private, _] = *oliviers.groups.as_slice() else {
        panic!("four groups");
    };
    let luc = oliviers.add("Luc", &[paris, gironde]).await;
    let administrator = Who::Person(oliviers.administrator);
    let answer = oliviers
        .tick(administrator, luc, &[private, gironde], &[paris])
        .await
        .unwrap();

    let shown = answer.account.unwrap();
    let shown = shown
        .memberships
        .into_iter()
        .map(|membership| membership.group_id);
    assert_eq!(shown.collect::<Vec<_>>(), sorted(&[gironde, private]));
    assert!(!answer.revision.is_empty());
    let written = oliviers.last();
    let row = |group, member| Change::Membership {
        account: luc,
        group,
        member,
    };
    assert_eq!(written.feed, [row(private, true), row(paris, false)]);
    assert_eq!(written.audit.event, Event::AuthzChange);
    assert_eq!(written.audit.account, Some(luc));
    assert_eq!(
        written.audit.attributes["added_group_ids"],
        private.to_string()
    );
    assert_eq!(
        written.audit.attributes["removed_group_ids"],
        paris.to_string()
    );
}

fn sorted(groups: &[GroupId]) -> Vec<String> {
    let mut groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
    groups.sort();
    groups
}

#[tokio::test]
async fn giving_what_it_has_and_taking_what_it_has_not_changes_nothing() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let before = oliviers.account(luc).await;
    let authority = oliviers.authority(&[]).await.partner.authority_version;
    let (has, has_not) = (&oliviers.groups[..1], &oliviers.groups[1..2]);
    oliviers.tick(CAF, luc, has, has_not).await.unwrap();
    assert_eq!(oliviers.account(luc).await, before);
    assert_eq!(oliviers.last().feed, []);
    let now = oliviers.authority(&[]).await.partner.authority_version;
    assert_eq!(now, authority);
}

#[tokio::test]
async fn groups_are_given_under_a_validated_agreement_that_has_not_ended() {
    let yesterday = Some(Day::constant(2027, 1, 14));
    let today = Some(Day::constant(2027, 1, 15));
    for (agreement, allowed) in [
        (unusable("CONV-2", Draft, None), "AGREEMENT_NOT_VALIDATED"),
        (
            unusable("CONV-2", Suspended, None),
            "AGREEMENT_NOT_VALIDATED",
        ),
        (
            unusable("CONV-2", Validated, yesterday),
            "AGREEMENT_NOT_VALIDATED",
        ),
        (unusable("CONV-2", Validated, today), "none"),
    ] {
        let oliviers = World::provisioned(vec![convention("CONV-1"), agreement]).await;
        let other = &oliviers.groups[4..];
        let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
        assert_eq!(reason(oliviers.tick(CAF, luc, other, &[]).await), allowed);
        // What it holds there already is no matter, and is taken away at any time.
        let eve = oliviers.add("Eve", &oliviers.groups[3..]).await;
        let again = oliviers.tick(CAF, eve, other, &[]).await;
        assert_eq!(reason(again), "none");
        let taken = oliviers.tick(CAF, eve, &[], other).await;
        assert_eq!(reason(taken), "none");
    }
}

#[tokio::test]
async fn an_account_that_has_ended_is_given_nothing_and_may_lose_groups() {
    let oliviers = World::les_oliviers().await;
    let yesterday = Day::constant(2027, 1, 14);
    let (held, other) = (&oliviers.groups[..2], &oliviers.groups[2..]);
    let closed = oliviers.add("Luc", held).await;
    oliviers.close(closed).await;
    let expired = oliviers.add("Eve", held).await;
    oliviers.date(expired, yesterday, Some(yesterday)).await;
    let early = oliviers.add("Max", held).await;
    let tomorrow = Day::constant(2027, 1, 16);
    oliviers.date(early, tomorrow, None).await;

    for (account, state) in [(closed, "CLOSED"), (expired, "EXPIRED")] {
        let given = oliviers.tick(CAF, account, other, &[]).await;
        let not_active = ("ACCOUNT_NOT_ACTIVE".to_owned(), state.to_owned());
        assert_eq!(told(given, "state"), not_active);
        let taken = oliviers.tick(CAF, account, &[], &held[..1]).await;
        assert_eq!(reason(taken), "none");
    }
    assert_eq!(reason(oliviers.tick(CAF, early, other, &[]).await), "none");
}

#[tokio::test]
async fn an_account_keeps_one_group_at_least() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..2]).await;
    let both = oliviers.tick(CAF, luc, &[], &oliviers.groups[..2]).await;
    assert_eq!(
        told(both, "account_id"),
        ("LAST_GROUP".to_owned(), luc.to_string())
    );
    assert_eq!(oliviers.account(luc).await.memberships.len(), 2);
    let exchanged = oliviers.tick(CAF, luc, &oliviers.groups[2..3], &oliviers.groups[..2]);
    assert_eq!(
        exchanged.await.unwrap().account.unwrap().memberships.len(),
        1
    );
}

#[tokio::test]
async fn a_change_decided_on_an_older_account_is_refused_with_the_present_etag() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let first = oliviers.tick(CAF, luc, &oliviers.groups[1..2], &[]).await;
    let etag = first.unwrap().account.unwrap().etag;
    let on = |etag: &str| {
        let mut asked = ticks(luc, &oliviers.groups[2..3], &[]);
        asked.etag = String::from(etag);
        asked
    };
    let stale = oliviers.update(CAF, on("1")).await;
    assert_eq!(
        told(stale, "etag"),
        ("ETAG_MISMATCH".to_owned(), etag.clone())
    );
    assert_eq!(reason(oliviers.update(CAF, on(&etag)).await), "none");
}

#[tokio::test]
async fn what_is_not_the_partner_s_is_not_found_the_account_first() {
    let oliviers = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let nowhere = GroupId::parse(&fresh()).unwrap();
    let nobody = AccountId::parse(&fresh()).unwrap();
    let administrator = Who::Person(oliviers.administrator);
    for whom in [CAF, administrator] {
        let answer = oliviers.tick(whom, nobody, &[nowhere], &[]).await;
        assert_eq!(
            told(answer, "id"),
            ("ACCOUNT_NOT_FOUND".to_owned(), nobody.to_string())
        );
        let answer = oliviers
            .tick(whom, luc, &oliviers.groups[1..2], &[nowhere])
            .await;
        assert_eq!(
            told(answer, "id"),
            ("GROUP_NOT_FOUND".to_owned(), nowhere.to_string())
        );
    }
}

#[tokio::test]
async fn a_manager_gives_what_they_hold_to_users_who_are_all_theirs() {
    let oliviers = World::les_oliviers().await;
    let [paris, gironde, private, other] = *oliviers.groups.as_slice() else {
        panic!("four groups");
    };
    let manager = oliviers.add_manager("Ada", &[paris, gironde]).await;
    let ada = Who::Person(manager);
    let theirs = oliviers.add("Luc", &[paris]).await;
    let shared = oliviers.add("Eve", &[paris, gironde, private]).await;
    let unseen = oliviers.add("Max", &[private]).await;

    assert_eq!(
        reason(oliviers.tick(ada, theirs, &[gironde], &[]).await),
        "none"
    );
    let beyond = oliviers.tick(ada, theirs, &[other], &[]).await;
    assert_eq!(
        told(beyond, "group_ids"),
        ("ACTOR_NOT_ALLOWED".to_owned(), other.to_string())
    );
    let given = oliviers.tick(ada, shared, &[gironde], &[]).await;
    assert_eq!(reason(given), "ACTOR_NOT_ALLOWED");
    let taken = oliviers.tick(ada, shared, &[], &[gironde]).await.unwrap();
    let shown = taken.account.unwrap().memberships;
    assert_eq!(
        shown.len(),
        1,
        "a group that she does not hold is not shown"
    );
    let hidden = oliviers.tick(ada, unseen, &[], &[private]).await;
    assert_eq!(reason(hidden), "ACCOUNT_NOT_FOUND");
}

#[tokio::test]
async fn a_manager_hears_what_came_of_taking_away_the_only_group_they_share() {
    let oliviers = World::les_oliviers().await;
    let [paris, _, private, _] = *oliviers.groups.as_slice() else {
        panic!("four groups");
    };
    let ada = Who::Person(oliviers.add_manager("Ada", &[paris]).await);
    let eve = oliviers.add("Eve", &[paris, private]).await;
    let answer = oliviers.tick(ada, eve, &[], &[paris]).await.unwrap();
    let shown = answer.account.unwrap();
    assert_eq!(shown.account_id, eve.to_string());
    assert!(shown.memberships.is_empty());
    assert_eq!(oliviers.account(eve).await.groups(), [private].into());
    let again = oliviers.tick(ada, eve, &[], &[paris]).await;
    assert_eq!(reason(again), "ACCOUNT_NOT_FOUND");
}

#[tokio::test]
async fn nobody_changes_their_own_groups_nor_those_that_the_administrator_holds_by_role() {
    let oliviers = World::les_oliviers().await;
    let (held, more) = (&oliviers.groups[..1], &oliviers.groups[1..2]);
    let user = oliviers.add("Luc", held).await;
    let manager = oliviers.add_manager("Ada", held).await;
    for own in [user, manager] {
        let answer = oliviers.tick(Who::Person(own), own, more, &[]).await;
        assert_eq!(reason(answer), "ACTOR_NOT_ALLOWED");
    }
    let administrator = oliviers.administrator;
    for whom in [CAF, Who::Person(administrator)] {
        let answer = oliviers.tick(whom, administrator, more, &[]).await;
        assert_eq!(
            told(answer, "action"),
            (
                "ADMINISTRATOR_PROTECTED".to_owned(),
                "CHANGE_MEMBERSHIPS".to_owned()
            )
        );
    }
}

#[tokio::test]
async fn what_a_manager_decided_is_decided_again_when_they_are_dismissed_meanwhile() {
    let oliviers = World::les_oliviers().await;
    let manager = oliviers.add_manager("Ada", &oliviers.groups[..2]).await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    let dismissal = oliviers.changing(manager, |change| {
        change.role = Some(RoleChange {
            role: StoredRole::User,
            dismissed_by: Some(Rank::Caf),
        });
    });
    oliviers.meanwhile(Meanwhile::Write(Box::new(dismissal.await)));
    let answer = oliviers.tick(Who::Person(manager), luc, &oliviers.groups[1..2], &[]);
    // A plain user sees nobody else.
    assert_eq!(reason(answer.await), "ACCOUNT_NOT_FOUND");
    assert_eq!(oliviers.account(luc).await.memberships.len(), 1);
}

#[tokio::test]
async fn somebody_of_another_partner_finds_nobody() {
    let oliviers = World::les_oliviers().await;
    let mut elsewhere = World::les_oliviers().await;
    let luc = oliviers.add("Luc", &oliviers.groups[..1]).await;
    elsewhere.deps = oliviers.deps.clone();
    let stranger = Who::Person(elsewhere.administrator);
    let answer = elsewhere
        .tick(stranger, luc, &oliviers.groups[1..2], &[])
        .await;
    assert_eq!(reason(answer), "ACCOUNT_NOT_FOUND");
}
