//! What came before a record that begins in the middle, as far as it matters: a session, and a poll that brought what is held.

use super::super::given::Given;
use super::document::{Answer, Begin, Body, Token};
use super::stage::{End, Stage, BASE};

/// The number of the token that the session begins with; no recorded one is so large.
const INITIAL: u32 = 1 << 31;

impl Stage<'_> {
    /// Brings the core to where the record begins.
    pub(super) fn prelude(&mut self, begin: &Begin) -> Result<(), End> {
        self.is_prelude = true;
        self.at = begin.at;
        self.date = begin.clock.saturating_sub(begin.at);
        let time = BASE + begin.answered_at;
        self.say(begin.answered_at, "the record begins after this poll; what was held and its token are known from it");
        self.feed(if begin.is_running { &Given::Start } else { &Given::Refresh }, time)?;
        let empty = Answer { next_token: Token::Number(INITIAL), ..Answer::bare(201, false) };
        self.answered(&empty, time)?;
        let poll = Answer {
            status: 200,
            next_token: Token::Number(begin.token),
            interval: begin.interval.clone(),
            content_type: begin.content_type.clone(),
            version_label: begin.version_label.clone(),
            body: Body { bytes: 1, content: Some(begin.content), ..Body::default() },
            ..empty
        };
        self.answered(&poll, time)?;
        self.is_prelude = false;
        Ok(())
    }

    fn answered(&mut self, answer: &Answer, time: u64) -> Result<(), End> {
        let Some(sent) = self.early.take() else { return Err(self.broken(8, "the core asks nothing at its beginning")) };
        let options = &self.document.options;
        let given = self.host.answer(sent.operation, answer, options.requires_json, options.maximum_body, self.date);
        self.feed(&Given::Answer(sent.id, Box::new(given)), time)
    }
}
