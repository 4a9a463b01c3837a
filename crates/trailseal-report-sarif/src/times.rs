//! Since when something is wrong, where the record has a time that shows it.

use std::collections::HashMap;

use trailseal_model::{Arn, CauseKind, ControlId, Reason, SampleResult};
use trailseal_record::Time;
use trailseal_record::v1::{CauseLine, KeyLine, SampleLine, StatusLine, TrailLine};

use crate::message::Part;

/// The times of trails and keys that fall short.
#[derive(Debug, Default)]
pub(crate) struct Times {
    deliveries: HashMap<Arn, Time>,
    deviations: HashMap<Arn, Time>,
    keys: HashMap<Arn, (Option<Time>, Option<Time>)>,
}

impl Times {
    /// The last delivery of a trail, where it falls short in a Region.
    pub(crate) fn add_trail(&mut self, trail: &TrailLine) {
        if trail.failing_controls.is_empty() {
            return;
        }
        let is_short = |status: &&StatusLine| {
            status.is_logging == Some(false) || status.latest_delivery_error.is_some()
        };
        // Other Regions may be served still; of those that are not, the first one to stop counts.
        let short = trail.status.iter().filter(is_short);
        if let Some(last) = short.filter_map(|status| status.latest_delivery).min() {
            self.deliveries.insert(trail.trail_arn.clone(), last);
        }
    }

    /// When a key is deleted, and when its material expires.
    pub(crate) fn add_key(&mut self, key: &KeyLine) {
        if key.deletion_date.is_some() || key.valid_to.is_some() {
            let times = (key.deletion_date, key.valid_to);
            self.keys.extend(key.resolved_arn.clone().map(|arn| (arn, times)));
            self.keys.insert(key.key_arn.clone(), times);
        }
    }

    /// The oldest object of a trail that deviates.
    pub(crate) fn add_sample(&mut self, sample: &SampleLine) {
        let Some(at) = sample.last_modified.filter(|_| sample.result == SampleResult::Deviation)
        else {
            return;
        };
        let oldest = self.deviations.entry(sample.trail_arn.clone()).or_insert(at);
        *oldest = at.min(*oldest);
    }

    /// The time that belongs to a failure of these controls with this subject and cause.
    pub(crate) fn since(
        &self,
        subject: &str,
        mut controls: impl Iterator<Item = ControlId> + Clone,
        cause: Option<&CauseLine>,
    ) -> Option<(Part, Time)> {
        let arn = |kind: CauseKind| {
            cause.filter(|cause| cause.kind == kind).and_then(|cause| Arn::new(&cause.subject))
        };
        let fails = |control: ControlId| controls.clone().any(|failed| failed == control);
        if fails(ControlId::KeyUsable)
            && let Some((deletion, expiry)) =
                arn(CauseKind::Key).and_then(|key| self.keys.get(&key))
        {
            let deletion = deletion.map(|at| (Part::Deletion, at));
            return deletion.or(expiry.map(|at| (Part::Expiry, at)));
        }
        if fails(ControlId::TrailDelivering) || fails(ControlId::KeyUsable) {
            let last = Arn::new(subject).and_then(|trail| self.deliveries.get(&trail));
            return last.map(|at| (Part::LastDelivery, *at));
        }
        if fails(ControlId::AccountCovered) {
            let stopped = cause.filter(|cause| cause.aspect == Reason::NotLogging.as_str());
            let trail = stopped.and_then(|_| arn(CauseKind::Trail))?;
            return self.deliveries.get(&trail).map(|at| (Part::LastDelivery, *at));
        }
        let is_of_objects = controls.any(|control| control == ControlId::LogObjectsSealed);
        let oldest = Arn::new(subject).filter(|_| is_of_objects);
        oldest.and_then(|trail| self.deviations.get(&trail)).map(|at| (Part::OldestDeviation, *at))
    }
}
