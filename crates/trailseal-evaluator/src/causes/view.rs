//! One trail with its key and bucket, as causes look at it.

use trailseal_model::{
    Arn, BucketFacts, CauseKind, Finding, KeyFacts, KeyPresence, Observed, Reason, Subject,
    TrailFacts,
};

use super::Run;
use super::board::CauseKey;

/// One trail with its key and bucket.
pub(super) struct TrailView<'a> {
    pub(super) run: &'a Run<'a>,
    pub(super) trail: &'a TrailFacts,
    pub(super) bucket: Option<&'a BucketFacts>,
    pub(super) presence: Option<&'a KeyPresence>,
}

impl<'a> TrailView<'a> {
    /// The trail with this ARN; `None` if there is none.
    pub(super) fn of(run: &'a Run<'a>, arn: &Arn) -> Option<Self> {
        let trail = run.trail(arn)?;
        let facts = run.facts;
        let bucket = trail.description.bucket.as_ref().and_then(|it| facts.buckets.get(it));
        let key = trail.key.as_ref().and_then(|it| facts.keys.get(it));
        let presence = key.and_then(Observed::known).map(|answer| &answer.value);
        Some(Self { run, trail, bucket, presence })
    }

    pub(super) fn subject(&self) -> Subject {
        Subject::Trail(self.trail.description.arn.clone())
    }

    /// The trail's key, where DescribeKey showed it.
    pub(super) fn key(&self) -> Option<&'a KeyFacts> {
        match self.presence? {
            KeyPresence::Exists(key) => Some(key),
            KeyPresence::InvalidState(_) | KeyPresence::Gone => None,
        }
    }

    /// The key's ARN: as DescribeKey printed it, else as the trail names the key.
    pub(super) fn key_name(&self) -> String {
        let named = || {
            let printed = self.trail.description.kms_key_id.clone();
            self.trail.key.as_ref().map(ToString::to_string).or(printed).unwrap_or_default()
        };
        self.key().map_or_else(named, |key| key.arn.to_string())
    }

    pub(super) fn key_cause(&self, aspect: &'static str) -> CauseKey {
        CauseKey::new(CauseKind::Key, self.key_name(), aspect)
    }

    pub(super) fn trail_cause(&self, aspect: &'static str) -> CauseKey {
        CauseKey::new(CauseKind::Trail, self.trail.description.arn.as_str(), aspect)
    }

    /// Something about the trail's bucket; about the trail itself where it names none.
    pub(super) fn bucket_cause(&self, aspect: &'static str) -> CauseKey {
        match &self.trail.description.bucket {
            Some(name) => CauseKey::new(CauseKind::Bucket, name.as_str(), aspect),
            None => self.trail_cause("no_bucket"),
        }
    }

    pub(super) fn time_cause(&self, aspect: &'static str) -> CauseKey {
        CauseKey::new(CauseKind::Time, self.trail.description.arn.as_str(), aspect)
    }

    /// Another finding of this trail.
    pub(super) fn finding(&self, control: trailseal_model::ControlId) -> Option<&'a Finding> {
        self.run.finding(control, &self.subject())
    }

    /// Whether another control of this trail failed for this reason.
    pub(super) fn has_failed(&self, control: trailseal_model::ControlId, reason: Reason) -> bool {
        self.finding(control)
            .is_some_and(|it| it.status() == trailseal_model::Status::Fail && it.reason() == reason)
    }
}
