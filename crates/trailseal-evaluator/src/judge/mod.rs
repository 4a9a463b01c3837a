//! Judges facts. A total, synchronous function: the same facts give the same findings.

mod account;
mod account_sum;
mod calls;
pub(crate) mod cover;
mod covered_by;
mod digest;
mod groups;
mod history;
mod key;
mod key_policy;
mod key_policy_describe_key;
mod key_policy_scoped;
mod key_readers;
mod key_rotation;
mod log_objects;
mod objects;
mod recorded;
mod sealing;
mod sentences;
mod store;
mod trail_delivering;
mod trail_kms_encrypted;

pub(crate) use cover::reaches_account;
pub use covered_by::covered_by;
pub(crate) use key_policy::PolicyRead;
pub use objects::{JudgedObjects, ObjectClass, ObjectJudge, sample};
pub use sealing::account_sealing;

use trailseal_model::controls::CONTROLS;
use trailseal_model::{
    AccountId, Answer, BucketFacts, Control, ControlId, DescribedFrom, Finding, GapId, KeyPresence,
    Observed, OrganizationFacts, Reason, Region, Subject, SubjectKind, TrailDescription,
    TrailFacts, TrailField,
};

/// Every finding there is: one per control and subject, in the order of the subjects. Controls
/// that this version does not judge are emitted where the subject's verdict depends on them.
#[must_use]
pub fn judge(facts: &OrganizationFacts) -> Vec<Finding> {
    let descriptions: Vec<&TrailDescription> =
        facts.trails.iter().map(|trail| &trail.description).collect();
    let siblings = groups::siblings(&descriptions);
    let mut findings = Vec::new();
    for (trail, siblings) in facts.trails.iter().zip(siblings) {
        let case = TrailCase::new(facts, trail, !siblings.is_empty());
        let of_trail = CONTROLS.iter().filter(|it| it.subject == SubjectKind::Trail);
        findings.extend(of_trail.filter_map(|it| case.judge(it)));
    }
    findings.extend(account::judge_all(facts));
    findings.extend(store::judge_all(facts));
    findings
}

/// One trail with everything that is judged of it.
struct TrailCase<'a> {
    facts: &'a OrganizationFacts,
    trail: &'a TrailFacts,
    key: Option<&'a Observed<Answer<KeyPresence>>>,
    bucket: Option<&'a BucketFacts>,
    /// Whether another trail delivers under the same prefix.
    has_siblings: bool,
}

impl<'a> TrailCase<'a> {
    fn new(facts: &'a OrganizationFacts, trail: &'a TrailFacts, has_siblings: bool) -> Self {
        let key = trail.key.as_ref().and_then(|it| facts.keys.get(it));
        let bucket = trail.description.bucket.as_ref().and_then(|it| facts.buckets.get(it));
        Self { facts, trail, key, bucket, has_siblings }
    }

    fn judge(&self, control: &Control) -> Option<Finding> {
        if self.facts.scope.skipped_controls.contains(&control.id) {
            return Some(Finding::skipped(control.id, self.subject()));
        }
        if self.trail.described_from == DescribedFrom::DisagreeingShadows {
            return Some(self.disagreeing(control.id));
        }
        match control.id {
            ControlId::TrailKmsEncrypted => Some(trail_kms_encrypted::judge(self)),
            ControlId::KeyCustomerManaged => Some(key::customer_managed(self)),
            ControlId::KeyUsable => Some(key::usable(self)),
            ControlId::KeyPolicyAllowsCloudtrail => Some(key_policy::allows_cloudtrail(self)),
            ControlId::KeyPolicyDescribeKey => Some(key_policy_describe_key::judge(self)),
            ControlId::KeyPolicyScoped => Some(key_policy_scoped::judge(self)),
            ControlId::KeyReadersLimited => Some(key_readers::judge(self)),
            ControlId::KeyRotationEnabled => Some(key_rotation::judge(self)),
            ControlId::TrailDelivering => Some(trail_delivering::judge(self)),
            ControlId::LogObjectsSealed => Some(log_objects::judge(self)),
            ControlId::DigestObjectsSealed => Some(digest::judge(self)),
            ControlId::HistorySealed => Some(history::judge(self)),
            _ => control.essential.then(|| self.not_built(control.id)),
        }
    }

    fn disagreeing(&self, control: ControlId) -> Finding {
        let (by, differing) = (&self.trail.described_by, &self.trail.differing);
        let of_first = self.trail.description.judged_fields().into_iter();
        let is_in_doubt = |it: &TrailField<'_>| {
            differing.iter().any(|other| other.fields.iter().any(|field| field.0 == it.0))
        };
        let first = shown(of_first.filter(is_in_doubt), by.account, by.region, 0);
        let others = differing.iter().map(|it| {
            let fields = it.fields.iter().map(|(name, it)| (*name, it.as_deref()));
            shown(fields, Some(it.first.account), Some(it.first.region), it.targets - 1)
        });
        let observed: Vec<String> = std::iter::once(first).chain(others).collect();
        let finding =
            Finding::not_proven(control, self.subject(), Reason::ShadowsDisagree, Vec::new());
        let finding = finding
            .saying(format!(
                "Trail '{}' could not be read in its own account, and the accounts that show it contradict each other.",
                self.name()
            ))
            .comparing("every account that shows the trail shows the same", observed.join("; "))
            .showing(by);
        differing.iter().fold(finding, |finding, it| finding.showing(&it.shown_by))
    }

    fn not_built(&self, control: ControlId) -> Finding {
        Finding::not_proven(control, self.subject(), Reason::NotBuilt, Vec::new()).saying(format!(
            "This version does not judge whether '{}' meets this control.",
            self.name()
        ))
    }

    /// The finding of a key's control for a trail without a key. AWS's own value decides: an id
    /// that could not be made an ARN is unread, not absent.
    fn without_key(&self, control: ControlId) -> Option<Finding> {
        self.trail.description.kms_key_id.is_none().then(|| {
            Finding::not_applicable(control, self.subject(), Reason::NoKmsKey)
                .saying(format!("Trail '{}' has no KMS key.", self.name()))
                .showing(&self.trail.described_by)
        })
    }

    /// The gap that leaves members unlisted for which the trail delivers.
    fn unlisted_members(&self) -> Option<GapId> {
        let gap = self.facts.population.gap();
        gap.filter(|_| self.trail.description.is_organization_trail)
    }

    /// Whether the members for which the trail delivers come from the user's file.
    fn has_declared_members(&self) -> bool {
        self.facts.population_source.is_self_declared()
            && self.trail.description.is_organization_trail
    }

    fn subject(&self) -> Subject {
        Subject::Trail(self.trail.description.arn.clone())
    }

    fn name(&self) -> &str {
        &self.trail.description.name
    }
}

/// Fields as a target shows them, and how many more targets show them.
fn shown<'a>(
    fields: impl Iterator<Item = TrailField<'a>>,
    account: Option<AccountId>,
    region: Option<Region>,
    more: u64,
) -> String {
    let fields: Vec<String> =
        fields.map(|(name, it)| format!("{name} {}", it.unwrap_or("none"))).collect();
    let place = |it: Option<String>| it.unwrap_or_else(|| "?".to_owned());
    let place = [place(account.map(|it| it.to_string())), place(region.map(|it| it.to_string()))];
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} in {}{more}", fields.join(", "), place.join(" "))
}

#[cfg(test)]
pub(crate) mod tests;
