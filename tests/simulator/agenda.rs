//! What is certain to happen, and when: how things that last for a while end.

use super::impostor::Asked;

#[derive(Clone, Copy)]
pub(crate) enum Happening {
    /// Whoever comes after an owner that is gone.
    Resume,
    /// Somebody looks again.
    Show,
    GoOnline,
    Unlimit,
    /// The owner with this number is gone without a word.
    Die(u32),
    /// One of two owners goes.
    Part,
    /// A request reaches the service whose sender is gone.
    Orphan(Asked),
}

#[derive(Default)]
pub(crate) struct Agenda(Vec<(u64, Happening)>);

impl Agenda {
    pub(crate) fn push(&mut self, at: u64, what: Happening) {
        self.0.push((at, what));
    }

    pub(crate) fn next_at(&self) -> Option<u64> {
        self.0.iter().map(|it| it.0).min()
    }

    pub(crate) fn take_next(&mut self) -> Option<Happening> {
        let (at, _) = self.0.iter().enumerate().min_by_key(|(_, it)| it.0)?;
        Some(self.0.remove(at).1)
    }
}
