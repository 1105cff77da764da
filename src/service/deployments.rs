//! What is deployed where, and what is known by name.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Configuration, Refusal, Target};
use crate::protocol::{ResourceType, SessionInput};

/// A target's place in the list; targets are never forgotten, so it stays good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot(usize);

/// What a target has.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// It is known, and nothing was ever deployed.
    Never,
    /// The deployment of this number, counted over all targets from 1.
    Deployed(u64, Configuration),
    /// What was deployed was taken back.
    Reverted,
}

#[derive(Default)]
pub(super) struct Deployments {
    slots: BTreeMap<Target, Slot>,
    states: Vec<(Target, State)>,
    number: u64,
    /// The name that each id is for.
    ids: BTreeMap<String, String>,
}

impl Deployments {
    pub(super) fn identify(&mut self, id: &str, name: &str) {
        self.ids.insert(id.to_owned(), name.to_owned());
    }

    /// Makes `target` known.
    pub(super) fn register(&mut self, target: &Target) -> Slot {
        if let Some(slot) = self.slots.get(target) {
            return *slot;
        }
        let slot = Slot(self.states.len());
        self.states.push((target.clone(), State::Never));
        self.slots.insert(target.clone(), slot);
        slot
    }

    pub(super) fn deploy(&mut self, target: &Target, configuration: Configuration) {
        let slot = self.register(target);
        self.number += 1;
        self.states[slot.0].1 = State::Deployed(self.number, configuration);
    }

    /// Takes back what is deployed; `false` where nothing is.
    pub(super) fn revert(&mut self, target: &Target) -> bool {
        let Some(state) = self.slots.get(target).map(|slot| &mut self.states[slot.0].1) else { return false };
        let was = matches!(state, State::Deployed(..));
        if was {
            *state = State::Reverted;
        }
        was
    }

    pub(super) fn get(&self, slot: Slot) -> &(Target, State) {
        &self.states[slot.0]
    }

    /// Everything that is deployed, in the order of the names.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Target, &Configuration)> {
        self.slots.iter().filter_map(|(target, slot)| match &self.states[slot.0].1 {
            State::Deployed(_, configuration) => Some((target, configuration)),
            _ => None,
        })
    }

    /// The target of a new session. What is not known is told in the order in which AWS has it: an application has environments and
    /// profiles; whether the one was ever deployed to the other is for the first poll to find out.
    pub(super) fn find(&mut self, input: &SessionInput) -> Result<Slot, Refusal> {
        let named = |identifier: &String| self.ids.get(identifier).unwrap_or(identifier).clone();
        let target = Target {
            application: named(&input.application_identifier),
            environment: named(&input.environment_identifier),
            configuration_profile: named(&input.configuration_profile_identifier),
        };
        if let Some(slot) = self.slots.get(&target) {
            return Ok(*slot);
        }
        let known =
            |same: fn(&Target, &Target) -> bool| self.slots.keys().any(|it| it.application == target.application && same(it, &target));
        let missing = |resource_type, name: &str, value: &str| {
            Err(Refusal::NotFound { resource_type, referenced_by: vec![(name.to_owned(), value.to_owned())] })
        };
        if !known(|_, _| true) {
            missing(ResourceType::Application, "ApplicationIdentifier", &input.application_identifier)
        } else if !known(|a, b| a.environment == b.environment) {
            missing(ResourceType::Environment, "EnvironmentIdentifier", &input.environment_identifier)
        } else if !known(|a, b| a.configuration_profile == b.configuration_profile) {
            missing(ResourceType::ConfigurationProfile, "ConfigurationProfileIdentifier", &input.configuration_profile_identifier)
        } else {
            Ok(self.register(&target))
        }
    }
}
