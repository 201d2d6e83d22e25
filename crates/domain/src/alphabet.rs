//! Symbols that people copy by hand: 31 of them, none mistaken for another.

use zeroize::Zeroizing;

use crate::Random;

/// Digits and capitals without 0 O, 1 I L. 31 is prime: that is what makes the check symbol catch
/// every single error and every swap.
pub(crate) const SYMBOLS: &str = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

const SIZE: u8 = 31;

/// The smallest byte refused when drawing: below it, each symbol has eight bytes of its own.
const UNEVEN_FROM: u8 = 248;

/// As typed text is read wherever copied codes are: upper-cased, blanks and `-` dropped. Only
/// ASCII is upper-cased, else `ı` and `ſ` would become letters.
pub(crate) fn fold(typed: &str) -> impl Iterator<Item = char> {
    typed
        .chars()
        .filter(|&c| c != '-' && !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
}

/// Whether it is a symbol of the alphabet, as folded.
pub(crate) fn is_symbol(c: char) -> bool {
    SYMBOLS.contains(c)
}

/// That many symbols, each as likely as any other. Wiped when dropped, for they may be a secret.
pub(crate) fn draw(random: &dyn Random, count: usize) -> Zeroizing<String> {
    let mut drawn = Zeroizing::new(String::with_capacity(count + 1));
    let mut bytes = Zeroizing::new([0; 32]);
    while drawn.len() < count {
        random.fill(bytes.as_mut());
        let even = bytes.iter().filter(|&&byte| byte < UNEVEN_FROM);
        for byte in even.take(count - drawn.len()) {
            drawn.push(symbol(*byte % SIZE));
        }
    }
    drawn
}

/// As [`draw`], then a check symbol: `count + 1` symbols.
pub(crate) fn draw_checked(random: &dyn Random, count: usize) -> String {
    let mut drawn = draw(random, count);
    let check = check_symbol(&drawn);
    drawn.push(check);
    std::mem::take(&mut *drawn)
}

/// Whether the last symbol is the check of the others: false as soon as one symbol is wrong or two
/// neighbours are swapped. For portals and telephones; here only the tests ask.
#[cfg(test)]
pub(crate) fn check_holds(symbols: &str) -> bool {
    symbols.chars().all(is_symbol) && !symbols.is_empty() && weighted_sum(symbols, 1) == 0
}

/// The symbol that makes the weighted sum of all a multiple of 31.
fn check_symbol(symbols: &str) -> char {
    symbol((SIZE - weighted_sum(symbols, 2)) % SIZE)
}

/// Weights count up from the right, the check symbol's being 1. Below 31 symbols no two are equal
/// and none is 0 modulo 31, so one error or one swap always moves the sum.
fn weighted_sum(symbols: &str, last_weight: u32) -> u8 {
    let sum: u32 = symbols
        .chars()
        .rev()
        .zip(last_weight..)
        .map(|(c, weight)| weight * value(c))
        .sum();
    u8::try_from(sum % u32::from(SIZE)).expect("a remainder modulo 31 fits a byte")
}

fn value(c: char) -> u32 {
    let place = SYMBOLS.find(c).unwrap_or(0);
    u32::try_from(place).expect("a place among 31 symbols fits")
}

fn symbol(value: u8) -> char {
    char::from(SYMBOLS.as_bytes()[usize::from(value)])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::OsRandom;

    /// Gives the bytes 0, 1, 2, … for ever.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Random for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
        }
    }

    fn changed(code: &str, place: usize, symbol: char) -> String {
        code.chars()
            .enumerate()
            .map(|(at, c)| if at == place { symbol } else { c })
            .collect()
    }

    fn swapped(code: &str, place: usize) -> String {
        let mut symbols: Vec<char> = code.chars().collect();
        symbols.swap(place, place + 1);
        symbols.into_iter().collect()
    }

    #[test]
    fn no_symbol_is_mistaken_for_another() {
        assert_eq!(SYMBOLS.chars().count(), usize::from(SIZE));
        assert!(!SYMBOLS.contains(['0', 'O', '1', 'I', 'L']));
        assert!(SYMBOLS.chars().is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn every_single_error_is_caught_in_both_lengths() {
        for body in [7, 13] {
            let code = draw_checked(&OsRandom, body);
            assert!(check_holds(&code));
            for place in 0..code.len() {
                let right = code.as_bytes()[place];
                for wrong in SYMBOLS.chars().filter(|&c| c != char::from(right)) {
                    assert!(
                        !check_holds(&changed(&code, place, wrong)),
                        "{code} {place} {wrong}"
                    );
                }
            }
        }
    }

    /// The check is linear, so a swap's effect depends on the two symbols and their places alone:
    /// all pairs at all places are all the swaps there are.
    #[test]
    fn every_swap_of_neighbours_is_caught_in_both_lengths() {
        for body in [7_usize, 13] {
            for place in 0..body {
                for (a, b) in SYMBOLS
                    .chars()
                    .flat_map(|a| SYMBOLS.chars().map(move |b| (a, b)))
                {
                    let base = changed(&"2".repeat(body), place, a);
                    let code = if place + 1 < body {
                        let body = changed(&base, place + 1, b);
                        format!("{body}{}", check_symbol(&body))
                    } else {
                        format!("{base}{}", check_symbol(&base))
                    };
                    let pair = &code.as_bytes()[place..=place + 1];
                    assert_eq!(
                        check_holds(&swapped(&code, place)),
                        pair[0] == pair[1],
                        "{code}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_symbol_is_drawn_as_often() {
        let drawn = draw(&Counting(0.into()), 248);
        for symbol in SYMBOLS.chars() {
            assert_eq!(drawn.matches(symbol).count(), 8, "{symbol}");
        }
    }

    #[test]
    fn folding_drops_case_blanks_and_dashes_and_nothing_else() {
        let folded = |typed| fold(typed).collect::<String>();
        assert_eq!(folded(" k7mp-4xq2\t"), "K7MP4XQ2");
        assert_eq!(folded("k7mp\u{a0}4xq2"), "K7MP4XQ2");
        assert_eq!(folded("ıſß"), "ıſß");
        assert_eq!(folded("a.b_c"), "A.B_C");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = check_holds(&text);
            let folded: String = fold(&text).collect();
            prop_assert_eq!(fold(&folded).collect::<String>(), folded);
        }
    }
}
