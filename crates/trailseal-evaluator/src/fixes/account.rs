//! An account with a Region that no trail records, or perhaps none.

use serde_json::json;
use trailseal_model::{
    DescribedFrom, Fix, FixStep, ManagementEvents, Operation, Reason, Subject, TrailFacts,
};

use super::case::{Case, of_arn};
use super::command::start_logging;
use super::statement::step;
use super::unread;
use crate::judge::reaches_account;

/// What keeps the account from being recorded everywhere.
pub(super) fn of_account(case: &Case<'_>) -> Fix {
    match case.reason() {
        Reason::NotCovered => uncovered(case),
        Reason::CoverageUnread => {
            let usual = [Operation::DescribeTrails, Operation::ListRegions];
            let fix = unread::of_subject(case, &usual);
            Fix {
                change: format!(
                    "{}, or record the account by a multi-Region organization trail",
                    fix.change
                ),
                ..fix
            }
        }
        Reason::SelectorsUnread => unread_of_trails(case, Operation::GetEventSelectors),
        Reason::StatusUnread => unread_of_trails(case, Operation::GetTrailStatus),
        Reason::SelectorsNotUnderstood => selectors(case),
        _ => observed(case),
    }
}

/// The order of the reason, with what was observed.
fn observed(case: &Case<'_>) -> Fix {
    let general = case.general();
    let change = match case.finding.observed() {
        "" => general.change.clone(),
        observed => format!("{} ({observed})", general.change),
    };
    Fix { change, ..general }
}

/// The trails that could record the account: its own and the organization's, of which the descriptions
/// do not contradict each other.
fn candidates<'a>(case: &Case<'a>) -> impl Iterator<Item = &'a TrailFacts> {
    let account = match case.finding.subject() {
        Subject::Account(account) => Some(*account),
        Subject::Trail(_) | Subject::EventDataStore(_) => None,
    };
    case.facts.trails.iter().filter(move |trail| {
        let description = &trail.description;
        let is_own = Some(description.owner) == account;
        let is_known = trail.described_from != DescribedFrom::DisagreeingShadows;
        is_known && account.is_some() && (is_own || description.is_organization_trail)
    })
}

fn reaches(case: &Case<'_>, trail: &TrailFacts) -> bool {
    let account = case.finding.subject().account();
    account.is_some_and(|account| reaches_account(case.facts, trail, account))
}

fn records_all(trail: &TrailFacts) -> bool {
    let events = trail.recorded_events().map(|answer| &answer.value);
    matches!(events, Some(ManagementEvents::Recorded { read: true, write: true, .. }))
}

fn is_stopped(trail: &TrailFacts) -> bool {
    let home = trail.status.iter().find(|it| it.0 == trail.description.home_region);
    home.and_then(|it| it.1.known()).is_some_and(|answer| !answer.value.is_logging)
}

fn uncovered(case: &Case<'_>) -> Fix {
    let now = case.finding.observed();
    let reaching = || candidates(case).filter(|trail| reaches(case, trail));
    // To start a trail is the smallest change.
    if let Some(trail) = reaching().find(|trail| records_all(trail) && is_stopped(trail)) {
        let description = &trail.description;
        return Fix {
            change: format!(
                "start logging of trail '{}' of account {} in {}, which records reads and writes and would record {} ({now})",
                description.name,
                description.owner,
                description.home_region,
                case.thing()
            ),
            place: of_arn(&description.arn),
            steps: start_logging(case.facts, description).into_iter().collect(),
            first: Some(format!(
                "find out who stopped it: look for StopLogging in CloudTrail's event history of account {} in {}; check that its bucket is an account's of the organization",
                description.owner, description.home_region
            )),
            ..case.general()
        };
    }
    if let Some(trail) =
        reaching().find(|trail| trail.recorded_events().is_some() && !records_all(trail))
    {
        return record_all(case, trail, now);
    }
    Fix {
        change: format!(
            "record {} by a multi-Region organization trail, or by a multi-Region trail of its own, with reads and writes of management events ({now})",
            case.thing()
        ),
        first: Some("choose the key and the bucket of the trail before it is made".to_owned()),
        risks: Some(
            "AWS charges for management events of every trail but the first in each Region"
                .to_owned(),
        ),
        ..case.general()
    }
}

/// What a trail should record, to be merged with its other selectors.
fn record_all(case: &Case<'_>, trail: &TrailFacts, now: &str) -> Fix {
    let description = &trail.description;
    Fix {
        change: format!(
            "let trail '{}' of account {} in {} record all management events, reads and writes, which it does not do for {} ({now})",
            description.name, description.owner, description.home_region, case.thing()
        ),
        place: of_arn(&description.arn),
        steps: vec![selector(trail)],
        first: Some(
            "read its event selectors with `aws cloudtrail get-event-selectors`, and keep those of data events"
                .to_owned(),
        ),
        risks: Some("PutEventSelectors replaces every selector of the trail".to_owned()),
        ..case.general()
    }
}

fn selector(trail: &TrailFacts) -> FixStep {
    let selector = json!({
        "Name": "Management events",
        "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}],
    });
    step(format!("the advanced event selectors of {}", trail.description.arn), &selector)
}

fn selectors(case: &Case<'_>) -> Fix {
    let is_it = |trail: &&TrailFacts| {
        let events = trail.recorded_events().map(|answer| &answer.value);
        matches!(events, Some(ManagementEvents::NotUnderstood(_)))
    };
    match candidates(case).find(is_it) {
        Some(trail) => {
            let now = match trail.recorded_events().map(|answer| &answer.value) {
                Some(ManagementEvents::NotUnderstood(words)) => words.as_str(),
                _ => case.finding.observed(),
            };
            record_all(case, trail, now)
        }
        None => observed(case),
    }
}

/// Something about the trails that may record the account could not be read in their owner's account.
fn unread_of_trails(case: &Case<'_>, operation: Operation) -> Fix {
    let is_it = |trail: &&TrailFacts| match operation {
        Operation::GetEventSelectors => trail.recorded_events().is_none(),
        _ => trail.status.iter().all(|it| it.1.known().is_none()),
    };
    let fix = unread::of_subject(case, &[operation]);
    match candidates(case).find(is_it) {
        Some(trail) => {
            let description = &trail.description;
            Fix {
                change: format!(
                    "{} (of trail '{}' of account {} in {})",
                    fix.change, description.name, description.owner, description.home_region
                ),
                place: of_arn(&description.arn),
                ..fix
            }
        }
        None => fix,
    }
}
