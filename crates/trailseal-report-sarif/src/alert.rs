//! One alert to be.

use std::cmp::Ordering;

use trailseal_model::hash::short_hash;
use trailseal_model::{ControlId, Status, SubjectKind, fix_text};
use trailseal_record::v1::CauseLine;

use crate::accepted::Justifications;
use crate::alert_location::AlertLocation;
use crate::causes::Causes;
use crate::failures::{Consequences, Failure, Group};
use crate::message::{Message, Part};
use crate::names::AccountNames;
use crate::paste::add_steps;
use crate::rule::Rule;
use crate::text::{NAME, SENTENCE, clause, counted, few_of, quotable};
use crate::times::Times;

/// One result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) rule: Rule,
    pub(crate) location: AlertLocation,
    /// 16 hexadecimal digits of what identifies it.
    pub(crate) fingerprint: String,
    pub(crate) message: Message,
    pub(crate) cause_id: Option<String>,
    /// For filters and for readers that want every id.
    pub(crate) details: Details,
    /// Why it is accepted; such a result is suppressed.
    pub(crate) justification: Option<String>,
}

/// What the properties of a result have beside its cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Details {
    /// The reason of the gravest finding, or what is wrong with the cause, in one word.
    pub(crate) reason: String,
    pub(crate) expected: Option<String>,
    pub(crate) observed: Option<String>,
    pub(crate) also_fails: Vec<ControlId>,
    pub(crate) not_proven: Vec<ControlId>,
    /// The first of the failed findings that it counts.
    pub(crate) finding_ids: Vec<String>,
    /// How many failed findings it counts.
    pub(crate) findings: u64,
    /// The first of the other subjects that it counts.
    pub(crate) subjects: Vec<String>,
    /// How many other subjects it counts.
    pub(crate) subject_count: u64,
}

/// What alerts are made with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) organization: &'a str,
    pub(crate) causes: &'a Causes,
    pub(crate) names: &'a AccountNames,
    pub(crate) times: &'a Times,
    pub(crate) justifications: &'a Justifications,
}

impl Alert {
    /// The alert of what failed for one cause with one subject.
    pub(crate) fn of_failures(group: Group, context: Context<'_>) -> Self {
        let cause = group.cause_id.as_deref().and_then(|id| context.causes.get(id));
        let message = message_of_failures(&group, cause, context);
        let Group {
            gravest,
            also_fails,
            not_proven,
            cause_id,
            exceptions,
            finding_ids,
            findings,
            consequences,
        } = group;
        let text = |text: &str| (!text.is_empty()).then(|| quotable(text, SENTENCE));
        Self {
            rule: Rule::Control(gravest.control),
            location: AlertLocation::of_failure(&gravest),
            fingerprint: gravest.finding_id,
            message,
            cause_id,
            details: Details {
                reason: gravest.reason.to_string(),
                expected: text(&gravest.expected),
                observed: text(&gravest.observed),
                also_fails: also_fails.into_iter().collect(),
                not_proven: not_proven.into_iter().collect(),
                finding_ids,
                findings,
                subjects: consequences.subjects,
                subject_count: consequences.total,
            },
            justification: context.justifications.of(&exceptions),
        }
    }

    /// The alert that says which others are missing.
    pub(crate) fn of_limit(organization: &str, message: Message) -> Self {
        Self {
            rule: Rule::ResultsLeftOut,
            location: AlertLocation::of_organization(organization),
            fingerprint: short_hash(&[Rule::ResultsLeftOut.id(), organization]),
            message,
            cause_id: None,
            details: Details { reason: "limit".to_owned(), ..Details::default() },
            justification: None,
        }
    }

    /// The order of the report: the most severe first, and all that is accepted last. What decides
    /// is the same in every run.
    fn position(&self) -> (bool, usize, &str, usize, &str) {
        let rank = self.rule.severity().rank();
        let is_accepted = self.justification.is_some();
        (is_accepted, rank, &self.location.uri, self.rule.index(), &self.fingerprint)
    }

    /// How it compares with another one in the order of the report.
    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.position().cmp(&other.position())
    }
}

fn message_of_failures(group: &Group, cause: Option<&CauseLine>, context: Context<'_>) -> Message {
    let Group { gravest, also_fails, not_proven, consequences, .. } = group;
    let mut message = found(gravest, context.names);
    let since = context.times.since(&gravest.subject, group.controls(), cause);
    if let Some((part, at)) = since {
        message.add(part, [at.to_string()]);
    }
    // A cause that shows as what was found needs no second sentence.
    if let Some(cause) = cause.filter(|cause| !gravest.message.contains(&cause.title)) {
        message.add(Part::Cause, [clause(&cause.title)]);
    }
    if !also_fails.is_empty() {
        message.add(Part::AlsoFails, [controls(also_fails)]);
    }
    if !not_proven.is_empty() {
        message.add(Part::AlsoNotProven, [controls(not_proven)]);
    }
    if consequences.total > 0 {
        message.add(Part::Consequences, [consequence_words(consequences)]);
    }
    if let Some(cause) = cause {
        add_fix(&mut message, cause);
    } else {
        let fix = fix_text(gravest.control, Status::Fail, gravest.reason);
        let fix = fix.unwrap_or("see what the rule's help says of the reason");
        message.add(Part::Fix, [clause(fix)]);
    }
    message
}

/// Adds what to do before, what to do, and the first step.
pub(crate) fn add_fix(message: &mut Message, cause: &CauseLine) {
    if let Some(first) = &cause.fix.first {
        message.add(Part::First, [clause(first)]);
    }
    message.add(Part::Fix, [clause(&cause.fix.change)]);
    add_steps(message, &cause.fix.steps);
}

/// What is wrong with what, where, and how it shows.
fn found(failure: &Failure, names: &AccountNames) -> Message {
    let mut message = Message::default();
    let account = failure.account.map_or_else(|| "unknown".to_owned(), |id| names.people(id));
    let region = failure.region.map_or("unknown", |region| region.name()).to_owned();
    let sentence = clause(&failure.message);
    let name = quotable(&failure.name, NAME);
    match failure.kind {
        SubjectKind::Trail => message.add(Part::Trail, [name, account, region, sentence]),
        SubjectKind::Account => message.add(Part::Account, [account, sentence]),
        SubjectKind::EventDataStore => {
            message.add(Part::Store, [name, account, region, sentence]);
        }
    }
    message
}

/// The ids of controls, in their order.
pub(crate) fn controls<'a>(ids: impl IntoIterator<Item = &'a ControlId>) -> String {
    let ids: Vec<&str> = ids.into_iter().map(|control| control.as_str()).collect();
    ids.join(", ")
}

/// Each control that also fails elsewhere, for how many, and for which.
fn consequence_words(consequences: &Consequences) -> String {
    let words = |(control, (count, shown)): (&ControlId, &(u64, Vec<String>))| {
        let (one, many) = match control.entry().subject {
            SubjectKind::Account => ("account", "accounts"),
            SubjectKind::Trail => ("trail", "trails"),
            SubjectKind::EventDataStore => ("event data store", "event data stores"),
        };
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        let total = usize::try_from(*count).unwrap_or(usize::MAX);
        let named = few_of(&shown, total);
        format!("{control} fails for {}: {named}", counted(*count, one, many))
    };
    consequences.controls.iter().map(words).collect::<Vec<_>>().join("; ")
}
