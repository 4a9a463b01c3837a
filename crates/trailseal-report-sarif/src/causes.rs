//! The causes by id, as alerts need them.

use std::collections::HashMap;

use trailseal_model::{CauseKind, GapClass};
use trailseal_record::v1::{CauseLine, EffectLine};

/// Every cause, without what it affects: alerts count that themselves.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    by_id: HashMap<String, CauseLine>,
    /// The ids of causes that are the same for every operation and account, by class of gap.
    of_classes: HashMap<String, String>,
}

impl Causes {
    pub(crate) fn add(&mut self, cause: &CauseLine) {
        if matches!(cause.kind, CauseKind::Run | CauseKind::Setting | CauseKind::Api) {
            self.of_classes.entry(cause.aspect.clone()).or_insert_with(|| cause.cause_id.clone());
        }
        let kept = CauseLine { effect: EffectLine::default(), ..cause.clone() };
        self.by_id.insert(cause.cause_id.clone(), kept);
    }

    pub(crate) fn get(&self, id: &str) -> Option<&CauseLine> {
        self.by_id.get(id)
    }

    /// The cause of a class of gaps that no gap of the record names.
    pub(crate) fn of_class(&self, class: GapClass) -> Option<&str> {
        self.of_classes.get(class.as_str()).map(String::as_str)
    }
}
