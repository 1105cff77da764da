//! The world around one client, in virtual time.

use std::collections::VecDeque;

use appconfig_edge::protocol::{Endpoint, Operation, SessionInput};
use appconfig_edge::session::{Event, Failure, Instant, Mistake, Options, Output, Poller, RequestId};

use super::action::{Actions, Weather};
use super::agenda::{Agenda, Happening};
use super::answer::Meaning;
use super::books::Books;
use super::client::Client;
use super::clocks::Clocks;
use super::dice::{Dice, Stream};
use super::fault::Fault;
use super::given::Given;
use super::host::Host;
use super::impostor::Asked;
use super::life::{Deed, Item, Life, Mode, Parameters};
use super::network::What;
use super::observer::Observer;
use super::record::Scribe;
use super::service::{Quality, Service, Version};
use super::stats::Stats;
use super::store::Store;
use super::token::{Tokens, MARK};
use super::uses::Uses;
use super::violation::{law, Violation};

pub(crate) struct World<'a> {
    pub(crate) life: &'a Life,
    pub(crate) parameters: Parameters,
    pub(crate) clocks: Clocks,
    pub(crate) options: Options,
    pub(crate) mistake: Option<Mistake>,
    /// The owner at hand.
    pub(crate) client: Client,
    /// Another one that should not be.
    pub(crate) rival: Option<Box<Client>>,
    /// How many owners there were.
    pub(crate) owners: u32,
    pub(crate) store: Store,
    pub(crate) uses: Uses,
    pub(crate) service: Service,
    pub(crate) actions: Actions,
    pub(crate) agenda: Agenda,
    pub(crate) weather: Option<Weather>,
    /// Whether nobody looks, there is no network, and a limit is used up.
    pub(crate) is_hidden: bool,
    pub(crate) is_offline: bool,
    pub(crate) is_limited: bool,
    /// All that was ever deployed.
    pub(crate) versions: Vec<(Version, Quality)>,
    /// What is still to go wrong with single requests, where there is a script.
    pub(crate) faults: VecDeque<Item>,
    pub(crate) requests: u64,
    pub(crate) stats: Stats,
    /// What was done to the client, in order.
    pub(crate) items: Vec<Item>,
    pub(crate) trace: Option<Vec<String>>,
    /// Writes down what a page would record of this life.
    pub(crate) scribe: Option<Scribe>,
}

impl<'a> World<'a> {
    pub(crate) fn new(life: &'a Life, mistake: Option<Mistake>, traces: bool) -> Self {
        let parameters = life.parameters();
        let options = Options {
            endpoint: Endpoint::custom("https://config.example.com").expect("a URL"),
            input: SessionInput {
                application_identifier: "shop".into(),
                environment_identifier: "prod".into(),
                configuration_profile_identifier: "flags".into(),
                required_minimum_poll_interval_in_seconds: parameters.minimum,
            },
            limits: parameters.limits,
            renews_credentials: parameters.renews,
            hidden_interval: parameters.hidden_interval,
            seed: Dice::of(life.seed, Stream::Life, 0).next(),
        };
        let clocks = Clocks::new();
        let minimum = parameters.minimum.unwrap_or(0);
        let observer = observer(&parameters);
        let client = Client::new(1, || poller(options.clone(), mistake), parameters.has_twin, Host::default(), observer);
        Self {
            life,
            options,
            mistake,
            client,
            rival: None,
            owners: 1,
            store: Store::default(),
            uses: Uses::default(),
            service: Service::new(parameters.replay, parameters.interval, if parameters.minimum_is_obeyed { minimum } else { 0 }),
            actions: Actions::new(life, &parameters, clocks.time),
            agenda: Agenda::default(),
            weather: None,
            is_hidden: false,
            is_offline: false,
            is_limited: false,
            versions: Vec::new(),
            faults: life.script.iter().flatten().copied().filter(|it| matches!(it.deed, Deed::Fault(..))).collect(),
            requests: 0,
            stats: Stats::new(),
            items: Vec::new(),
            trace: traces.then(|| vec![format!("{parameters:?}")]),
            scribe: None,
            clocks,
            parameters,
        }
    }

    pub(crate) fn run(&mut self) -> Result<(), Violation> {
        let begin = self.clocks.time;
        let mut dice = Dice::of(self.life.seed, Stream::Life, 1);
        if !dice.one_in(10) {
            self.deploy(Quality::Good, &mut dice);
        }
        if self.parameters.mode == Mode::Loop {
            self.step(&Given::Start)?;
        }
        while self.requests < self.parameters.requests && self.actions.number < 2 * self.parameters.requests {
            self.happen()?;
        }
        self.stats.lives = 1;
        self.stats.time = self.clocks.time - begin;
        self.stats.recovered(&self.client.observer.deadline);
        if let Some(rival) = &self.rival {
            self.stats.recovered(&rival.observer.deadline);
        }
        Ok(())
    }

    /// The next thing that happens, of all that is pending.
    fn happen(&mut self) -> Result<(), Violation> {
        let never = u64::MAX;
        let mine = self.client.next_at().unwrap_or(never);
        let rival = self.rival.as_ref().and_then(|it| it.next_at()).unwrap_or(never);
        let agenda = self.agenda.next_at().unwrap_or(never);
        let next = mine.min(rival).min(agenda).min(self.actions.next_at);
        self.clocks.advance_to(next);
        if next == mine {
            self.happen_to_client()
        } else if next == rival {
            self.with_rival(Self::happen_to_client)
        } else if next == agenda {
            self.agenda.take_next().map_or(Ok(()), |it| self.come_about(it))
        } else {
            let (number, action, mut dice) = self.actions.take();
            let item = Item { time: self.clocks.time, deed: Deed::Action(number, action) };
            if self.life.script.as_ref().is_some_and(|script| script.iter().all(|it| it.deed != item.deed)) {
                return Ok(());
            }
            self.items.push(item);
            self.stats.actions[action as usize] += 1;
            self.say(|_| action.name().to_owned());
            self.revive()?;
            self.with_rival(Self::revive)?;
            self.act(action, &mut dice)
        }
    }

    fn happen_to_client(&mut self) -> Result<(), Violation> {
        let is_now = |it: Option<u64>, time: u64| it.is_some_and(|it| it <= time);
        let client = &mut self.client;
        if is_now(client.network.next_at(), self.clocks.time) {
            self.deliver()
        } else if is_now(client.host.fires_at, self.clocks.time) {
            client.host.fires_at = None;
            self.step(&Given::Timeout)
        } else {
            client.start_at = None;
            self.step(&Given::Start)
        }
    }

    /// Somebody calls where everything was gone.
    pub(crate) fn revive(&mut self) -> Result<(), Violation> {
        if !std::mem::take(&mut self.client.host.is_dead) {
            return Ok(());
        }
        self.disturbed();
        self.step(&Given::Timeout)
    }

    fn deliver(&mut self) -> Result<(), Violation> {
        let Some(delivery) = self.client.network.take_next() else { return Ok(()) };
        let id = delivery.id;
        if self.client.host.is_dead && !matches!(delivery.what, What::Request(_)) {
            return Ok(());
        }
        if delivery.is_faulty && self.client.observer.awaits(id) {
            self.disturbed();
        }
        match delivery.what {
            What::Progress => self.step(&Given::Progress(id)),
            What::Failure(failure) => {
                self.spare(id, failure == Failure::NotSent);
                self.step(&Given::Failure(id, failure))
            }
            What::Answer(mut answer) => {
                self.blind(id, &answer);
                self.spare(id, !answer.may_have_spent && !matches!(answer.meaning, Meaning::Success { .. }));
                self.client.host.look(&mut answer, self.client.observer.awaits(id));
                self.step(&Given::Answer(id, answer))
            }
            What::Request(asked) => {
                let mut dice = Dice::of(self.life.seed, Stream::Request, u64::from(id.0) + (1 << 40));
                self.disturbed();
                self.client.network.send(&mut self.service, self.clocks.time, id, asked, None, &mut dice);
                Ok(())
            }
        }
    }

    pub(crate) fn disturbed(&mut self) {
        self.client.observer.deadline.disturbed(self.clocks.now().monotonic.as_milliseconds());
        if let Some(rival) = &mut self.rival {
            std::mem::swap(&mut self.clocks.origin, &mut rival.origin);
            rival.observer.deadline.disturbed(self.clocks.now().monotonic.as_milliseconds());
            std::mem::swap(&mut self.clocks.origin, &mut rival.origin);
        }
    }

    pub(crate) fn say(&mut self, what: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let line = format!("{:>8}.{:03} {:>3} {}", self.clocks.time / 1000, self.clocks.time % 1000, self.client.number, what(self));
            self.trace.iter_mut().for_each(|it| it.push(line.clone()));
        }
    }

    /// Gives one input to the client and does what it says, while the observer watches.
    pub(crate) fn step(&mut self, given: &Given) -> Result<(), Violation> {
        let now = self.clocks.now();
        if self.client.host.timer.is_some_and(|it| it < now.monotonic) {
            // The timer is late: what was to happen at its time happens only now.
            self.disturbed();
        }
        let tokens = Tokens::new(self.parameters.token_length);
        let (newest, interval) = (self.service.newest(), self.service.asked_interval());
        self.say(|_| describe(given));
        self.stats.inputs += 1;
        if let Some(scribe) = &mut self.scribe {
            scribe.given(now, given);
        }
        self.client.observer.before(now, given, newest, interval)?;
        self.client.poller.handle_input(now, given.input());
        if let Some(twin) = &mut self.client.twin {
            twin.handle_input(now, given.input());
        }
        let timer = loop {
            let output = self.client.poller.poll_output();
            self.compare(&output)?;
            self.say(|_| format!("    {output:?}"));
            let token = match &output {
                Output::Request(_, request) => tokens.read(&request.url),
                Output::Save(saved) => saved.token.as_ref().and_then(|it| tokens.number(it.as_str())),
                _ => None,
            };
            if let Some(scribe) = &mut self.scribe {
                scribe.output(&output);
            }
            self.client.observer.output(now, &output, token)?;
            match output {
                Output::Request(id, request) => self.request(id, request.operation, token),
                Output::Event(Event::Updated(_)) => {
                    self.stats.updates += 1;
                    self.client.host.keep();
                }
                Output::Timeout(at) => break at,
                Output::Save(saved) => {
                    let books = Books::of(&self.client.observer, now);
                    self.store.write(self.clocks.time, saved, books);
                }
                Output::Cancel(_) | Output::Event(_) => {}
            }
        };
        self.client.host.set_timer(&self.clocks, timer, self.parameters.unpunctual_every, self.life.seed);
        if self.client.host.is_dead {
            self.client.host.die();
        }
        let newest = self.service.newest();
        self.client.observer.after(now, given, self.client.poller.status(), timer.map(Instant::as_milliseconds), newest, interval)?;
        if self.stats.inputs.is_multiple_of(64) {
            law!(10, !format!("{:?} {:?}", self.client.poller, given.input()).contains(MARK), "a token is in a Debug");
        }
        Ok(())
    }

    fn compare(&mut self, output: &Output) -> Result<(), Violation> {
        let Some(twin) = &mut self.client.twin else { return Ok(()) };
        let other = twin.poll_output();
        let are_same = match (output, &other) {
            (Output::Request(one, request), Output::Request(two, other)) => one == two && request == other,
            _ => format!("{output:?}") == format!("{other:?}"),
        };
        law!(9, are_same, "the same inputs lead to {output:?} and to {other:?}");
        Ok(())
    }

    /// The client sends a request.
    fn request(&mut self, id: RequestId, operation: Operation, token: Option<u32>) {
        if let Some(token) = token {
            self.uses.sent(token, self.client.number, self.clocks.time);
        }
        let number = self.requests;
        self.requests += 1;
        let is_poll = operation == Operation::GetLatestConfiguration;
        self.stats.polls += u64::from(is_poll);
        self.stats.sessions += u64::from(!is_poll);
        let weather = self.weather.filter(|it| self.clocks.time < it.until);
        let is_scripted = weather.is_none() && self.faults.front().is_some_and(|it| it.time <= self.clocks.time);
        let scripted = if is_scripted { self.faults.pop_front() } else { None };
        let number = match scripted {
            Some(Item { deed: Deed::Fault(number, _), .. }) => number,
            _ => number,
        };
        let mut dice = Dice::of(self.life.seed, Stream::Request, number);
        let every = self.parameters.fault_every;
        let is_single = every > 0 && dice.one_in(every) && (self.life.script.is_none() || is_scripted);
        let fault = match weather {
            Some(weather) => weather.outage.fault(&mut dice),
            None if is_single => {
                let fault = Fault::any(&mut dice);
                self.items.push(Item { time: self.clocks.time, deed: Deed::Fault(number, fault) });
                Some(fault)
            }
            None => None,
        };
        let fault = fault.filter(|it| is_poll || *it != Fault::IntervalAbsurd);
        // A record is one client's.
        let fault = fault.filter(|it| self.scribe.is_none() || !matches!(it, Fault::OwnerDies | Fault::OwnerDiesUnseen));
        if let Some(fault) = fault {
            self.stats.faults[fault as usize] += 1;
            self.disturbed();
            self.say(|_| format!("      ! {}", fault.name()));
            match fault {
                Fault::SurroundingsDie => self.client.host.is_dead = true,
                Fault::OwnerDies | Fault::OwnerDiesUnseen => {
                    self.agenda.push(self.clocks.time + dice.below(3000), Happening::Die(self.client.number));
                }
                _ => {}
            }
        }
        let date = self.clocks.now().wall;
        let asked = Asked { operation, token, tokens: Tokens::new(self.parameters.token_length), date };
        self.client.network.send(&mut self.service, self.clocks.time, id, asked, fault, &mut dice);
    }
}

pub(crate) fn poller(options: Options, mistake: Option<Mistake>) -> Poller {
    let mut poller = Poller::new(options);
    if let Some(mistake) = mistake {
        poller.make_mistake(mistake);
    }
    poller
}

pub(crate) fn observer(parameters: &Parameters) -> Observer {
    let mut observer = Observer::new(parameters.limits, parameters.minimum.unwrap_or(0), parameters.renews);
    observer.rest.hidden_interval = parameters.hidden_interval;
    observer
}

/// What a trace says of an input.
fn describe(given: &Given) -> String {
    match given {
        Given::Answer(id, answer) => format!("< {id:?} {} {:?} {:?}", answer.response.status, answer.response.body, answer.meaning),
        Given::Failure(id, failure) => format!("< {id:?} {failure:?}"),
        Given::Progress(id) => format!("< {id:?} progress"),
        Given::Start => "> start".into(),
        Given::Stop => "> stop".into(),
        Given::Refresh => "> refresh".into(),
        Given::Resume(found) => format!("> resume {:?} {:?}", found.saved, found.held),
        Given::Visible(it) => format!("> visible {it}"),
        Given::Online(it) => format!("> online {it}"),
        Given::Limited(it) => format!("> limited {it}"),
        Given::Timeout => "> timeout".into(),
    }
}
