//! The order of the lines.

use std::cmp::Reverse;

use trailseal_model::{
    AccountId, Arn, ControlId, ExceptionKind, Operation, Region, Severity, Status,
};

use super::{CauseLine, EffectLine, FindingLine, GapLine, Line};

/// Where a line belongs: lines of a record strictly ascend by this.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// The run.
    Run,
    /// An exception, by its kind and number.
    Exception(ExceptionKind, u32),
    /// A cause, the gravest first.
    Cause(Box<CauseRank>),
    /// An account.
    Account(AccountId),
    /// A bucket, by its name.
    Bucket(Box<str>),
    /// A key.
    Key(Arn),
    /// An event data store.
    EventDataStore(Arn),
    /// A trail.
    Trail(Arn),
    /// A gap, by account, Region, operation and subject.
    Gap(Option<AccountId>, Option<Region>, Operation, Option<Box<str>>),
    /// A finding: its status, the gravest first, its severity, its subject, its control.
    Finding(StatusRank, Reverse<Severity>, Box<str>, ControlId),
    /// A listed cluster, by trail and number.
    SampledCluster(Arn, u32),
    /// An examined object, by trail and number.
    Sample(Arn, u32),
    /// An account x Region.
    Coverage(AccountId, Region),
    /// The end.
    End,
}

/// How grave a cause is; the gravest first: its severity, the findings that failed, those that are not
/// proven, the calls without an answer, and last its id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CauseRank {
    severity: Reverse<Severity>,
    failed: Reverse<u64>,
    not_proven: Reverse<u64>,
    gaps: Reverse<u64>,
    id: String,
}

impl CauseRank {
    /// Of a cause with this id, severity and effect.
    #[must_use]
    pub fn new(severity: Severity, effect: &EffectLine, id: String) -> Self {
        Self {
            severity: Reverse(severity),
            failed: Reverse(effect.failed),
            not_proven: Reverse(effect.not_proven),
            gaps: Reverse(effect.gaps),
            id,
        }
    }
}

/// The place of a status among findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StatusRank {
    /// Failures come first.
    Fail,
    /// Then what is not proven.
    NotProven,
    /// Then passes.
    Pass,
    /// And last what does not apply.
    NotApplicable,
}

impl From<Status> for StatusRank {
    fn from(status: Status) -> Self {
        match status {
            Status::Fail => Self::Fail,
            Status::NotProven => Self::NotProven,
            Status::Pass => Self::Pass,
            Status::NotApplicable => Self::NotApplicable,
        }
    }
}

impl Line {
    /// Where the line belongs.
    #[must_use]
    pub fn position(&self) -> Position {
        match self {
            Self::Run(_) => Position::Run,
            Self::Exception(line) => Position::Exception(line.kind, line.entry),
            Self::Cause(line) => Position::Cause(Box::new(line.rank())),
            Self::Account(line) => Position::Account(line.account_id),
            Self::Bucket(line) => Position::Bucket(line.bucket.as_str().into()),
            Self::Key(line) => Position::Key(line.key_arn.clone()),
            Self::EventDataStore(line) => {
                Position::EventDataStore(line.event_data_store_arn.clone())
            }
            Self::Trail(line) => Position::Trail(line.trail_arn.clone()),
            Self::Gap(line) => line.position(),
            Self::Finding(line) => line.position(),
            Self::SampledCluster(line) => {
                Position::SampledCluster(line.trail_arn.clone(), line.cluster_index)
            }
            Self::Sample(line) => Position::Sample(line.trail_arn.clone(), line.selection_index),
            Self::Coverage(line) => Position::Coverage(line.account_id, line.region),
            Self::End(_) => Position::End,
        }
    }
}

impl CauseLine {
    pub(super) fn rank(&self) -> CauseRank {
        CauseRank::new(self.severity, &self.effect, self.cause_id.clone())
    }
}

impl GapLine {
    fn position(&self) -> Position {
        let subject = self.subject.as_deref().map(Box::from);
        Position::Gap(self.account_id, self.region, self.operation, subject)
    }
}

impl FindingLine {
    fn position(&self) -> Position {
        Position::Finding(
            self.status.into(),
            Reverse(self.severity()),
            self.resource_arn.as_str().into(),
            self.control_id,
        )
    }

    /// How much a failure of its control matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.control_id.entry().severity
    }
}

#[cfg(test)]
mod tests {
    use trailseal_model::Status::{Fail, NotApplicable, NotProven, Pass};
    use trailseal_model::{ControlId, Reason, Status};

    use super::*;
    use crate::fixture;

    #[test]
    fn the_gravest_comes_first() {
        let lines = fixture::lines();
        let findings = lines.iter().filter_map(|line| match line {
            Line::Finding(line) => Some((line.status, line.severity())),
            _ => None,
        });
        let findings: Vec<(Status, Severity)> = findings.collect();
        let mut statuses: Vec<Status> = findings.iter().map(|finding| finding.0).collect();
        statuses.dedup();
        assert_eq!(statuses, [Fail, NotProven, Pass, NotApplicable]);
        let failed = findings.iter().filter(|finding| finding.0 == Fail).map(|finding| finding.1);
        assert!(failed.is_sorted_by(|one, next| one >= next), "{findings:?}");
        let causes = lines.iter().filter(|line| matches!(line, Line::Cause(_)));
        assert_eq!(causes.count(), 3);
    }

    #[test]
    fn causes_go_by_severity_and_then_by_what_they_affect() {
        let cause = fixture::disabled_key();
        let mut lighter = cause.clone();
        lighter.severity = Severity::Low;
        lighter.effect.failed += 100;
        let mut wider = cause.clone();
        wider.effect.not_proven += 1;
        assert!(wider.rank() < cause.rank());
        assert!(cause.rank() < lighter.rank());
    }

    #[test]
    fn two_findings_never_share_a_place() {
        let finding = |control| fixture::finding(control, "000000000001", Pass, Reason::Covered);
        let one = finding(ControlId::AccountCovered);
        let other = FindingLine { control_id: ControlId::TrailDelivering, ..one.clone() };
        assert_eq!(one.severity(), other.severity());
        assert_ne!(one.position(), other.position());
    }
}
