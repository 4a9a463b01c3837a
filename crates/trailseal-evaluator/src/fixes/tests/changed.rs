//! A fix never promises more than judging again gives, with that one fact changed.

use trailseal_model::{Delivery, KeyPresence, Observed, OrganizationFacts, Subject};

use super::*;

/// The facts after the commands of a fix were run; `None` without commands.
fn after(facts: &OrganizationFacts, fix: &Fix) -> Option<OrganizationFacts> {
    let mut facts = facts.clone();
    let commands = commands(fix);
    for command in &commands {
        let target = command.rsplit(' ').next()?.trim_matches('\'').to_owned();
        match allowed_verb(command) {
            "start-logging" => {
                let trail = facts.trails.iter_mut();
                let trail = trail.filter(|it| it.description.arn.as_str() == target);
                for status in trail.flat_map(|it| &mut it.status) {
                    if let Observed::Known(answer) = &mut status.1 {
                        answer.value.is_logging = true;
                    }
                }
            }
            verb => change_key(&mut facts, &target, verb),
        }
    }
    (!commands.is_empty()).then_some(facts)
}

fn change_key(facts: &mut OrganizationFacts, target: &str, verb: &str) {
    let (mut rotating, mut is_changed) = (Vec::new(), false);
    for (named, read) in &mut facts.keys {
        let Observed::Known(answer) = read else { continue };
        let KeyPresence::Exists(key) = &mut answer.value else { continue };
        if key.replica_of.as_ref().unwrap_or(&key.arn).as_str() == target {
            rotating.push(named.clone());
        }
        if key.arn.as_str() != target {
            continue;
        }
        match (verb, key.state.as_str()) {
            ("cancel-key-deletion", "PendingDeletion" | "PendingReplicaDeletion") => {
                key.state = "Disabled".to_owned();
                key.deletion_date = None;
            }
            ("enable-key", "Disabled") => key.state = "Enabled".to_owned(),
            // Facts may hold a key twice, by its ARN and by an alias, in states that differ.
            _ => continue,
        }
        is_changed = true;
    }
    assert!(is_changed || verb == "enable-key-rotation", "KMS refuses {verb} of {target}");
    if verb == "enable-key-rotation" {
        for named in rotating {
            if let Some(Observed::Known(answer)) = facts.key_rotations.get_mut(&named) {
                answer.value.is_enabled = true;
            }
        }
    }
}

/// Checks the fix of every open finding of these facts, and that its commands and its statements do
/// what they are said to do.
#[track_caller]
pub(crate) fn check_all(facts: &OrganizationFacts) {
    for finding in judge(facts) {
        if !matches!(finding.status(), Status::Fail | Status::NotProven) {
            continue;
        }
        let fix = of_finding(facts, &finding);
        check(&fix);
        if let Some(changed) = after(facts, &fix) {
            let again = again(&changed, &finding);
            let is_mended = match finding.control() {
                // Something else may still keep it from passing.
                ControlId::TrailDelivering => {
                    again.reason() != Reason::NotLogging || has_stopped_members(&changed, &finding)
                }
                ControlId::AccountCovered | ControlId::KeyUsable => again.status() != Status::Fail,
                _ => again.status() == Status::Pass,
            };
            let is_of_doubt = finding.status() == Status::NotProven;
            assert!(is_mended || is_of_doubt, "{finding:?}\n{fix:?}\n{again:?}");
        }
        if let Some(changed) = with_policy(facts, &finding, &fix) {
            let again = again(&changed, &finding);
            assert_eq!(again.status(), Status::Pass, "{finding:?}\n{fix:?}\n{again:?}");
        }
    }
}

/// Members have copies of their own, which a test cannot start.
fn has_stopped_members(facts: &OrganizationFacts, finding: &Finding) -> bool {
    let Subject::Trail(arn) = finding.subject() else { return false };
    let mut trails = facts.trails.iter().filter(|it| it.description.arn == *arn);
    trails.any(|trail| trail.members.count(Delivery::NotLogging) > 0)
}

#[track_caller]
fn again(facts: &OrganizationFacts, finding: &Finding) -> Finding {
    let is_it =
        |it: &Finding| it.control() == finding.control() && it.subject() == finding.subject();
    judge(facts).into_iter().find(is_it).unwrap()
}

/// The facts with the statements of a fix in the policy; `None` where it proposes none for certain.
fn with_policy(
    facts: &OrganizationFacts,
    finding: &Finding,
    fix: &Fix,
) -> Option<OrganizationFacts> {
    let is_certain = |step: &FixStep| match step {
        FixStep::Statement { into, .. } => {
            into.contains(", instead of statement ") || into.ends_with(", as one more statement")
        }
        FixStep::Command(_) | FixStep::Setting { .. } => false,
    };
    if fix.steps.is_empty() || !fix.steps.iter().all(is_certain) {
        return None;
    }
    let Subject::Trail(arn) = finding.subject() else { return None };
    let mut changed = facts.clone();
    let trail = changed.trails.iter().position(|it| it.description.arn == *arn)?;
    let key = changed.trails[trail].key.clone()?;
    super::policies::apply(&mut changed, &key, fix);
    Some(changed)
}
