//! How the findings of each control went, for the requirements that file it.

use std::collections::HashMap;

use trailseal_model::frameworks::{Framework, MappingSource};
use trailseal_model::{ControlId, Status};

/// Findings of one control by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct StatusCounts {
    pub(crate) failed: u64,
    pub(crate) not_proven: u64,
    pub(crate) passed: u64,
    pub(crate) not_applicable: u64,
}

impl StatusCounts {
    /// What is worst among them; `None` without findings.
    pub(crate) fn worst(self) -> Option<Status> {
        let by_status = [
            (Status::Fail, self.failed),
            (Status::NotProven, self.not_proven),
            (Status::Pass, self.passed),
            (Status::NotApplicable, self.not_applicable),
        ];
        by_status.into_iter().find(|(_, count)| *count > 0).map(|(status, _)| status)
    }
}

/// Findings of every control by status.
#[derive(Debug, Default)]
pub(crate) struct ControlStatuses(HashMap<ControlId, StatusCounts>);

impl ControlStatuses {
    /// Counts a finding.
    pub(crate) fn add(&mut self, control: ControlId, status: Status) {
        let counts = self.0.entry(control).or_default();
        *match status {
            Status::Fail => &mut counts.failed,
            Status::NotProven => &mut counts.not_proven,
            Status::Pass => &mut counts.passed,
            Status::NotApplicable => &mut counts.not_applicable,
        } += 1;
    }

    /// The findings of a control.
    pub(crate) fn of(&self, control: ControlId) -> StatusCounts {
        self.0.get(&control).copied().unwrap_or_default()
    }
}

/// One requirement of a framework that files a control.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Requirement {
    pub(crate) framework: Framework,
    /// Empty where the framework has none.
    pub(crate) version: &'static str,
    pub(crate) id: &'static str,
    pub(crate) control: ControlId,
    pub(crate) source: MappingSource,
}

/// Every requirement that files a control, by framework, version and id.
pub(crate) fn requirements() -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for control in ControlId::ALL {
        for mapping in control.mappings() {
            let versions = if mapping.versions.is_empty() { &[""] } else { mapping.versions };
            let (framework, source, control) = (mapping.framework, mapping.source, *control);
            requirements.extend(versions.iter().flat_map(|version| {
                mapping.ids.iter().map(move |id| Requirement {
                    framework,
                    version,
                    id,
                    control,
                    source,
                })
            }));
        }
    }
    requirements.sort();
    requirements
}
