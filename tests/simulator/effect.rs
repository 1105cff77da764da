//! What the world does to one client and its service.

use appconfig_edge::session::{Failure, RequestId};

use super::action::{Action, Weather};
use super::answer::{Answer, Meaning};
use super::dice::Dice;
use super::given::Given;
use super::service::{Quality, Version, CONTENT_TYPES};
use super::token::MARK;
use super::violation::Violation;
use super::world::World;

impl World<'_> {
    pub(crate) fn deploy(&mut self, quality: Quality, dice: &mut Dice) {
        let content_type = if dice.one_in(2) { 0 } else { dice.pick(&[0, 1, 2, 3]) };
        let content = u32::try_from(self.versions.len()).unwrap_or(0) + 1;
        let version = Version { content, content_type, label: dice.one_in(2).then_some(content) };
        self.versions.push((version, quality));
        self.bring(version, quality);
    }

    fn bring(&mut self, version: Version, quality: Quality) {
        self.service.deploy(version, quality);
        self.client.observer.blind = false;
        if let Some(rival) = &mut self.rival {
            rival.observer.blind = false;
        }
        self.disturbed();
    }

    /// Another deployment of what is there, but for `change`.
    fn redeploy(&mut self, change: impl Fn(&mut Version)) {
        if let Some(mut version) = self.service.newest() {
            change(&mut version);
            self.bring(version, Quality::Good);
        }
    }

    /// Does it.
    pub(crate) fn act(&mut self, action: Action, dice: &mut Dice) -> Result<(), Violation> {
        if self.scribe.is_some() && action.is_beyond_records() {
            return Ok(());
        }
        match action {
            Action::Deploy => self.deploy(Quality::Good, dice),
            Action::DeployMalformed => self.deploy(Quality::Malformed, dice),
            Action::DeployTooLarge => self.deploy(Quality::TooLarge, dice),
            Action::DeployEmpty => self.deploy(Quality::Empty, dice),
            Action::DeployAgain => self.redeploy(|_| {}),
            Action::DeployLabel => {
                let label = dice.one_in(2).then(|| dice.between_u32(1, 3));
                self.redeploy(|it| it.label = label);
            }
            Action::DeployType => self.redeploy(|it| it.content_type = (it.content_type + 1) % CONTENT_TYPES.len()),
            Action::RollBack => {
                if !self.versions.is_empty() {
                    let (version, quality) = dice.pick(&self.versions);
                    self.bring(version, quality);
                }
            }
            Action::Withdraw => {
                self.service.withdraw();
                self.disturbed();
            }
            Action::Interval => {
                let now = self.service.interval;
                self.service.interval =
                    if dice.one_in(50) { dice.between_u32(1, 600) } else { dice.between_u32((now / 2).max(1), (now * 2).min(86_400)) };
                self.disturbed();
            }
            Action::DeployRefused => self.deploy(Quality::Refused, dice),
            Action::StopAndStart | Action::Refresh | Action::Wake | Action::Nonsense => return self.call(action, dice),
            Action::SetDate => {
                let most = dice.pick(&[60_000, 86_400_000, 3 * 86_400_000, 20 * 365 * 86_400_000]);
                let by = i64::try_from(dice.magnitude(1, most)).unwrap_or(0);
                let by = if dice.one_in(2) { by } else { -by };
                self.clocks.set_date(by);
                if by < 0 {
                    self.uses.set_back(self.clocks.time);
                }
                self.disturbed();
            }
            Action::Sleep => {
                let most = dice.pick(&[60_000, 86_400_000, 3 * 86_400_000]);
                self.clocks.sleep(dice.magnitude(1000, most), dice.one_in(2));
                self.slept(dice);
                self.with_rival(|it| {
                    it.slept(dice);
                    Ok(())
                })?;
                self.disturbed();
            }
            Action::Outage => self.weather = Some(Weather::new(self.clocks.time, dice)),
            Action::Hide => return self.hide(dice),
            Action::GoOffline => return self.go_offline(dice),
            Action::Limit => return self.limit(dice),
            Action::Suspend => return self.leave(true),
            Action::Evict => return self.leave(false),
            Action::Rival => return self.rival(dice),
        }
        Ok(())
    }

    fn slept(&mut self, dice: &mut Dice) {
        self.client.network.slept(self.clocks.time, dice);
        self.client.host.slept(&self.clocks);
    }

    /// Something that somebody does with the client, if there is one.
    fn call(&mut self, action: Action, dice: &mut Dice) -> Result<(), Violation> {
        if self.client.is_gone {
            return Ok(());
        }
        match action {
            Action::StopAndStart => {
                if !self.client.observer.is_stopped() {
                    let most = if dice.one_in(20) { 40 * 3_600_000 } else { 600_000 };
                    self.client.start_at = Some(self.clocks.time + dice.magnitude(1, most));
                    self.step(&Given::Stop)?;
                    if dice.one_in(8) {
                        return self.step(&Given::Stop);
                    }
                }
            }
            Action::Refresh => {
                self.step(&Given::Refresh)?;
                if dice.one_in(4) {
                    return self.step(&Given::Refresh);
                }
            }
            Action::Wake => return self.step(&Given::Timeout),
            _ => return self.nonsense(dice),
        }
        Ok(())
    }

    /// An input about a request that is not in flight.
    fn nonsense(&mut self, dice: &mut Dice) -> Result<(), Violation> {
        let id = RequestId(if dice.one_in(2) { u32::MAX - dice.between_u32(0, 9) } else { dice.between_u32(0, 3) });
        if self.client.observer.awaits(id) {
            return Ok(());
        }
        let mut answer = Answer::failure(dice.pick(&[200, 201, 204, 400, 500]), Meaning::Failure, true);
        answer.response.next_token = Some(MARK.into());
        self.client.host.look(&mut answer, false);
        self.step(&match dice.below(3) {
            0 => Given::Progress(id),
            1 => Given::Failure(id, Failure::Network),
            _ => Given::Answer(id, Box::new(answer)),
        })
    }
}
