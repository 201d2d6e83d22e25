//! The letter's fonts, compiled in: IBM Plex, under the SIL Open Font License beside the files.
//!
//! Chosen for a reader of any age: `I`, `l` and `1`, `O` and `0` are drawn apart in both the text
//! face and the fixed-width one, and every Latin letter of Europe's languages is there.

use std::sync::LazyLock;

use typst::{foundations::Bytes, text::Font};
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// Text, headings, and the fixed-width face of addresses and credentials.
const FILES: [&[u8]; 3] = [
    include_bytes!("../fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("../fonts/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../fonts/IBMPlexMono-Medium.ttf"),
];

static FACES: LazyLock<[Font; 3]> = LazyLock::new(|| {
    FILES.map(|file| {
        Font::new(Bytes::new(file), 0).expect("the three files are fonts: compiled in and tested")
    })
});

/// The faces, read at the first call.
pub(crate) fn faces() -> [Font; 3] {
    FACES.clone()
}

/// Whether every face of the letter has a glyph for this letter, mark, digit, sign or space.
///
/// `domain::coverage` holds the same answer as a table, for names to be judged when entered.
pub fn covers(character: char) -> bool {
    let never_printed = matches!(
        character.general_category(),
        GeneralCategory::LineSeparator | GeneralCategory::ParagraphSeparator
    ) || character.general_category_group() == GeneralCategoryGroup::Other;
    let code = u32::from(character);
    !never_printed && FACES.iter().all(|face| face.info().coverage.contains(code))
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn the_domain_admits_exactly_the_characters_that_the_fonts_print() {
        let differing: Vec<char> = (char::MIN..=char::MAX)
            .filter(|&character| domain::coverage::covered(character) != covers(character))
            .collect();
        assert!(differing.is_empty(), "mend domain::coverage: {differing:?}");
    }
}
