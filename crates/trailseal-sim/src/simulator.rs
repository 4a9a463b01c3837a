//! A simulated organization, ready to be asked.

use crate::scenario::Scenario;
use crate::state::State;
use crate::world::World;

/// A simulated organization: what there is, and what changes.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) world: World,
    pub(crate) state: State,
    scenario: Box<str>,
    pub(crate) verifies_signatures: bool,
}

impl Simulator {
    /// A simulator of this world, without random faults and with no limit drawn from.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world, state: State::default(), scenario: "".into(), verifies_signatures: false }
    }

    /// A simulator of this scenario, with its random faults, under its limits and with its sessions.
    #[must_use]
    pub fn of(scenario: &Scenario) -> Self {
        let simulator = Self::new(World::new(scenario.parts.clone()));
        simulator.state.random_faults.set(scenario.random_faults);
        simulator.state.limits.set(scenario.limits);
        simulator.state.sessions.set(scenario.sessions);
        simulator
    }

    /// The same under the name of a scenario, which the control endpoint tells.
    #[must_use]
    pub fn named(mut self, scenario: &str) -> Self {
        self.scenario = scenario.into();
        self
    }

    /// The same, but requests must be signed with the caller's secret.
    #[must_use]
    pub fn verifying_signatures(mut self) -> Self {
        self.verifies_signatures = true;
        self
    }

    /// The name of the scenario; empty if it has none.
    #[must_use]
    pub fn scenario(&self) -> &str {
        &self.scenario
    }

    /// What there is.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What changes.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }
}
