//! What « Offre Bailleurs » asks: may this person act on this group? In each state that can be
//! brought about.

use api::account::v1::{NewAccount, Role};
use api::habilitation::v1::replace_administrator_request::{Former, Successor};
use api::habilitation::v1::{
    CheckHabilitationRequest, CheckHabilitationResponse, Denial, ListHabilitationsRequest,
    ReplaceAdministratorRequest, Subject, Target, UpdateMembershipsRequest, subject, target,
};
use api::partner::v1::agreement;
use api::r#type::v1::{Date, HousingType, Scope};
use e2e::les_oliviers::{
    self, OFFRE_BAILLEURS, Provisioned, day, every_scope, housing, person_by_email, validated,
};
use e2e::person::Person;
use e2e::service::{Service, absent_id, fresh_id};
use jiff::SignedDuration;

fn session(token: &str) -> Subject {
    Subject {
        subject: Some(subject::Subject::SessionToken(token.to_owned())),
    }
}

fn account(id: &str) -> Subject {
    Subject {
        subject: Some(subject::Subject::AccountId(id.to_owned())),
    }
}

fn on_group(id: &str) -> Target {
    Target {
        target: Some(target::Target::GroupId(id.to_owned())),
    }
}

fn on_scope(scope: Scope) -> Target {
    Target {
        target: Some(target::Target::Scope(scope)),
    }
}

async fn check(service: &Service, who: Subject, on: Target) -> CheckHabilitationResponse {
    check_for(service, who, OFFRE_BAILLEURS, on).await
}

async fn check_for(
    service: &Service,
    who: Subject,
    service_code: &str,
    on: Target,
) -> CheckHabilitationResponse {
    let request = CheckHabilitationRequest {
        subject: Some(who),
        service_code: service_code.to_owned(),
        target: Some(on),
        ..Default::default()
    };
    service
        .business()
        .habilitations()
        .check_habilitation(request)
        .await
        .unwrap()
        .into_inner()
}

/// `None` when allowed.
async fn denial(service: &Service, who: Subject, on: Target) -> Option<Denial> {
    denial_in(check(service, who, on).await)
}

fn denial_in(answer: CheckHabilitationResponse) -> Option<Denial> {
    let decision = answer.decision.unwrap();
    assert_eq!(decision.allowed, decision.denial() == Denial::Unspecified);
    (!decision.allowed).then(|| decision.denial())
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
async fn a_member_may_and_the_administrator_may_everywhere_and_others_may_not() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;

    let answer = check(&service, session(&marc.token), on_group(&olive.paris())).await;
    let decision = answer.decision.unwrap();
    assert!(decision.allowed);
    assert_eq!(decision.group_id, olive.paris());
    assert_eq!(decision.agreement_id, olive.agreement_id());
    assert!(
        decision.holds_until_time.is_some(),
        "no longer than the session"
    );
    let subject = answer.subject.unwrap();
    assert_eq!(subject.account_id, marc.account.account_id);
    assert_eq!(subject.role(), Role::User);

    for who in [session(&marc.token), account(&marc.account.account_id)] {
        let elsewhere = denial(&service, who, on_group(&olive.gironde())).await;
        assert_eq!(elsewhere, Some(Denial::NotAMember));
    }
    for group in &olive.groups {
        let who = session(&claire.token);
        assert_eq!(denial(&service, who, on_group(&group.group_id)).await, None);
    }
    let absent = denial(&service, session(&claire.token), on_group(&absent_id())).await;
    assert_eq!(absent, Some(Denial::NotAMember));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_answered_like_its_group_whatever_its_label() {
    let service = Service::start().await;
    let (_, _, marc) = with_a_user(&service).await;
    let who = || session(&marc.token);
    let paris = housing(HousingType::Conventionne, "75", "Lutèce");
    assert_eq!(denial(&service, who(), on_scope(paris)).await, None);
    for scope in [
        housing(HousingType::Prive, "75", ""),
        housing(HousingType::Conventionne, "33", ""),
    ] {
        let denied = denial(&service, who(), on_scope(scope)).await;
        assert_eq!(denied, Some(Denial::NotAMember));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_dead_incomplete_or_unknown_may_nowhere() {
    let service = Service::start().await;
    let (olive, _, marc) = with_a_user(&service).await;
    let on = || on_group(&olive.paris());
    for token in ["cps_nobody", &format!("cps_{}", "A".repeat(43))] {
        let denied = denial(&service, session(token), on()).await;
        assert_eq!(denied, Some(Denial::SessionInvalid));
    }
    service
        .session(&marc.token)
        .sessions()
        .sign_out(api::session::v1::SignOutRequest {})
        .await
        .unwrap();
    assert_eq!(
        denial(&service, session(&marc.token), on()).await,
        Some(Denial::SessionInvalid)
    );

    service.recover_password(&marc.account.email).await;
    let kind = api::delivery::v1::delivery::Kind::ProvisionalPassword;
    let delivery = service.delivery_of(kind, &marc.account.account_id).await;
    let brought = service
        .sink
        .mail_of(&delivery.delivery_id)
        .await
        .credentials();
    let opened = service
        .sign_in(&brought.identifier, &brought.password)
        .await
        .unwrap();
    let incomplete = denial(&service, session(&opened.session_token), on()).await;
    assert_eq!(incomplete, Some(Denial::SignInIncomplete));

    let again = service.sign_in_again(&marc).await;
    assert_eq!(denial(&service, session(&again.token), on()).await, None);
    service.clock.advance(SignedDuration::from_mins(30));
    let idle = denial(&service, session(&again.token), on()).await;
    assert_eq!(idle, Some(Denial::SessionInvalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_unknown_or_closed_may_nowhere() {
    let service = Service::start().await;
    let (olive, claire, _) = with_a_user(&service).await;
    let on = || on_group(&olive.paris());
    let unknown = denial(&service, account(&absent_id()), on()).await;
    assert_eq!(unknown, Some(Denial::AccountUnknown));

    let request = ReplaceAdministratorRequest {
        partner_id: olive.partner.partner_id.clone(),
        successor: Some(Successor::NewPerson(
            person_by_email("Hugo", "PERRIN", "hugo.perrin@les-oliviers.example").into(),
        )),
        former: Former::Closed.into(),
        request_id: fresh_id(),
        ..Default::default()
    };
    service
        .agent()
        .habilitations()
        .replace_administrator(request)
        .await
        .unwrap();
    let closed = denial(&service, account(&claire.account.account_id), on()).await;
    assert_eq!(closed, Some(Denial::AccountClosed));
    let closed = denial(&service, session(&claire.token), on()).await;
    assert_eq!(closed, Some(Denial::SessionInvalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_may_from_its_opening_date_through_its_closing_date() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let form = NewAccount {
        opening_date: Some(day(2026, 11, 24)),
        closing_date: Some(day(2026, 11, 24)),
        ..person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example")
    };
    let made = olive
        .create_account(&service.agent(), form, &[olive.paris()])
        .await
        .unwrap();
    let id = made.account.unwrap().account_id;
    let now = || denial(&service, account(&id), on_group(&olive.paris()));

    assert_eq!(now().await, Some(Denial::AccountNotYetOpen));
    service.clock.advance(SignedDuration::from_hours(14));
    assert_eq!(now().await, None);
    service.clock.advance(SignedDuration::from_hours(24));
    assert_eq!(now().await, Some(Denial::AccountExpired));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_past_the_closing_date_is_told_that_the_account_expired() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let form = NewAccount {
        closing_date: Some(day(2026, 11, 23)),
        ..person_by_email("Nadia", "LEROY", "nadia.leroy@les-oliviers.example")
    };
    let nadia = olive
        .colleague(&service, &service.agent(), form, &[olive.paris()])
        .await;
    service
        .clock
        .advance(SignedDuration::from_mins(14 * 60 - 10));
    let nadia = service.sign_in_again(&nadia).await;
    let on = || on_group(&olive.paris());
    assert_eq!(denial(&service, session(&nadia.token), on()).await, None);
    service.clock.advance(SignedDuration::from_mins(10));
    let expired = denial(&service, session(&nadia.token), on()).await;
    assert_eq!(expired, Some(Denial::AccountExpired));
}

/// LES OLIVIERS under an agreement in that state, within those days.
async fn under(
    service: &Service,
    state: agreement::State,
    days: (Date, Option<Date>),
) -> Provisioned {
    let mut request = les_oliviers::les_oliviers();
    request.reference = Some(les_oliviers::reference(&fresh_id()));
    let mut only = validated("CONV-1", "LES OLIVIERS", every_scope());
    only.initial_state = state.into();
    (only.start_date, only.end_date) = (Some(days.0), days.1);
    request.agreements = vec![only];
    Provisioned::make(service, request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_exist_while_the_agreement_is_validated_and_inside_its_dates() {
    use agreement::State;
    let service = Service::start().await;
    let (begun, today) = (day(2026, 1, 1), day(2026, 11, 23));
    let cases = [
        (State::Validated, (begun, None), None),
        (State::Validated, (today, Some(today)), None),
        (
            State::Validated,
            (day(2026, 11, 24), None),
            Some(Denial::AgreementOutsideDates),
        ),
        (
            State::Validated,
            (begun, Some(day(2026, 11, 22))),
            Some(Denial::AgreementOutsideDates),
        ),
        (
            State::Draft,
            (begun, None),
            Some(Denial::AgreementNotValidated),
        ),
        (
            State::Suspended,
            (begun, None),
            Some(Denial::AgreementNotValidated),
        ),
        (
            State::Terminated,
            (begun, None),
            Some(Denial::AgreementNotValidated),
        ),
    ];
    for (state, days, expected) in cases {
        let olive = under(&service, state, days).await;
        let who = account(&olive.administrator.account_id);
        let answer = denial(&service, who, on_group(&olive.paris())).await;
        assert_eq!(answer, expected, "{state:?} {days:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_the_agreement_does_not_cover_is_denied() {
    let service = Service::start().await;
    let (olive, _, marc) = with_a_user(&service).await;
    let on = on_group(&olive.paris());
    let answer = check_for(&service, session(&marc.token), "AUTRE_SERVICE", on).await;
    assert_eq!(denial_in(answer), Some(Denial::ServiceNotCovered));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_unticked_is_denied_at_the_very_next_question() {
    let service = Service::start().await;
    let (olive, claire, marc) = with_a_user(&service).await;
    let request = UpdateMembershipsRequest {
        account_id: marc.account.account_id.clone(),
        add_group_ids: vec![olive.gironde()],
        remove_group_ids: vec![olive.paris()],
        ..Default::default()
    };
    let portal = service.session(&claire.token);
    portal
        .habilitations()
        .update_memberships(request)
        .await
        .unwrap();
    let who = || session(&marc.token);
    let gone = denial(&service, who(), on_group(&olive.paris())).await;
    assert_eq!(gone, Some(Denial::NotAMember));
    assert_eq!(
        denial(&service, who(), on_group(&olive.gironde())).await,
        None
    );

    let request = ListHabilitationsRequest {
        subject: Some(who()),
        ..Default::default()
    };
    let listed = service
        .business()
        .habilitations()
        .list_habilitations(request)
        .await
        .unwrap();
    let listed = listed.into_inner();
    assert_eq!(listed.denial(), Denial::Unspecified);
    let groups: Vec<_> = listed
        .habilitations
        .into_iter()
        .map(|held| held.group_id)
        .collect();
    assert_eq!(groups, [olive.gironde()]);
}
