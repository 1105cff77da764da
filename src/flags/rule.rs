//! A variant's rule, such as `(and (eq $state "Virginia") (split by::$email pct::10))`: its form only.
//!
//! What a rule means is for AWS's own agent, which alone gets the rules. But one that is not well formed is refused when it
//! is written, and that a person wants to know.

use alloc::format;
use alloc::string::String;

/// The operators, and how many operands each has at least and at most.
const OPERATORS: [(&str, usize, usize); 15] = [
    ("and", 1, usize::MAX),
    ("or", 1, usize::MAX),
    ("not", 1, 1),
    ("eq", 2, 2),
    ("gt", 2, 2),
    ("gte", 2, 2),
    ("lt", 2, 2),
    ("lte", 2, 2),
    ("begins_with", 2, 2),
    ("ends_with", 2, 2),
    ("contains", 2, 2),
    ("in", 2, 2),
    ("matches", 2, 2),
    ("exists", 1, 1),
    ("split", 2, 3),
];
/// The deepest nesting that is read.
const MAXIMUM_DEPTH: usize = 64;

/// What is wrong with a rule; nothing with an empty one, which is none.
pub(super) fn mistake(rule: &str) -> Option<String> {
    if rule.is_empty() {
        return None;
    }
    let mut reader = Reader { rest: rule };
    let result = match reader.peek() {
        Some('(') => reader.operation(MAXIMUM_DEPTH),
        _ => Err(String::from("expected a rule in parentheses, such as (eq $country \"NZ\")")),
    };
    match (result, reader.peek()) {
        (Err(sentence), _) => Some(sentence),
        (Ok(()), Some(_)) => Some(format!("expected the end of the rule, got {}", reader.ahead())),
        (Ok(()), None) => None,
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    /// The next character after white space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn pass(&mut self, c: char) -> bool {
        self.peek();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// What comes next, as an error shows it.
    fn ahead(&self) -> String {
        let shown: String = self.rest.chars().take(20).collect();
        if shown.is_empty() {
            String::from("the end of the rule")
        } else {
            format!("{shown:?}")
        }
    }

    fn operation(&mut self, depth: usize) -> Result<(), String> {
        self.pass('(');
        self.peek();
        let name = self.word();
        let Some((_, least, most)) = OPERATORS.iter().find(|(it, ..)| *it == name) else {
            let known = OPERATORS.map(|(it, ..)| it).join(", ");
            return Err(if name.is_empty() {
                format!("expected an operator, one of {known}, got {}", self.ahead())
            } else {
                format!("expected an operator, one of {known}, got {name:?}")
            });
        };
        let mut count = 0;
        while !self.pass(')') {
            self.operand(depth - 1)?;
            count += 1;
        }
        if (*least..=*most).contains(&count) {
            Ok(())
        } else if least == most {
            Err(format!("expected {least} operands for {name}, got {count}"))
        } else {
            Err(format!("expected at least {least} operands for {name}, got {count}"))
        }
    }

    /// A value, a list, or an operation, perhaps after its name and `::`.
    fn operand(&mut self, depth: usize) -> Result<(), String> {
        if depth == 0 {
            return Err(format!("expected at most {MAXIMUM_DEPTH} operations inside each other"));
        }
        match self.peek() {
            Some('(') => self.operation(depth),
            Some('"') => self.text(),
            Some('[') => {
                self.pass('[');
                while !self.pass(']') {
                    self.operand(depth - 1)?;
                    if !self.pass(',') && self.peek() != Some(']') {
                        return Err(format!("expected , or ] in a list, got {}", self.ahead()));
                    }
                }
                Ok(())
            }
            _ => {
                let word = self.word();
                if word.is_empty() {
                    return Err(format!("expected ) or an operand, got {}", self.ahead()));
                }
                match self.rest.strip_prefix("::") {
                    Some(rest) => {
                        self.rest = rest;
                        self.operand(depth - 1)
                    }
                    None => Ok(()),
                }
            }
        }
    }

    /// A `$name`, a number, a time, `true`, the name of an operand: whatever has no space and nothing of the form's own.
    fn word(&mut self) -> &'a str {
        let is_end = |(at, c): (usize, char)| c.is_whitespace() || "()[]\",".contains(c) || self.rest[at..].starts_with("::");
        let end = self.rest.char_indices().find(|it| is_end(*it)).map_or(self.rest.len(), |(at, _)| at);
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    fn text(&mut self) -> Result<(), String> {
        let mut escaped = true; // The first quotation mark begins.
        for (at, c) in self.rest.char_indices() {
            match c {
                '"' if !escaped => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(());
                }
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        Err(String::from("expected a quotation mark at the end of a text"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_the_documentation_are_well_formed() {
        for rule in [
            "",
            r#"(ends_with $email "qa-testers.mycompany.com")"#,
            r#"(or (and (eq $group "Tier1") (split by::$userId pct::1 seed::"2025.01.01")) (not (exists key::"beta")))"#,
            r#"(in $userId ["123", "4\"5)6",])"#,
            "(gt $when 2026-11-21T02:40:00Z)",
            " ( lt $age 65.5 ) ",
        ] {
            assert_eq!(mistake(rule), None, "{rule}");
        }
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (rule, sentence) in [
            ("$a", "expected a rule in parentheses"),
            ("(eq $a 1", "expected ) or an operand, got the end of the rule"),
            ("(eq $a 1))", "expected the end of the rule, got \")\""),
            ("(equals $a 1)", "got \"equals\""),
            ("()", "expected an operator, one of and, or,"),
            ("(eq $a)", "expected 2 operands for eq, got 1"),
            ("(split by::$a)", "expected at least 2 operands for split, got 1"),
            ("(eq $a \"x)", "expected a quotation mark"),
            ("(in $a [1 2])", "expected , or ] in a list, got \"2])\""),
            ("(eq a:: )", "expected ) or an operand, got \")\""),
        ] {
            let told = mistake(rule).unwrap_or_default();
            assert!(told.contains(sentence), "{rule}: {told}");
        }
    }

    #[test]
    fn depth_has_an_end() {
        for open in ["(not ", "(in [", "[", "a::", "(eq a::"] {
            assert!(mistake(&("(not ".to_owned() + &open.repeat(100_000))).is_some());
        }
    }
}
