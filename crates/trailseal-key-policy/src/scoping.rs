//! Whether what a policy grants CloudTrail is bound to the trails it is meant for.
//!
//! Anybody can name a key in a trail of their own, and CloudTrail then asks for data keys in its own
//! name: only what CloudTrail says of the trail tells the two apart (CloudTrail user guide, *Configure
//! AWS KMS key policies for CloudTrail*; IAM user guide, *The confused deputy problem*).

use crate::arn::arn_parts;
use crate::cloudtrail::{CloudTrailDelivery, TRAIL_CONTEXT};
use crate::context::{ContextValue, RequestContext};
use crate::evaluate::{Decision, evaluate};
use crate::policy::{KeyPolicy, StatementId};
use crate::truth::Why;

/// What keeps CloudTrail from using the key for a stranger's trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// `aws:SourceArn`.
    SourceArn,
    /// The trail in the encryption context, and not `aws:SourceArn`.
    EncryptionContext,
    /// Nothing but the owner's account, such as in `aws:SourceAccount`.
    Account {
        /// The statement that asks for no more.
        statement: StatementId,
    },
    /// Nothing.
    Nothing {
        /// The statement that lets a stranger's trail in.
        statement: StatementId,
    },
    /// It depends on what is not known.
    Unknown {
        /// The statement on which it depends.
        statement: StatementId,
        /// What is not known.
        why: Why,
    },
}

/// No account has this id.
pub(crate) const STRANGER: &str = "000000000000";
/// No organization has this id.
pub(crate) const STRANGERS: &str = "o-0000000000";

/// Answers by simulating the delivery of a stranger's trail of the same name, into the same bucket,
/// and then of trails that differ from the real one in less and less.
///
/// That the policy lets CloudTrail seal for the real trail is asked of [`evaluate()`].
#[must_use]
pub fn binding(policy: &KeyPolicy, delivery: &CloudTrailDelivery<'_>) -> Binding {
    let real = RequestContext::cloudtrail_delivery(delivery);
    let Some([arn, partition, service, region, _, resource]) = arn_parts(delivery.trail_arn) else {
        // Without a trail's ARN nothing can be compared with it.
        return of_stranger(policy, &real).unwrap_or(Binding::SourceArn);
    };
    let strange = [arn, partition, service, region, STRANGER, resource].join(":");
    let strange = || ContextValue::one(&strange);
    let by_arn = real.clone().with("aws:SourceArn", strange());
    let by_both = by_arn.clone().with(TRAIL_CONTEXT, strange());
    let stranger = by_both.clone().with("aws:SourceAccount", ContextValue::one(STRANGER));

    if let Some(binding) = of_stranger(policy, &stranger) {
        return binding;
    }
    match evaluate(policy, &by_both) {
        Decision::Allow { statement } => return Binding::Account { statement },
        Decision::Unknown { statement, why } => return Binding::Unknown { statement, why },
        Decision::Deny { .. } | Decision::NotAllowed => {}
    }
    match evaluate(policy, &by_arn) {
        Decision::Deny { .. } | Decision::NotAllowed => Binding::SourceArn,
        Decision::Allow { .. } | Decision::Unknown { .. } => Binding::EncryptionContext,
    }
}

/// What lets a stranger's trail in, or may: one that is of another organization, or of none.
/// Whether CloudTrail says of which, AWS does not document.
fn of_stranger(policy: &KeyPolicy, stranger: &RequestContext) -> Option<Binding> {
    let of = |organization: ContextValue, path: ContextValue| {
        stranger.clone().with("aws:SourceOrgID", organization).with("aws:SourceOrgPaths", path)
    };
    let path = ContextValue::one(&format!("{STRANGERS}/"));
    let decisions =
        [of(ContextValue::one(STRANGERS), path), of(ContextValue::Absent, ContextValue::Absent)]
            .map(|it| evaluate(policy, &it));
    let mut unknown = None;
    for decision in decisions {
        match decision {
            Decision::Allow { statement } => return Some(Binding::Nothing { statement }),
            Decision::Unknown { statement, why } => {
                unknown = unknown.or(Some(Binding::Unknown { statement, why }));
            }
            Decision::Deny { .. } | Decision::NotAllowed => {}
        }
    }
    unknown
}
