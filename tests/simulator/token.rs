//! Tokens that are known wherever they turn up: every piece of twenty characters has the mark in it.

use std::sync::LazyLock;

/// Stands in every token, again and again, and nowhere else.
pub(crate) const MARK: &str = "Qx7abcde";
const DIGITS: usize = 10;
/// An odd number has an inverse modulo 2^32: numbers in sequence give texts that begin differently.
const SCRAMBLE: u32 = 2_654_435_761;
const UNSCRAMBLE: u32 = 244_002_641;
const BEFORE: &str = "/configuration?configuration_token=";

/// What follows the digits, plain and percent-encoded.
struct Filling {
    plain: String,
    encoded: String,
}

/// Short ones, ones as long as real ones, and the longest there may be.
pub(crate) const LENGTHS: [usize; 3] = [40, 840, 8192];

static FILLINGS: LazyLock<[Filling; 3]> = LazyLock::new(|| {
    LENGTHS.map(|length| {
        let plain: String = ["+", MARK, "/", MARK, "=", MARK].concat().chars().cycle().take(length - DIGITS).collect();
        let encoded = plain.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        Filling { plain, encoded }
    })
});

/// The texts of one life's tokens, all of one length.
#[derive(Clone, Copy)]
pub(crate) struct Tokens(&'static Filling);

impl Tokens {
    /// Those of one of the [`LENGTHS`].
    pub(crate) fn new(length: usize) -> Self {
        Self(&FILLINGS[length])
    }

    pub(crate) fn text(self, number: u32) -> String {
        let mut out = String::with_capacity(DIGITS + self.0.plain.len());
        let mut place = 1_000_000_000;
        while place > 0 {
            out.push(char::from_digit(number.wrapping_mul(SCRAMBLE) / place % 10, 10).unwrap_or('0'));
            place /= 10;
        }
        out + &self.0.plain
    }

    /// The number of a token that is one of these.
    pub(crate) fn number(self, text: &str) -> Option<u32> {
        let (digits, filling) = text.split_at_checked(DIGITS)?;
        (filling == self.0.plain).then_some(digits.parse::<u32>().ok()?.wrapping_mul(UNSCRAMBLE))
    }

    /// The number of the token in a request's URL, which must carry it percent-encoded, byte for byte.
    pub(crate) fn read(self, url: &str) -> Option<u32> {
        let (rest, filling) = url.split_at_checked(url.len().checked_sub(self.0.encoded.len())?)?;
        let (before, digits) = rest.split_at_checked(rest.len().checked_sub(DIGITS)?)?;
        let scrambled: u32 = digits.parse().ok()?;
        (before.ends_with(BEFORE) && filling == self.0.encoded).then_some(scrambled.wrapping_mul(UNSCRAMBLE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appconfig_edge::protocol::{Endpoint, Request, Token};

    #[test]
    fn a_token_is_read_from_the_url_and_marked_everywhere() {
        for (number, length) in [(0, 0), (1, 0), (7, 1), (4_000_000_000, 2)] {
            let tokens = Tokens::new(length);
            let text = tokens.text(number);
            assert_eq!((text.len(), tokens.number(&text)), (LENGTHS[length], Some(number)));
            assert!(text.as_bytes().windows(20).all(|piece| String::from_utf8_lossy(piece).contains(MARK)));
            let url = Request::get_latest_configuration(&Endpoint::custom("http://x").unwrap(), &Token::new(text).unwrap()).url;
            assert_eq!(tokens.read(&url), Some(number));
            assert_eq!(tokens.read(&url.to_lowercase()), None);
            assert_eq!(tokens.read(&(url + "x")), None);
        }
    }
}
