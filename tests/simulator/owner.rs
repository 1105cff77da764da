//! Owners that come and go: whoever lives in a host's place goes on with what the one before kept.

use appconfig_edge::session::{Options, RequestId};

use super::agenda::Happening;
use super::answer::{Answer, Content, Meaning};
use super::books::Books;
use super::client::Client;
use super::dice::{Dice, Stream};
use super::given::Given;
use super::host::Host;
use super::life::Mode;
use super::network;
use super::service::{Quality, Replay};
use super::store::Store;
use super::violation::{law, Violation};
use super::world::{observer, poller, World};

const HOUR: u64 = 3_600_000;

impl World<'_> {
    /// Does something with the other owner at hand, if there is one.
    pub(crate) fn with_rival(&mut self, act: impl FnOnce(&mut Self) -> Result<(), Violation>) -> Result<(), Violation> {
        if self.rival.is_none() {
            return Ok(());
        }
        self.swap();
        let done = act(self);
        self.swap();
        done
    }

    fn swap(&mut self) {
        if let Some(rival) = &mut self.rival {
            self.client.origin = self.clocks.origin;
            std::mem::swap(&mut self.client, rival);
            self.clocks.origin = self.client.origin;
        }
    }

    /// Tells all owners.
    fn tell(&mut self, given: &Given) -> Result<(), Violation> {
        if !self.client.is_gone {
            self.call_on(given)?;
        }
        self.with_rival(|it| it.call_on(given))
    }

    /// Somebody tells the owner at hand, which wakes what it lives in.
    fn call_on(&mut self, given: &Given) -> Result<(), Violation> {
        self.revive()?;
        self.step(given)
    }

    /// How long something lasts that is over by itself.
    fn a_while(&self, dice: &mut Dice) -> u64 {
        let interval = u64::from(self.service.asked_interval()) * 1000;
        let most = if dice.one_in(20) { 26 * HOUR } else { 12 * interval };
        self.clocks.time + dice.magnitude(500, most)
    }

    pub(crate) fn hide(&mut self, dice: &mut Dice) -> Result<(), Violation> {
        if std::mem::replace(&mut self.is_hidden, true) {
            return Ok(());
        }
        let until = self.a_while(dice);
        self.agenda.push(until, Happening::Show);
        self.tell(&Given::Visible(false))
    }

    pub(crate) fn go_offline(&mut self, dice: &mut Dice) -> Result<(), Violation> {
        if std::mem::replace(&mut self.is_offline, true) {
            return Ok(());
        }
        let until = self.a_while(dice);
        self.agenda.push(until, Happening::GoOnline);
        self.tell(&Given::Online(false))
    }

    pub(crate) fn limit(&mut self, dice: &mut Dice) -> Result<(), Violation> {
        if std::mem::replace(&mut self.is_limited, true) {
            return Ok(());
        }
        let until = self.a_while(dice);
        self.agenda.push(until, Happening::Unlimit);
        self.tell(&Given::Limited(true))
    }

    pub(crate) fn come_about(&mut self, what: Happening) -> Result<(), Violation> {
        match what {
            Happening::Resume => self.succeed(),
            Happening::Show => {
                self.is_hidden = false;
                self.tell(&Given::Visible(true))
            }
            Happening::GoOnline => {
                self.is_offline = false;
                self.tell(&Given::Online(true))
            }
            Happening::Unlimit => {
                self.is_limited = false;
                self.tell(&Given::Limited(false))
            }
            Happening::Die(number) => {
                if self.client.number == number {
                    self.part();
                } else if self.rival.as_ref().is_some_and(|it| it.number == number) {
                    self.swap();
                    self.part();
                }
                Ok(())
            }
            Happening::Part => {
                if self.rival.is_none() {
                    return Ok(());
                }
                let mut dice = Dice::of(self.life.seed, Stream::Owner, u64::from(self.owners) + (1 << 32));
                if dice.one_in(2) {
                    self.swap();
                }
                self.leave(dice.one_in(2))
            }
            Happening::Orphan(asked) => {
                network::visit(&mut self.service, self.clocks.time, asked);
                self.disturbed();
                Ok(())
            }
        }
    }

    /// The owner at hand goes, having been stopped or not.
    pub(crate) fn leave(&mut self, stops: bool) -> Result<(), Violation> {
        if self.client.is_gone {
            return Ok(());
        }
        if stops {
            self.call_on(&Given::Stop)?;
        }
        self.part();
        Ok(())
    }

    /// Nothing is left of the owner at hand; another one takes its place, now or later.
    fn part(&mut self) {
        if self.client.is_gone {
            return;
        }
        self.say(|it| format!("owner {} is gone", it.client.number));
        for (at, asked) in self.client.network.orphans() {
            self.agenda.push(at, Happening::Orphan(asked));
        }
        self.stats.recovered(&self.client.observer.deadline);
        if let Some(rival) = self.rival.take() {
            self.client = *rival;
            self.clocks.origin = self.client.origin;
            return;
        }
        self.client.is_gone = true;
        (self.client.host, self.client.start_at) = (Host::default(), None);
        let mut dice = Dice::of(self.life.seed, Stream::Owner, u64::from(self.client.number));
        let interval = u64::from(self.service.asked_interval()) * 1000;
        let most = dice.weighted(&[(10, 10_000), (9, 4 * interval), (1, 40 * HOUR)]);
        self.agenda.push(self.clocks.time + dice.magnitude(1, most), Happening::Resume);
    }

    /// The next owner, with whatever the store gives back.
    fn next_owner(&mut self) -> (Client, Given) {
        self.owners += 1;
        let mut dice = Dice::of(self.life.seed, Stream::Owner, u64::from(self.owners) + (1 << 33));
        let (mut found, is_believed, loss) = match self.parameters.store_fails_every {
            Some(every) => self.store.read(self.clocks.time, every, &mut dice),
            None => Store::default().read(0, 0, &mut dice),
        };
        if let Some(loss) = loss {
            self.stats.losses[loss as usize] += 1;
            self.say(|_| format!("      ! {}", loss.name()));
        }
        if let (false, Some(token)) = (is_believed, found.books.as_ref().and_then(Books::token)) {
            self.uses.muddled(token);
        }
        self.stats.resumed[usize::from(found.books.is_none())] += 1;
        if found.saved.is_none() && dice.one_in(4) {
            // Given beforehand: what came with the page.
            found.held = self.versions.iter().find(|it| it.1 == Quality::Good).map(|it| it.0);
        }
        let options = Options { seed: dice.next(), ..self.options.clone() };
        let mistake = self.mistake;
        let host = Host::with(found.held.map(|it| it.content));
        let mut client =
            Client::new(self.owners, || poller(options.clone(), mistake), self.parameters.has_twin, host, observer(&self.parameters));
        client.origin = self.clocks.origin_of(dice.magnitude(1, 1 << 30));
        (client, Given::Resume(Box::new(found)))
    }

    /// An owner that begins, as the one at hand.
    fn begin(&mut self, resume: &Given) -> Result<(), Violation> {
        self.step(resume)?;
        self.check_doubt()?;
        for given in [Given::Visible(!self.is_hidden), Given::Online(!self.is_offline), Given::Limited(self.is_limited)] {
            self.step(&given)?;
        }
        if self.parameters.mode == Mode::Loop {
            self.step(&Given::Start)?;
        }
        Ok(())
    }

    fn succeed(&mut self) -> Result<(), Violation> {
        let (client, resume) = self.next_owner();
        self.clocks.origin = client.origin;
        self.client = client;
        self.begin(&resume)
    }

    /// A second owner, because a lock lied: both go on from the same record.
    pub(crate) fn rival(&mut self, dice: &mut Dice) -> Result<(), Violation> {
        if self.client.is_gone || self.rival.is_some() {
            return Ok(());
        }
        let (client, resume) = self.next_owner();
        if let (Given::Resume(found), Some(token)) = (&resume, self.client.observer.ledger.number()) {
            if found.books.as_ref().is_some_and(|it| it.token() == Some(token)) {
                self.uses.muddled(token);
            }
        }
        self.rival = Some(Box::new(client));
        let until = self.a_while(dice);
        self.agenda.push(until, Happening::Part);
        self.with_rival(|it| it.begin(&resume))
    }

    /// A token that was sent must be taken for one that was, by whoever finds it.
    fn check_doubt(&self) -> Result<(), Violation> {
        let ledger = &self.client.observer.ledger;
        let Some(token) = ledger.number().filter(|_| !ledger.is_doubtful()) else { return Ok(()) };
        law!(
            8,
            !self.uses.by_others(token, self.client.number) || self.uses.is_unknowable(token),
            "token {token} was sent, and what was kept of it does not say so"
        );
        Ok(())
    }

    /// An outcome is about to be told which perhaps shows that the token was not spent.
    pub(crate) fn spare(&mut self, id: RequestId, is_spared: bool) {
        let ledger = &self.client.observer.ledger;
        if let Some(token) = ledger.number().filter(|_| is_spared && self.client.observer.awaits(id) && !ledger.is_doubtful()) {
            self.uses.spared(token, self.client.number);
        }
    }

    /// An answer is about to be given: it may be empty because another owner has had the one before, and nobody can know.
    pub(crate) fn blind(&mut self, id: RequestId, answer: &Answer) {
        let observer = &self.client.observer;
        if self.service.replay != Replay::Empty || !matches!(answer.meaning, Meaning::Success { content: Content::Unchanged, .. }) {
            return;
        }
        let Some(token) = observer.ledger.number().filter(|_| observer.awaits(id) && !observer.ledger.is_doubtful()) else { return };
        if self.uses.by_others(token, self.client.number) && self.uses.is_unknowable(token) {
            self.client.observer.blinded = true;
        }
    }
}
