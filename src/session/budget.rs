//! What may be spent on sessions: the first poll of a new session costs as much as four thousand others.

use super::time::{Instant, Now};
use crate::protocol::date::UnixMilliseconds;

/// Sessions that may be opened at once.
pub(crate) const AT_ONCE: u32 = 3;
/// The time until one more may be opened, in milliseconds.
pub(crate) const REFILL: u64 = 600_000;
/// That time after sessions that came to nothing, at most.
pub(crate) const LONGEST_REFILL: u64 = 3_600_000;

/// A bucket of sessions, refilled one by one.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    left: u32,
    /// When the next one is back; of no meaning while the bucket is full.
    back: Instant,
    refill: u64,
}

impl Budget {
    pub(crate) fn new() -> Self {
        Self { left: AT_ONCE, back: Instant::default(), refill: REFILL }
    }

    /// What is saved of it: how many are left, when the next one is back, and how long the one after it takes.
    pub(crate) fn parts(&mut self, now: Instant) -> (u32, Instant, u64) {
        // What is back is back, however the date is set later.
        self.settle(now);
        (self.left, self.back, self.refill)
    }

    /// What was saved, made sense of: dates may have been set meanwhile, and what is saved may be anything.
    pub(crate) fn resume(now: Now, left: u32, back: UnixMilliseconds, refill: u64) -> Self {
        let refill = refill.clamp(REFILL, LONGEST_REFILL);
        let passed = now.wall.saturating_sub(back);
        // One is back at that date, and another one in each refill since.
        let more = if now.wall < back { 0 } else { u32::try_from(1 + passed / refill).unwrap_or(AT_ONCE) };
        let left = left.saturating_add(more).min(AT_ONCE);
        let rest = if more == 0 { (back - now.wall).min(refill) } else { refill - passed % refill };
        Self { left, back: now.monotonic.plus(rest), refill }
    }

    fn settle(&mut self, now: Instant) {
        while self.left < AT_ONCE && now >= self.back {
            self.left += 1;
            self.back = self.back.plus(self.refill);
        }
    }

    /// From when on a session may be opened; a time that is past means now.
    pub(crate) fn next(&self) -> Instant {
        if self.left > 0 {
            Instant::default()
        } else {
            self.back
        }
    }

    /// A session was opened.
    pub(crate) fn take(&mut self, now: Instant) {
        self.settle(now);
        if self.left == AT_ONCE {
            self.back = now.plus(self.refill);
        }
        self.left = self.left.saturating_sub(1);
    }

    /// A session ended without ever having yielded a usable next token: something is wrong for longer.
    pub(crate) fn wasted(&mut self, now: Instant) {
        self.settle(now);
        self.set_refill(now, (self.refill * 2).min(LONGEST_REFILL));
    }

    /// A session yielded a usable next token: all is well.
    pub(crate) fn earned(&mut self, now: Instant) {
        self.settle(now);
        self.set_refill(now, REFILL);
    }

    /// What has passed of the wait counts; it may have begun before the host's clock did.
    fn set_refill(&mut self, now: Instant, refill: u64) {
        let passed = self.refill.saturating_sub(self.back.since(now));
        self.left = self.left.saturating_add(u32::try_from(passed / refill).unwrap_or(AT_ONCE)).min(AT_ONCE);
        self.back = now.plus(refill - passed % refill);
        self.refill = refill;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: u64) -> Instant {
        Instant::from_milliseconds(minutes * 60_000)
    }

    #[test]
    fn three_at_once_and_one_every_ten_minutes() {
        let mut budget = Budget::new();
        for _ in 0..3 {
            assert!(budget.next() <= at(100));
            budget.take(at(100));
        }
        assert_eq!(budget.next(), at(110));
        budget.take(at(110));
        assert_eq!(budget.next(), at(120));
        budget.take(at(145)); // 120, 130 and 140 are refilled, one is taken
        budget.take(at(145));
        assert_eq!(budget.next(), Instant::default());
        budget.take(at(145));
        assert_eq!(budget.next(), at(155));
    }

    #[test]
    fn waste_doubles_the_wait_up_to_an_hour_and_success_restores_it() {
        let mut budget = Budget::new();
        (0..3).for_each(|_| budget.take(at(0)));
        for minutes in [20, 40, 60, 60] {
            budget.wasted(at(0));
            assert_eq!(budget.next(), at(minutes));
        }
        budget.earned(at(1));
        assert_eq!(budget.next(), at(10));
    }

    #[test]
    fn what_came_back_while_nobody_was_there_is_there() {
        let now = Now { monotonic: at(50), wall: 1_000_000_000_000 };
        let minute = 60_000;
        // When one more was or will be back, from now; how many are left then; and when the next one is back.
        for (back, left, next) in
            [(5, 0, 55), (30, 0, 60), (0, 1, 60), (-5, 1, 55), (-10, 2, 60), (-15, 2, 55), (-25, 3, 55), (-999, 3, 51)]
        {
            let date = now.wall.wrapping_add_signed(back * minute);
            let budget = Budget::resume(now, 0, date, REFILL);
            assert_eq!((budget.left, budget.back), (left, at(next)), "{back}");
        }
        let unlike = |left, refill| Budget::resume(now, left, now.wall + 1, refill);
        assert_eq!(
            (unlike(2, 0).left, unlike(u32::MAX, 0).left, unlike(0, 0).refill, unlike(0, u64::MAX).refill),
            (2, 3, REFILL, LONGEST_REFILL)
        );
    }

    #[test]
    fn a_wait_that_began_before_the_clock_counts_as_far_as_it_has_passed() {
        let now = Now { monotonic: at(0), wall: 1_000_000_000_000 };
        // Of twenty minutes five are left.
        let mut budget = Budget::resume(now, 0, now.wall + 300_000, 1_200_000);
        budget.earned(at(1));
        assert_eq!((budget.left, budget.back), (1, at(5)));
        budget.take(at(1));
        assert_eq!(budget.next(), at(5));
    }
}
