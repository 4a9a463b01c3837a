//! Every pair of control and reason has a fix, and each fix keeps the rules; then the whole fix of one
//! case after the other.

mod accounts;
mod changed;
mod delivery;
mod keys;
mod objects;
mod policies;

pub(crate) use changed::check_all;
use serde_json::Value;
use trailseal_model::{
    Fix, FixActor, FixPlace, FixStep, Gap, GapClass, GapKind, Operation, Proof, Subject, fix_texts,
};

use super::*;
use crate::judge::judge;
use crate::test_support::{Facts, account, arn, evidence, gap};

const TRAIL: &str = "arn:aws:cloudtrail:us-east-1:000000000001:trail/main";

/// What every fix keeps to, whatever its case.
#[track_caller]
fn check(fix: &Fix) {
    let first = fix.first.as_deref();
    for text in [Some(fix.change.as_str()), Some(&fix.brings), first, fix.risks.as_deref()] {
        let Some(text) = text else { continue };
        assert!(!text.trim().is_empty() && !text.ends_with('.'), "{text:?} of {fix:?}");
        for word in ["docs/", ".md", "README", "crates/", "findings.csv", "gaps.csv"] {
            assert!(!text.contains(word), "{text:?} has {word}");
        }
    }
    let mut previous: Option<&str> = None;
    for step in &fix.steps {
        match step {
            FixStep::Command(command) => {
                let verb = allowed_verb(command);
                let is_late =
                    verb != "enable-key" || previous.is_none_or(|it| it == "cancel-key-deletion");
                assert!(is_late, "{command} after {previous:?}");
                previous = Some(verb);
            }
            FixStep::Statement { into, json } => {
                assert!(!into.is_empty());
                serde_json::from_str::<Value>(json).unwrap();
            }
            FixStep::Setting { file, text } => {
                let files = ["trailseal.toml", "exceptions.toml", "command line"];
                assert!(files.contains(&file.as_str()) && !text.is_empty(), "{file}");
            }
        }
    }
}

/// The verb of a command that cannot stop the delivery of logs.
#[track_caller]
fn allowed_verb(command: &str) -> &'static str {
    let allowed = [
        ("aws kms enable-key --region ", "enable-key"),
        ("aws kms cancel-key-deletion --region ", "cancel-key-deletion"),
        ("aws kms enable-key-rotation --region ", "enable-key-rotation"),
        ("aws cloudtrail start-logging --region ", "start-logging"),
    ];
    let found = allowed.iter().find(|it| command.starts_with(it.0));
    found.unwrap_or_else(|| panic!("{command} is not among the allowed ones")).1
}

/// The fix of the finding that this line names: control, status, reason.
#[track_caller]
fn fix_of(facts: Facts, line: &str) -> Fix {
    let facts = facts.build();
    of_facts(&facts, line)
}

#[track_caller]
fn of_facts(facts: &OrganizationFacts, line: &str) -> Fix {
    let findings = judge(facts);
    let is_it = |finding: &&Finding| {
        format!("{} {} {}", finding.control(), finding.status(), finding.reason()) == line
    };
    let found = findings.iter().find(is_it);
    let finding = found.unwrap_or_else(|| panic!("no finding is {line}"));
    let fix = of_finding(facts, finding);
    check(&fix);
    fix
}

/// Gaps 0, 1, … of these kinds.
fn gaps_are(facts: Facts, kinds: &[(Operation, GapClass)]) -> Facts {
    let kind = |it: &(Operation, GapClass)| GapKind::from(&Gap::new(it.1, it.0));
    facts.with(|facts| facts.gap_kinds = kinds.iter().map(kind).collect())
}

/// The commands of a fix.
fn commands(fix: &Fix) -> Vec<&str> {
    let mut commands = Vec::new();
    for step in &fix.steps {
        if let FixStep::Command(command) = step {
            commands.push(command.as_str());
        }
    }
    commands
}

fn command(text: &str) -> FixStep {
    FixStep::Command(text.to_owned())
}

fn statement(into: &str, json: &str) -> FixStep {
    FixStep::Statement { into: into.to_owned(), json: json.to_owned() }
}

fn setting(file: &str, text: &str) -> FixStep {
    FixStep::Setting { file: file.to_owned(), text: text.to_owned() }
}

fn place(number: u64, region: Option<&str>, resource: &str) -> FixPlace {
    FixPlace {
        account: Some(account(number)),
        region: region.map(crate::test_support::region),
        resource: Some(resource.to_owned()),
    }
}

#[test]
fn every_pair_has_a_fix_whatever_the_facts_say() {
    let proof = Proof::of(&evidence());
    let mut pairs = 0;
    let all_facts = [
        Facts::sealed().and_store(None).build(),
        Facts::sealed().names_key(None).build(),
        Facts::sealed().with(|facts| facts.trails.clear()).build(),
    ];
    for control in ControlId::ALL {
        for status in [Status::Fail, Status::NotProven] {
            for (reason, _) in fix_texts(*control, status) {
                let subjects = [
                    Subject::Trail(arn(TRAIL)),
                    Subject::Account(account(1)),
                    Subject::EventDataStore(arn(crate::test_support::STORE)),
                ];
                for (facts, subject) in all_facts.iter().zip(subjects.iter().cycle()) {
                    let finding = match status {
                        Status::Fail => Finding::fail(*control, subject.clone(), reason, &proof),
                        _ => Finding::not_proven(*control, subject.clone(), reason, vec![gap(0)]),
                    };
                    check(&of_finding(facts, &finding));
                }
                let finding = match status {
                    Status::Fail => {
                        Finding::fail(*control, Subject::Trail(arn(TRAIL)), reason, &proof)
                    }
                    _ => Finding::not_proven(*control, Subject::Trail(arn(TRAIL)), reason, vec![]),
                };
                let fix = of_finding(&all_facts[0], &finding);
                check(&fix);
                assert!(
                    fix.change.contains("main")
                        || fix.change.contains("logs")
                        || fix.change.contains("11111111-2222"),
                    "{control} {reason}: {}",
                    fix.change
                );
                pairs += 1;
            }
        }
    }
    assert!(pairs > 90, "{pairs} pairs");
}

#[test]
fn what_passes_needs_no_change() {
    let facts = Facts::sealed().build();
    let is_open = |it: &Finding| matches!(it.status(), Status::Fail | Status::NotProven);
    for finding in judge(&facts).iter().filter(|it| !is_open(it)) {
        let fix = of_finding(&facts, finding);
        assert!(fix.steps.is_empty());
        assert!(fix.change.starts_with("change nothing"), "{}", fix.change);
    }
}

#[test]
fn the_actor_follows_from_what_is_changed() {
    let aws_failed = gaps_are(
        Facts::sealed().key_is(trailseal_model::Observed::Unread(gap(0))),
        &[(Operation::DescribeKey, GapClass::ServerError)],
    );
    let line = "key-usable not_proven unread";
    assert_eq!(fix_of(aws_failed, line).actor, FixActor::Aws);
    let denied = |class| {
        let facts = Facts::sealed().key_is(trailseal_model::Observed::Unread(gap(0)));
        fix_of(gaps_are(facts, &[(Operation::DescribeKey, class)]), line)
    };
    assert_eq!(denied(GapClass::DeniedByScp).actor, FixActor::OrganizationAdministrator);
    assert_eq!(denied(GapClass::Denied).actor, FixActor::AccountAdministrator);
    assert_eq!(denied(GapClass::Deadline).actor, FixActor::TrailsealOperator);
}
