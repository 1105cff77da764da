//! Numbers that look random and are not: jitter, and what the emulator fills tokens with. Not for secrets.

/// SplitMix64: the same seed gives the same run, which is what a simulator needs.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// A number from 0 to `most`, both included. The bias of the remainder is far below a millisecond's meaning.
    pub(crate) fn up_to(&mut self, most: u64) -> u64 {
        self.next() % most.saturating_add(1)
    }

    /// A number from 0 up to, and without, 1.
    #[cfg(not(feature = "bare"))]
    #[allow(clippy::cast_precision_loss)] // 53 bits are as many as an f64 keeps
    pub(crate) fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
