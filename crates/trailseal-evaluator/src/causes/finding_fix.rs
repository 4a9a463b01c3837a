//! The fix of a cause that a finding shows.

use trailseal_model::{
    Evidence, Finding, Fix, FixActor, FixPlace, Operation, Proof, Status, Subject,
};

use super::assemble::Shown;
use super::board::Origin;
use super::gap_fix;

/// The fix of the finding that shows the cause.
pub(super) fn fix(shown: &Shown<'_>) -> Fix {
    let Origin::Finding(control, status, reason, subject) = &shown.origin else {
        return gap_fix::fix(shown);
    };
    let judged = shown.run.finding(*control, subject);
    let is_it = |it: &&Finding| it.status() == *status && it.reason() == *reason;
    let mut fix = match judged.filter(is_it) {
        Some(finding) => of_finding(shown, finding),
        None => of_finding(shown, &unseen(shown, *control, *status, *reason, subject)),
    };
    // A change of one account's, such as an organization's trail, is not a change of one member's.
    fix.place.account = fix.place.account.or_else(|| shown.account());
    if !shown.gaps.is_empty() {
        fix.steps.extend(gap_fix::steps_beside(shown));
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

fn of_finding(shown: &Shown<'_>, finding: &Finding) -> Fix {
    let (control, status, reason) = (finding.control(), finding.status(), finding.reason());
    let text = trailseal_model::fix_text(control, status, reason).unwrap_or_default();
    let account = shown.account().or_else(|| finding.subject().account());
    let place =
        FixPlace { account, region: shown.region(), resource: Some(shown.key.subject.clone()) };
    Fix {
        change: text.to_owned(),
        actor: FixActor::AccountAdministrator,
        place,
        steps: Vec::new(),
        first: None,
        brings: gap_fix::brings(&shown.effect),
        risks: None,
    }
}
