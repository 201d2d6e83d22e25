use proptest::prelude::*;

use super::*;

use FieldReason::{
    PasswordCommon as Common, PasswordGuessable as Guessable, PasswordPersonal as Personal,
    PasswordProvisional as Provisional, PasswordSame as Same, PasswordTooLong as TooLong,
    PasswordTooShort as TooShort,
};

const GOOD: &str = "quatre girafes au lavoir";

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn durand() -> PersonalWords {
    PersonalWords::new([
        "Paul",
        "DURAND",
        "paul.durand@courriel.example",
        "K7MP4XQ2",
        "0123ABCD4567EF",
        "LES OLIVIERS",
    ])
}

fn reasons_beside(chosen: &str, presented: &str) -> Vec<FieldReason> {
    judge(&password(chosen), &password(presented), &durand())
        .into_iter()
        .map(|violation| violation.reason)
        .collect()
}

fn reasons(chosen: &str) -> Vec<FieldReason> {
    reasons_beside(chosen, "ce qui est présenté")
}

#[test]
fn a_phrase_of_ones_own_is_taken_without_rules_of_composition() {
    for good in [
        GOOD,
        "quatregirafesaulavoir",
        "tambour gris sans horloge",
        "hérisson violet trébuche",
        "xK9#mP2$vL5@nQ8!wR4%",
        "vhqzjwkbxdnrtplg",
        "Paul mange huit rutabagas",
        "鶴が二羽、竹の橋を渡って海へ行く",
    ] {
        assert_eq!(reasons(good), [], "{good}");
    }
}

#[test]
fn length_counts_characters_not_bytes() {
    let fifteen = "âêîôûéèàùçäëïöü";
    assert_eq!(fifteen.chars().count(), 15);
    assert_eq!(reasons(fifteen), []);
    assert!(reasons("tzkqvwhjxbnrpl").contains(&TooShort));
    assert!(!reasons("tzkqvwhjxbnrplg").contains(&TooShort));
    assert_eq!(reasons(""), [TooShort]);
}

#[test]
fn length_is_told_in_the_form_that_is_hashed() {
    let decomposed = "tzkqvwhjxbnre\u{301}";
    assert_eq!(decomposed.chars().count(), 14);
    let told = &judge(&password(decomposed), &password(GOOD), &durand())[0];
    assert_eq!(
        told.description,
        "a password has at least 15 characters, not 13"
    );
}

#[test]
fn a_hundred_and_twenty_eight_characters_are_taken_and_no_more() {
    let text: String = GOOD.chars().cycle().take(128).collect();
    assert_eq!(reasons(&text), []);
    assert_eq!(reasons(&format!("{text}!")), [TooLong]);
    let flamingos = format!("{GOOD}{}", "\u{1f9a9}".repeat(128 - GOOD.len()));
    assert_eq!(reasons(&flamingos), []);
    assert_eq!(reasons(&GOOD.repeat(50_000)), [TooLong]);
}

#[test]
fn the_most_used_are_refused_however_they_are_dressed() {
    for common in [
        "motdepassemotdepasse",
        "Mot de Passe 2026 !",
        "azertyuiopqsdfghjklm",
        "soleil bonjour chocolat",
        "Liberté, Égalité, Fraternité",
        "Il était une fois 1234",
        "caf bailleur logement",
        "passwordpassword",
        "123456789012345",
        "P@ssw0rdP@ssw0rd",
        "1q2w3e4r5t6y7u8i",
    ] {
        assert!(
            reasons(common).contains(&Common),
            "{common}: {:?}",
            reasons(common)
        );
    }
}

#[test]
fn the_account_s_own_words_do_not_make_a_password() {
    for personal in [
        "DURAND Paul 2026",
        "pauldurand123456",
        "paul.durand@courriel.example",
        "Paul-Durand-Les-Oliviers",
        "k7mp4xq2k7mp4xq2",
        "0123abcd4567ef!!",
    ] {
        assert!(
            reasons(personal).contains(&Personal),
            "{personal}: {:?}",
            reasons(personal)
        );
    }
}

#[test]
fn what_a_stranger_may_choose_the_person_may_not() {
    let nobody = PersonalWords::default();
    let chosen = password("zorgluboliviersk7");
    let of_oliviers = PersonalWords::new(["Zorglub", "LES OLIVIERS"]);
    assert!(judge(&chosen, &password(GOOD), &nobody).is_empty());
    assert!(!judge(&chosen, &password(GOOD), &of_oliviers).is_empty());
}

#[test]
fn what_follows_a_pattern_is_guessed() {
    for guessable in [
        "aaaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "abcdefghijklmnopqrst",
        "               ",
        "- - - - - - - - - - - -",
        "29/11/1978 29/11/1978",
    ] {
        assert!(
            reasons(guessable).contains(&Guessable),
            "{guessable}: {:?}",
            reasons(guessable)
        );
    }
}

#[test]
fn the_password_presented_is_not_chosen_again() {
    assert_eq!(reasons_beside(GOOD, GOOD), [Same]);
    let (composed, decomposed) = (
        "h\u{e9}risson violet tr\u{e9}buche",
        "he\u{301}risson violet tre\u{301}buche",
    );
    assert_eq!(reasons_beside(decomposed, composed), [Same]);
    assert_eq!(reasons_beside(GOOD, &GOOD.repeat(1000)), []);
}

#[test]
fn the_form_of_a_provisional_password_is_kept_for_those() {
    assert_eq!(reasons("k7mp-4xq3-9wbc-dfgh"), [Provisional]);
    assert_eq!(reasons("VHQZJWKBXDNRTPHG"), [Provisional]);
    assert_eq!(reasons("VHQZJWKBXDNRTPHGK"), []);
}

#[test]
fn every_reason_is_told_at_once() {
    assert_eq!(
        reasons_beside("paul123456", "paul123456"),
        [TooShort, Common, Personal, Guessable, Same]
    );
    assert_eq!(reasons("aaaa-aaaa-aaaa-aaaa"), [Guessable, Provisional]);
}

#[test]
fn no_reason_repeats_what_was_typed() {
    for violation in judge(&password("paul1990"), &password("paul1990"), &durand()) {
        assert!(!violation.description.contains("paul") && !violation.localized.contains("paul"));
        assert!(
            violation.localized.ends_with('.'),
            "a sentence: {}",
            violation.localized
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn no_text_panics(chosen in "\\PC{0,40}|[a4@8İßﬁ\u{301}\u{fb2c}]{0,140}|(a+b?){0,60}") {
        let told = reasons(&chosen);
        prop_assert!(told.len() <= 7);
    }
}
