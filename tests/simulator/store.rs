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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Stream;
    use crate::life::Life;
    use crate::world::observer;
    use appconfig_edge::session::Now;

    /// A store in which the records 1, 2 and 3 were written, each at its own second.
    fn store() -> Store {
        let mut store = Store::default();
        for number in 1..=3 {
            let books = Books::of(&observer(&Life::new(1).parameters()), Now::default());
            store.write(number * 1000, Saved { interval: number, ..Saved::default() }, books);
        }
        store
    }

    fn interval(found: &Found) -> Option<u64> {
        found.saved.as_ref().map(|it| it.interval)
    }

    #[test]
    fn what_was_written_last_is_found_and_whether_that_is_so_is_known() {
        let mut store = store();
        for _ in 0..2 {
            let (found, is_believed, loss) = store.read(4000, 0, &mut Dice::of(1, Stream::Owner, 1));
            assert_eq!((interval(&found), is_believed, loss), (Some(3), true, None));
        }
    }

    #[test]
    fn each_loss_gives_back_what_it_says_and_who_comes_after_it_knows_of_none() {
        let mut seen = [false; Loss::ALL.len()];
        for number in 0..200 {
            let mut store = store();
            let mut dice = Dice::of(number, Stream::Owner, 1);
            let (found, is_believed, loss) = store.read(4000, 1, &mut dice);
            let loss = loss.expect("one in one");
            seen[loss as usize] = true;
            assert!(!is_believed, "{loss:?}");
            let interval = interval(&found);
            match loss {
                Loss::Torn | Loss::Erased => assert_eq!(interval, None),
                Loss::Unwritten => assert!(interval < Some(3)),
                Loss::Late => assert_eq!(interval, Some(2)),
                Loss::Older => assert!(interval == Some(1) || interval == Some(2)),
            }
            let (found, is_believed, _) = store.read(700_000, 0, &mut dice);
            let then = found.saved.map(|it| it.interval);
            let has_changed = matches!(loss, Loss::Late | Loss::Older);
            assert_eq!((then, is_believed), (if has_changed { Some(3) } else { interval }, !has_changed), "{loss:?}");
        }
        assert_eq!(seen, [true; Loss::ALL.len()]);
    }
}
