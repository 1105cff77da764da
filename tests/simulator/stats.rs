//! What was counted.

use super::action::Action;
use super::fault::Fault;

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
        for (mine, theirs) in self.actions.iter_mut().zip(&other.actions) {
            *mine += theirs;
        }
    }
}
