//! Who may act where: whether an account may act for a service on a group.

use jiff::Timestamp;

use crate::account::{Availability, Role, State, availability};
use crate::agreement::{self, Agreement};
use crate::dates::AccountDates;
use crate::group::{Scope, ScopeKey};
use crate::paris::{self, Day, Standing};
use crate::references::ServiceCode;
use crate::{AccountId, AgreementId, GroupId, PartnerId};

/// What an account holds, as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holdings {
    /// The account.
    pub account: AccountId,
    /// Its partner.
    pub partner: PartnerId,
    /// Its role.
    pub role: Role,
    /// Its state.
    pub state: State,
    /// Its dates.
    pub dates: AccountDates,
    /// The live groups it holds: those ticked, or every one of the partner for its administrator.
    pub groups: Vec<HeldGroup>,
    /// The agreements those groups stand under.
    pub agreements: Vec<Agreement>,
}

/// A group that an account holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldGroup {
    /// The group.
    pub group: GroupId,
    /// What it covers.
    pub scope: Scope,
    /// Its agreement, one of [`Holdings::agreements`].
    pub agreement: AgreementId,
}

/// Where someone wants to act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// On this group.
    Group(GroupId),
    /// On whatever group covers this.
    Scope(ScopeKey),
}

/// Why not, from what fails first to what fails last: of several groups the denial of the one that
/// got furthest is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Denial {
    /// There is no live session with that token.
    SessionInvalid,
    /// The session may only change its provisional password.
    SignInIncomplete,
    /// There is no such account.
    AccountUnknown,
    /// The account is closed.
    AccountClosed,
    /// The account is past its closing date.
    AccountExpired,
    /// The account is before its opening date.
    AccountNotYetOpen,
    /// No group that the account holds matches.
    NotAMember,
    /// The agreement is not validated.
    AgreementNotValidated,
    /// The agreement has not begun, or has ended.
    AgreementOutsideDates,
    /// The agreement does not cover the service.
    ServiceNotCovered,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Whether the account may act there, or why not.
    pub verdict: Result<(), Denial>,
    /// The group that was decided on, and its agreement, when one matched.
    pub on: Option<(GroupId, AgreementId)>,
    /// The next midnight at which a date may change the answer. The end of a session is for
    /// whoever knows it.
    pub holds_until: Option<Timestamp>,
}

impl Holdings {
    /// Whether the account may act for the service on the target, on that day.
    pub fn decide(&self, service: &ServiceCode, target: &Target, today: Day) -> Decision {
        if let Err(denial) = self.usable(today) {
            return Decision::denied(denial, self.next_boundary(today));
        }
        let mut furthest = Decision::denied(Denial::NotAMember, None);
        let mut until = self.next_boundary(today);
        for held in self.groups.iter().filter(|held| held.matches(target)) {
            let decision = self.decide_on(held, Some(service), today);
            if decision.verdict.is_ok() {
                return decision;
            }
            until = earlier(until, decision.holds_until);
            if decision.verdict.err() >= furthest.verdict.err() {
                furthest = decision;
            }
        }
        Decision {
            holds_until: until,
            ..furthest
        }
    }

    /// Whether the account itself is good for anything on that day.
    pub fn usable(&self, today: Day) -> Result<(), Denial> {
        match availability(self.state, &self.dates, today) {
            Availability::Open => Ok(()),
            Availability::Closed => Err(Denial::AccountClosed),
            Availability::Expired => Err(Denial::AccountExpired),
            Availability::NotYetOpen => Err(Denial::AccountNotYetOpen),
        }
    }

    /// Whether this group gives a usable account the right to act on that day, for the service
    /// or, without one, for any that its agreement covers.
    pub fn decide_on(
        &self,
        held: &HeldGroup,
        service: Option<&ServiceCode>,
        today: Day,
    ) -> Decision {
        let Some(agreement) = self.agreement(held.agreement) else {
            return Decision::denied(Denial::NotAMember, None);
        };
        Decision {
            verdict: covers(agreement, service, today),
            on: Some((held.group, agreement.id)),
            holds_until: earlier(
                self.next_boundary(today),
                boundary(agreement.start, agreement.end, today),
            ),
        }
    }

    /// One of the agreements that the groups stand under.
    pub fn agreement(&self, id: AgreementId) -> Option<&Agreement> {
        self.agreements.iter().find(|agreement| agreement.id == id)
    }

    fn next_boundary(&self, today: Day) -> Option<Timestamp> {
        match self.state {
            State::Active => boundary(self.dates.opening(), self.dates.closing(), today),
            State::Closed => None,
        }
    }
}

impl Decision {
    /// Not, whatever group was meant.
    pub fn denied(denial: Denial, holds_until: Option<Timestamp>) -> Self {
        Self {
            verdict: Err(denial),
            on: None,
            holds_until,
        }
    }
}

impl HeldGroup {
    fn matches(&self, target: &Target) -> bool {
        match target {
            Target::Group(group) => self.group == *group,
            Target::Scope(scope) => self.scope.key == *scope,
        }
    }
}

fn covers(agreement: &Agreement, service: Option<&ServiceCode>, today: Day) -> Result<(), Denial> {
    if agreement.state != agreement::State::Validated {
        return Err(Denial::AgreementNotValidated);
    }
    if !agreement.inside_dates(today) {
        return Err(Denial::AgreementOutsideDates);
    }
    match service {
        Some(service) if !agreement.services.contains(service) => Err(Denial::ServiceNotCovered),
        _ => Ok(()),
    }
}

/// The next midnight at which a span of days, both ends included, begins or ends.
fn boundary(first: Day, last: Option<Day>, today: Day) -> Option<Timestamp> {
    match paris::within(first, last, today) {
        Standing::Before => Some(paris::start_of(first)),
        Standing::Inside => last.map(paris::end_of),
        Standing::After => None,
    }
}

fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::group::HousingType;
    use crate::name::{AgreementLabel, ZoneLabel};
    use crate::references::{Reference, ZoneCode};

    const GROUP: u128 = 1;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn service(code: &str) -> ServiceCode {
        ServiceCode::parse(code).unwrap()
    }

    fn agreement(number: u128, state: agreement::State, end: Option<&str>) -> Agreement {
        Agreement {
            id: uuid::Uuid::from_u128(number).into(),
            partner: uuid::Uuid::from_u128(9).into(),
            version: 1,
            reference: Reference::parse("CONV-1").unwrap(),
            label: AgreementLabel::parse("LES OLIVIERS").unwrap(),
            state,
            start: day("2026-01-01"),
            end: end.map(day),
            services: BTreeSet::from([service("OFFRE_BAILLEURS")]),
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn paris_convention(group: u128, agreement: u128) -> HeldGroup {
        HeldGroup {
            group: uuid::Uuid::from_u128(group).into(),
            scope: Scope {
                key: ScopeKey {
                    housing: HousingType::Conventionne,
                    zone: ZoneCode::parse("75").unwrap(),
                },
                zone_label: ZoneLabel::parse("Paris").unwrap(),
            },
            agreement: uuid::Uuid::from_u128(agreement).into(),
        }
    }

    fn holdings(agreements: Vec<Agreement>) -> Holdings {
        Holdings {
            account: uuid::Uuid::from_u128(5).into(),
            partner: uuid::Uuid::from_u128(9).into(),
            role: Role::User,
            state: State::Active,
            dates: AccountDates::stored(day("2026-02-01"), Some(day("2026-06-30"))),
            groups: vec![paris_convention(GROUP, 10), paris_convention(2, 11)],
            agreements,
        }
    }

    fn check(holdings: &Holdings, today: &str) -> Result<(), Denial> {
        ask(holdings, today).verdict
    }

    fn ask(holdings: &Holdings, today: &str) -> Decision {
        let target = Target::Group(uuid::Uuid::from_u128(GROUP).into());
        holdings.decide(&service("OFFRE_BAILLEURS"), &target, day(today))
    }

    #[test]
    fn both_ends_of_the_accounts_dates_are_included() {
        let holdings = holdings(vec![agreement(10, agreement::State::Validated, None)]);
        assert_eq!(
            check(&holdings, "2026-01-31"),
            Err(Denial::AccountNotYetOpen)
        );
        assert!(check(&holdings, "2026-02-01").is_ok());
        assert!(check(&holdings, "2026-06-30").is_ok());
        assert_eq!(check(&holdings, "2026-07-01"), Err(Denial::AccountExpired));
    }

    #[test]
    fn a_right_holds_until_the_first_date_that_ends_it() {
        let ending = agreement(10, agreement::State::Validated, Some("2026-03-31"));
        let answer = ask(&holdings(vec![ending]), "2026-03-01");
        assert_eq!(
            answer.holds_until,
            Some("2026-03-31T22:00:00Z".parse().unwrap())
        );
        let endless = agreement(10, agreement::State::Validated, None);
        let answer = ask(&holdings(vec![endless]), "2026-03-01");
        assert_eq!(
            answer.holds_until,
            Some("2026-06-30T22:00:00Z".parse().unwrap())
        );
    }

    #[test]
    fn a_denial_holds_until_the_first_date_that_may_lift_it() {
        let holdings = holdings(vec![agreement(10, agreement::State::Validated, None)]);
        let answer = ask(&holdings, "2026-01-15");
        assert_eq!(answer.verdict, Err(Denial::AccountNotYetOpen));
        assert_eq!(
            answer.holds_until,
            Some("2026-01-31T23:00:00Z".parse().unwrap())
        );
        assert_eq!(ask(&holdings, "2026-07-01").holds_until, None);
    }

    #[test]
    fn only_a_validated_agreement_inside_its_dates_gives_rights() {
        for state in [agreement::State::Draft, agreement::State::Suspended] {
            let refused = check(&holdings(vec![agreement(10, state, None)]), "2026-03-01");
            assert_eq!(refused, Err(Denial::AgreementNotValidated));
        }
        let ended = agreement(10, agreement::State::Validated, Some("2026-02-28"));
        let refused = check(&holdings(vec![ended]), "2026-03-01");
        assert_eq!(refused, Err(Denial::AgreementOutsideDates));
    }

    #[test]
    fn an_agreement_gives_rights_for_its_own_services() {
        let holdings = holdings(vec![agreement(10, agreement::State::Validated, None)]);
        let target = Target::Group(uuid::Uuid::from_u128(GROUP).into());
        let refused = holdings.decide(&service("AUTRE"), &target, day("2026-03-01"));
        assert_eq!(refused.verdict, Err(Denial::ServiceNotCovered));
    }

    #[test]
    fn of_several_groups_one_that_passes_is_enough_else_the_furthest_denial_is_told() {
        let target = Target::Scope(paris_convention(0, 0).scope.key);
        let decide = |agreements| {
            holdings(agreements).decide(&service("OFFRE_BAILLEURS"), &target, day("2026-03-01"))
        };
        let passing = decide(vec![
            agreement(10, agreement::State::Suspended, None),
            agreement(11, agreement::State::Validated, None),
        ]);
        assert_eq!(passing.verdict, Ok(()));
        assert_eq!(passing.on.unwrap().0, uuid::Uuid::from_u128(2).into());
        let denied = decide(vec![
            agreement(10, agreement::State::Validated, Some("2026-02-28")),
            agreement(11, agreement::State::Draft, None),
        ]);
        assert_eq!(denied.verdict, Err(Denial::AgreementOutsideDates));
    }

    #[test]
    fn an_absent_or_foreign_group_is_not_a_members() {
        let holdings = holdings(vec![agreement(10, agreement::State::Validated, None)]);
        let target = Target::Group(uuid::Uuid::from_u128(77).into());
        let refused = holdings.decide(&service("OFFRE_BAILLEURS"), &target, day("2026-03-01"));
        assert_eq!(refused.verdict, Err(Denial::NotAMember));
    }

    #[test]
    fn a_closed_account_is_told_before_anything_about_its_groups() {
        let mut holdings = holdings(Vec::new());
        holdings.state = State::Closed;
        assert_eq!(check(&holdings, "2026-03-01"), Err(Denial::AccountClosed));
    }
}
