//! What is told: by the core and by the record, which have to agree, and by the replay.

use appconfig_edge::session::Event;

use super::super::violation::Violation;
use super::document::{Call, What};
use super::script::Step;
use super::stage::{End, Stage};
use super::told::Told;

/// What a listener does happens in this time, as far as the record's clock shows.
const AT_ONCE: u64 = 20;

impl Stage<'_> {
    /// The core tells something: it has to be what was recorded next.
    pub(super) fn told(&mut self, event: &Event) -> Result<(), End> {
        let told = match event {
            Event::Unchanged => {
                self.line("    unchanged");
                return Ok(());
            }
            Event::Updated(update) => Told::Update {
                content: self.host.keep(),
                content_type: update.content_type.clone(),
                version_label: update.version_label.clone(),
            },
            Event::Failed { error, retry_at } => {
                self.retry_at = retry_at.as_milliseconds();
                Told::error(error)
            }
            Event::StatusChanged { status, previous } => Told::Status { status: *status, previous: *previous },
        };
        if self.is_prelude {
            return Ok(());
        }
        self.line(&format!("    {told}"));
        match self.script.events.front() {
            Some(it) if *it.told == told => {
                self.script.events.pop_front();
                self.counts[2] += 1;
                Ok(())
            }
            _ if self.is_silenced() => {
                self.line("      (not told, because stop() came first)");
                Ok(())
            }
            Some(it) => Err(End::different(it.at, Some(it.entry), it.told.to_string(), told.to_string())),
            None => Err(End::Different { at: self.here(), record: "tells nothing more".into(), core: told.to_string() }),
        }
    }

    /// What is not told yet when the client is stopped is not told any more: a listener may have done that.
    fn is_silenced(&self) -> bool {
        let position = self.script.events.front().map_or(usize::MAX, |it| it.entry);
        let mut after = self.document.entries.iter().enumerate().skip(self.entry + 1);
        let stop = after.find(|(_, it)| matches!(it.what, What::Call(Call::Stop)));
        stop.is_some_and(|(index, it)| index < position && it.at <= self.at + AT_ONCE)
    }

    /// Where the replay is.
    fn here(&self) -> String {
        place(self.at, Some(self.entry))
    }

    pub(super) fn broken(&self, invariant: usize, what: &str) -> End {
        self.violated(Violation { invariant, what: what.to_owned() })
    }

    pub(super) fn violated(&self, violation: Violation) -> End {
        End::Broken { at: self.here(), violation }
    }

    /// A line with the record's time.
    pub(super) fn say(&mut self, at: u64, text: &str) {
        self.timeline.push(format!("{:>8}.{:03} {text}", at / 1000, at % 1000));
    }

    /// A line with the replay's time, as the record's clock would show it.
    pub(super) fn line(&mut self, text: &str) {
        let at = self.recorded(self.now);
        self.say(at, text);
    }
}

impl End {
    /// The step is not what the core does.
    pub(super) fn differs(step: &Step, record: String, core: String) -> Self {
        Self::different(step.at, Some(step.entry), record, core)
    }

    pub(super) fn different(at: u64, entry: Option<usize>, record: String, core: String) -> Self {
        Self::Different { at: place(at, entry), record, core }
    }
}

fn place(at: u64, entry: Option<usize>) -> String {
    let entry = entry.map_or(String::new(), |it| format!(", entries[{it}]"));
    format!("at {}.{:03} s{entry}", at / 1000, at % 1000)
}
