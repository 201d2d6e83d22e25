use domain::violation::FieldReason::{
    self, Character, Duplicate, Format, Required, TooFar, TooLong, TooMany, UnknownValue,
};

use super::*;
use crate::account::v1::NewAccount;
use crate::r#type::v1::Date;
use v1::replace_administrator_request::{Former as Left, Successor as Came};

const ONE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const OTHER: &str = "01890a5d-ac96-774b-bcce-b302099a8058";
const TODAY: Day = Day::constant(2027, 1, 15);

fn told(violations: &Violations) -> Vec<(&str, FieldReason)> {
    violations
        .iter()
        .map(|(path, violation)| (path, violation.reason))
        .collect()
}

fn groups_of(add: &[&str], remove: &[&str]) -> v1::UpdateMembershipsRequest {
    let texts = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect();
    v1::UpdateMembershipsRequest {
        account_id: ONE.to_owned(),
        add_group_ids: texts(add),
        remove_group_ids: texts(remove),
        ..v1::UpdateMembershipsRequest::default()
    }
}

#[test]
fn a_group_is_not_given_and_taken_away_at_once() {
    let wrong = update_memberships(&groups_of(&[ONE, OTHER], &[OTHER])).unwrap_err();
    assert_eq!(told(&wrong), [("remove_group_ids[0]", Duplicate)]);
    assert!(update_memberships(&groups_of(&[ONE], &[OTHER])).is_ok());
}

#[test]
fn something_is_to_be_given_or_taken_away() {
    let wrong = update_memberships(&v1::UpdateMembershipsRequest {
        request_id: "x".to_owned(),
        ..v1::UpdateMembershipsRequest::default()
    });
    assert_eq!(
        told(&wrong.unwrap_err()),
        [
            ("account_id", Required),
            ("add_group_ids", Required),
            ("request_id", Format)
        ]
    );
    assert!(update_memberships(&groups_of(&[], &[OTHER])).is_ok());
}

#[test]
fn the_comment_on_a_change_of_role_has_500_characters() {
    let asked = |characters: usize| {
        appoint_manager(&v1::AppointManagerRequest {
            account_id: ONE.to_owned(),
            comment: "é".repeat(characters),
            request_id: String::new(),
        })
    };
    assert!(asked(500).is_ok());
    assert_eq!(told(&asked(501).unwrap_err()), [("comment", TooLong)]);
}

#[test]
fn a_comment_is_one_line_of_visible_characters() {
    let asked = |comment: String| {
        appoint_manager(&v1::AppointManagerRequest {
            account_id: ONE.to_owned(),
            comment,
            request_id: String::new(),
        })
    };
    for hidden in [
        "\n",
        "\r",
        "\t",
        "\0",
        "\u{7f}",
        "\u{85}",
        "\u{ad}",
        "\u{200b}",
        "\u{200d}",
        "\u{202e}",
        "\u{2028}",
        "\u{2029}",
        "\u{2066}",
        "\u{feff}",
        "\u{e0041}",
    ] {
        let refused = asked(format!("absent{hidden}lundi")).unwrap_err();
        assert_eq!(told(&refused), [("comment", Character)], "{hidden:?}");
    }
    let typeset = "Arrivée\u{202f}: « dès\u{a0}lundi », n° 3/4 – voir l’œuvre 👍".to_owned();
    assert_eq!(asked(typeset.clone()).unwrap().comment, Some(typeset));
}

fn replacement() -> v1::ReplaceAdministratorRequest {
    v1::ReplaceAdministratorRequest {
        partner_id: ONE.to_owned(),
        successor: Some(Came::SuccessorAccountId(OTHER.to_owned())),
        former: Left::BecomesUser.into(),
        former_group_ids: vec![ONE.to_owned()],
        comment: String::new(),
        request_id: OTHER.to_owned(),
    }
}

#[test]
fn a_replacement_says_who_comes_what_becomes_of_the_former_and_its_request() {
    let nothing = v1::ReplaceAdministratorRequest::default();
    let wrong = replace_administrator(&nothing, TODAY).unwrap_err();
    assert_eq!(
        told(&wrong),
        [
            ("partner_id", Required),
            ("successor", Required),
            ("former", Required),
            ("request_id", Required)
        ]
    );
    let unknown = v1::ReplaceAdministratorRequest {
        former: 9,
        ..replacement()
    };
    let wrong = replace_administrator(&unknown, TODAY).unwrap_err();
    assert_eq!(told(&wrong), [("former", UnknownValue)]);
}

#[test]
fn a_former_administrator_keeps_groups_unless_closed() {
    assert!(replace_administrator(&replacement(), TODAY).is_ok());
    let without = v1::ReplaceAdministratorRequest {
        former_group_ids: Vec::new(),
        ..replacement()
    };
    let wrong = replace_administrator(&without, TODAY).unwrap_err();
    assert_eq!(told(&wrong), [("former_group_ids", Required)]);
    let closed = v1::ReplaceAdministratorRequest {
        former: Left::Closed.into(),
        ..replacement()
    };
    let wrong = replace_administrator(&closed, TODAY).unwrap_err();
    assert_eq!(told(&wrong), [("former_group_ids", TooMany)]);
}

#[test]
fn a_new_administrator_may_come_in_today() {
    let opening = |year, month, day| {
        let form = NewAccount {
            family_name: "MERCIER".to_owned(),
            given_name: "Alix".to_owned(),
            email: "alix.mercier@les-oliviers.example".to_owned(),
            opening_date: Some(Date { year, month, day }),
            ..NewAccount::default()
        };
        let asked = v1::ReplaceAdministratorRequest {
            successor: Some(Came::NewPerson(Box::new(form))),
            ..replacement()
        };
        replace_administrator(&asked, TODAY)
    };
    assert!(opening(2027, 1, 15).is_ok());
    let wrong = opening(2027, 1, 16).unwrap_err();
    assert_eq!(told(&wrong), [("new_person.opening_date", TooFar)]);
}
