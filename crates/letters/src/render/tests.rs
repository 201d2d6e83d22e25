use domain::{
    DeliveryId, Password, postal_address::PostalAddress, provisional::ProvisionalPassword,
};
use jiff::civil::date;
use typst::layout::{Frame, FrameItem, Point};

use super::*;
use crate::{
    Field, OwnPassword, Reason,
    address::{AddressBlock, Recipient},
};

const PASSWORD: &str = "K7MP4XQ29TRW3HNA";

fn letter() -> Letter {
    let postal_address =
        PostalAddress::parse(&["4 rue du Vieux-Puits", "33000 Bordeaux"], "FR").unwrap();
    let recipient = AddressBlock::of(&Recipient {
        given_name: "Paul",
        family_name: "DURAND",
        partner_name: "LES OLIVIERS",
        postal_address: &postal_address,
    });
    Letter {
        reason: Reason::LostIdentifier,
        recipient,
        holder: "Paul DURAND".into(),
        partner: "LES OLIVIERS".into(),
        identifier: "K7MP4XQ2".into(),
        user_number: "AB12CD34EF56GH".into(),
        password: ProvisionalPassword::parse(&Password::new(PASSWORD.into())).unwrap(),
        own_password: OwnPassword::Chosen,
        valid_until: date(2026, 12, 15),
        opens_on: None,
        date: date(2026, 11, 24),
        reference: DeliveryId::parse("0193542e-7c00-7000-8000-0000000000a1").unwrap(),
    }
}

/// Every text at its limit, in the widest letter.
fn widest() -> (Letterhead, Letter) {
    let wide = |field: Field| "W".repeat(field.limit());
    let letterhead = Letterhead {
        organisation: wide(Field::Organisation),
        return_address: vec![wide(Field::ReturnAddress); Letterhead::MAX_RETURN_LINES],
        telephone: wide(Field::Telephone),
        opening_hours: wide(Field::OpeningHours),
        signature: wide(Field::Signature),
        portal_address: wide(Field::PortalAddress),
    };
    let name = "W".repeat(64);
    let postal_address = PostalAddress::stored(vec!["W".repeat(38); 6], "CD".into());
    let recipient = AddressBlock::of(&Recipient {
        given_name: &name,
        family_name: &name,
        partner_name: &wide(Field::Partner),
        postal_address: &postal_address,
    });
    let letter = Letter {
        recipient,
        holder: format!("{name} {name}"),
        partner: wide(Field::Partner),
        identifier: wide(Field::Identifier),
        user_number: wide(Field::UserNumber),
        opens_on: Some(date(2026, 12, 2)),
        ..letter()
    };
    (letterhead, letter)
}

/// A run of text on the page with its box, in millimetres from the top left.
#[derive(Debug)]
struct Run {
    text: String,
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

fn runs(document: &PagedDocument) -> Vec<Run> {
    let mut runs = Vec::new();
    collect(&document.pages()[0].frame, Point::zero(), &mut runs);
    runs
}

fn collect(frame: &Frame, origin: Point, runs: &mut Vec<Run>) {
    for (place, item) in frame.items() {
        let at = origin + *place;
        match item {
            FrameItem::Group(group) => {
                let shift = Point::new(group.transform.tx, group.transform.ty);
                collect(&group.frame, at + shift, runs);
            }
            FrameItem::Text(text) => runs.push(Run {
                text: text.text.to_string(),
                left: at.x.to_mm(),
                right: (at.x + text.width()).to_mm(),
                // Capitals with an accent reach the face's ascender; nothing goes below its
                // descender.
                top: (at.y - text.font.metrics().ascender.at(text.size)).to_mm(),
                bottom: (at.y - text.font.metrics().descender.at(text.size)).to_mm(),
            }),
            _ => {}
        }
    }
}

fn printed(pdf: &[u8]) -> String {
    pdf_extract::extract_text_from_mem(pdf).unwrap()
}

/// Without spaces and line ends, which an extractor may put elsewhere.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

#[track_caller]
fn prints(text: &str, expected: &str) {
    assert!(
        squeezed(text).contains(&squeezed(expected)),
        "{expected:?} is not in: {text}"
    );
}

#[test]
fn the_pdf_holds_the_credentials_and_what_to_do() {
    let pdf = render(&Letterhead::default(), &letter()).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    let text = printed(&pdf);
    assert!(
        text.contains("K7MP-4XQ2-9TRW-3HNA"),
        "the password is 4×4: {text}"
    );
    for expected in [
        "K7MP4XQ2",
        "AB12CD34EF56GH",
        "Paul DURAND",
        "4 RUE DU VIEUX PUITS",
        "33000 BORDEAUX",
        "Le 24 novembre 2026",
        "jusqu’au mardi 15 décembre 2026",
        "Caf de l’Exemple",
        "01 99 00 00 00",
        "www.caf.example",
        "0193542e-7c00-7000-8000-0000000000a1",
    ] {
        prints(&text, expected);
    }
}

#[test]
fn the_opening_sentence_says_why_the_letter_came() {
    let said = [
        (
            Reason::FirstCredentials,
            "Un accès à Mon Compte Partenaire vous est ouvert",
        ),
        (
            Reason::LostIdentifier,
            "Nous avons reçu une demande « Identifiant perdu »",
        ),
        (
            Reason::ProvisionalPassword,
            "Un nouveau mot de passe provisoire a été demandé",
        ),
    ];
    for (reason, sentence) in said {
        let pdf = render(&Letterhead::default(), &Letter { reason, ..letter() }).unwrap();
        prints(&printed(&pdf), sentence);
    }
}

#[test]
fn an_access_still_to_open_says_from_when() {
    let later = Letter {
        opens_on: Some(date(2026, 12, 1)),
        ..letter()
    };
    let pdf = render(&Letterhead::default(), &later).unwrap();
    prints(
        &printed(&pdf),
        "Votre accès ouvre le mardi 1er décembre 2026",
    );
}

#[test]
fn a_first_letter_ahead_of_the_opening_day_says_that_the_access_will_open() {
    let ahead = Letter {
        reason: Reason::FirstCredentials,
        opens_on: Some(date(2026, 12, 1)),
        ..letter()
    };
    let text = printed(&render(&Letterhead::default(), &ahead).unwrap());
    prints(&text, "vous sera ouvert le mardi 1er décembre 2026");
    assert!(!squeezed(&text).contains(&squeezed("vous est ouvert")));
}

#[test]
fn only_who_has_a_password_is_told_that_it_stays_good() {
    let stays = squeezed("Votre mot de passe actuel reste valable");
    for reason in [Reason::LostIdentifier, Reason::ProvisionalPassword] {
        for (own_password, told) in [(OwnPassword::Chosen, true), (OwnPassword::NotYet, false)] {
            let letter = Letter {
                reason,
                own_password,
                ..letter()
            };
            let text = printed(&render(&Letterhead::default(), &letter).unwrap());
            assert_eq!(squeezed(&text).contains(&stays), told, "{text}");
            prints(&text, "Vous n’avez rien demandé ?");
        }
    }
}

#[test]
fn a_landlord_who_is_the_partner_is_not_told_for_whom() {
    let for_another = runs(&lay_out(&Letterhead::default(), &letter()).unwrap());
    assert!(
        for_another
            .iter()
            .any(|run| run.text.contains("LES OLIVIERS") && run.top > 90.0)
    );
    let own = Letter {
        partner: "DURAND Paul".into(),
        ..letter()
    };
    let own = runs(&lay_out(&Letterhead::default(), &own).unwrap());
    assert!(!own.iter().any(|run| run.text.contains("DURAND Paul")));
}

#[test]
fn the_address_alone_stands_in_the_window() {
    let (widest_letterhead, widest_letter) = widest();
    for (letterhead, letter) in [
        (Letterhead::default(), letter()),
        (widest_letterhead, widest_letter),
    ] {
        let document = lay_out(&letterhead, &letter).unwrap();
        let (inside, outside): (Vec<Run>, Vec<Run>) = runs(&document)
            .into_iter()
            .partition(|run| run.left >= 109.9 && run.top >= 54.9 && run.bottom <= 80.1);
        for run in &inside {
            assert!(run.right <= 195.1, "{run:?}");
        }
        let shown: String = inside.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(
            squeezed(&shown),
            squeezed(&letter.recipient.printed_lines().concat())
        );
        // A sheet slides in its envelope: five millimetres around the block stay blank.
        for run in outside {
            let near = run.right > 105.0 && run.left < 200.0 && run.bottom > 50.0 && run.top < 85.0;
            assert!(!near, "{run:?} shows in the window");
        }
    }
}

#[test]
fn the_widest_letter_is_one_page_with_nothing_over_the_edge() {
    let (letterhead, letter) = widest();
    assert_eq!(letter.recipient.printed_lines().len(), 8);
    let document = lay_out(&letterhead, &letter).unwrap();
    for run in runs(&document) {
        assert!(
            run.left >= 10.0 && run.right <= 200.0 && run.bottom <= 292.0,
            "{run:?}"
        );
    }
    prints(&printed(&export(&document).unwrap()), &"W".repeat(129));
}

#[test]
fn markup_is_printed_literally() {
    let typed = "#import \"x.typ\" $a$ <script> {{7*7}} *b* _c_ @d \\";
    let literal = Letter {
        partner: typed.into(),
        ..letter()
    };
    let pdf = render(&Letterhead::default(), &literal).unwrap();
    prints(&printed(&pdf), typed);
}

#[test]
fn the_same_letter_is_the_same_bytes() {
    let first = render(&Letterhead::default(), &letter()).unwrap();
    assert!(first == render(&Letterhead::default(), &letter()).unwrap());
    let other = Letter {
        identifier: "K7MP4XQ3".into(),
        ..letter()
    };
    assert!(first != render(&Letterhead::default(), &other).unwrap());
}

#[test]
fn the_pdf_declares_what_archives_and_screen_readers_ask() {
    let pdf = render(&Letterhead::default(), &letter()).unwrap();
    let raw = String::from_utf8_lossy(&pdf);
    assert!(raw.contains("<pdfaid:part>2</pdfaid:part>"), "PDF/A-2");
    assert!(
        raw.contains("<pdfaid:conformance>A</pdfaid:conformance>"),
        "conformance a"
    );
    assert!(raw.contains("<pdfuaid:part>1</pdfuaid:part>"), "PDF/UA-1");
}

#[test]
fn a_character_without_a_glyph_is_refused_and_named() {
    let strange = Letter {
        holder: "王 DURAND".into(),
        ..letter()
    };
    let refused = render(&Letterhead::default(), &strange).unwrap_err();
    assert!(matches!(
        refused,
        Error::Glyph {
            field: Field::Holder,
            character: '王'
        }
    ));
}

#[test]
fn a_letter_shows_nothing_of_itself_in_logs() {
    let shown = format!("{:?}", letter());
    for private in [PASSWORD, "K7MP", "AB12CD34EF56GH", "DURAND", "BORDEAUX"] {
        assert!(!shown.contains(private), "{shown}");
    }
}

/// Set `LETTER_PROOFS` to a folder to look at the letters: `cargo test -p letters proofs`.
#[test]
fn proofs_of_each_letter_can_be_looked_at() {
    let (letterhead, wide) = widest();
    let proofs = [
        (
            "first",
            render(
                &Letterhead::default(),
                &Letter {
                    reason: Reason::FirstCredentials,
                    ..letter()
                },
            ),
        ),
        ("lost", render(&Letterhead::default(), &letter())),
        ("widest", render(&letterhead, &wide)),
    ];
    for (name, pdf) in proofs {
        let pdf = pdf.unwrap();
        if let Some(folder) = std::env::var_os("LETTER_PROOFS") {
            std::fs::write(
                std::path::Path::new(&folder)
                    .join(name)
                    .with_extension("pdf"),
                pdf,
            )
            .unwrap();
        }
    }
}
