//! The little JSON that the protocol needs: members of small objects read, strings written.
//!
//! By hand, because serde_json adds 32 kB (gzip) to a browser's bundle, and what is read here is an error's body or a
//! token's envelope, never a configuration. It accepts exactly RFC 8259 and never recurses: deep nesting cannot
//! exhaust a stack.

use alloc::string::String;
use alloc::vec::Vec;
use core::str::Chars;

use super::percent;

/// The deepest nesting that is read; a deeper document counts as malformed.
const MAXIMUM_DEPTH: usize = 64;

/// A reader over one JSON document.
#[derive(Clone)]
pub struct Reader<'a> {
    rest: Chars<'a>,
}

impl<'a> Reader<'a> {
    /// Starts at the beginning of `text`; a byte order mark is passed over.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut it = Self { rest: text.chars() };
        it.pass('\u{feff}');
        it
    }

    /// The next character, left where it is.
    fn ahead(&self) -> char {
        // No document has a NUL outside of what is refused anyway, so it can stand for the end.
        self.rest.clone().next().unwrap_or('\0')
    }

    /// Passes over `c` if it is the next character.
    fn pass(&mut self, c: char) -> bool {
        let passes = self.ahead() == c;
        if passes {
            self.rest.next();
        }
        passes
    }

    /// The next character after white space, left where it is: it tells the type of the next value. NUL at the end.
    pub fn peek(&mut self) -> char {
        while matches!(self.ahead(), ' ' | '\t' | '\n' | '\r') {
            self.rest.next();
        }
        self.ahead()
    }

    fn eat(&mut self, c: char) -> Option<()> {
        self.peek();
        self.pass(c).then_some(())
    }

    /// Reads an object, calling `member` with each name; `member` must consume the value (`skip` if it does not care).
    /// `None` where there is no object, or no whole one.
    pub fn object(&mut self, mut member: impl FnMut(&str, &mut Self) -> Option<()>) -> Option<()> {
        self.eat('{')?;
        if self.eat('}').is_some() {
            return Some(());
        }
        loop {
            let name = self.string()?;
            self.eat(':')?;
            member(&name, self)?;
            if self.eat(',').is_none() {
                return self.eat('}');
            }
        }
    }

    /// Reads an array, calling `item` for each; `item` must consume it. `None` where there is no array, or no whole one.
    pub fn array(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.eat('[')?;
        if self.eat(']').is_some() {
            return Some(());
        }
        loop {
            item(self)?;
            if self.eat(',').is_none() {
                return self.eat(']');
            }
        }
    }

    /// What was not read yet.
    #[must_use]
    pub fn rest(&self) -> &'a str {
        self.rest.as_str()
    }

    /// Reads a whole number without a sign that fits into 32 bits, or `null`.
    #[allow(clippy::option_option)] // "malformed" and "null" are different answers
    pub fn integer_or_null(&mut self) -> Option<Option<u32>> {
        if self.peek() == 'n' {
            return self.word("null").map(|()| None);
        }
        let mut sum: Option<u32> = None;
        while let Some(digit) = self.ahead().to_digit(10) {
            self.rest.next();
            // No zero leads.
            sum = Some(if sum == Some(0) { None } else { sum.unwrap_or(0).checked_mul(10)?.checked_add(digit) }?);
        }
        sum.map(Some)
    }

    /// Reads a string.
    pub fn string(&mut self) -> Option<String> {
        self.eat('"')?;
        let mut out = String::new();
        loop {
            out.push(match self.rest.next()? {
                '"' => return Some(out),
                '\\' => self.escape()?,
                '\0'..='\u{1f}' => return None,
                c => c,
            });
        }
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.rest.next()? {
            c @ ('"' | '\\' | '/') => c,
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let unit = self.unit()?;
                if unit >> 10 == 0xd800 >> 10 {
                    // A surrogate pair is two escapes; a lone half becomes the replacement character.
                    let mut ahead = self.clone();
                    let low = if ahead.pass('\\') && ahead.pass('u') { ahead.unit() } else { None };
                    if let Some(low @ 0xdc00..=0xdfff) = low {
                        *self = ahead;
                        return char::from_u32(0x1_0000 + ((unit & 0x3ff) << 10 | low & 0x3ff));
                    }
                }
                char::from_u32(unit).unwrap_or('\u{fffd}')
            }
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | self.rest.next()?.to_digit(16)?;
        }
        Some(unit)
    }

    /// Passes over one value of any type.
    pub fn skip(&mut self) -> Option<()> {
        // One bit a level: is this level an object? A shift register instead of a stack.
        let mut objects: u64 = 0;
        let mut depth = 0;
        loop {
            match self.peek() {
                open @ ('{' | '[') => {
                    self.pass(open);
                    let object = open == '{';
                    if self.eat(close(object)).is_none() {
                        if depth == MAXIMUM_DEPTH {
                            return None;
                        }
                        depth += 1;
                        objects = objects << 1 | u64::from(object);
                        if object {
                            self.name()?;
                        }
                        continue;
                    }
                }
                '"' => drop(self.string()?),
                't' => self.word("true")?,
                'f' => self.word("false")?,
                'n' => self.word("null")?,
                _ => self.number()?,
            }
            // A value has ended: close what ends with it.
            loop {
                if depth == 0 {
                    return Some(());
                }
                let object = objects & 1 == 1;
                if self.eat(',').is_some() {
                    if object {
                        self.name()?;
                    }
                    break;
                }
                self.eat(close(object))?;
                depth -= 1;
                objects >>= 1;
            }
        }
    }

    fn name(&mut self) -> Option<()> {
        self.string()?;
        self.eat(':')
    }

    fn word(&mut self, word: &str) -> Option<()> {
        word.chars().all(|c| self.pass(c)).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let mut some = None;
        while self.ahead().is_ascii_digit() {
            self.rest.next();
            some = Some(());
        }
        some
    }

    fn number(&mut self) -> Option<()> {
        self.pass('-');
        if !self.pass('0') {
            self.digits()?;
        }
        if self.pass('.') {
            self.digits()?;
        }
        if self.pass('e') || self.pass('E') {
            if !self.pass('+') {
                self.pass('-');
            }
            self.digits()?;
        }
        Some(())
    }

    /// Whether nothing but white space is left.
    pub fn at_end(&mut self) -> bool {
        self.peek();
        self.rest.as_str().is_empty()
    }
}

/// What ends an object or an array.
const fn close(object: bool) -> char {
    if object {
        '}'
    } else {
        ']'
    }
}

/// The deepest text that [`texts`] gives: as deep as the service's exceptions go.
const DEEPEST_TEXT: usize = 4;

/// Every text in the objects of a document, with the path to it (`Details.Name`). What was read before a document breaks
/// off is given as well.
#[must_use]
pub fn texts(document: &str) -> Vec<(String, String)> {
    fn read(reader: &mut Reader, prefix: &str, depth: usize, all: &mut Vec<(String, String)>) -> Option<()> {
        reader.object(|name, value| {
            let mut path = String::from(prefix);
            path.push_str(name);
            match value.peek() {
                '"' => all.push((path, value.string()?)),
                '{' if depth > 1 => {
                    path.push('.');
                    read(value, &path, depth - 1, all)?;
                }
                _ => value.skip()?,
            }
            Some(())
        })
    }
    let mut all = Vec::new();
    let _cut = read(&mut Reader::new(document), "", DEEPEST_TEXT, &mut all);
    all
}

/// Whether `text` is one whole JSON document of any type.
#[must_use]
pub fn is_document(text: &str) -> bool {
    let mut reader = Reader::new(text);
    reader.skip().is_some() && reader.at_end()
}

/// Appends `number` to `out`.
pub fn write_number(out: &mut String, number: u32) {
    // By hand: `to_string` brings the formatter, a kilobyte and a half of a browser's bundle.
    let mut power = 1;
    while number / power > 9 {
        power *= 10;
    }
    while power > 0 {
        out.push(char::from_digit(number / power % 10, 10).unwrap_or('0'));
        power /= 10;
    }
}

/// Appends `text` to `out` as a JSON string, with its quotes.
pub fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{0}'..='\u{1f}' => {
                out.push_str("\\u00");
                percent::push_hex(out, c as u8, b'a');
            }
            _ => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_serde_json_on_what_is_a_document() {
        let cases = [
            "",
            " ",
            "{}",
            "[]",
            "null",
            "true",
            "nul",
            "truex",
            "0",
            "-0",
            "01",
            "1.",
            "1.5e+3",
            "1e",
            "-",
            ".5",
            "\"\"",
            "\"a",
            "\"\\x\"",
            "\"\\u00e9\"",
            "\"\\u12\"",
            "\"\u{1}\"",
            "{\"a\":1}",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "[1,2",
            "[1,2]",
            "[1,,2]",
            "[1 2]",
            "{\"a\":{\"b\":[{}, [], {\"c\":\"d\"}]}}",
            "[[[]]]]",
            "{}{}",
            "{\"a\":1}}",
            " { \"a\" : [ true , false , null ] } ",
            "[}",
            "{]",
            "\u{feff}{}x",
            "NaN",
            "[1]]",
            "{\"\":\"\"}",
        ];
        for case in cases {
            assert_eq!(is_document(case), serde_json::from_str::<serde_json::Value>(case).is_ok(), "{case:?}");
        }
    }

    #[test]
    fn a_string_survives_a_round_trip_through_serde_json() {
        let all: String = ('\u{0}'..='\u{100}').chain(['"', '\\', '𝄞', '\u{fffd}']).collect();
        let mut ours = String::new();
        write_string(&mut ours, &all);
        assert_eq!(serde_json::from_str::<String>(&ours).unwrap(), all);
        assert_eq!(Reader::new(&serde_json::to_string(&all).unwrap()).string(), Some(all));
        assert_eq!(Reader::new(r#""\ud834\udd1e \ud834 \ud834\u0041 \/""#).string().as_deref(), Some("𝄞 \u{fffd} \u{fffd}A /"));
    }

    #[test]
    fn numbers_are_written_and_read() {
        for number in [0, 7, 10, 15, 99, 100, 86_400, u32::MAX] {
            let mut out = String::new();
            write_number(&mut out, number);
            assert_eq!(out, number.to_string());
            assert_eq!(Reader::new(&out).integer_or_null(), Some(Some(number)));
        }
        for text in ["4294967296", "07", "00", "-1", "", "x"] {
            assert_eq!(Reader::new(text).integer_or_null(), None, "{text}");
        }
        assert_eq!(Reader::new(" null").integer_or_null(), Some(None));
    }

    #[test]
    fn an_array_is_read_item_by_item() {
        let items = |text: &str| {
            let (mut reader, mut all) = (Reader::new(text), Vec::new());
            let whole = reader.array(|reader| {
                all.push(reader.integer_or_null()??);
                Some(())
            });
            (whole.is_some(), all, reader.rest().to_owned())
        };
        assert_eq!(items(" [ 1 , 2 ] x"), (true, vec![1, 2], " x".into()));
        assert_eq!(items("[]"), (true, vec![], String::new()));
        for text in ["[1", "[1,]", "[,]", "1", "", "[1 2]"] {
            assert!(!items(text).0, "{text}");
        }
    }

    #[test]
    fn texts_are_found_four_objects_deep_and_before_a_document_breaks_off() {
        let pairs = |text: &str| texts(text).into_iter().map(|(path, text)| path + "=" + &text).collect::<Vec<_>>();
        let whole = r#"{"a":"1","b":{"c":{"d":{"e":"4","f":{"g":"5"},"h":"4"},"i":"3"}},"j":2,"k":[{"l":"x"}],"m":"1"}"#;
        assert_eq!(pairs(whole), ["a=1", "b.c.d.e=4", "b.c.d.h=4", "b.c.i=3", "m=1"]);
        assert_eq!(pairs(r#"{"a":"1","b":{"c":"2","d"#), ["a=1", "b.c=2"]);
        assert_eq!(pairs("[]"), [""; 0]);
    }

    #[test]
    fn what_is_skipped_ends_where_its_levels_do() {
        let mixed = "[{\"a\":".repeat(32) + "1" + &"}]".repeat(32);
        for text in [mixed.as_str(), r#"{"a":[1,{"b":[]},2],"c":{"d":[{}]}}"#, "[[1],[2]]", "-1.5e-3", "1E+2", "0"] {
            let followed = text.to_owned() + " ,x";
            let mut reader = Reader::new(&followed);
            assert_eq!((reader.skip(), reader.rest()), (Some(()), " ,x"), "{text}");
        }
        for text in ["[1}", r#"{"a":[1}]"#, r#"{"a":1]"#, r#"[1,"a":2]"#, r#"{"a":{"b":1},2}"#, "1e+-3", "--1"] {
            assert!(!is_document(text), "{text}");
        }
    }

    #[test]
    fn nesting_is_limited_and_never_recurses() {
        assert!(is_document(&("[".repeat(64) + &"]".repeat(64))));
        assert!(!is_document(&("[".repeat(66) + &"]".repeat(66))));
        assert!(!is_document(&"[".repeat(1_000_000)));
    }

    #[test]
    fn random_mutations_never_panic_and_agree_with_serde_json() {
        let seed_text = br#"{"__type":"a#B","Details":{"InvalidParameters":{"x":{"Problem":"Expired"}}},"n":[-1.5e3,true,null],"u":"\u00e9\ud834\udd1e"}"#;
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut random = |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        for _ in 0..200_000 {
            let mut bytes = seed_text.to_vec();
            for _ in 0..=random(3) {
                let at = random(bytes.len().max(1)).min(bytes.len() - 1);
                match random(3) {
                    0 => bytes[at] = b"{}[]\",:\\u01e.-x "[random(16)],
                    1 if bytes.len() > 1 => drop(bytes.remove(at)),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let theirs = match serde_json::from_str::<serde_json::Value>(&text) {
                Ok(_) => true,
                // serde_json refuses a lone surrogate and a number beyond f64; RFC 8259 allows both.
                Err(error)
                    if error.to_string().contains("surrogate")
                        || error.to_string().contains("hex escape")
                        || error.to_string().contains("out of range") =>
                {
                    continue
                }
                Err(_) => false,
            };
            assert_eq!(is_document(&text), theirs, "{text}");
        }
    }
}
