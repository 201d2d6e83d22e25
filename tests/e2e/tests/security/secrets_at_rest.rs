//! No provisional password rests anywhere but in the letter that waits for its printer.

use std::fs;
use std::path::{Path, PathBuf};

use api::delivery::v1::delivery::{Kind, State};
use e2e::eventually::eventually;
use e2e::les_oliviers::{
    self, ADMINISTRATOR_EMAIL, DURAND_USER_NUMBER, Provisioned, person_by_email,
};
use e2e::mailbox::Credentials;
use e2e::service::Service;
use e2e::smtp_sink::Treatment;

/// Every file of the database: itself, its journal, and whatever else stands beside.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect()
}

/// The forms in which the twelve secret symbols might have been written down.
fn forms(credentials: &Credentials) -> Vec<Vec<u8>> {
    let secret = credentials.secret_symbols();
    let dashed = credentials.password[5..].to_owned();
    let texts = [
        secret.clone(),
        secret.to_lowercase(),
        dashed.clone(),
        dashed.to_lowercase(),
        dashed.replace('-', " "),
        hexadecimal(secret.as_bytes()),
    ];
    let mut forms: Vec<Vec<u8>> = texts.map(String::into_bytes).into();
    forms.push(secret.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(secret.bytes().rev().collect());
    forms.extend(base64_cores(secret.as_bytes()));
    forms.extend(base64_cores(dashed.as_bytes()));
    forms
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    digits.concat()
}

/// What stands in any base64 text that holds `bytes`, at each of the three alignments: what the
/// neighbours cannot change.
fn base64_cores(bytes: &[u8]) -> Vec<Vec<u8>> {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let core = |skipped: usize| {
        bytes[skipped..]
            .chunks_exact(3)
            .flat_map(|three| {
                let bits = three
                    .iter()
                    .fold(0, |bits, byte| bits << 8 | usize::from(*byte));
                [18, 12, 6, 0].map(|shift| DIGITS[bits >> shift & 63])
            })
            .collect()
    };
    (0..3).map(core).collect()
}

fn nowhere(folder: &Path, when: &str, credentials: &[&Credentials]) {
    let files = files(folder);
    assert!(
        files
            .iter()
            .any(|(path, _)| path.to_string_lossy().ends_with(".db"))
    );
    for (path, content) in &files {
        for credentials in credentials {
            for form in forms(credentials) {
                let found = content.windows(form.len()).any(|window| window == form);
                assert!(
                    !found,
                    "{when}: a provisional password rests in {}",
                    path.display()
                );
            }
        }
    }
}

/// That the search would find what is there: the user number is.
fn the_search_finds_what_is_there(folder: &Path, user_number: &str) {
    let files = files(folder);
    let found = files.iter().any(|(_, content)| {
        content
            .windows(user_number.len())
            .any(|window| window == user_number.as_bytes())
    });
    assert!(
        found,
        "the journal or the database holds user numbers in clear"
    );
}

/// What the mail of that try brought, once all that is written of the try is written.
async fn brought_by_try(service: &Service, made: &Provisioned, nth: u8) -> Credentials {
    let mail = service
        .sink
        .nth_mail_to(nth.into(), ADMINISTRATOR_EMAIL)
        .await;
    eventually(&format!("try {nth} to be noted"), async || {
        let account = &made.administrator.account_id;
        let delivery = service.delivery_of(Kind::FirstCredentials, account).await;
        let noted = delivery.attempts == i32::from(nth) && delivery.state() != State::Sending;
        noted.then_some(())
    })
    .await;
    mail.credentials()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_provisional_password_is_in_database_journal_or_queue_before_or_after_delivery() {
    let mut service = Service::start().await;
    let folder = service.database_folder();
    // The first try is refused for now: its password was made, and the message waits anew.
    let script = [Treatment::RefuseQuoting(451), Treatment::TakeAndHangUp];
    service.sink.script(script);
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let refused = brought_by_try(&service, &olive, 1).await;
    nowhere(&folder, "after a refused try", &[&refused]);
    service.clock.advance(jiff::SignedDuration::from_secs(20));
    let unsure = brought_by_try(&service, &olive, 2).await;
    nowhere(&folder, "after an uncertain try", &[&refused, &unsure]);
    service.clock.advance(jiff::SignedDuration::from_secs(60));
    let sent = brought_by_try(&service, &olive, 3).await;
    assert_ne!(refused.password, sent.password);

    let durand = Provisioned::make(&service, les_oliviers::durand()).await;
    let first = service.letter_of(&durand.delivery_id).await.credentials();
    service.recover_identifier(DURAND_USER_NUMBER).await;
    let account = &durand.administrator.account_id;
    let lost = service.delivery_of(Kind::LostIdentifier, account).await;
    let lost = service.letter_of(&lost.delivery_id).await.credentials();
    let all = [&refused, &unsure, &sent, &first, &lost];
    nowhere(&folder, "after delivery", &all);
    the_search_finds_what_is_there(&folder, &sent.user_number);

    service.first_connection(&sent).await;
    service.first_connection(&lost).await;
    nowhere(&folder, "after the change", &all);
    service.stop().await;
    nowhere(&folder, "after the stop", &all);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_chosen_password_and_no_session_token_is_at_rest() {
    let mut service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let claire = olive.administrator(&service).await;
    let form = person_by_email("Marc", "DUBOIS", "marc.dubois@les-oliviers.example");
    let portal = service.session(&claire.token);
    olive
        .colleague(&service, &portal, form, &[olive.paris()])
        .await;
    let secrets = [
        claire.password.as_str(),
        &claire.token,
        &claire.token["cps_".len()..],
    ];
    let folder = service.database_folder();
    let search = |when: &str| {
        for (path, content) in files(&folder) {
            for secret in secrets {
                let found = content
                    .windows(secret.len())
                    .any(|window| window == secret.as_bytes());
                assert!(!found, "{when}: a secret rests in {}", path.display());
            }
        }
    };
    search("running");
    service.stop().await;
    search("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_named_by_ids_alone_and_closed_to_others() {
    use std::os::unix::fs::PermissionsExt;
    let service = Service::start().await;
    let mut request = les_oliviers::durand();
    request.name = "L’OLIVIER / GESTION".to_owned();
    let made = Provisioned::make(&service, request).await;
    let letter = service.letter_of(&made.delivery_id).await;
    let id = made.delivery_id.replace('-', "");
    let mut names: Vec<String> = files(&service.letters_folder())
        .iter()
        .map(|(path, _)| path.file_name().unwrap().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort_unstable();
    assert_eq!(names, [format!("{id}.json"), format!("{id}.pdf")]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&letter.path), 0o640);
    for (path, _) in files(&service.database_folder()) {
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}
