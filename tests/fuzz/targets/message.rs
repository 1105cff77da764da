//! An input that a person can read and write: a first line, headers, an empty line, a body.

use appconfig_edge::protocol::response::{is_configuration, Body};
use appconfig_edge::protocol::Response;

pub(crate) struct Message<'a> {
    pub(crate) first: String,
    /// Names in lower case, and values.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: &'a [u8],
}

impl<'a> Message<'a> {
    pub(crate) fn read(data: &'a [u8]) -> Self {
        let (head, body) = match data.windows(2).position(|it| it == b"\n\n") {
            Some(at) => (&data[..at], &data[at + 2..]),
            None => (data, &[][..]),
        };
        // A byte is a character, as `fetch` gives headers.
        let head: String = head.iter().copied().map(char::from).collect();
        let mut lines = head.split('\n');
        let first = lines.next().unwrap_or_default().to_owned();
        let header =
            |line: &str| line.split_once(':').map(|(name, value)| (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned()));
        Self { first, headers: lines.filter_map(header).collect(), body }
    }

    /// Several of one name are one, as `fetch` has it.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let values: Vec<&str> = self.headers.iter().filter(|(it, _)| it == name).map(|(_, value)| value.as_str()).collect();
        (!values.is_empty()).then(|| values.join(", "))
    }

    /// The body as a host decodes it.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.body).into_owned()
    }

    /// A word of the first line.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.first.split(' ').nth(at).unwrap_or_default()
    }

    /// An answer: its status is the first word, what a host says of its body the second.
    pub(crate) fn response(&self, status: u16) -> Response {
        let body = match self.word(1) {
            "empty" => Body::Empty,
            "same" => Body::Same,
            "malformed" => Body::Malformed { again: false },
            "again" => Body::Malformed { again: true },
            "refused" => Body::Refused { again: false },
            "refused-again" => Body::Refused { again: true },
            "large" => Body::TooLarge,
            _ => Body::New,
        };
        let mut asked = Vec::new();
        let response = Response::read(status, |name| {
            asked.push(name);
            self.header(name)
        });
        assert!(asked.iter().all(|name| *name == name.to_ascii_lowercase()), "{asked:?}");
        Response {
            text: if is_configuration(status) { String::new() } else { self.text() },
            body: is_configuration(status).then_some(body),
            headers_may_be_hidden: self.word(2) == "hidden",
            ..response
        }
    }
}
