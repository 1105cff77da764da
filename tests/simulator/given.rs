//! What a client is given: an input, together with what the simulator knows of it.

use appconfig_edge::session::{Failure, Input, RequestId};

use super::answer::Answer;
use super::books::Found;
use super::service::Version;

#[derive(Clone)]
pub(crate) enum Given {
    Start,
    Stop,
    Refresh,
    Resume(Box<Found>),
    Visible(bool),
    Online(bool),
    Limited(bool),
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
            Self::Resume(found) => Input::Resume(found.saved.clone(), found.held.map(Version::held)),
            Self::Visible(visible) => Input::Visible(*visible),
            Self::Online(online) => Input::Online(*online),
            Self::Limited(limited) => Input::Limited(*limited),
            Self::Timeout => Input::Timeout,
            Self::Progress(id) => Input::Progress(*id),
            Self::Answer(id, answer) => Input::Response(*id, answer.response.clone()),
            Self::Failure(id, failure) => Input::Failure(*id, *failure),
        }
    }
}
