//! Tokens that say what they are for, so that spent ones need not be kept.
//!
//! A token holds a [`Claim`] and is filled up to the length of a real one with bytes that follow from the claim and a key. Who reads
//! one writes it again and compares: one changed character anywhere, and it is no token of this service.

use crate::protocol::{date::UnixMilliseconds, token, Token};
use crate::random::Random;
use alloc::string::String;
use alloc::vec::Vec;

/// Real tokens are about this long, standard base64 with its padding.
pub(super) const DEFAULT_CHARACTERS: usize = 840;
/// The prefix, the claim and nine bytes to tell a true one by.
const MINIMUM_CHARACTERS: usize = 76;

/// `AYAD` as real tokens begin, then `+/+/`: every token has each character that a URL must not carry as it is.
const PREFIX: [u8; 6] = [0x01, 0x80, 0x03, 0xfb, 0xff, 0xbf];
const WORDS: usize = 5;
/// As many characters as hold the prefix and the claim.
const HEAD_CHARACTERS: usize = (PREFIX.len() + WORDS * 8).div_ceil(3) * 4;

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    /// Its session.
    pub(super) session: u64,
    /// Its number in that session, the initial one's is 0.
    pub(super) sequence: u64,
    /// When it was given out.
    pub(super) issued: UnixMilliseconds,
    /// How long after that it may be used at the earliest, in milliseconds.
    pub(super) wait: u64,
    /// The number of the deployment that its holder has; 0 for none.
    pub(super) seen: u64,
}

/// Makes tokens and knows its own.
#[derive(Clone)]
pub(super) struct Seal {
    key: u64,
    characters: usize,
}

impl Seal {
    /// Tokens of about `characters`: a multiple of four, within what the service model allows.
    pub(super) fn new(key: u64, characters: usize) -> Self {
        Self { key, characters: characters.clamp(MINIMUM_CHARACTERS, token::MAXIMUM_CHARACTERS) / 4 * 4 }
    }

    /// The token that makes `claim`. The same claim always has the same token.
    pub(super) fn write(&self, claim: Claim) -> Token {
        Token::new(self.text(claim)).expect("base64 of a length within the model's is a token")
    }

    fn text(&self, claim: Claim) -> String {
        let words = [claim.session, claim.sequence, claim.issued, claim.wait, claim.seen];
        // One byte of the last three, so that the padding is there as well.
        let length = self.characters / 4 * 3 - 2;
        let mut bytes = Vec::with_capacity(length + 8);
        bytes.extend_from_slice(&PREFIX);
        let mut mask = Random::new(self.key);
        let mut state = self.key;
        for word in words {
            bytes.extend_from_slice(&(word ^ mask.next()).to_be_bytes());
            state = Random::new(state ^ word).next();
        }
        let mut filler = Random::new(state);
        while bytes.len() < length {
            bytes.extend_from_slice(&filler.next().to_be_bytes());
        }
        bytes.truncate(length);
        base64(&bytes)
    }

    /// What `text` claims; `None` where it is not a token of this seal.
    pub(super) fn read(&self, text: &str) -> Option<Claim> {
        if text.len() != self.characters {
            return None;
        }
        let head = unbase64(text.as_bytes().get(..HEAD_CHARACTERS)?)?;
        let mut mask = Random::new(self.key);
        let mut words = [0; WORDS];
        for (word, bytes) in words.iter_mut().zip(head.get(PREFIX.len()..)?.chunks_exact(8)) {
            *word = u64::from_be_bytes(bytes.try_into().ok()?) ^ mask.next();
        }
        let [session, sequence, issued, wait, seen] = words;
        let claim = Claim { session, sequence, issued, wait, seen };
        (self.text(claim) == text).then_some(claim)
    }
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn base64(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| usize::from(chunk.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        out.extend_from_slice(&[18, 12, 6, 0].map(|shift| ALPHABET[bits >> shift & 63]));
    }
    let padding = (3 - bytes.len() % 3) % 3;
    out.truncate(out.len() - padding);
    out.resize(out.len() + padding, b'=');
    String::from_utf8(out).unwrap_or_default()
}

/// Whole groups without padding, which is all that a head consists of.
fn unbase64(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    for group in text.chunks_exact(4) {
        let mut bits = 0_u32;
        for digit in group {
            bits = bits << 6 | u32::try_from(ALPHABET.iter().position(|it| it == digit)?).ok()?;
        }
        bytes.extend_from_slice(&bits.to_be_bytes()[1..]);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(random: &mut Random) -> Claim {
        let mut word = || random.next() >> (random.next() % 64);
        Claim { session: word(), sequence: word(), issued: word(), wait: word(), seen: word() }
    }

    #[test]
    fn a_token_looks_like_a_real_one() {
        let token = Seal::new(7, DEFAULT_CHARACTERS).write(claim(&mut Random::new(1)));
        let text = token.as_str();
        assert_eq!(text.len(), 840);
        assert!(text.starts_with("AYAD") && text.ends_with("==") && text.contains('+') && text.contains('/'), "{text}");
    }

    #[test]
    fn every_claim_survives_and_every_change_is_seen() {
        let mut random = Random::new(2);
        for characters in [0, 76, 77, 200, 840, 8192, 100_000] {
            let seal = Seal::new(random.next(), characters);
            for _ in 0..200 {
                let claim = claim(&mut random);
                let text = seal.write(claim).as_str().to_owned();
                assert!(text.len().is_multiple_of(4) && (76..=8192).contains(&text.len()));
                assert_eq!(seal.read(&text), Some(claim));
                let at = usize::try_from(random.next() % text.len() as u64).unwrap();
                let mut changed = text.clone().into_bytes();
                changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
                assert_eq!(seal.read(&String::from_utf8(changed).unwrap()), None, "{at}");
                assert_eq!(seal.read(&text[..text.len() - 4]), None);
                assert_eq!(Seal::new(random.next(), characters).read(&text), None, "another service's");
            }
        }
    }

    #[test]
    fn garbage_is_no_token() {
        let seal = Seal::new(1, DEFAULT_CHARACTERS);
        for text in [String::new(), "x".into(), "A".repeat(840), "é".repeat(420), "=".repeat(840)] {
            assert_eq!(seal.read(&text), None);
        }
    }

    #[test]
    fn base64_has_the_vectors_of_its_rfc() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }
}
