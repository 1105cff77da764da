//! Chance that can be asked again: the same life, stream and number always give the same dice.

/// What dice are rolled for. A stream of its own for each purpose, so that leaving one event out changes no other.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Life,
    Parameters,
    Action,
    Request,
    Timer,
    Owner,
}

/// SplitMix64.
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64, stream: Stream, number: u64) -> Self {
        let mut dice = Self(seed ^ (stream as u64 + 1).wrapping_mul(0xa076_1d64_78bd_642f));
        dice.0 = dice.next() ^ number.wrapping_mul(0xe703_7ed1_a0b4_28db);
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        #[allow(clippy::cast_possible_truncation)] // the upper half of a product with a 64-bit number
        let it = ((u128::from(self.next()) * u128::from(n)) >> 64) as u64;
        it
    }

    /// A number from `least` to `most`, both included.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.below(most - least + 1)
    }

    /// The same for 32 bits.
    pub(crate) fn between_u32(&mut self, least: u32, most: u32) -> u32 {
        u32::try_from(self.between(u64::from(least), u64::from(most))).unwrap_or(most)
    }

    /// A number from `least` to `most` of which small ones are as likely as large ones: its logarithm is even.
    pub(crate) fn magnitude(&mut self, least: u64, most: u64) -> u64 {
        let mut top = least.max(1);
        let doublings = (most / top).max(1).ilog2();
        top <<= self.below(u64::from(doublings) + 1);
        self.between(least, (top * 2).min(most))
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        let at = self.below(all.len() as u64);
        all[usize::try_from(at).unwrap_or(0)]
    }

    /// One of `all`, each as likely as its weight says.
    pub(crate) fn weighted<T: Copy>(&mut self, all: &[(u32, T)]) -> T {
        let total: u32 = all.iter().map(|(weight, _)| weight).sum();
        let mut at = self.between_u32(0, total - 1);
        for &(weight, it) in all {
            if at < weight {
                return it;
            }
            at -= weight;
        }
        all[0].1
    }
}
