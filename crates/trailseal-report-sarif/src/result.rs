//! One alert to be, and the most severe of many.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use trailseal_model::hash::short_hash;
use trailseal_model::record::v1::FindingLine;
use trailseal_model::{ControlId, Reason, Severity, Status, SubjectKind, fix_text};

use crate::alert_location::AlertLocation;
use crate::rule::{Rule, RuleSeverity};
use crate::text::{NAME, SENTENCE, clause, quotable};

/// One result, small enough to keep many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) rule: Rule,
    pub(crate) place: AlertLocation,
    /// 16 hexadecimal digits of the control and its subject.
    pub(crate) fingerprint: String,
    /// The word of the reason, for filters.
    pub(crate) reason: String,
    /// The name of the rule's template that the arguments fill.
    pub(crate) template: &'static str,
    pub(crate) arguments: Vec<String>,
    /// Why it is accepted; such a result is suppressed.
    pub(crate) justification: Option<String>,
}

impl Alert {
    /// The alert of a finding that failed; `account` is its account for people.
    pub(crate) fn of_failure(control: ControlId, finding: &FindingLine, account: String) -> Self {
        let mut arguments = vec![account];
        if control.entry().subject != SubjectKind::Account {
            let region = finding.region.as_deref().unwrap_or("unknown");
            arguments.push(quotable(region, NAME));
            arguments.push(quotable(&finding.resource_name, NAME));
        }
        arguments.push(clause(&finding.message));
        let is_compared = !finding.expected.is_empty() && !finding.observed.is_empty();
        if is_compared {
            arguments.push(quotable(&finding.expected, SENTENCE));
            arguments.push(quotable(&finding.observed, SENTENCE));
        }
        arguments.push(quotable(fix_of(control, finding), SENTENCE));
        Self {
            rule: Rule::Control(control),
            place: AlertLocation::of_finding(finding),
            fingerprint: finding.finding_id.clone(),
            reason: finding.status_reason.clone(),
            template: if is_compared { "compared" } else { "plain" },
            arguments,
            justification: None,
        }
    }

    /// The alert that says how many others there are not.
    fn of_limit(organization: &str, left_out: &[u64], total: u64, limit: usize) -> Self {
        let kinds: Vec<String> = KINDS
            .iter()
            .filter(|it| left_out[it.rank()] > 0)
            .map(|it| format!("{} {}", left_out[it.rank()], kind(*it)))
            .collect();
        Self {
            rule: Rule::ResultsLeftOut,
            place: AlertLocation::of_organization(organization),
            fingerprint: short_hash(&[Rule::ResultsLeftOut.id(), organization]),
            reason: "limit".to_owned(),
            template: "default",
            arguments: vec![
                left_out.iter().sum::<u64>().to_string(),
                total.to_string(),
                limit.to_string(),
                kinds.join(", "),
            ],
            justification: None,
        }
    }

    /// The same alert, suppressed if there is a justification.
    pub(crate) fn accepted(self, justification: Option<String>) -> Self {
        Self { justification, ..self }
    }

    /// The order of the report: the most severe first, and all that is accepted last. What decides
    /// is the same in every run.
    fn position(&self) -> (bool, usize, &str, usize, &str) {
        let rank = self.rule.severity().rank();
        let is_accepted = self.justification.is_some();
        (is_accepted, rank, &self.place.uri, self.rule.index(), &self.fingerprint)
    }
}

/// What to do about a failure. The reason of a later version says it in that version's own reports.
fn fix_of(control: ControlId, finding: &FindingLine) -> &'static str {
    let reason = finding.status_reason.parse::<Reason>().ok();
    let text = reason.and_then(|it| fix_text(control, Status::Fail, it));
    text.unwrap_or("see the control's page")
}

impl Ord for Alert {
    fn cmp(&self, other: &Self) -> Ordering {
        let arguments = self.arguments.cmp(&other.arguments);
        self.position().cmp(&other.position()).then(arguments)
    }
}

impl PartialOrd for Alert {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

const KINDS: [RuleSeverity; 5] = [
    RuleSeverity::Control(Severity::High),
    RuleSeverity::NotAssessed,
    RuleSeverity::Control(Severity::Medium),
    RuleSeverity::Control(Severity::Low),
    RuleSeverity::Control(Severity::Note),
];

const fn kind(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Control(it) => it.as_str(),
        RuleSeverity::NotAssessed => "not assessed",
        RuleSeverity::Limit => "limit",
    }
}

/// The most severe alerts, and how many there were.
#[derive(Debug)]
pub(crate) struct MostSevere {
    limit: usize,
    /// The least severe on top.
    kept: BinaryHeap<Alert>,
    /// By rank, of all that came.
    seen: [u64; KINDS.len() + 1],
}

/// What is left of all alerts.
#[derive(Debug)]
pub(crate) struct Kept {
    /// In the order of the report.
    pub(crate) alerts: Vec<Alert>,
    /// How many are not among them.
    pub(crate) left_out: u64,
}

impl MostSevere {
    /// Of all that will come, at most this many.
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, kept: BinaryHeap::new(), seen: [0; KINDS.len() + 1] }
    }

    pub(crate) fn push(&mut self, alert: Alert) {
        self.seen[alert.rule.severity().rank()] += 1;
        self.kept.push(alert);
        if self.kept.len() > self.limit {
            self.kept.pop();
        }
    }

    /// All of them, or as many as leave room for one that says how many are missing.
    pub(crate) fn finish(mut self, organization: &str) -> Kept {
        let total: u64 = self.seen.iter().sum();
        if total > self.limit as u64 {
            self.kept.pop();
            let mut left_out = self.seen;
            for alert in &self.kept {
                left_out[alert.rule.severity().rank()] -= 1;
            }
            let limit = Alert::of_limit(organization, &left_out, total, self.limit);
            self.kept.push(limit);
            let left_out = left_out.iter().sum();
            return Kept { alerts: self.kept.into_sorted_vec(), left_out };
        }
        Kept { alerts: self.kept.into_sorted_vec(), left_out: 0 }
    }
}
