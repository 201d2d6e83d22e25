//! The order of names in lists: case and accents aside, the same on every database.

use domain::account::Person;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

/// Parts family and given name, and sorts before every character of a name: « Durand, Zoé » comes
/// before « Durand Petit, Anne ».
const SEPARATOR: char = '\u{1}';

/// What a person is sorted by.
pub(crate) fn sort_name(person: &Person) -> String {
    let mut folded = String::new();
    fold_into(&mut folded, person.family_name.as_str());
    folded.push(SEPARATOR);
    fold_into(&mut folded, person.given_name.as_str());
    folded
}

fn fold_into(folded: &mut String, name: &str) {
    let unmarked = name
        .nfd()
        .filter(|c| c.general_category_group() != GeneralCategoryGroup::Mark);
    folded.extend(unmarked.flat_map(char::to_lowercase));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(name: &str) -> String {
        let mut folded = String::new();
        fold_into(&mut folded, name);
        folded
    }

    #[test]
    fn case_and_accents_do_not_part_names() {
        for (name, expected) in [
            ("ÉLODIE", "elodie"),
            ("Zoe\u{308}", "zoe"),
            ("Nguyễn", "nguyen"),
            ("O’Neil", "o’neil"),
        ] {
            assert_eq!(folded(name), expected);
        }
    }
}
