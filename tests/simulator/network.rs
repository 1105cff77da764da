//! The network between one client and the service: it loses, delays, cuts, duplicates and reorders.

use appconfig_edge::protocol::Operation;
use appconfig_edge::session::{Failure, RequestId};

use super::answer::{Answer, Bytes, Content, Meaning, Wait};
use super::dice::Dice;
use super::fault::Fault;
use super::impostor::{self, Asked};
use super::service::{Quality, Replay, Reply, Service};

/// Something on its way.
pub(crate) struct Delivery {
    pub(crate) at: u64,
    pub(crate) id: RequestId,
    pub(crate) what: What,
    /// Whether this is a fault at work: it is not over before this has arrived.
    pub(crate) is_faulty: bool,
}

pub(crate) enum What {
    /// A request that reaches the service late.
    Request(Asked),
    Progress,
    Answer(Box<Answer>),
    Failure(Failure),
}

#[derive(Default)]
pub(crate) struct Network {
    deliveries: Vec<Delivery>,
    /// Contents that were cut, each at a place of its own.
    cuts: u32,
}

impl Network {
    /// When the next delivery arrives.
    pub(crate) fn next_at(&self) -> Option<u64> {
        self.deliveries.iter().map(|it| it.at).min()
    }

    pub(crate) fn take_next(&mut self) -> Option<Delivery> {
        let (at, _) = self.deliveries.iter().enumerate().min_by_key(|(_, it)| it.at)?;
        Some(self.deliveries.remove(at))
    }

    /// The machine slept until `time`: connections are broken, or the answers are there.
    pub(crate) fn slept(&mut self, time: u64, dice: &mut Dice) {
        for it in self.deliveries.iter_mut().filter(|it| it.at < time && !matches!(it.what, What::Request(_))) {
            it.at = time + dice.below(2000);
            it.is_faulty = true;
            if dice.one_in(2) {
                it.what = What::Failure(Failure::Network);
            }
        }
    }

    /// Requests that are still on their way to the service when whoever sent them is gone.
    pub(crate) fn orphans(&mut self) -> impl Iterator<Item = (u64, Asked)> + '_ {
        self.deliveries.drain(..).filter_map(|it| match it.what {
            What::Request(asked) => Some((it.at, asked)),
            _ => None,
        })
    }

    fn push(&mut self, at: u64, id: RequestId, is_faulty: bool, what: What) {
        self.deliveries.push(Delivery { at, id, what, is_faulty });
    }

    /// Takes a request at `time` to the service, or wherever `fault` says.
    pub(crate) fn send(&mut self, service: &mut Service, time: u64, id: RequestId, asked: Asked, fault: Option<Fault>, dice: &mut Dice) {
        let latency = time + dice.between(15, 700);
        let Some(fault) = fault else {
            let answer = genuine(service, time, asked, dice);
            return self.push(latency, id, answer.is_aftermath, What::Answer(Box::new(answer)));
        };
        let failure = |it: Failure| What::Failure(it);
        match fault {
            Fault::RequestLost | Fault::OwnerDiesUnseen | Fault::SurroundingsDie => {
                if fault == Fault::SurroundingsDie && dice.one_in(2) {
                    visit(service, time, asked);
                }
            }
            Fault::AnswerLost | Fault::OwnerDies => visit(service, time, asked),
            Fault::ConnectionRefused => self.push(time + dice.magnitude(1, 5000), id, true, failure(Failure::Network)),
            Fault::NotSent => self.push(time + dice.magnitude(1, 12_000), id, true, failure(Failure::NotSent)),
            Fault::RedirectHidden => self.push(latency, id, true, failure(Failure::Redirected)),
            Fault::ConnectionReset => {
                visit(service, time, asked);
                self.push(time + dice.magnitude(10, 9000), id, true, failure(Failure::Network));
            }
            Fault::BodyCut => {
                visit(service, time, asked);
                self.push(latency, id, true, What::Progress);
                self.push(latency + dice.magnitude(1, 9000), id, true, failure(Failure::BodyCut));
            }
            Fault::BodyCutUnnoticed => {
                let mut answer = genuine(service, time, asked, dice);
                let it = if self.cut(&mut answer) { What::Answer(Box::new(answer)) } else { failure(Failure::BodyCut) };
                self.push(latency, id, true, it);
            }
            Fault::AnswerSlow | Fault::AnswerLate => {
                let answer = genuine(service, time, asked, dice);
                let delay = if fault == Fault::AnswerSlow { dice.between(1000, 9900) } else { dice.magnitude(10_100, 600_000) };
                self.push(time + delay, id, true, What::Answer(Box::new(answer)));
            }
            Fault::RequestLate => self.push(time + dice.magnitude(10_100, 300_000), id, true, What::Request(asked)),
            Fault::TrickleWhole | Fault::TrickleEndless | Fault::TrickleStalls => self.trickle(service, time, id, asked, fault, dice),
            Fault::AnswerTwice => {
                let answer = Box::new(genuine(service, time, asked, dice));
                self.push(latency + dice.magnitude(1, 100_000), id, true, What::Answer(answer.clone()));
                self.push(latency, id, true, What::Answer(answer));
            }
            Fault::RequestTwice => {
                let first = Box::new(genuine(service, time, asked, dice));
                let second = Box::new(genuine(service, time, asked, dice));
                // An empty answer to a repetition that the client knows nothing of is unchanged to anybody.
                let in_order = service.replay == Replay::Empty || dice.one_in(2);
                let (one, other) = if in_order { (first, second) } else { (second, first) };
                self.push(latency, id, true, What::Answer(one));
                self.push(latency + dice.magnitude(1, 60_000), id, true, What::Answer(other));
            }
            Fault::TokenMissing | Fault::TokenUnusable | Fault::HeadersHidden | Fault::IntervalAbsurd => {
                let mut answer = genuine(service, time, asked, dice);
                mar(&mut answer, fault, dice);
                self.push(latency, id, true, What::Answer(Box::new(answer)));
            }
            _ => {
                let mut answer = impostor::answer(fault, asked, dice);
                if answer.may_have_spent && dice.one_in(2) {
                    visit(service, time, asked);
                }
                if answer.response.status >= 400 && answer.wait == Wait::For(0) && dice.one_in(16) {
                    let seconds = dice.magnitude(1, 600);
                    answer.response.retry_after = Some(seconds.to_string());
                    answer.wait = Wait::For(seconds * 1000);
                }
                self.push(latency, id, true, What::Answer(Box::new(answer)));
            }
        }
    }

    fn trickle(&mut self, service: &mut Service, time: u64, id: RequestId, asked: Asked, fault: Fault, dice: &mut Dice) {
        let answer = genuine(service, time, asked, dice);
        let mut at = time + dice.between(100, 9900);
        let end = time + if fault == Fault::TrickleWhole { dice.between(10_000, 109_000) } else { 140_000 };
        let pieces = if fault == Fault::TrickleStalls { dice.between(1, 4) } else { u64::MAX };
        for _ in 0..pieces {
            self.push(at, id, true, What::Progress);
            at += dice.between(5000, 9900);
            if at > end {
                break;
            }
        }
        if fault == Fault::TrickleWhole {
            self.push(at, id, true, What::Answer(Box::new(answer)));
        }
    }

    /// Cuts a JSON body where nobody notices but its parser. `false` where there is no such body.
    fn cut(&mut self, answer: &mut Answer) -> bool {
        let Meaning::Success { content: Content::Whole(version), next, interval } = answer.meaning else { return false };
        if version.content_type != 0 {
            return false;
        }
        self.cuts += 1;
        let cut = 0x8000_0000 + self.cuts;
        answer.bytes = Bytes::Some(cut, Quality::Malformed);
        answer.meaning = Meaning::Success { content: Content::Malformed(cut), next, interval };
        true
    }
}

/// The service's own answer.
fn genuine(service: &mut Service, time: u64, asked: Asked, dice: &mut Dice) -> Answer {
    Answer::of(&visit_for_reply(service, time, asked), asked.operation, asked.tokens, dice)
}

/// A request that the service sees and whose answer nobody will.
pub(crate) fn visit(service: &mut Service, time: u64, asked: Asked) {
    visit_for_reply(service, time, asked);
}

fn visit_for_reply(service: &mut Service, time: u64, asked: Asked) -> Reply {
    match (asked.operation, asked.token) {
        (Operation::GetLatestConfiguration, Some(token)) => service.poll(token, time),
        _ => service.start_session(time),
    }
}

/// Spoils the headers of a success.
fn mar(answer: &mut Answer, fault: Fault, dice: &mut Dice) {
    const ABSURD: [Option<&str>; 11] = [
        None,
        Some(""),
        Some("0"),
        Some("-1"),
        Some("+5"),
        Some("1.5"),
        Some("86401"),
        Some("1e9"),
        Some("abc"),
        Some("60, 60"),
        Some("99999999999999999999"),
    ];
    let (spoilt, response) = (answer.response.next_token.clone(), &mut answer.response);
    match (&mut answer.meaning, fault) {
        (Meaning::Success { interval, .. }, Fault::IntervalAbsurd) => {
            *interval = 60;
            response.next_interval = dice.pick(&ABSURD).map(str::to_owned);
            return;
        }
        (Meaning::Success { .. }, Fault::TokenMissing) => response.next_token = None,
        (Meaning::Success { .. }, Fault::HeadersHidden) => {
            (response.next_token, response.next_interval, response.version_label) = (None, None, None);
            response.headers_may_be_hidden = true;
        }
        (Meaning::Success { .. }, _) => {
            let token = spoilt.unwrap_or_default();
            let twice = [&token, ", ", &token].concat();
            response.next_token = Some(dice.pick(&["", " ", "a b", "\u{7f}x", &twice, &token.repeat(8192 / token.len() + 1)]).to_owned());
        }
        (Meaning::Session(_), Fault::TokenMissing | Fault::HeadersHidden) => {
            dice.pick(&["{}", "", "{\"InitialConfigurationToken\":null}"]).clone_into(&mut response.text);
        }
        (Meaning::Session(_), Fault::TokenUnusable) => {
            dice.pick(&["{\"InitialConfigurationToken\":\"\"}", "{\"InitialConfigurationToken\":\"a b\"}"]).clone_into(&mut response.text);
        }
        _ => return,
    }
    answer.meaning = Meaning::Failure;
    answer.may_have_spent = true;
}
