//! A record as `www/record.js` writes it. docs/simulator.md describes each member.

use appconfig_edge::protocol::{date, Operation};
use appconfig_edge::session::{Failure, Limits};
use serde_json::Value;

use super::member::Member;
use super::told::{Told, LIMITS, STATUSES};

const FORMAT: &str = "appconfig-edge session record";
const VERSION: u64 = 1;

/// The words of the record. Times are milliseconds since the recording began.
pub(crate) struct Document {
    pub(crate) package_version: String,
    pub(crate) options: Options,
    /// The date when the recording began.
    pub(crate) started_at: u64,
    /// How long it was recorded.
    pub(crate) milliseconds: u64,
    /// Entries that were left out before the first one, and after the last one.
    pub(crate) left_out: (u64, u64),
    pub(crate) begin: Option<Begin>,
    pub(crate) entries: Vec<Entry>,
}

pub(crate) struct Options {
    pub(crate) minimum: Option<u32>,
    pub(crate) maximum_body: u64,
    pub(crate) requires_json: bool,
    pub(crate) renews: bool,
    pub(crate) limits: Limits,
}

/// How things stood where a record begins in the middle: a poll had just confirmed what is held.
pub(crate) struct Begin {
    pub(crate) at: u64,
    pub(crate) clock: u64,
    pub(crate) is_running: bool,
    pub(crate) answered_at: u64,
    pub(crate) token: u32,
    pub(crate) interval: Option<String>,
    pub(crate) content: u32,
    pub(crate) content_type: Option<String>,
    pub(crate) version_label: Option<String>,
}

pub(crate) struct Entry {
    pub(crate) at: u64,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Start,
    Stop,
    Refresh,
}

/// How a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Failure(Failure),
    /// The client gave it up.
    Abandoned,
}

/// When something of an answer arrived first, and last.
#[derive(Clone, Copy)]
pub(crate) struct Arrival {
    pub(crate) headers: u64,
    pub(crate) last: u64,
}

pub(crate) enum What {
    Call(Call),
    Request { number: u64, operation: Operation, token: Option<u32> },
    Answer { number: u64, arrival: Arrival, answer: Box<Answer> },
    Failure { number: u64, arrival: Option<Arrival>, kind: Kind },
    Event(Told),
    Clock(u64),
}

/// A token as a record tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    None,
    Unusable,
    Number(u32),
}

/// An answer, as far as the core reads it.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers_may_be_hidden: bool,
    pub(crate) next_token: Token,
    pub(crate) interval: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) version_label: Option<String>,
    pub(crate) retry_after: Option<String>,
    pub(crate) amz_retry_after: Option<String>,
    /// The exception's name in the header.
    pub(crate) named: Option<String>,
    pub(crate) body: Body,
}

impl Answer {
    /// An answer of which nothing is known but its status.
    pub(crate) fn bare(status: u16, headers_may_be_hidden: bool) -> Self {
        Self {
            status,
            headers_may_be_hidden,
            next_token: Token::None,
            interval: None,
            content_type: None,
            version_label: None,
            retry_after: None,
            amz_retry_after: None,
            named: None,
            body: Body::default(),
        }
    }
}

#[derive(Default)]
pub(crate) struct Body {
    pub(crate) bytes: u64,
    /// Equal for equal bytes.
    pub(crate) content: Option<u32>,
    /// Whether it parses, where its content type says JSON.
    pub(crate) is_json: Option<bool>,
    /// Whether an exception's body is one whole JSON document.
    pub(crate) is_document: bool,
    pub(crate) exception: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) problem: Option<String>,
    pub(crate) resource_type: Option<String>,
    pub(crate) is_too_early: bool,
}

const OPERATIONS: [(&str, Operation); 2] =
    [("StartConfigurationSession", Operation::StartConfigurationSession), ("GetLatestConfiguration", Operation::GetLatestConfiguration)];

impl Document {
    /// Reads a record. What is wrong with it is told in a sentence: what was expected, and what came.
    pub(crate) fn read(text: &str) -> Result<Self, String> {
        let value: Value = serde_json::from_str(text).map_err(|it| {
            let (line, column) = (it.line(), it.column());
            format!("expected the JSON of a record, got what does not parse at line {line}, column {column}")
        })?;
        let whole = Member::whole(&value);
        if whole.optional("format")?.map(|it| it.value) != Some(&Value::from(FORMAT)) {
            let given = value.get("format").map_or("none".to_owned(), ToString::to_string);
            return Err(format!("expected a record of the page (format \"{FORMAT}\"), got a document with the format {given}"));
        }
        match whole.required("version")?.number()? {
            VERSION => {}
            newer if newer > VERSION => {
                return Err(format!(
                    "expected version {VERSION} of the format, got {newer}: replay it with a newer checkout of appconfig-edge"
                ))
            }
            _ => return Err(whole.required("version")?.wrong("1")),
        }
        let left_out = whole.required("leftOut")?;
        let it = Self {
            package_version: whole.required("packageVersion")?.text()?.to_owned(),
            options: Options::read(&whole.required("options")?)?,
            started_at: time(&whole.required("startedAt")?)?,
            milliseconds: whole.required("milliseconds")?.number()?,
            left_out: (left_out.required("before")?.number()?, left_out.required("after")?.number()?),
            begin: whole.optional("begin")?.as_ref().map(Begin::read).transpose()?,
            entries: whole.required("entries")?.items()?.iter().map(Entry::read).collect::<Result<_, _>>()?,
        };
        it.check()?;
        Ok(it)
    }

    /// What no recorder would write.
    fn check(&self) -> Result<(), String> {
        if self.left_out.0 > 0 && self.begin.is_none() {
            return Err("begin: expected how things stood, because entries before the first one were left out; it is missing".into());
        }
        let mut last = self.begin.as_ref().map_or(0, |it| it.at);
        let mut open = None;
        for (index, Entry { at, what }) in self.entries.iter().enumerate() {
            if *at < last {
                return Err(format!("entries[{index}].at: expected {last} or later, as the entry before has it, got {at}"));
            }
            last = *at;
            let closed = match what {
                What::Request { number, .. } => {
                    if open.is_some() {
                        return Err(format!("entries[{index}].request: expected an answer to the request before, got another request"));
                    }
                    open = Some(*number);
                    continue;
                }
                What::Answer { number, arrival, .. } => {
                    arrival.check(index, *at)?;
                    *number
                }
                What::Failure { number, arrival, .. } => {
                    arrival.iter().try_for_each(|it| it.check(index, *at))?;
                    *number
                }
                _ => continue,
            };
            if open.take() != Some(closed) {
                return Err(format!("entries[{index}]: expected an answer to the request under way, got one to {closed}, which is not"));
            }
        }
        if self.milliseconds < last {
            return Err(format!("milliseconds: expected {last} or more, as the last entry has it, got {}", self.milliseconds));
        }
        Ok(())
    }
}

impl Arrival {
    fn check(self, index: usize, end: u64) -> Result<(), String> {
        if self.headers <= self.last && self.last <= end {
            return Ok(());
        }
        let Self { headers, last } = self;
        Err(format!("entries[{index}]: expected headersAt, lastByteAt and at in this order, got {headers}, {last}, {end}"))
    }
}

impl Options {
    fn read(it: &Member) -> Result<Self, String> {
        let limit = |name| it.required(name)?.number();
        Ok(Self {
            minimum: it.optional("requiredMinimumPollIntervalInSeconds")?.map(|it| it.small()).transpose()?,
            maximum_body: it.required("maximumBodyBytes")?.number()?,
            requires_json: it.required("requireValidJson")?.boolean()?,
            renews: it.required("renewsCredentials")?.boolean()?,
            limits: Limits {
                headers: limit("headersTimeoutInMilliseconds")?,
                idle: limit("idleTimeoutInMilliseconds")?,
                total: limit("totalTimeoutInMilliseconds")?,
            },
        })
    }
}

impl Begin {
    fn read(it: &Member) -> Result<Self, String> {
        Ok(Self {
            at: it.required("at")?.number()?,
            clock: time(&it.required("clock")?)?,
            is_running: it.required("isRunning")?.boolean()?,
            answered_at: it.required("answeredAt")?.number()?,
            token: it.required("token")?.small()?,
            interval: text(it, "intervalInSeconds")?,
            content: it.required("content")?.small()?,
            content_type: text(it, "contentType")?,
            version_label: text(it, "versionLabel")?,
        })
    }
}

impl Entry {
    fn read(it: &Member) -> Result<Self, String> {
        let at = it.required("at")?.number()?;
        let what = if let Some(call) = it.optional("call")? {
            What::Call(call.word(&[("start", Call::Start), ("stop", Call::Stop), ("refresh", Call::Refresh)])?)
        } else if let Some(number) = it.optional("request")? {
            let token = it.optional("token")?.map(|it| it.small()).transpose()?;
            What::Request { number: number.number()?, operation: it.required("operation")?.word(&OPERATIONS)?, token }
        } else if let Some(number) = it.optional("answer")? {
            let arrival = Arrival { headers: it.required("headersAt")?.number()?, last: it.required("lastByteAt")?.number()? };
            What::Answer { number: number.number()?, arrival, answer: Box::new(Answer::read(it)?) }
        } else if let Some(number) = it.optional("failure")? {
            let kind = it.required("kind")?.word(&[
                ("not-sent", Kind::Failure(Failure::NotSent)),
                ("network", Kind::Failure(Failure::Network)),
                ("body-cut", Kind::Failure(Failure::BodyCut)),
                ("redirected", Kind::Failure(Failure::Redirected)),
                ("abandoned", Kind::Abandoned),
            ])?;
            let arrival = match it.optional("headersAt")? {
                Some(headers) => Some(Arrival { headers: headers.number()?, last: it.required("lastByteAt")?.number()? }),
                None => None,
            };
            What::Failure { number: number.number()?, arrival, kind }
        } else if let Some(event) = it.optional("event")? {
            What::Event(match event.text()? {
                "update" => Told::Update {
                    content: it.optional("content")?.map(|it| it.small()).transpose()?,
                    content_type: text(it, "contentType")?,
                    version_label: text(it, "versionLabel")?,
                },
                "error" => Told::Error {
                    code: it.required("code")?.text()?.to_owned(),
                    operation: it.required("operation")?.word(&OPERATIONS)?,
                    status: it.optional("status")?.map_or(Ok(0), |it| status(&it))?,
                    limit: it.optional("limit")?.map(|it| it.word(&LIMITS)).transpose()?,
                },
                "statuschange" => Told::Status {
                    status: it.required("status")?.word(&STATUSES)?,
                    previous: it.required("previousStatus")?.word(&STATUSES)?,
                },
                _ => return Err(event.wrong("one of update, error, statuschange")),
            })
        } else if let Some(clock) = it.optional("clock")? {
            What::Clock(time(&clock)?)
        } else {
            return Err(it.wrong("a call, a request, an answer, a failure, an event or a clock"));
        };
        Ok(Self { at, what })
    }
}

impl Answer {
    fn read(it: &Member) -> Result<Self, String> {
        let next_token = match it.optional("nextToken")? {
            None => Token::None,
            Some(token) if token.value == "unusable" => Token::Unusable,
            Some(token) => Token::Number(token.small()?),
        };
        let body = it.required("body")?;
        let flag = |name| body.optional(name)?.map(|it| it.boolean()).transpose();
        Ok(Self {
            status: status(&it.required("status")?)?,
            headers_may_be_hidden: it.optional("headersMayBeHidden")?.map_or(Ok(false), |it| it.boolean())?,
            next_token,
            interval: text(it, "intervalInSeconds")?,
            content_type: text(it, "contentType")?,
            version_label: text(it, "versionLabel")?,
            retry_after: text(it, "retryAfter")?,
            amz_retry_after: text(it, "amzRetryAfter")?,
            named: text(it, "exception")?,
            body: Body {
                bytes: body.required("bytes")?.number()?,
                content: body.optional("content")?.map(|it| it.small()).transpose()?,
                is_json: flag("json")?,
                is_document: flag("document")?.unwrap_or(false),
                exception: text(&body, "exception")?,
                reason: text(&body, "reason")?,
                problem: text(&body, "problem")?,
                resource_type: text(&body, "resourceType")?,
                is_too_early: flag("tooEarly")?.unwrap_or(false),
            },
        })
    }
}

fn text(it: &Member, name: &str) -> Result<Option<String>, String> {
    it.optional(name)?.map(|it| it.text().map(ToOwned::to_owned)).transpose()
}

fn status(it: &Member) -> Result<u16, String> {
    u16::try_from(it.number()?).ok().filter(|it| *it < 1000).ok_or_else(|| it.wrong("an HTTP status"))
}

/// A date with milliseconds.
fn time(it: &Member) -> Result<u64, String> {
    let text = it.text()?;
    let seconds = date::parse(text).ok_or_else(|| it.wrong("a date such as 2026-11-21T04:15:00.000Z"))?;
    let fraction = text.split_once('.').and_then(|(_, rest)| rest.get(..3)?.parse::<u64>().ok());
    Ok(seconds + fraction.unwrap_or(0))
}
