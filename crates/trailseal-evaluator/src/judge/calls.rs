//! The calls that a finding about an account rests on, each once.

use jiff::SignedDuration;
use trailseal_model::{
    CoverageRow, Evidence, Observed, Operation, OrganizationFacts, Proof, Target, TrailFacts,
};

use super::cover::status_for;

/// Calls in the order in which they are cited.
#[derive(Default)]
pub(super) struct Calls(Vec<Evidence>);

impl Calls {
    pub(super) fn add(&mut self, call: &Evidence) {
        if !self.0.contains(call) {
            self.0.push(call.clone());
        }
    }

    pub(super) fn add_all(&mut self, others: &Self) {
        others.0.iter().for_each(|call| self.add(call));
    }

    /// Adds what was read of a trail for a target: its description, its selectors, and the status
    /// that counts there.
    pub(super) fn add_trail(
        &mut self,
        facts: &OrganizationFacts,
        trail: &TrailFacts,
        target: Target,
    ) {
        self.add(&trail.described_by);
        if let Some(selectors) = trail.recorded_events() {
            self.add(&selectors.evidence);
        }
        if let Some(status) = status_for(facts, trail, target).and_then(Observed::known) {
            self.add(&status.evidence);
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Evidence> {
        self.0.iter()
    }

    pub(super) fn proof(&self) -> Option<Proof> {
        let (first, others) = self.0.split_first()?;
        Some(others.iter().fold(Proof::of(first), Proof::and))
    }
}

/// The call that showed a target's trails.
pub(super) fn listing(facts: &OrganizationFacts, target: Target, row: &CoverageRow) -> Evidence {
    Evidence {
        operation: Operation::DescribeTrails,
        account: Some(target.account),
        region: Some(target.region),
        at: facts.as_of + SignedDuration::from_millis(i64::from(row.finished)),
        request_id: facts.coverage.request_id(target).map(Into::into),
        attempts: row.api_calls,
        throttles: row.throttles,
    }
}
