//! Where a host keeps what outlives its poller: one record with the token and the configuration, replaced at once or not at all.

use std::collections::VecDeque;

use appconfig_edge::session::Saved;

use super::books::{Books, Found};
use super::dice::Dice;

macro_rules! losses {
    ($($weight:literal $variant:ident $name:literal,)*) => {
        /// What became of what was kept.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Loss { $($variant,)* }

        impl Loss {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)*];
            const WEIGHTED: &'static [(u32, Self)] = &[$(($weight, Self::$variant),)*];

            pub(crate) fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }
        }
    };
}

losses! {
    3 Unwritten "the last writes were never made",
    3 Late "the last write comes after the next owner",
    2 Torn "the last write was torn, and its checksum says so",
    3 Older "an older record is given back, and the newer one afterwards",
    2 Erased "everything is gone",
}

/// So many records are remembered, because an old one may come back.
const MOST: usize = 8;

#[derive(Clone)]
struct Record {
    number: u64,
    /// From when on it can be read.
    at: u64,
    saved: Saved,
    books: Books,
}

#[derive(Default)]
pub(crate) struct Store {
    records: VecDeque<Record>,
    /// How many were written, or were to be.
    written: u64,
    /// The record that the last one who wrote or read believes to be here.
    believed: Option<u64>,
    late: Option<Record>,
    is_torn: bool,
}

impl Store {
    pub(crate) fn write(&mut self, time: u64, saved: Saved, books: Books) {
        self.settle(time);
        self.written += 1;
        self.is_torn = false;
        self.believed = Some(self.written);
        self.records.push_back(Record { number: self.written, at: time, saved, books });
        if self.records.len() > MOST {
            self.records.pop_front();
        }
    }

    fn settle(&mut self, time: u64) {
        if let Some(late) = self.late.take_if(|it| it.at <= time) {
            // Whoever wrote in between wrote before it.
            self.records.push_back(late);
        }
    }

    /// What the next owner finds. Returns as well whether it is what the last one believed to be here, and what became of that otherwise.
    pub(crate) fn read(&mut self, time: u64, fails_every: u64, dice: &mut Dice) -> (Found, bool, Option<Loss>) {
        self.settle(time);
        let loss = (fails_every > 0 && !self.records.is_empty() && dice.one_in(fails_every)).then(|| dice.weighted(Loss::WEIGHTED));
        let mut back = 0;
        match loss {
            None => {}
            Some(Loss::Unwritten) => {
                for _ in 0..dice.between(1, 3) {
                    self.records.pop_back();
                }
            }
            Some(Loss::Late) => {
                let at = time + dice.magnitude(1, 600_000);
                self.late = self.records.pop_back().map(|it| Record { at, ..it });
            }
            Some(Loss::Torn) => self.is_torn = true,
            Some(Loss::Older) => back = usize::try_from(dice.between(1, 7)).unwrap_or(1),
            Some(Loss::Erased) => self.records.clear(),
        }
        let last = self.records.len().checked_sub(1).filter(|_| !self.is_torn);
        let record = last.and_then(|last| self.records.get(last.saturating_sub(back)));
        let number = record.map(|it| it.number);
        let is_believed = std::mem::replace(&mut self.believed, number) == number;
        let found = record.map_or_else(Found::default, |it| Found {
            saved: Some(it.saved.clone()),
            books: Some(it.books.clone()),
            held: it.books.held(),
        });
        (found, is_believed, loss)
    }
}
