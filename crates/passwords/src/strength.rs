//! Judges a password that a person chooses.
//!
//! Length, and not being guessed: no rule of composition, no periodic change (NIST SP 800-63B-4
//! §3.1.1.2, OWASP ASVS 6.2, CNIL recommendation 2022-100). All that is wrong is said at once, so
//! that a person chooses again once.

mod folded;
mod guesses;
mod personal;
mod rest;
mod widespread;

use domain::{
    Password, provisional,
    violation::{FieldReason, Violation},
};
use subtle::ConstantTimeEq;

pub use self::{guesses::MIN_SCORE, personal::PersonalWords};
use crate::{TooLong, normalise};

/// Fewest characters (code points in NFC) of a chosen password: NIST's least for a password that
/// stands alone.
pub const MIN_CHARACTERS: usize = 15;
/// Most characters, twice what NIST asks to allow at least. [`crate::MAX_BYTES`] bounds them too.
pub const MAX_CHARACTERS: usize = 128;

/// Everything wrong with `chosen`, in a fixed order; empty when it may be taken. `presented` is
/// what the same request proves itself with: the current password or the provisional one.
///
/// Takes a few milliseconds, and tens for the most intricate of texts: off the threads of I/O if
/// those are few.
pub fn judge(chosen: &Password, presented: &Password, personal: &PersonalWords) -> Vec<Violation> {
    let Ok(normal) = normalise(chosen) else {
        return vec![too_long()];
    };
    let text = normal.expose();
    let characters = text.chars().count();
    if characters == 0 {
        return vec![too_short(characters)];
    }
    let Guessed {
        common,
        personal,
        guessable,
    } = guess(text, personal);
    [
        (characters < MIN_CHARACTERS).then(|| too_short(characters)),
        (characters > MAX_CHARACTERS).then(too_long),
        common.then(self::common),
        personal.then(self::personal),
        guessable.then(self::guessable),
        is_same(&normal, presented).then(same),
        provisional::has_form(text).then(self::provisional),
    ]
    .into_iter()
    .flatten()
    .collect()
}

struct Guessed {
    common: bool,
    personal: bool,
    guessable: bool,
}

/// Tries `text` as typed and with its words joined: zxcvbn takes the blanks of « mot de passe »
/// for inventions.
fn guess(text: &str, personal: &PersonalWords) -> Guessed {
    let mut words: Vec<&str> = personal.iter().collect();
    words.extend_from_slice(widespread::words());
    let weak = guesses::weakness(&folded::joined(text), &words)
        .or_else(|| guesses::weakness(&folded::plain(text), &words));
    let made_of = rest::made_of(
        &folded::letters_and_digits(text),
        personal.iter(),
        widespread::words().iter().copied(),
    );
    Guessed {
        common: made_of.widespread
            || weak.as_ref().is_some_and(|weak| {
                weak.is_mostly_passwords() || weak.holds_any(widespread::words().iter().copied())
            }),
        personal: made_of.personal
            || weak
                .as_ref()
                .is_some_and(|weak| weak.holds_any(personal.iter())),
        guessable: weak.is_some(),
    }
}

fn is_same(chosen: &Password, presented: &Password) -> bool {
    let presented = match normalise(presented) {
        Ok(presented) => presented,
        Err(TooLong) => return false,
    };
    chosen
        .expose()
        .as_bytes()
        .ct_eq(presented.expose().as_bytes())
        .into()
}

fn too_short(characters: usize) -> Violation {
    Violation::new(
        FieldReason::PasswordTooShort,
        format!("a password has at least {MIN_CHARACTERS} characters, not {characters}"),
        format!(
            "Choisissez au moins {MIN_CHARACTERS} caractères : quelques mots sans lien entre eux \
             font un bon mot de passe."
        ),
    )
}

fn too_long() -> Violation {
    let most_bytes = crate::MAX_BYTES;
    Violation::new(
        FieldReason::PasswordTooLong,
        format!("a password has at most {MAX_CHARACTERS} characters and {most_bytes} bytes"),
        format!("Choisissez au plus {MAX_CHARACTERS} caractères."),
    )
}

fn common() -> Violation {
    Violation::new(
        FieldReason::PasswordCommon,
        "the password is made of the most used ones",
        "Ce mot de passe reprend des mots de passe ou des expressions parmi les plus utilisés.",
    )
}

fn personal() -> Violation {
    Violation::new(
        FieldReason::PasswordPersonal,
        "the password is made of the account's own data",
        "Ce mot de passe reprend votre nom, votre adresse courriel ou une autre information de \
         votre compte.",
    )
}

fn guessable() -> Violation {
    Violation::new(
        FieldReason::PasswordGuessable,
        "the password is guessed in too few tries",
        "Ce mot de passe est trop facile à deviner. Assemblez plutôt quelques mots sans lien \
         entre eux.",
    )
}

fn same() -> Violation {
    Violation::new(
        FieldReason::PasswordSame,
        "the password is the one presented",
        "Ce mot de passe est celui que vous quittez : choisissez-en un autre.",
    )
}

fn provisional() -> Violation {
    Violation::new(
        FieldReason::PasswordProvisional,
        "the password has the form of a provisional one: sixteen letters and digits",
        "Ce mot de passe a la forme d’un mot de passe provisoire : ajoutez-lui des caractères ou \
         choisissez-en un autre.",
    )
}

#[cfg(test)]
mod tests;
