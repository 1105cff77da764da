//! Random changes of inputs, for where libFuzzer is not at hand.

/// The words of a dictionary in libFuzzer's form: one in quotation marks on each line.
pub(crate) fn words(dictionary: &str) -> Vec<Vec<u8>> {
    let word = |line: &str| {
        Some(
            line.trim()
                .strip_prefix('"')?
                .strip_suffix('"')?
                .replace("\\\"", "\"")
                .replace("\\\\", "\\")
                .replace("\\x0a", "\n")
                .into_bytes(),
        )
    };
    dictionary.lines().filter_map(word).collect()
}

pub(crate) struct Changes<'a> {
    state: u64,
    corpus: &'a [Vec<u8>],
    words: &'a [Vec<u8>],
}

impl<'a> Changes<'a> {
    pub(crate) fn new(seed: u64, corpus: &'a [Vec<u8>], words: &'a [Vec<u8>]) -> Self {
        Self { state: seed, corpus, words }
    }

    fn below(&mut self, end: usize) -> usize {
        self.state = self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.state >> 33).unwrap_or(0) % end.max(1)
    }

    /// One of the corpus, changed in one to four places.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut data = self.corpus[self.below(self.corpus.len())].clone();
        for _ in 0..=self.below(4) {
            let (from, to) = (self.below(data.len() + 1), self.below(data.len() + 1));
            let (from, to) = (from.min(to), from.max(to));
            match self.below(6) {
                0 if from < data.len() => data[from] = u8::try_from(self.below(256)).unwrap_or(0),
                1 if from < data.len() => data[from] ^= 1 << self.below(8),
                2 => drop(data.drain(from..to)),
                3 => {
                    let piece = data[from..to].to_vec();
                    data.splice(from..from, piece);
                }
                4 => {
                    let other = &self.corpus[self.below(self.corpus.len())];
                    let at = self.below(other.len() + 1);
                    data.splice(from..to, other[at..].iter().copied());
                }
                _ => {
                    let word = self.words[self.below(self.words.len())].clone();
                    data.splice(from..from, word);
                }
            }
            data.truncate(4096);
        }
        data
    }
}
