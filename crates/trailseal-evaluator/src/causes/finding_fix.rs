//! The fix of a cause that a finding shows.

use trailseal_model::{Evidence, Finding, Fix, Operation, Proof, Status, Subject};

use super::board::Origin;
use super::shown::Shown;
use super::{gap_fix, parts};
use crate::fixes::of_finding;

/// The fix of the finding that shows the cause.
pub(super) fn fix(shown: &Shown<'_>) -> Fix {
    let Origin::Finding(control, status, reason, subject) = &shown.origin else {
        return gap_fix::fix(shown);
    };
    let facts = shown.run.facts;
    let judged = shown.run.finding(*control, subject);
    let is_it = |it: &&Finding| it.status() == *status && it.reason() == *reason;
    let mut fix = match judged.filter(is_it) {
        Some(finding) => of_finding(facts, finding),
        None => of_finding(facts, &unseen(shown, *control, *status, *reason, subject)),
    };
    // A change of one account's, such as an organization's trail, is not a change of one member's.
    fix.place.account = fix.place.account.or_else(|| shown.account());
    if !shown.gaps.is_empty() {
        fix.steps.extend(parts::steps_beside(shown));
    }
    fix
}

/// The finding that there would be if another reason did not come first.
fn unseen(
    shown: &Shown<'_>,
    control: trailseal_model::ControlId,
    status: Status,
    reason: trailseal_model::Reason,
    subject: &Subject,
) -> Finding {
    match status {
        Status::Fail => {
            let evidence = Evidence {
                operation: Operation::DescribeTrails,
                account: subject.account(),
                region: None,
                at: shown.run.facts.as_of,
                request_id: None,
                attempts: 0,
                throttles: 0,
            };
            Finding::fail(control, subject.clone(), reason, &Proof::of(&evidence))
        }
        _ => Finding::not_proven(control, subject.clone(), reason, Vec::new()),
    }
}
