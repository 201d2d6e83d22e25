use domain::account::{Role, State};
use domain::dates::AccountDates;
use domain::delivery::{Kind, Subject};
use domain::name::{PartnerName, PersonName};
use domain::paris::{self, Day};
use domain::provisional::ProvisionalPassword;
use jiff::SignedDuration;
use storage::delivery::Destination;
use uuid::Uuid;

use super::*;
use crate::settings::Sender;
use crate::world::{START, SameLuck, email, job};

fn composer(settings: &Settings) -> Composer {
    Composer::new(settings).expect("checked settings make a composer")
}

fn credentials() -> Credentials {
    Credentials {
        id: Uuid::nil(),
        password: ProvisionalPassword::generate(&SameLuck::default()),
        expires_at: START + SignedDuration::from_hours(24),
        destination: Destination::Email(email("jeanne@les-oliviers.example")),
    }
}

/// Headers and the two parts, decoded.
struct Read {
    headers: String,
    text: String,
    html: String,
}

fn composed_with(settings: &Settings, job: &Job) -> Read {
    let credentials = job.kind.carries_credentials().then(credentials);
    let to = email("jeanne@les-oliviers.example");
    let luck = SameLuck::default();
    let mail = composer(settings)
        .compose(job, &to, credentials.as_ref(), START, &luck)
        .expect("it composes");
    read(&mail.content)
}

fn composed(kind: Kind, subject: Subject) -> Read {
    composed_with(&Settings::default(), &job(kind, subject))
}

fn read(content: &[u8]) -> Read {
    let whole = std::str::from_utf8(content)
        .expect("ASCII")
        .replace("\r\n", "\n");
    assert!(whole.is_ascii());
    let (headers, body) = whole.split_once("\n\n").expect("headers and body");
    let boundary = headers
        .split_once("boundary=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .expect("a boundary")
        .0;
    let parts: Vec<String> = body
        .split(&format!("--{boundary}"))
        .filter_map(|part| part.split_once("\n\n"))
        .map(|(_, part)| unquoted(part))
        .collect();
    let [text, html] = parts.try_into().expect("two parts");
    Read {
        headers: headers.to_owned(),
        text,
        html,
    }
}

fn unquoted(part: &str) -> String {
    let joined = part.replace("=\n", "");
    let mut bytes = Vec::with_capacity(joined.len());
    let mut rest = joined.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let hex = [rest.next().unwrap(), rest.next().unwrap()];
            let hex = std::str::from_utf8(&hex).unwrap();
            bytes.push(u8::from_str_radix(hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn every_kind_reads_as_reviewed() {
    for (name, kind, subject) in [
        ("first_credentials", Kind::FirstCredentials, Subject::Plain),
        ("lost_identifier", Kind::LostIdentifier, Subject::Plain),
        (
            "provisional_password",
            Kind::ProvisionalPassword,
            Subject::Plain,
        ),
        ("guidance", Kind::Guidance, Subject::Plain),
        ("password_changed", Kind::PasswordChanged, Subject::Plain),
        (
            "email_changed",
            Kind::EmailChanged,
            Subject::FormerEmail(email("before@les-oliviers.example")),
        ),
        (
            "role_manager",
            Kind::RoleChanged,
            Subject::Role(Role::Manager),
        ),
        ("role_user", Kind::RoleChanged, Subject::Role(Role::User)),
        (
            "administrator_new",
            Kind::AdministratorReplaced,
            Subject::Role(Role::Administrator),
        ),
        (
            "administrator_former",
            Kind::AdministratorReplaced,
            Subject::Role(Role::User),
        ),
    ] {
        let read = composed(kind, subject);
        insta::assert_snapshot!(name, format!("{}\n\n{}", read.headers, read.text));
    }
}

#[test]
fn the_html_part_says_the_same() {
    insta::assert_snapshot!(
        "first_credentials_html",
        composed(Kind::FirstCredentials, Subject::Plain).html
    );
}

#[test]
fn credentials_name_identifier_user_number_partner_and_the_hour_of_their_end() {
    let shown = credentials().password.display();
    let password = secrecy::ExposeSecret::expose_secret(&shown).to_owned();
    for kind in [
        Kind::FirstCredentials,
        Kind::LostIdentifier,
        Kind::ProvisionalPassword,
    ] {
        let read = composed(kind, Subject::Plain);
        for part in [&read.text, &read.html] {
            for told in [
                "Jeanne PETIT",
                "K7MP4XQ2",
                "0L1OABCDEFGH23",
                &password,
                "LES OLIVIERS",
                "jusqu’au mercredi 16 décembre 2026 à 14 h 05",
                "01 99 00 00 00",
                "www.caf.example",
            ] {
                assert!(part.contains(told), "{kind:?} without {told}:\n{part}");
            }
        }
    }
}

#[test]
fn notices_and_guidance_hold_no_credentials() {
    for kind in [
        Kind::Guidance,
        Kind::PasswordChanged,
        Kind::EmailChanged,
        Kind::RoleChanged,
        Kind::AdministratorReplaced,
    ] {
        let read = composed(kind, Subject::Plain);
        for part in [&read.text, &read.html] {
            assert!(!part.contains("K7MP4XQ2"), "{kind:?}");
            assert!(!part.contains("0L1OABCDEFGH23"), "{kind:?}");
        }
    }
}

/// It may answer for all accounts of an address, and then its reader is none of them for sure.
#[test]
fn guidance_names_neither_a_person_nor_a_partner() {
    let read = composed(Kind::Guidance, Subject::Plain);
    for part in [&read.text, &read.html] {
        assert!(part.contains("Madame, Monsieur,"), "{part}");
        for told in ["Bonjour", "Jeanne", "PETIT", "LES OLIVIERS"] {
            assert!(!part.contains(told), "{told} in:\n{part}");
        }
    }
}

#[test]
fn who_may_not_come_in_yet_is_told_from_when_on() {
    let mut job = job(Kind::FirstCredentials, Subject::Plain);
    job.account.dates = AccountDates::stored(Day::constant(2027, 1, 1), None);
    let read = composed_with(&Settings::default(), &job);
    let told = "Votre accès ouvre le vendredi 1er janvier 2027 : pas avant.";
    assert!(read.text.contains(told) && read.html.contains(told));
    let open = composed(Kind::FirstCredentials, Subject::Plain);
    assert!(!open.text.contains("pas avant"));
}

#[test]
fn an_access_ahead_of_its_opening_day_is_told_as_one_that_will_open() {
    let mut job = job(Kind::FirstCredentials, Subject::Plain);
    job.account.dates = AccountDates::stored(Day::constant(2027, 1, 1), None);
    let read = composed_with(&Settings::default(), &job);
    assert!(read.text.contains("sera ouvert à votre nom"));
    assert!(read.text.contains("» le vendredi 1er janvier 2027."));
    let title = "<title>Mon Compte Partenaire : votre accès sera ouvert le vendredi 1er janvier 2027</title>";
    assert!(read.html.contains(title) && read.html.contains("sera ouvert à votre nom"));
    for part in [&read.headers, &read.text, &read.html] {
        assert!(!part.contains("est ouvert"), "{part}");
    }
}

#[test]
fn credentials_that_end_at_midnight_are_told_good_for_the_whole_day_before() {
    let until_midnight = Credentials {
        expires_at: paris::end_of(Day::constant(2026, 12, 15)),
        ..credentials()
    };
    let job = job(Kind::FirstCredentials, Subject::Plain);
    let to = email("jeanne@les-oliviers.example");
    let mail = composer(&Settings::default())
        .compose(
            &job,
            &to,
            Some(&until_midnight),
            START,
            &SameLuck::default(),
        )
        .expect("it composes");
    let read = read(&mail.content);
    for part in [&read.text, &read.html] {
        assert!(part.contains("jusqu’au mardi 15 décembre 2026 inclus"));
    }
}

#[test]
fn only_who_has_a_password_is_told_that_it_stays_good() {
    for kind in [Kind::LostIdentifier, Kind::ProvisionalPassword] {
        let mut job = job(kind, Subject::Plain);
        for (first_connected_at, told) in [(Some(START), true), (None, false)] {
            job.account.first_connected_at = first_connected_at;
            let read = composed_with(&Settings::default(), &job);
            for part in [&read.text, &read.html] {
                let stays = part.contains("Votre mot de passe actuel reste valable");
                assert_eq!(stays, told, "{part}");
            }
        }
    }
}

#[test]
fn a_former_administrator_is_told_whether_their_access_stays() {
    let mut job = job(Kind::AdministratorReplaced, Subject::Role(Role::User));
    let closed = "Votre accès à Mon Compte Partenaire est fermé.";
    let kept = "Vous gardez un accès à Mon Compte Partenaire comme utilisateur.";
    let read = composed_with(&Settings::default(), &job);
    for part in [&read.text, &read.html] {
        assert!(part.contains(kept) && part.contains("reconnectez-vous"));
        assert!(!part.contains(closed), "{part}");
    }
    job.account.state = State::Closed;
    let read = composed_with(&Settings::default(), &job);
    for part in [&read.text, &read.html] {
        assert!(part.contains(closed), "{part}");
        assert!(!part.contains(kept) && !part.contains("reconnectez-vous"));
    }
}

#[test]
fn markup_in_names_is_printed_literally() {
    let mut job = job(Kind::FirstCredentials, Subject::Plain);
    job.account.person.given_name = PersonName::stored("{{7*7}}".into());
    job.account.person.family_name = PersonName::stored("<script>alert(1)</script>".into());
    job.partner_name = PartnerName::stored("{% include \"layout.txt\" %} & <b>".into());
    let read = composed_with(&Settings::default(), &job);
    assert!(read.text.contains("{{7*7}} <script>alert(1)</script>"));
    assert!(read.text.contains("{% include \"layout.txt\" %} & <b>"));
    assert!(read.html.contains("{{7*7}}") && !read.html.contains("49"));
    assert!(!read.html.contains("<script>") && !read.html.contains("<b>"));
    assert!(read.html.contains("&lt;script&gt;"));
}

#[test]
fn no_name_reaches_a_header() {
    let mut job = job(Kind::FirstCredentials, Subject::Plain);
    job.account.person.family_name = PersonName::stored("x\r\nBcc: thief@example.org".into());
    job.partner_name = PartnerName::stored("y\r\nBcc: thief@example.org".into());
    let read = composed_with(&Settings::default(), &job);
    let plain = composed(Kind::FirstCredentials, Subject::Plain);
    assert_eq!(read.headers, plain.headers);
}

#[test]
fn the_message_id_is_the_delivery_s_own_and_the_same_at_every_try() {
    let job = job(Kind::FirstCredentials, Subject::Plain);
    let to = email("jeanne@les-oliviers.example");
    let luck = SameLuck::default();
    let composer = composer(&Settings::default());
    let expected = format!("Message-ID: <{}@caf.example>\r\n", job.id);
    for hours in [0, 5] {
        let now = START + SignedDuration::from_hours(hours);
        let mail = composer
            .compose(&job, &to, Some(&credentials()), now, &luck)
            .unwrap();
        let content = String::from_utf8(mail.content.to_vec()).unwrap();
        assert_eq!(content.matches(&expected).count(), 1, "{content}");
    }
}

#[test]
fn with_an_address_for_answers_mails_name_it_and_do_not_ask_for_silence() {
    let settings = Settings {
        sender: Sender {
            name: "Caf, service « Partenaires »".into(),
            reply_to: Some("partenaires@caf.example".into()),
            ..Sender::default()
        },
        ..Settings::default()
    };
    let read = composed_with(&settings, &job(Kind::Guidance, Subject::Plain));
    assert!(read.headers.contains("Reply-To: partenaires@caf.example"));
    assert!(!read.text.contains("ne pas y répondre") && !read.html.contains("ne pas y répondre"));
}
