//! What people are called is printed as it is written, and never carried out.

use api::account::v1::{CreateAccountRequest, NewAccount};
use e2e::errors::MustBeRefused;
use e2e::les_oliviers::{
    self, Provisioned, person_by_email, person_by_letter, provision, validated,
};
use e2e::mailbox::Mail;
use e2e::service::{Service, fresh_id};

/// Names that no person bears.
const REFUSED: [&str; 22] = [
    "Nadia\r\nBcc: x@y.example",
    "Nadia\nX",
    "Nadia\0X",
    "Nadia\u{1b}[31m",
    "Nadia\u{7f}X",
    "Nadia\u{85}X",
    "Nadia\u{2028}X",
    "Nadia\u{202e}aidaN",
    "Nadia\u{2066}X\u{2069}",
    "Na\u{200b}dia",
    "Na\u{200d}dia",
    "\u{feff}Nadia",
    "Nadia\u{ad}X",
    "{{7*7}}",
    "{% include \"x\" %}",
    "<script>alert(1)</script>",
    "#import \"x\"",
    "Nadia & Marc",
    "www.piege.example",
    "https://piege.example",
    "Nadia 🎉",
    "Nadia=?utf-8?q?x?=",
];

/// Names that people do bear, with signs that templates and typesetters might take for theirs.
const TAKEN: [(&str, &str); 4] = [
    ("Jean-Noël", "D’ESTRÉES"),
    ("Zoë-Åsa", "O'BRIEN ST. JOHN"),
    ("Thị Ánh", "NGUYỄN"),
    ("J.", "DE LA TOUR D'AUVERGNE-LAURAGUAIS"),
];

fn request(olive: &Provisioned, account: NewAccount) -> CreateAccountRequest {
    CreateAccountRequest {
        agreement_id: olive.agreement_id(),
        account: Some(account),
        group_ids: vec![olive.paris()],
        request_id: fresh_id(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn control_bidi_zero_width_and_markup_are_refused_by_name() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    let zalgo = format!("N{}", "\u{301}".repeat(10_000));
    for name in REFUSED.into_iter().chain([zalgo.as_str()]) {
        let form = person_by_email(name, name, "nadia.leroy@les-oliviers.example");
        let told = service
            .agent()
            .accounts()
            .create_account(request(&olive, form))
            .await;
        let refused = told.refused();
        assert_eq!(refused.reason, "FIELD_INVALID");
        let fields: Vec<_> = refused
            .violations
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(
            fields,
            ["account.family_name", "account.given_name"],
            "{name:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn partners_and_agreements_carry_no_link_and_no_control_either() {
    let service = Service::start().await;
    for name in [
        "LES\r\nOLIVIERS",
        "LES \u{202e}OLIVIERS",
        "www.piege.example",
        "https://piege.example/x",
        "<b>OLIVIERS</b>",
        "{{partner}}",
    ] {
        let mut request = les_oliviers::les_oliviers();
        request.name = name.to_owned();
        request.agreements = vec![validated("C-1", name, les_oliviers::every_scope())];
        let refused = provision(&service, request).await.refused();
        let fields: Vec<_> = refused
            .violations
            .iter()
            .map(|v| v.field.as_str())
            .collect();
        assert_eq!(fields, ["name", "agreements[0].label"], "{name:?}");
    }
    assert!(service.sink.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postal_address_carries_no_markup_of_the_letter_and_no_control() {
    let service = Service::start().await;
    for line in [
        "#import \"x\"",
        "$x$ *B*",
        "4 RUE\nBIS",
        "4 RUE \u{202e}X",
        "@cible",
        "a\\b",
    ] {
        let mut request = les_oliviers::durand();
        let lines = [line, "33000 BORDEAUX"];
        request.administrator = Some(person_by_letter("Paul", "DURAND", &lines));
        let refused = provision(&service, request).await.refused();
        let place = "administrator.postal_address.lines[0]";
        assert_eq!(refused.violations[0].field, place, "{line:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_people_bear_are_printed_literally_in_mail_and_letter() {
    let service = Service::start().await;
    for (nth, (given, family)) in TAKEN.into_iter().enumerate() {
        let mut request = les_oliviers::les_oliviers();
        request.reference = Some(les_oliviers::reference(&format!("MAIL-{nth}")));
        request.name = "L’OLIVIER & FILS (S.A.R.L.) / GESTION".to_owned();
        request.administrator = Some(person_by_email(given, family, "lu@oliviers.example"));
        let made = Provisioned::make(&service, request).await;
        let mail = service.sink.mail_of(&made.delivery_id).await;
        assert!(
            mail.text().contains(given) && mail.text().contains(family),
            "{}",
            mail.text()
        );
        assert!(
            mail.text()
                .contains("L’OLIVIER & FILS (S.A.R.L.) / GESTION")
        );
        assert!(
            mail.html().contains("L’OLIVIER &amp; FILS"),
            "{}",
            mail.html()
        );

        let mut request = les_oliviers::durand();
        request.reference = Some(les_oliviers::reference(&format!("LETTER-{nth}")));
        let lines = ["4 RUE DU VIEUX PUITS", "33000 BORDEAUX"];
        request.administrator = Some(person_by_letter(given, family, &lines));
        let made = Provisioned::make(&service, request).await;
        let letter = service.letter_of(&made.delivery_id).await;
        assert!(letter.says(family), "{family}");
    }
}

fn expected_headers(mail: &Mail) {
    let mut names = mail.header_names();
    names.sort_unstable_by_key(|name| name.to_lowercase());
    let expected = [
        "Auto-Submitted",
        "Content-Type",
        "Date",
        "From",
        "Message-ID",
        "MIME-Version",
        "Subject",
        "To",
    ];
    assert_eq!(names, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mail_server_sees_exactly_the_expected_headers() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    for (nth, (given, family)) in TAKEN.into_iter().enumerate() {
        let form = person_by_email(given, family, &format!("lu-{nth}@oliviers.example"));
        let told = service
            .agent()
            .accounts()
            .create_account(request(&olive, form))
            .await;
        let mail = service
            .sink
            .mail_of(&told.unwrap().into_inner().delivery_id)
            .await;
        expected_headers(&mail);
        assert_eq!(mail.to(), format!("lu-{nth}@oliviers.example"));
        assert_eq!(mail.envelope_from, "ne-pas-repondre@caf.example");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_injects_no_header() {
    let service = Service::start().await;
    let olive = Provisioned::make(&service, les_oliviers::les_oliviers()).await;
    for email in [
        "a@b.example\r\nBcc: x@y.example",
        "a@b.example\nRCPT TO:<x@y.example>",
        "a@b.example, x@y.example",
        "a@b.example> <x@y.example",
        "\"a\r\nBcc: x\"@b.example",
        "A B <a@b.example>",
        "a@b.example\0",
        "a@[127.0.0.1]",
        "a@b",
        "mıke@b.example",
        "",
    ] {
        let form = person_by_email("Nadia", "LEROY", email);
        let told = service
            .agent()
            .accounts()
            .create_account(request(&olive, form))
            .await;
        let refused = told.refused();
        assert_eq!(
            refused.violations[0].field, "account.email",
            "{email:?}: {refused:?}"
        );
    }
    service.sink.mail_of(&olive.delivery_id).await;
    assert_eq!(service.sink.mails().len(), 1);
}
