//! Partners made and completed from the Caf's record.

use api::account::v1::{Role, WorkMode};
use api::partner::v1::ProvisionPartnerRequest;
use api::partner::v1::agreement::State;
use api::r#type::v1::{Channel, HousingType};
use domain::change::Change;
use domain::delivery::Kind;
use domain::paris::Day;
use storage::mutation::Error;

use crate::watched::Meanwhile;
use crate::world::{World, convention, date, housing, reason, record, street, told, violations};

#[tokio::test]
async fn a_partner_is_made_with_agreements_groups_and_administrator() {
    let world = World::empty().await;
    let mut second = convention("CONV-2");
    second.scopes.truncate(1);
    let made = world
        .provision(record(vec![convention("CONV-1"), second]))
        .await
        .unwrap();

    assert!(made.created);
    assert_eq!(made.partner.unwrap().name, "LES OLIVIERS");
    let administrator = made.administrator.unwrap();
    assert_eq!(administrator.role(), Role::Administrator);
    let references: Vec<_> = made
        .agreements
        .iter()
        .map(|a| a.reference.as_str())
        .collect();
    assert_eq!(references, ["CONV-1", "CONV-2"]);
    assert!(made.agreements[0].in_force);
    let groups: Vec<_> = made
        .groups
        .iter()
        .map(|group| group.scope.clone().unwrap())
        .collect();
    let mut expected = convention("CONV-1").scopes;
    expected.push(convention("CONV-2").scopes[0].clone());
    assert_eq!(groups, expected);
    assert_eq!(made.groups[4].agreement_id, made.agreements[1].agreement_id);
    assert_eq!(
        made.changed_paths,
        [
            "agreements[0]",
            "agreements[0].scopes[0]",
            "agreements[0].scopes[1]",
            "agreements[0].scopes[2]",
            "agreements[0].scopes[3]",
            "agreements[1]",
            "agreements[1].scopes[0]",
            "administrator",
        ]
    );
    assert!(made.ignored_paths.is_empty());
    let written = world.last();
    assert_eq!(written.deliveries.len(), 1);
    assert_eq!(written.deliveries[0].kind, Kind::FirstCredentials);
    assert_eq!(made.delivery_id, written.deliveries[0].id.to_string());
    assert_eq!(written.feed.len(), 1 + 1 + 2 + 5);
}

#[tokio::test]
async fn told_twice_nothing_doubles_and_nothing_is_sent_again() {
    let world = World::empty().await;
    let first = world
        .provision(record(vec![convention("CONV-1")]))
        .await
        .unwrap();
    let second = world
        .provision(record(vec![convention("CONV-1")]))
        .await
        .unwrap();
    assert!(!second.created);
    assert!(second.changed_paths.is_empty());
    assert!(second.ignored_paths.is_empty());
    assert_eq!(second.delivery_id, "");
    assert_eq!(second.partner, first.partner);
    assert_eq!(second.agreements, first.agreements);
    assert_eq!(second.groups, first.groups);
    assert_eq!(second.administrator, first.administrator);
    assert!(world.last().deliveries.is_empty());
    assert!(world.last().feed.is_empty());
}

#[tokio::test]
async fn what_a_known_partner_lacks_is_added() {
    let world = World::empty().await;
    let mut small = convention("CONV-1");
    small.scopes.truncate(2);
    world.provision(record(vec![small])).await.unwrap();
    let added = world
        .provision(record(vec![convention("CONV-0"), convention("CONV-1")]))
        .await
        .unwrap();
    assert!(!added.created);
    let mut expected = vec!["agreements[0]".to_owned()];
    expected.extend((0..4).map(|scope| format!("agreements[0].scopes[{scope}]")));
    expected.extend((2..4).map(|scope| format!("agreements[1].scopes[{scope}]")));
    assert_eq!(added.changed_paths, expected);
    assert_eq!(added.groups.len(), 8);
    let feed = world.last().feed;
    let agreements = feed
        .iter()
        .filter(|row| matches!(row, Change::Agreement(_)));
    assert_eq!(agreements.count(), 1);
    assert_eq!(feed.len(), 7);
}

#[tokio::test]
async fn last_year_s_record_undoes_nothing_and_hears_what_is_different() {
    let oliviers = World::les_oliviers().await;
    let before = oliviers
        .provision(record(vec![convention("CONV-2027")]))
        .await
        .unwrap();
    let told = oliviers.provision(last_year()).await.unwrap();
    assert_eq!(
        told.ignored_paths,
        [
            "name",
            "siret",
            "agreements[0].label",
            "agreements[0].initial_state",
            "agreements[0].start_date",
            "agreements[0].end_date",
            "agreements[0].service_codes",
            "agreements[0].scopes[0].housing.zone_label",
            "administrator.family_name",
            "administrator.given_name",
            "administrator.email",
            "administrator.phone",
            "administrator.work_mode",
            "administrator.contact_channel",
            "administrator.postal_address",
            "administrator.opening_date",
            "administrator.user_number",
            "administrator.identifier",
        ]
    );
    assert!(told.changed_paths.is_empty());
    assert_eq!(told.partner, before.partner);
    assert_eq!(told.agreements, before.agreements);
    assert_eq!(told.groups[..1], before.groups[..1]);
    assert_eq!(told.administrator, before.administrator);
}

fn last_year() -> ProvisionPartnerRequest {
    let mut agreement = convention("CONV-2027");
    agreement.label = String::from("LES CHÊNES");
    agreement.initial_state = State::Draft.into();
    agreement.start_date = Some(date(Day::constant(2026, 1, 1)));
    agreement.end_date = Some(date(Day::constant(2026, 12, 31)));
    agreement.service_codes = vec!["AUTRE".to_owned()];
    agreement.scopes = vec![housing(HousingType::Conventionne, "75", "PARIS")];
    let mut record = record(vec![agreement]);
    record.name = String::from("LES CHÊNES");
    record.siret = String::from("732 829 320 00074");
    let administrator = record.administrator.as_mut().unwrap();
    administrator.family_name = String::from("MARTIN");
    administrator.given_name = String::from("Luc");
    administrator.email = String::from("luc.martin@les-oliviers.example");
    administrator.phone = String::from("05 56 00 00 00");
    administrator.work_mode = WorkMode::Itinerant.into();
    administrator.contact_channel = Channel::Letter.into();
    administrator.postal_address = Some(street());
    administrator.opening_date = Some(date(Day::constant(2026, 1, 1)));
    administrator.user_number = String::from("ABCDEFGHJKMNPQ");
    administrator.identifier = String::from("luc.martin");
    record
}

#[tokio::test]
async fn a_record_that_leaves_out_what_it_may_is_no_different() {
    let world = World::empty().await;
    let mut full = last_year();
    full.agreements[0].end_date = None;
    world.provision(full.clone()).await.unwrap();
    full.siret = String::new();
    let administrator = full.administrator.as_mut().unwrap();
    administrator.email = String::new();
    administrator.phone = String::new();
    administrator.work_mode = WorkMode::Unspecified.into();
    administrator.opening_date = None;
    administrator.user_number = String::from("abcd-efgh-jkmn-pq");
    administrator.identifier = String::new();
    let told = world.provision(full.clone()).await.unwrap();
    assert!(told.ignored_paths.is_empty(), "{:?}", told.ignored_paths);
    // A planned end is there or is not.
    full.agreements[0].end_date = Some(date(Day::constant(2028, 1, 1)));
    let told = world.provision(full).await.unwrap();
    assert_eq!(told.ignored_paths, ["agreements[0].end_date"]);
}

#[tokio::test]
async fn a_partner_has_fifty_agreements_at_most() {
    let oliviers = World::les_oliviers().await;
    let numbered = |number: usize| {
        let mut agreement = convention(&format!("CONV-{number}"));
        agreement.scopes.truncate(1);
        agreement
    };
    let full: Vec<_> = (0..49).map(numbered).collect();
    oliviers.provision(record(full.clone())).await.unwrap();
    let writes = oliviers.writes();
    let answer = oliviers.provision(record(vec![numbered(49)])).await;
    assert_eq!(violations(answer), [too_many("at most 50 elements")]);
    assert_eq!(oliviers.writes(), writes);
    let again = oliviers.provision(record(full)).await.unwrap();
    assert!(again.changed_paths.is_empty());
}

#[tokio::test]
async fn a_partner_has_two_thousand_groups_at_most() {
    let world = World::empty().await;
    let wide = |number: usize| {
        let mut agreement = convention(&format!("CONV-{number}"));
        let zones = (0..500).map(|zone| zone.to_string());
        let scope = |zone: String| housing(HousingType::Prive, &zone, "Ici");
        agreement.scopes = zones.map(scope).collect();
        agreement
    };
    let full = world
        .provision(record((0..4).map(wide).collect()))
        .await
        .unwrap();
    assert_eq!(full.groups.len(), 2_000);
    let mut more = convention("CONV-5");
    more.scopes.truncate(1);
    let answer = world.provision(record(vec![more])).await;
    let told = too_many("a partner has at most 2000 groups, over all its agreements");
    assert_eq!(violations(answer), [told]);
}

fn too_many(description: &str) -> (String, String) {
    ("agreements".to_owned(), description.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_records_at_once_one_makes_the_partner() {
    let world = std::sync::Arc::new(World::empty().await);
    let told: Vec<_> = (0..8)
        .map(|_| {
            let world = world.clone();
            let mut record = record(vec![convention("CONV-1")]);
            let administrator = record.administrator.as_mut().unwrap();
            administrator.user_number = String::from("ABCDEFGHJKMNPQ");
            tokio::spawn(async move { world.provision(record).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for told in told {
        answers.push(told.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| answer.created).count(), 1);
    for answer in &answers {
        assert_eq!(answer.partner, answers[0].partner);
        assert_eq!(answer.groups, answers[0].groups);
    }
}

#[tokio::test]
async fn a_given_number_that_is_taken_is_told_and_a_drawn_one_is_drawn_again() {
    let oliviers = World::les_oliviers().await;
    let taken = oliviers.account(oliviers.administrator).await;
    let other = |user_number: &str, identifier: &str| {
        let mut record = record(vec![convention("CONV-1")]);
        record.reference.as_mut().unwrap().reference = String::from("B-0002");
        let administrator = record.administrator.as_mut().unwrap();
        administrator.user_number = String::from(user_number);
        administrator.identifier = String::from(identifier);
        oliviers.provision(record)
    };
    assert_eq!(
        told(other(taken.user_number.as_str(), "").await, "field"),
        (
            "USER_NUMBER_TAKEN".to_owned(),
            "administrator.user_number".to_owned()
        )
    );
    assert_eq!(
        told(other("", taken.identifier.as_str()).await, "field"),
        (
            "IDENTIFIER_TAKEN".to_owned(),
            "administrator.identifier".to_owned()
        )
    );
    oliviers.meanwhile(Meanwhile::Refuse(Error::UserNumberTaken));
    assert!(other("", "").await.unwrap().created);
}

#[tokio::test]
async fn members_of_a_group_are_counted_without_the_administrator() {
    let oliviers = World::les_oliviers().await;
    oliviers.add("Luc", &oliviers.groups[1..3]).await;
    oliviers.add("Eve", &oliviers.groups[1..2]).await;
    let told = oliviers
        .provision(record(vec![convention("CONV-2027")]))
        .await
        .unwrap();
    let counts: Vec<_> = told.groups.iter().map(|group| group.member_count).collect();
    assert_eq!(counts, [0, 2, 1, 0]);
}

#[tokio::test]
async fn a_partner_that_moves_all_the_time_is_asked_for_later() {
    let oliviers = World::les_oliviers().await;
    for _ in 0..3 {
        oliviers.meanwhile(Meanwhile::Refuse(Error::Conflict));
    }
    let answer = oliviers.provision(record(vec![convention("CONV-1")])).await;
    assert_eq!(reason(answer), "AUTHORITY_MOVED");
}
