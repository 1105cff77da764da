//! Which tokens were sent, and by whom: what no owner can know of another.

#[derive(Clone, Copy)]
struct Use {
    /// The owner that sent it first.
    by: u32,
    /// When it was first sent.
    at: u64,
    /// Others sent it as well.
    by_others: bool,
}

#[derive(Default)]
pub(crate) struct Uses {
    of_tokens: Vec<Option<Use>>,
    /// Tokens that two owners had at the same time, or of which an old record came back.
    muddled: Vec<u32>,
    /// When the date was last set back.
    set_back: Option<u64>,
}

impl Uses {
    pub(crate) fn sent(&mut self, token: u32, by: u32, at: u64) {
        let index = token as usize;
        if self.of_tokens.len() <= index {
            self.of_tokens.resize(index + 1, None);
        }
        let it = self.of_tokens[index].get_or_insert(Use { by, at, by_others: false });
        it.by_others |= it.by != by;
    }

    /// Its sender, who sent it once, was told that it is not spent.
    pub(crate) fn spared(&mut self, token: u32, by: u32) {
        if let Some(it) = self.of_tokens.get_mut(token as usize) {
            it.take_if(|it| it.by == by && !it.by_others);
        }
    }

    pub(crate) fn muddled(&mut self, token: u32) {
        self.muddled.push(token);
    }

    pub(crate) fn set_back(&mut self, time: u64) {
        self.set_back = Some(time);
    }

    fn of(&self, token: u32) -> Option<Use> {
        self.of_tokens.get(token as usize).copied().flatten()
    }

    /// Whether anybody but `owner` sent this token.
    pub(crate) fn by_others(&self, token: u32, owner: u32) -> bool {
        self.of(token).is_some_and(|it| it.by != owner || it.by_others)
    }

    /// Whether no owner can know that another one sent this token.
    pub(crate) fn is_unknowable(&self, token: u32) -> bool {
        self.muddled.contains(&token) || self.of(token).is_some_and(|it| self.set_back.is_some_and(|set| set >= it.at))
    }
}
