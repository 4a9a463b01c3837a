//! `key-policy-allows-cloudtrail`: what the key's policy answers to CloudTrail's own request.
//!
//! Source: CloudTrail user guide, "Configure AWS KMS key policies for CloudTrail"; the policy is
//! simulated by `trailseal-key-policy`, nothing is asked of KMS.

use jiff::SignedDuration;
use trailseal_key_policy::{
    BucketKey, CloudTrailDelivery, Decision, KeyPolicy, RequestContext, evaluate,
};
use trailseal_model::{
    Answer, Arn, ControlId, Evidence, Finding, KeyPresence, Observed, Proof, Reason, Sample,
    SampleResult,
};

use super::TrailCase;

const CONTROL: ControlId = ControlId::KeyPolicyAllowsCloudtrail;
const EXPECTED: &str = "cloudtrail.amazonaws.com may call kms:GenerateDataKey for this trail";

/// Simulates the request that seals one log object of this trail.
pub(super) fn allows_cloudtrail(case: &TrailCase<'_>) -> Finding {
    let without = case.without_key(CONTROL).or_else(|| case.without_own_policy(CONTROL));
    if let Some(finding) = without {
        return finding;
    }
    let key = match case.key_read() {
        Ok(Answer { value: KeyPresence::Exists(key), .. }) => &key.arn,
        Ok(_) => return case.key_unread(CONTROL, Vec::new()),
        Err(gaps) if !case.may_hold_key() => return case.key_outside(CONTROL, gaps),
        Err(gaps) => return case.key_unread(CONTROL, gaps),
    };
    let policy = match case.trail.key.as_ref().and_then(|it| case.facts.key_policies.get(it)) {
        Some(Observed::Known(policy)) => policy,
        Some(Observed::Unread(gap)) => return unread(case, vec![*gap]),
        None if !case.may_hold_key() => return case.key_outside(CONTROL, Vec::new()),
        None => return unread(case, Vec::new()),
    };
    match KeyPolicy::parse(&policy.value) {
        Ok(parsed) => decided(case, key, &parsed, &policy.evidence),
        Err(problem) => {
            Finding::not_proven(CONTROL, case.subject(), Reason::PolicyMalformed, Vec::new())
                .saying(format!("The key policy of '{}' is malformed: {problem}.", case.name()))
                .comparing(EXPECTED, "a policy that cannot be understood")
                .showing(&policy.evidence)
        }
    }
}

fn decided(case: &TrailCase<'_>, key: &Arn, policy: &KeyPolicy, read: &Evidence) -> Finding {
    let decision = evaluate(policy, &delivery(case, key));
    let name = case.name();
    let delivered = just_delivered(case);
    match (decision, delivered) {
        (Decision::Allow { statement }, _) => {
            let finding =
                Finding::pass(CONTROL, case.subject(), Reason::PolicyAllows, &Proof::of(read));
            finding
                .saying(format!("The key policy lets CloudTrail seal the logs of '{name}'."))
                .comparing(EXPECTED, format!("allowed by {statement}"))
        }
        (Decision::Unknown { statement, why }, Some((object, evidence))) => {
            let proof = Proof::of(evidence).and(read);
            Finding::pass(CONTROL, case.subject(), Reason::ObservedDelivery, &proof)
                .saying(format!(
                    "The key policy hangs on something that is not known, and CloudTrail sealed a log of '{name}' within the last hour."
                ))
                .comparing(EXPECTED, format!("{statement}: {why}; delivered: {}", object.key))
        }
        (Decision::Unknown { statement, why }, None) => {
            Finding::not_proven(CONTROL, case.subject(), Reason::PolicyUnknown, Vec::new())
                .saying(format!(
                    "Whether the key policy lets CloudTrail seal the logs of '{name}' hangs on something that is not known."
                ))
                .comparing(EXPECTED, format!("{statement}: {why}"))
                .showing(read)
        }
        (Decision::Deny { statement }, delivered) => {
            refused(case, Reason::PolicyDenies, &format!("denied by {statement}"), read, delivered)
        }
        (Decision::NotAllowed, delivered) => {
            refused(case, Reason::NotGranted, "no statement allows it", read, delivered)
        }
    }
}

/// A refusal fails, unless an object shows that CloudTrail could seal all the same.
fn refused(
    case: &TrailCase<'_>,
    reason: Reason,
    observed: &str,
    read: &Evidence,
    delivered: Option<(&Sample, &Evidence)>,
) -> Finding {
    let name = case.name();
    match delivered {
        None => Finding::fail(CONTROL, case.subject(), reason, &Proof::of(read))
            .saying(format!("The key policy does not let CloudTrail seal the logs of '{name}': {observed}."))
            .comparing(EXPECTED, observed),
        Some((object, evidence)) => {
            Finding::not_proven(CONTROL, case.subject(), Reason::Contradiction, Vec::new())
                .saying(format!(
                    "By its policy the key of '{name}' refuses CloudTrail ({observed}), and yet a log was sealed with it within the last hour."
                ))
                .comparing(EXPECTED, format!("{observed}; delivered: {}", object.key))
                .showing(read)
                .showing(evidence)
        }
    }
}

fn delivery(case: &TrailCase<'_>, key: &Arn) -> RequestContext {
    let description = &case.trail.description;
    let bucket_key = match case.trail.sample.newest.as_ref().and_then(|it| it.bucket_key) {
        Some(true) => BucketKey::Enabled,
        Some(false) => BucketKey::Disabled,
        None => BucketKey::Unknown,
    };
    RequestContext::cloudtrail_delivery(&CloudTrailDelivery {
        trail_arn: description.arn.as_str(),
        trail_owner_account: &description.owner.to_string(),
        key_arn: key.as_str(),
        bucket: description.bucket.as_deref().unwrap_or_default(),
        key_prefix: description.prefix.as_deref(),
        bucket_key,
    })
}

/// The newest object, if it is this trail's for certain, lies under its key, and was delivered
/// within the last hour by the time in its name.
fn just_delivered<'a>(case: &TrailCase<'a>) -> Option<(&'a Sample, &'a Evidence)> {
    let newest = case.trail.sample.newest.as_deref()?;
    let age = case.facts.as_of.duration_since(newest.named_at);
    let is_fresh = age < SignedDuration::from_secs(case.facts.thresholds.fresh_within_seconds);
    let is_own = !case.has_siblings && newest.result == SampleResult::Pass;
    newest.evidence.as_ref().filter(|_| is_fresh && is_own).map(|it| (newest, it))
}

fn unread(case: &TrailCase<'_>, gaps: Vec<trailseal_model::GapId>) -> Finding {
    Finding::not_proven(CONTROL, case.subject(), Reason::Unread, gaps)
        .saying(format!("The key policy of '{}' could not be read.", case.name()))
}
