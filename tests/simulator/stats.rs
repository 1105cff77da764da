//! What was counted.

use super::action::Action;
use super::deadline::Deadline;
use super::fault::Fault;
use super::store::Loss;

#[derive(Clone)]
pub(crate) struct Stats {
    pub(crate) lives: u64,
    pub(crate) polls: u64,
    pub(crate) sessions: u64,
    pub(crate) inputs: u64,
    pub(crate) updates: u64,
    pub(crate) recoveries: u64,
    /// Thousandths of the time that was allowed.
    pub(crate) longest_recovery: u64,
    /// In milliseconds.
    pub(crate) time: u64,
    pub(crate) faults: Vec<u64>,
    pub(crate) actions: Vec<u64>,
    pub(crate) losses: Vec<u64>,
    /// Owners that went on from what another one kept, with a token and without.
    pub(crate) resumed: [u64; 2],
    pub(crate) saves: u64,
}

impl Stats {
    pub(crate) fn new() -> Self {
        Self {
            lives: 0,
            polls: 0,
            sessions: 0,
            inputs: 0,
            updates: 0,
            recoveries: 0,
            longest_recovery: 0,
            time: 0,
            faults: vec![0; Fault::ALL.len()],
            actions: vec![0; Action::ALL.len()],
            losses: vec![0; Loss::ALL.len()],
            resumed: [0; 2],
            saves: 0,
        }
    }

    pub(crate) fn all_faults(&self) -> u64 {
        self.faults.iter().sum()
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.lives += other.lives;
        self.polls += other.polls;
        self.sessions += other.sessions;
        self.inputs += other.inputs;
        self.updates += other.updates;
        self.recoveries += other.recoveries;
        self.longest_recovery = self.longest_recovery.max(other.longest_recovery);
        self.time += other.time;
        for (mine, theirs) in self.faults.iter_mut().zip(&other.faults) {
            *mine += theirs;
        }
        self.saves += other.saves;
        let mine = self.actions.iter_mut().chain(&mut self.losses).chain(&mut self.resumed);
        for (mine, theirs) in mine.zip(other.actions.iter().chain(&other.losses).chain(&other.resumed)) {
            *mine += theirs;
        }
    }

    /// What an owner recovered from until its end.
    pub(crate) fn recovered(&mut self, deadline: &Deadline) {
        self.recoveries += deadline.recoveries;
        self.longest_recovery = self.longest_recovery.max(deadline.longest);
    }

    /// How often each thing occurred that has to.
    pub(crate) fn rarities(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let faults = Fault::ALL.iter().map(|it| it.name()).zip(self.faults.iter().copied());
        faults.chain(Loss::ALL.iter().map(|it| it.name()).zip(self.losses.iter().copied()))
    }
}
