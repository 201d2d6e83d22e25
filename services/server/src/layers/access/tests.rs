//! Who is admitted to what, case by case.

use std::collections::BTreeSet;

use api::access;

use super::*;

const CREATE: &str = "/comptepartenaire.account.v1.AccountService/CreateAccount";
const PROVISION: &str = "/comptepartenaire.partner.v1.PartnerService/ProvisionPartner";
const LIST_AGREEMENTS: &str = "/comptepartenaire.partner.v1.PartnerService/ListAgreements";
const LIST_DELIVERIES: &str = "/comptepartenaire.delivery.v1.DeliveryService/ListDeliveries";
const SIGN_IN: &str = "/comptepartenaire.session.v1.SessionService/SignIn";
const SIGN_OUT: &str = "/comptepartenaire.session.v1.SessionService/SignOut";
const INTROSPECT: &str = "/comptepartenaire.session.v1.SessionService/IntrospectSession";
const CHECK: &str = "/comptepartenaire.habilitation.v1.HabilitationService/CheckHabilitation";

const P: CallerRole = CallerRole::Portal;
const Z: CallerRole = CallerRole::Business;
const B: CallerRole = CallerRole::Backoffice;
const M: CallerRole = CallerRole::Mailroom;
const O: CallerRole = CallerRole::Observer;
const ALL: &[CallerRole] = &[P, Z, B, M, O];

const TOKEN: &[(&str, &str)] = &[(
    "session-token",
    "cps_0123456789012345678901234567890123456789012",
)];
const AGENT: &[(&str, &str)] = &[("caf-agent", "A-17")];
const NONE: &[(&str, &str)] = &[];

fn tried(path: &str, roles: &[CallerRole], sent: &[(&str, &str)]) -> Result<Admitted, Refusal> {
    let mut headers = HeaderMap::new();
    for (key, value) in sent {
        let key: http::HeaderName = key.parse().unwrap();
        headers.append(key, HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let caller = Caller {
        name: "tested".into(),
        roles: roles.iter().copied().collect::<BTreeSet<_>>(),
    };
    let admitted = admit(access::rpc(path).unwrap(), caller, &mut headers);
    assert!(admitted.is_err() || !headers.contains_key("session-token"));
    admitted
}

/// What came of it, in a word.
fn outcome(path: &str, roles: &[CallerRole], sent: &[(&str, &str)]) -> String {
    match tried(path, roles, sent) {
        Ok(admitted) => match admitted.claim {
            Claim::Nobody => "nobody".into(),
            Claim::Session { token, sign_in } => {
                assert!(token.is_some());
                format!("session {sign_in:?}")
            }
            Claim::Caf(agent) => format!("caf {agent}"),
        },
        Err(Refusal::ActorRequired { expected }) => {
            let keys: Vec<_> = expected.iter().filter_map(|a| a.metadata_key()).collect();
            format!("required {}", keys.join(","))
        }
        Err(Refusal::CallerNotAllowed(_)) => "not allowed".into(),
        Err(refusal) => refusal.reason().as_str_name().into(),
    }
}

#[test]
fn the_metadata_sent_says_who_acts_and_the_table_says_who_may() {
    for (path, roles, sent, expected) in [
        // A session selects the portal's grants.
        (CREATE, ALL, TOKEN, "session Complete"),
        (CREATE, &[P], TOKEN, "session Complete"),
        (SIGN_OUT, &[P], TOKEN, "session MayBeIncomplete"),
        (CREATE, &[B], TOKEN, "not allowed"),
        (CREATE, &[Z], TOKEN, "not allowed"),
        // Never the stronger role: a session does not act for the Caf.
        (PROVISION, ALL, TOKEN, "not allowed"),
        (LIST_DELIVERIES, ALL, TOKEN, "not allowed"),
        // It is ignored where the portal's grant has no actor.
        (SIGN_IN, ALL, TOKEN, "nobody"),
        (CHECK, ALL, TOKEN, "nobody"),
        (CHECK, &[P], TOKEN, "nobody"),
        (CHECK, &[Z], TOKEN, "not allowed"),
        // An agent selects the back office's.
        (CREATE, ALL, AGENT, "caf A-17"),
        (CREATE, &[B], AGENT, "caf A-17"),
        (PROVISION, &[B], AGENT, "caf A-17"),
        (CHECK, &[B], AGENT, "caf A-17"),
        (CREATE, &[P], AGENT, "not allowed"),
        (SIGN_IN, ALL, AGENT, "not allowed"),
        (SIGN_OUT, ALL, AGENT, "not allowed"),
        // Neither selects the grants without actor.
        (SIGN_IN, ALL, NONE, "nobody"),
        (SIGN_IN, &[P], NONE, "nobody"),
        (SIGN_IN, &[Z], NONE, "not allowed"),
        (INTROSPECT, &[Z], NONE, "nobody"),
        (CHECK, ALL, NONE, "nobody"),
        (CHECK, &[P], NONE, "nobody"),
        (CHECK, &[Z], NONE, "nobody"),
        (CHECK, &[B], NONE, "required caf-agent"),
        (LIST_AGREEMENTS, &[Z], NONE, "nobody"),
        (LIST_AGREEMENTS, &[Z, B], NONE, "nobody"),
        // A portal that forgets the session is refused whatever other roles it holds.
        (LIST_AGREEMENTS, &[P, Z], NONE, "required session-token"),
        (
            LIST_AGREEMENTS,
            ALL,
            NONE,
            "required session-token,caf-agent",
        ),
        (CREATE, &[P], NONE, "required session-token"),
        (CREATE, ALL, NONE, "required session-token,caf-agent"),
        (CREATE, &[B], NONE, "required caf-agent"),
        (PROVISION, ALL, NONE, "required caf-agent"),
        (PROVISION, &[P], NONE, "not allowed"),
        // Whoever holds no role of the table is not told what to send.
        (CREATE, &[M, O], NONE, "not allowed"),
        (CHECK, &[M], NONE, "not allowed"),
        (CREATE, &[], TOKEN, "not allowed"),
    ] {
        assert_eq!(
            outcome(path, roles, sent),
            expected,
            "{path} {roles:?} {sent:?}"
        );
    }
}

#[test]
fn two_actors_are_ambiguous_whoever_calls_whatever() {
    let both = [TOKEN, AGENT].concat();
    for path in [CREATE, SIGN_IN, CHECK, PROVISION] {
        for roles in [ALL, &[P], &[B], &[M]] {
            let refused = tried(path, roles, &both).unwrap_err();
            assert_eq!(refused, Refusal::ActorAmbiguous, "{path} {roles:?}");
        }
    }
}

#[test]
fn an_actor_sent_twice_is_refused() {
    for (key, twice) in [
        ("session-token", [TOKEN, TOKEN].concat()),
        ("caf-agent", [AGENT, AGENT].concat()),
    ] {
        assert_eq!(tried(CREATE, ALL, &twice).unwrap_err(), sent_twice(key));
    }
}

#[test]
fn a_token_that_cannot_be_one_is_no_token_and_still_an_actor() {
    for wrong in ["", "cps_short", "é"] {
        let admitted = tried(CREATE, ALL, &[("session-token", wrong)]).unwrap();
        assert!(
            matches!(admitted.claim, Claim::Session { token: None, .. }),
            "{wrong}"
        );
    }
}

#[test]
fn an_agents_reference_is_1_to_64_printable_characters() {
    let longest = "a".repeat(64);
    for right in ["a", "A-17", "agent 17", longest.as_str()] {
        assert!(
            tried(CREATE, &[B], &[("caf-agent", right)]).is_ok(),
            "{right}"
        );
    }
    let long = "a".repeat(65);
    for wrong in ["", " ", "agé", "a\tb", long.as_str()] {
        let refused = tried(CREATE, &[B], &[("caf-agent", wrong)]).unwrap_err();
        assert!(matches!(refused, Refusal::FieldInvalid(_)), "{wrong:?}");
    }
}

#[test]
fn a_forged_client_address_by_a_caller_not_trusted_for_it_is_ignored() {
    let address = ("client-address", "192.0.2.7");
    let wrong = ("client-address", "nowhere");
    let told =
        |sent: &[(&str, &str)], path, roles| tried(path, roles, sent).map(|a| a.client.address);

    let known = Some("192.0.2.7".parse().unwrap());
    assert_eq!(told(&[address], SIGN_IN, &[P]), Ok(known));
    assert_eq!(told(&[address, TOKEN[0]], CREATE, ALL), Ok(known));
    assert_eq!(told(&[address], CHECK, &[Z]), Ok(known));
    assert!(told(&[wrong], SIGN_IN, &[P]).is_err());

    assert_eq!(told(&[address, AGENT[0]], CREATE, ALL), Ok(None));
    assert_eq!(told(&[wrong, AGENT[0]], CREATE, &[B]), Ok(None));
}
