//! The open sessions: a few numbers each, so that a million polls need no more room than one.

use alloc::collections::{BTreeMap, VecDeque};

use super::deployments::Slot;
use crate::protocol::{date::UnixMilliseconds, response::DAY_IN_SECONDS};

/// How long a token is good for, and a session without a poll.
pub(super) const LIFETIME: u64 = DAY_IN_SECONDS as u64 * 1000;
/// The most sessions at a time, about 20 MB: the one that was not used for the longest time makes room for a new one.
pub(super) const MAXIMUM: usize = 100_000;

#[derive(Debug)]
pub(super) struct Session {
    /// What it is for.
    pub(super) slot: Slot,
    /// The least time between two polls that its client asked for.
    pub(super) required_minimum: Option<u32>,
    /// The number of the token that is not spent yet.
    pub(super) sequence: u64,
    /// The number of the deployment that was sent last; 0 for none.
    pub(super) seen: u64,
    /// When it was opened or polled last.
    pub(super) used: UnixMilliseconds,
}

#[derive(Default)]
pub(super) struct Sessions {
    by_id: BTreeMap<u64, Session>,
    /// Each session once, with the time of its last use when it was put there: roughly the order of age.
    queue: VecDeque<(u64, UnixMilliseconds)>,
    last_id: u64,
}

impl Sessions {
    /// Takes a new session in, and gives its id.
    pub(super) fn open(&mut self, now: UnixMilliseconds, slot: Slot, required_minimum: Option<u32>) -> u64 {
        // Two looks for each new session, and the old ones never outnumber the living.
        for _ in 0..2 {
            self.look_at_oldest(|session| now.saturating_sub(session.used) > LIFETIME);
        }
        while self.by_id.len() >= MAXIMUM {
            self.look_at_oldest(|_| true);
        }
        self.last_id += 1;
        self.by_id.insert(self.last_id, Session { slot, required_minimum, sequence: 0, seen: 0, used: now });
        self.queue.push_back((self.last_id, now));
        self.last_id
    }

    /// Looks at the session at the queue's head: it queues again if it was used since it was put there, else it is removed if it may be.
    fn look_at_oldest(&mut self, removable: impl FnOnce(&Session) -> bool) {
        let Some((id, used)) = self.queue.pop_front() else { return };
        let Some(session) = self.by_id.get(&id) else { return };
        if session.used != used {
            self.queue.push_back((id, session.used));
        } else if removable(session) {
            self.by_id.remove(&id);
        } else {
            self.queue.push_front((id, used));
        }
    }

    pub(super) fn get(&self, id: u64) -> Option<&Session> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Session> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{deployments::Deployments, Target};
    use super::*;

    fn slot() -> Slot {
        Deployments::default().register(&Target::new("a", "b", "c").unwrap())
    }

    #[test]
    fn sessions_that_nobody_uses_are_forgotten_after_a_day() {
        let mut sessions = Sessions::default();
        let kept = sessions.open(0, slot(), None);
        // One session a minute for ten days: a day's worth is 1,440.
        for minute in 1..14_400 {
            sessions.get_mut(kept).unwrap().used = minute * 60_000;
            sessions.open(minute * 60_000, slot(), None);
            assert!(sessions.len() <= 2 * 1440 && sessions.queue.len() == sessions.len(), "{}", sessions.len());
        }
        assert!(sessions.get(kept).is_some());
    }

    #[test]
    fn the_number_of_sessions_is_bounded_and_the_used_ones_stay() {
        let mut sessions = Sessions::default();
        let kept = sessions.open(0, slot(), None);
        let idle = sessions.open(0, slot(), None);
        for time in 1..2 * MAXIMUM as u64 {
            sessions.get_mut(kept).unwrap().used = time;
            sessions.open(time, slot(), None);
        }
        assert_eq!((sessions.len(), sessions.queue.len()), (MAXIMUM, MAXIMUM));
        assert!(sessions.get(kept).is_some() && sessions.get(idle).is_none());
    }
}
