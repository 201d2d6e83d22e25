//! The characters that the letter's fonts can print.
//!
//! A missing glyph leaves an empty box on paper and no warning anywhere, so a name is held to this
//! table when it is entered, whatever channel the account has today. The table belongs to the
//! fonts: a test beside them compares it with every character they hold.

/// Whether each of the letter's fonts has a glyph for this letter, mark, digit, sign or space.
///
/// Control and format characters are never covered.
pub fn covered(character: char) -> bool {
    let place = COVERED.partition_point(|&(first, _)| first <= character);
    place > 0 && character <= COVERED[place - 1].1
}

/// First and last character of each run, ascending.
const COVERED: &[(char, char)] = &[
    ('\u{0020}', '\u{007e}'),
    ('\u{00a0}', '\u{00ac}'),
    ('\u{00ae}', '\u{017f}'),
    ('\u{018f}', '\u{018f}'),
    ('\u{0192}', '\u{0192}'),
    ('\u{01a0}', '\u{01a1}'),
    ('\u{01af}', '\u{01b0}'),
    ('\u{01cd}', '\u{01dc}'),
    ('\u{01fa}', '\u{01ff}'),
    ('\u{0218}', '\u{021b}'),
    ('\u{0237}', '\u{0237}'),
    ('\u{0259}', '\u{0259}'),
    ('\u{02bb}', '\u{02bc}'),
    ('\u{02c6}', '\u{02c7}'),
    ('\u{02d8}', '\u{02dd}'),
    ('\u{0300}', '\u{0304}'),
    ('\u{0306}', '\u{030c}'),
    ('\u{0312}', '\u{0312}'),
    ('\u{0315}', '\u{0315}'),
    ('\u{031b}', '\u{031b}'),
    ('\u{0323}', '\u{0323}'),
    ('\u{0326}', '\u{0328}'),
    ('\u{03c0}', '\u{03c0}'),
    ('\u{0400}', '\u{045f}'),
    ('\u{0462}', '\u{0463}'),
    ('\u{046a}', '\u{046b}'),
    ('\u{0472}', '\u{0475}'),
    ('\u{0490}', '\u{04c2}'),
    ('\u{04cf}', '\u{04d9}'),
    ('\u{04dc}', '\u{04e9}'),
    ('\u{04ee}', '\u{04f9}'),
    ('\u{0524}', '\u{0525}'),
    ('\u{0e3f}', '\u{0e3f}'),
    ('\u{1e80}', '\u{1e85}'),
    ('\u{1e9e}', '\u{1e9e}'),
    ('\u{1ea0}', '\u{1ef9}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2010}', '\u{2015}'),
    ('\u{2018}', '\u{201a}'),
    ('\u{201c}', '\u{201e}'),
    ('\u{2020}', '\u{2022}'),
    ('\u{2026}', '\u{2026}'),
    ('\u{202f}', '\u{2030}'),
    ('\u{2032}', '\u{2033}'),
    ('\u{2039}', '\u{203a}'),
    ('\u{2044}', '\u{2044}'),
    ('\u{2070}', '\u{2070}'),
    ('\u{2074}', '\u{2079}'),
    ('\u{2080}', '\u{2089}'),
    ('\u{20a1}', '\u{20a1}'),
    ('\u{20a4}', '\u{20a4}'),
    ('\u{20a6}', '\u{20a6}'),
    ('\u{20a8}', '\u{20ae}'),
    ('\u{20b1}', '\u{20b2}'),
    ('\u{20b4}', '\u{20b5}'),
    ('\u{20b8}', '\u{20ba}'),
    ('\u{20bd}', '\u{20bd}'),
    ('\u{20bf}', '\u{20bf}'),
    ('\u{2113}', '\u{2113}'),
    ('\u{2116}', '\u{2116}'),
    ('\u{2122}', '\u{2122}'),
    ('\u{2126}', '\u{2126}'),
    ('\u{212e}', '\u{212e}'),
    ('\u{2150}', '\u{2151}'),
    ('\u{2153}', '\u{215e}'),
    ('\u{2190}', '\u{2199}'),
    ('\u{21a9}', '\u{21aa}'),
    ('\u{21b0}', '\u{21b3}'),
    ('\u{21b6}', '\u{21b7}'),
    ('\u{21ba}', '\u{21bb}'),
    ('\u{21c4}', '\u{21c4}'),
    ('\u{21c6}', '\u{21c6}'),
    ('\u{2202}', '\u{2202}'),
    ('\u{2206}', '\u{2206}'),
    ('\u{220f}', '\u{220f}'),
    ('\u{2211}', '\u{2212}'),
    ('\u{2215}', '\u{2215}'),
    ('\u{2219}', '\u{221a}'),
    ('\u{221e}', '\u{221e}'),
    ('\u{222b}', '\u{222b}'),
    ('\u{2236}', '\u{2236}'),
    ('\u{2248}', '\u{2248}'),
    ('\u{2260}', '\u{2260}'),
    ('\u{2264}', '\u{2265}'),
    ('\u{25ca}', '\u{25ca}'),
    ('\u{2713}', '\u{2713}'),
    ('\u{274c}', '\u{274c}'),
    ('\u{2b0e}', '\u{2b11}'),
    ('\u{fb01}', '\u{fb02}'),
    ('\u{fffd}', '\u{fffd}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_country_are_covered() {
        for name in [
            "Éloïse NOËL-L’HÔTE",
            "ŒUVRÉ",
            "Nguyễn",
            "Łukasz ŠÓLYOM",
            "DA CONCEIÇÃO",
        ] {
            assert!(name.chars().all(covered), "{name}");
        }
    }

    #[test]
    fn what_the_fonts_lack_or_cannot_show_is_not() {
        for character in [
            '\0',
            '\n',
            '\u{200b}',
            '\u{202e}',
            '王',
            'ع',
            '😀',
            char::MAX,
        ] {
            assert!(!covered(character), "{character:?}");
        }
    }
}
