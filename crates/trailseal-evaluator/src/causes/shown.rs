//! One cause as its words and its fix are made of it.

use trailseal_model::{
    AccountId, Arn, BucketFacts, CauseKind, Effect, Finding, Gap, Region, Severity,
};

use super::Run;
use super::board::{CauseKey, Origin};

/// One cause with all that it is behind: what its words and its fix are made of.
pub(super) struct Shown<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) key: CauseKey,
    pub(super) origin: Origin,
    pub(super) effect: Effect,
    /// The gravest of its findings, of those whose primary cause it is if there are any.
    pub(super) finding: Option<&'a Finding>,
    /// Its gaps, the gravest first.
    pub(super) gaps: Vec<&'a Gap>,
    pub(super) severity: Severity,
}

impl Shown<'_> {
    /// The account that owns the thing, where one does.
    pub(super) fn account(&self) -> Option<AccountId> {
        let subject = &self.key.subject;
        let of_arn = || Arn::new(subject).and_then(|arn| arn.account());
        match self.key.kind {
            CauseKind::Bucket => self.bucket().and_then(|it| it.owner.account()),
            CauseKind::Account => subject.parse().ok(),
            CauseKind::Setting => of_arn().or_else(|| subject.parse().ok()),
            CauseKind::Api | CauseKind::Run => None,
            _ => of_arn(),
        }
    }

    /// The Region of the thing, where it has one.
    pub(super) fn region(&self) -> Option<Region> {
        match self.key.kind {
            CauseKind::Bucket => self.bucket().and_then(BucketFacts::region),
            _ => Arn::new(&self.key.subject).and_then(|arn| arn.region()),
        }
    }

    fn bucket(&self) -> Option<&BucketFacts> {
        self.run.facts.buckets.get(&self.key.subject)
    }
}
