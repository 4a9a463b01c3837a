//! The most severe alerts, as many as an upload takes, and what is left out.

use trailseal_model::Severity;

use crate::alert::Alert;
use crate::message::{Message, Part};
use crate::rule::RuleSeverity;

/// What can be left out, the most severe first.
const KINDS: [RuleSeverity; 5] = [
    RuleSeverity::Control(Severity::High),
    RuleSeverity::Control(Severity::Medium),
    RuleSeverity::Control(Severity::Low),
    RuleSeverity::Control(Severity::Note),
    RuleSeverity::NotAssessed,
];

const fn kind(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Control(severity) => severity.as_str(),
        RuleSeverity::NotAssessed => "not assessed",
        RuleSeverity::Limit => "limit",
    }
}

/// Results that are not in a file, by the rank of their severity, and the failed findings that they
/// count.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LeftOut {
    results: [u64; KINDS.len() + 1],
    failures: u64,
}

impl LeftOut {
    /// Leaves out this many results, which count as many failed findings.
    pub(crate) fn add(&mut self, severity: RuleSeverity, results: u64, failures: u64) {
        self.results[severity.rank()] += results;
        self.failures += failures;
    }

    /// Leaves out what another file does, too.
    pub(crate) fn extend(&mut self, other: Self) {
        for (results, more) in self.results.iter_mut().zip(other.results) {
            *results += more;
        }
        self.failures += other.failures;
    }

    fn total(&self) -> u64 {
        self.results.iter().sum()
    }

    fn message(&self, total: u64, limit: usize) -> Message {
        let kinds: Vec<String> = KINDS
            .iter()
            .filter(|severity| self.results[severity.rank()] > 0)
            .map(|severity| format!("{} {}", self.results[severity.rank()], kind(*severity)))
            .collect();
        let failures = crate::text::counted(self.failures, "failed finding", "failed findings");
        let mut message = Message::default();
        let numbers = [self.total().to_string(), total.to_string(), limit.to_string()];
        let [left_out, total, limit] = numbers;
        message.add(Part::LeftOut, [left_out, total, limit, kinds.join(", "), failures]);
        message
    }
}

/// The alerts of one file in the order of the report: all of them, or as many as leave room for one that
/// says which are missing.
pub(crate) fn most_severe<'a>(
    mut alerts: Vec<&'a Alert>,
    mut left_out: LeftOut,
    limit: usize,
    organization: &str,
    limit_alert: &'a mut Option<Alert>,
) -> Vec<&'a Alert> {
    alerts.sort_by(|one, other| one.compare(other));
    let total = alerts.len() as u64 + left_out.total();
    // What found no room stays left out, also where folding has made room since.
    if left_out.total() == 0 && alerts.len() <= limit {
        return alerts;
    }
    for alert in alerts.drain(limit.saturating_sub(1).min(alerts.len())..) {
        left_out.add(alert.rule.severity(), 1, alert.details.findings);
    }
    let message = left_out.message(total, limit);
    alerts.insert(0, limit_alert.insert(Alert::of_limit(organization, message)));
    alerts
}
