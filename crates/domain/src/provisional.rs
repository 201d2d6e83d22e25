//! Provisional passwords: what a mail or letter brings, good for choosing one's own and for
//! nothing else.
//!
//! Sixteen symbols shown 4×4. The first four are a public selector, stored in clear, by which a
//! sign-in finds the one hash to verify; the other twelve carry 59 bits, above the 50 that the
//! CNIL asks where tries are counted (recommendation 2022-100).

use std::fmt;

use jiff::SignedDuration;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::channel::Channel;
use crate::dates::AccountDates;
use crate::text_value::text_value;
use crate::{Password, Random, Timestamp, alphabet, paris};

/// Symbols of every one.
pub const LENGTH: usize = 16;

const SELECTOR_LENGTH: usize = 4;

/// Life of one sent by e-mail (NIST SP 800-63B-4 §4.2.1.2: 24 h).
pub const EMAIL_LIFE: SignedDuration = SignedDuration::from_hours(24);

/// Life of one sent by letter (NIST SP 800-63B-4 §4.2.1.2: 21 days within the country).
pub const LETTER_LIFE: SignedDuration = SignedDuration::from_hours(21 * 24);

/// Wrong tries that one takes: 10 in 2⁵⁹ leave a guesser nothing, and a person has room to mistype.
pub const MOST_WRONG_TRIES: u32 = 10;

/// Deliveries of one account whose passwords live at the same time; a further one voids the
/// oldest. Three: a letter in the post, a mail, and one more try.
pub const MOST_LIVE_DELIVERIES: usize = 3;

text_value! {
    /// The first four symbols of a provisional password. Public: it tells which hash to verify.
    public Selector
}

/// A provisional password in clear: it lives from its making to its message, or from its being
/// typed to its verification.
#[derive(Clone)]
pub struct ProvisionalPassword(Zeroizing<String>);

impl ProvisionalPassword {
    /// A new one.
    pub fn generate(random: &dyn Random) -> Self {
        Self(alphabet::draw(random, LENGTH))
    }

    /// What was typed as a password, when it has the form of a provisional one: exactly sixteen
    /// symbols once folded. Anything else is a password of one's own.
    pub fn parse(typed: &Password) -> Option<Self> {
        let mut symbols = Zeroizing::new(String::with_capacity(LENGTH));
        for c in alphabet::fold(typed.expose()) {
            if symbols.len() == LENGTH || !alphabet::is_symbol(c) {
                return None;
            }
            symbols.push(c);
        }
        (symbols.len() == LENGTH).then_some(Self(symbols))
    }

    /// Its public part.
    pub fn selector(&self) -> Selector {
        Selector(self.0[..SELECTOR_LENGTH].to_owned())
    }

    /// The sixteen symbols without dashes, for hashing and verification only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// As a mail or letter shows it: `K7MP-4XQ2-9ABC-DEFG`.
    pub fn display(&self) -> SecretString {
        let mut shown = String::with_capacity(LENGTH + LENGTH / SELECTOR_LENGTH - 1);
        for (place, symbol) in self.0.chars().enumerate() {
            if place > 0 && place % SELECTOR_LENGTH == 0 {
                shown.push('-');
            }
            shown.push(symbol);
        }
        shown.into()
    }
}

impl fmt::Debug for ProvisionalPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProvisionalPassword(…)")
    }
}

/// Whether a text would be read as a provisional password.
pub fn has_form(typed: &str) -> bool {
    alphabet::fold(typed)
        .take(LENGTH + 1)
        .filter(|&c| alphabet::is_symbol(c))
        .count()
        == LENGTH
        && alphabet::fold(typed).take(LENGTH + 1).count() == LENGTH
}

/// When one stops working: its life counts from the later of its sending and the first moment of
/// the opening day, so that nobody's expires before it can be used. It never outlives the last day
/// of access.
pub fn expire_time(channel: Channel, sent: Timestamp, dates: AccountDates) -> Timestamp {
    let life = match channel {
        Channel::Email => EMAIL_LIFE,
        Channel::Letter => LETTER_LIFE,
    };
    let life_over = sent
        .max(paris::start_of(dates.opening()))
        .checked_add(life)
        .unwrap_or(Timestamp::MAX);
    let access_over = dates.closing().map_or(Timestamp::MAX, paris::end_of);
    life_over.min(access_over)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret;

    use super::*;
    use crate::OsRandom;

    fn parsed(typed: &str) -> Option<ProvisionalPassword> {
        ProvisionalPassword::parse(&Password::new(typed.into()))
    }

    #[test]
    fn it_reads_back_from_how_it_is_shown() {
        let made = ProvisionalPassword::generate(&OsRandom);
        let shown = made.display();
        assert_eq!(shown.expose_secret().len(), 19);
        assert_eq!(
            parsed(shown.expose_secret()).unwrap().expose(),
            made.expose()
        );
        assert!(shown.expose_secret().starts_with(made.selector().as_str()));
    }

    #[test]
    fn case_blanks_and_dashes_do_not_matter() {
        for typed in [
            "K7MP4XQ29ABCDEFG",
            "k7mp 4xq2 9abc defg",
            " k7mp-4xq2-9abc-defg\n",
        ] {
            let password = parsed(typed).unwrap();
            assert_eq!(password.expose(), "K7MP4XQ29ABCDEFG");
            assert_eq!(password.selector().as_str(), "K7MP");
        }
    }

    #[test]
    fn anything_else_is_a_password_of_one_s_own() {
        for typed in [
            "",
            "K7MP4XQ29ABCDEF",
            "K7MP4XQ29ABCDEFGH",
            "K7MP4XQ29ABCDEF0",
            "K7MP4XQ29ABCDEFI",
            "K7MP.4XQ2.9ABC.DEFG",
            "ｋ7MP4XQ29ABCDEFG",
        ] {
            assert!(parsed(typed).is_none(), "{typed}");
            assert!(!has_form(typed), "{typed}");
        }
    }

    #[test]
    fn life_counts_from_the_later_of_sending_and_opening() {
        let sent: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let expires = |channel, opening: &str| {
            let dates = AccountDates::stored(opening.parse().unwrap(), None);
            expire_time(channel, sent, dates).to_string()
        };
        assert_eq!(
            expires(Channel::Email, "2026-03-01"),
            "2026-03-11T12:00:00Z"
        );
        assert_eq!(
            expires(Channel::Letter, "2026-03-10"),
            "2026-03-31T12:00:00Z"
        );
        assert_eq!(
            expires(Channel::Email, "2026-04-01"),
            "2026-04-01T22:00:00Z"
        );
        assert_eq!(
            expires(Channel::Letter, "9999-12-31"),
            Timestamp::MAX.to_string()
        );
    }

    #[test]
    fn it_never_outlives_the_last_day_of_access() {
        let sent: Timestamp = "2026-03-10T12:00:00Z".parse().unwrap();
        let expires = |channel, closing: &str| {
            let opening = "2026-03-01".parse().unwrap();
            let dates = AccountDates::stored(opening, Some(closing.parse().unwrap()));
            expire_time(channel, sent, dates).to_string()
        };
        assert_eq!(
            expires(Channel::Email, "2026-03-10"),
            "2026-03-10T23:00:00Z"
        );
        assert_eq!(
            expires(Channel::Letter, "2026-03-30"),
            "2026-03-30T22:00:00Z"
        );
        assert_eq!(
            expires(Channel::Letter, "2026-03-31"),
            "2026-03-31T12:00:00Z",
            "its life is over first"
        );
    }

    #[test]
    fn it_never_prints_itself() {
        let made = ProvisionalPassword::generate(&OsRandom);
        let printed = format!("{made:?} {:?}", made.display());
        assert!(!printed.contains(made.expose()) && !printed.contains(&made.expose()[4..8]));
    }

    #[test]
    fn its_secret_part_carries_more_than_the_fifty_bits_asked() {
        let symbols = u32::try_from(LENGTH - SELECTOR_LENGTH).unwrap();
        assert!(31_u64.pow(symbols) > 1 << 59);
    }

    proptest! {
        #[test]
        fn no_text_panics_and_form_and_parsing_agree(text in "(.*|[2-9A-Za-z -]{14,20})") {
            prop_assert_eq!(parsed(&text).is_some(), has_form(&text));
        }
    }
}
