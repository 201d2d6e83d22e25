use domain::provisional::Selector;
use jiff::civil::date;
use tempfile::TempDir;

use super::*;
use crate::address::AddressBlock;

const PDF: &[u8] = b"%PDF-1.7 a letter";

fn delivery() -> DeliveryId {
    DeliveryId::parse("0193542e-7c00-7000-8000-0000000000a1").unwrap()
}

fn order() -> PrintOrder {
    PrintOrder {
        lines: vec![
            "Paul DURAND".into(),
            "4 RUE BASSE".into(),
            "33000 BORDEAUX".into(),
        ],
        country: "FR".into(),
        pages: 1,
        colour: Colour::Monochrome,
        duplex: Sides::Simplex,
        postage: Postage::Standard,
        purge_date: date(2026, 12, 22),
        selector: "K7MP".into(),
    }
}

fn open() -> (TempDir, Folder) {
    let place = tempfile::tempdir().unwrap();
    let folder = Folder::open(place.path().join("letters")).unwrap();
    (place, folder)
}

fn names(folder: &Folder) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(&folder.path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != LOCK)
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_letter_is_two_files_named_by_the_delivery_without_dashes() {
    let (_place, folder) = open();
    assert_eq!(folder.find(delivery()).unwrap(), None);
    let written = folder.write(delivery(), order(), PDF).unwrap();
    let name = "0193542e7c00700080000000000000a1";
    assert_eq!(
        names(&folder),
        [format!("{name}.json"), format!("{name}.pdf")]
    );
    assert_eq!(fs::read(folder.pdf_path(delivery())).unwrap(), PDF);
    assert_eq!(folder.find(delivery()).unwrap(), Some(written));
}

#[test]
fn the_sheet_tells_the_printer_everything() {
    let (_place, folder) = open();
    folder.write(delivery(), order(), PDF).unwrap();
    let json = fs::read(folder.sheet_path(delivery())).unwrap();
    let sheet: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let expected = serde_json::json!({
        "delivery_id": "0193542e-7c00-7000-8000-0000000000a1",
        "file_name": "0193542e7c00700080000000000000a1.pdf",
        "bytes": PDF.len(),
        "sha256": digest(PDF),
        "lines": ["Paul DURAND", "4 RUE BASSE", "33000 BORDEAUX"],
        "country": "FR",
        "pages": 1,
        "colour": "monochrome",
        "duplex": "simplex",
        "postage": "standard",
        "purge_date": "2026-12-22",
        "selector": "K7MP",
    });
    assert_eq!(sheet, expected);
    assert_eq!(
        digest(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn only_the_service_and_the_printers_group_can_read() {
    let (_place, folder) = open();
    folder.write(delivery(), order(), PDF).unwrap();
    assert_eq!(mode(&folder.path) & 0o027, 0);
    assert_eq!(mode(&folder.pdf_path(delivery())), 0o640);
    assert_eq!(mode(&folder.sheet_path(delivery())), 0o640);
}

#[test]
fn a_pdf_that_cannot_be_placed_leaves_a_sheet_and_no_letter() {
    let (_place, folder) = open();
    // A folder where the unfinished PDF would be written stops the second file only.
    let obstacle = folder.pdf_path(delivery()).with_added_extension("part");
    fs::create_dir(&obstacle).unwrap();
    assert!(matches!(
        folder.write(delivery(), order(), PDF),
        Err(Error::Io { .. })
    ));
    assert!(
        folder.sheet_path(delivery()).exists(),
        "the sheet goes first"
    );
    assert!(
        !folder.pdf_path(delivery()).exists(),
        "the PDF is the commit"
    );
    assert_eq!(folder.find(delivery()).unwrap(), None);
}

#[test]
fn after_a_crash_between_sheet_and_pdf_the_letter_is_made_again() {
    let (_place, folder) = open();
    fs::write(folder.sheet_path(delivery()), "{\"an\": \"older sheet\"}").unwrap();
    fs::write(
        folder.pdf_path(delivery()).with_added_extension("part"),
        "%PDF-1.7 ha",
    )
    .unwrap();
    assert_eq!(folder.find(delivery()).unwrap(), None);
    let again = PrintOrder {
        selector: "9TRW".into(),
        ..order()
    };
    folder.write(delivery(), again, PDF).unwrap();
    let found = folder.find(delivery()).unwrap().unwrap();
    assert_eq!(found.order.selector, "9TRW");
    assert_eq!(
        names(&folder).len(),
        2,
        "nothing unfinished stays: {:?}",
        names(&folder)
    );
}

#[test]
fn a_letter_in_place_is_never_written_over() {
    let (_place, folder) = open();
    let first = folder.write(delivery(), order(), PDF).unwrap();
    let later = PrintOrder {
        selector: "9TRW".into(),
        ..order()
    };
    let refused = folder.write(delivery(), later, b"%PDF-1.7 another");
    assert!(matches!(refused, Err(Error::AlreadyThere(id)) if id == delivery()));
    assert_eq!(folder.find(delivery()).unwrap(), Some(first));
}

#[test]
fn a_letter_taken_out_leaves_nothing_of_itself_and_all_of_the_others() {
    let (_place, folder) = open();
    let other = DeliveryId::parse("0193542e-7c00-7000-8000-0000000000b2").unwrap();
    let kept = folder.write(other, order(), PDF).unwrap();
    folder.write(delivery(), order(), PDF).unwrap();
    fs::write(unfinished(&folder.pdf_path(delivery())), "%PDF-1.7 ha").unwrap();

    folder.remove(delivery()).unwrap();
    assert_eq!(folder.find(delivery()).unwrap(), None);
    assert_eq!(names(&folder).len(), 2, "{:?}", names(&folder));
    assert_eq!(folder.find(other).unwrap(), Some(kept));
    folder.remove(delivery()).unwrap();
}

#[test]
fn a_letter_whose_pdf_cannot_be_taken_out_keeps_its_sheet() {
    let (_place, folder) = open();
    folder.write(delivery(), order(), PDF).unwrap();
    fs::remove_file(folder.pdf_path(delivery())).unwrap();
    // A folder in the PDF's place cannot be removed as a file.
    fs::create_dir(folder.pdf_path(delivery())).unwrap();
    assert!(matches!(folder.remove(delivery()), Err(Error::Io { .. })));
    assert!(folder.sheet_path(delivery()).exists(), "the PDF goes first");
}

#[test]
fn of_sixteen_workers_at_once_exactly_one_places_the_letter() {
    for _round in 0..16 {
        let (_place, folder) = open();
        let start = std::sync::Barrier::new(16);
        let place = |worker: usize| {
            let order = PrintOrder {
                selector: format!("{worker:04}"),
                ..order()
            };
            let pdf = format!("%PDF-1.7 by {worker}");
            start.wait();
            folder.write(delivery(), order, pdf.as_bytes())
        };
        let outcomes: Vec<Result<Sheet, Error>> = std::thread::scope(|scope| {
            let place = &place;
            let workers: Vec<_> = (0..16)
                .map(|worker| scope.spawn(move || place(worker)))
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().unwrap())
                .collect()
        });
        let (placed, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
        assert_eq!(placed.len(), 1);
        assert!(
            refused
                .iter()
                .all(|one| matches!(one, Err(Error::AlreadyThere(_))))
        );
        let winner = placed.into_iter().next().unwrap().unwrap();
        assert_eq!(folder.find(delivery()).unwrap(), Some(winner));
    }
}

#[test]
fn a_pdf_whose_sheet_is_another_letters_is_reported_with_what_to_do() {
    let (_place, folder) = open();
    folder.write(delivery(), order(), PDF).unwrap();
    fs::write(folder.pdf_path(delivery()), "%PDF-1.7 changed").unwrap();
    let damaged = folder.find(delivery()).unwrap_err();
    assert!(
        damaged
            .to_string()
            .contains("set both files of this letter aside"),
        "{damaged}"
    );
}

#[test]
fn a_credential_letter_orders_one_black_page_by_ordinary_post() {
    let recipient = AddressBlock {
        lines: order().lines,
        country_code: "FR".into(),
        country: None,
    };
    let selector = Selector::stored("K7MP".into());
    assert_eq!(
        PrintOrder::credentials(&recipient, &selector, date(2026, 12, 22)),
        order()
    );
}
