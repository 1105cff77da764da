//! What a client is given: an input, together with what the simulator knows of it.

use appconfig_edge::session::{Failure, Input, RequestId};

use super::answer::Answer;

#[derive(Clone)]
pub(crate) enum Given {
    Start,
    Stop,
    Refresh,
    Timeout,
    Progress(RequestId),
    Answer(RequestId, Box<Answer>),
    Failure(RequestId, Failure),
}

impl Given {
    pub(crate) fn input(&self) -> Input {
        match self {
            Self::Start => Input::Start,
            Self::Stop => Input::Stop,
            Self::Refresh => Input::Refresh,
            Self::Timeout => Input::Timeout,
            Self::Progress(id) => Input::Progress(*id),
            Self::Answer(id, answer) => Input::Response(*id, answer.response.clone()),
            Self::Failure(id, failure) => Input::Failure(*id, *failure),
        }
    }
}
