//! Answers as the service writes them, and what each means, said by whoever made it rather than read from it.

use appconfig_edge::protocol::response::session_to_json;
use appconfig_edge::protocol::{Operation, Response, Token};

use super::dice::Dice;
use super::service::{Quality, Reply, Version, CONTENT_TYPES};
use super::token::Tokens;

/// What an answer means to a client that has read design.md.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A session, with the number of its first token.
    Session(u32),
    /// A success that counts.
    Success {
        content: Content,
        next: u32,
        interval: u32,
    },
    /// The token is of no use any more.
    Refused,
    TooEarly,
    /// 401, 403 and what is like them: fresh credentials may help, once.
    Denied,
    /// 404.
    Missing,
    /// Anything else; a proxy's page, a service in trouble.
    Failure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Unchanged,
    Whole(Version),
    /// These bytes do not parse.
    Malformed(u32),
    /// The caller's own check refuses it.
    Refused,
    TooLarge,
}

/// What the host finds as the body, where it is asked for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    None,
    Some(u32, Quality),
}

#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) response: Response,
    pub(crate) bytes: Bytes,
    pub(crate) meaning: Meaning,
    /// Whether the service may have spent the token, as far as the answer shows.
    pub(crate) may_have_spent: bool,
    pub(crate) wait: Wait,
    /// What comes of an earlier fault, which is not over before: an earlier answer once more with no newer content, or a
    /// refusal because the interval was misread.
    pub(crate) is_aftermath: bool,
}

/// What `Retry-After` asks for, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    For(u64),
    /// By the client's date.
    Until(u64),
}

impl Wait {
    /// What is honoured of it, five minutes at most.
    pub(crate) fn milliseconds(self, date: u64) -> u64 {
        match self {
            Self::For(it) => it,
            Self::Until(it) => it.saturating_sub(date),
        }
        .min(300_000)
    }
}

impl Answer {
    /// An answer that is no success.
    pub(crate) fn failure(status: u16, meaning: Meaning, may_have_spent: bool) -> Self {
        Self {
            response: Response { status, ..Response::default() },
            bytes: Bytes::None,
            meaning,
            may_have_spent,
            wait: Wait::For(0),
            is_aftermath: false,
        }
    }

    /// An exception in AWS's form: judged before anything is delivered.
    pub(crate) fn exception(status: u16, name: &str, body: &str, meaning: Meaning) -> Self {
        let mut it = Self::failure(status, meaning, !(400..500).contains(&status));
        it.response.error_type = Some(name.to_owned());
        body.clone_into(&mut it.response.text);
        it
    }

    pub(crate) fn problem(problem: &str, meaning: Meaning) -> Self {
        let mut body = String::from(
            r#"{"Message":"","Reason":"InvalidParameters","Details":{"InvalidParameters":{"configuration_token":{"Problem":""#,
        );
        body.push_str(problem);
        body.push_str(r#""}}}}"#);
        Self::exception(400, "BadRequestException", &body, meaning)
    }

    /// 404, as after a deployment was reverted.
    pub(crate) fn missing() -> Self {
        let body = r#"{"Message":"no configuration","ResourceType":"Configuration","ReferencedBy":{"ApplicationIdentifier":"a"}}"#;
        Self::exception(404, "ResourceNotFoundException", body, Meaning::Missing)
    }

    /// What the service replied, in one of the ways that have been seen.
    pub(crate) fn of(reply: &Reply, operation: Operation, tokens: Tokens, dice: &mut Dice) -> Self {
        match *reply {
            Reply::Session(number) => {
                let token = Token::new(tokens.text(number)).expect("a token of ours is one");
                let mut it = Self::failure(if dice.one_in(50) { 200 } else { 201 }, Meaning::Session(number), false);
                it.response.text = session_to_json(&token);
                it
            }
            Reply::Configuration { deployment, next, interval, is_cached } => {
                let content = match deployment {
                    None => Content::Unchanged,
                    Some(it) => match it.quality {
                        Quality::Good => Content::Whole(it.version),
                        Quality::Malformed => Content::Malformed(it.version.content),
                        Quality::Refused => Content::Refused,
                        Quality::TooLarge => Content::TooLarge,
                        Quality::Empty => Content::Unchanged,
                    },
                };
                let mut it = Self::failure(200, Meaning::Success { content, next, interval }, false);
                it.is_aftermath = is_cached;
                it.response.next_token = Some(tokens.text(next));
                it.response.next_interval = Some(interval.to_string());
                if let Some(deployment) = deployment {
                    let Version { content, content_type, label } = deployment.version;
                    it.bytes = Bytes::Some(content, deployment.quality);
                    it.response.content_type = Some(CONTENT_TYPES[content_type].to_owned());
                    it.response.version_label = label.map(|number| number.to_string());
                } else {
                    // Whatever its headers, it is empty.
                    it.response.status = if dice.one_in(4) { 204 } else { 200 };
                    it.response.content_type = (!dice.one_in(3)).then(|| dice.pick(&CONTENT_TYPES).to_owned());
                    it.response.version_label = dice.one_in(8).then(|| "1".to_owned());
                }
                it
            }
            Reply::Missing => Self::missing(),
            Reply::TooEarly => Self { is_aftermath: true, ..Self::problem("PollIntervalNotSatisfied", Meaning::TooEarly) },
            Reply::Expired => Self::problem("Expired", refusal(operation)),
            Reply::Spent => Self::problem("Corrupted", refusal(operation)),
        }
    }
}

/// A 400 costs the token only where there was one.
pub(crate) fn refusal(operation: Operation) -> Meaning {
    match operation {
        Operation::GetLatestConfiguration => Meaning::Refused,
        Operation::StartConfigurationSession => Meaning::Failure,
    }
}
