//! Gaps as notifications of the invocation: GitHub ignores them, other readers show them.

use std::fmt::Write as _;

use trailseal_model::GapClass;
use trailseal_record::v1::GapLine;

use crate::text::{NAME, counted, quotable};

/// How many gaps have a notification of their own; one more says how many have none.
pub(crate) const MAX_NOTIFICATIONS: usize = 1000;

/// One gap.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) text: String,
    /// For filters.
    pub(crate) properties: Vec<(&'static str, String)>,
}

/// The first of all gaps, and how many there were.
#[derive(Debug, Default)]
pub(crate) struct Notifications {
    kept: Vec<Notification>,
    seen: usize,
}

impl Notifications {
    /// Keeps a gap. `people` is its account for people.
    pub(crate) fn add(&mut self, gap: &GapLine, people: Option<String>) {
        self.seen += 1;
        if self.kept.len() == MAX_NOTIFICATIONS {
            return;
        }
        let happened = if gap.class == GapClass::NotShown {
            "names a trail that no Region showed"
        } else {
            "failed"
        };
        let mut text = format!("'{}' {happened}", gap.operation);
        let mut add = |what: &str, value: Option<String>| {
            if let Some(value) = value {
                let _ = write!(text, ", {what} '{value}'");
            }
        };
        let quoted = |value: &Option<String>| value.as_deref().map(|text| quotable(text, NAME));
        add("account", people);
        add("Region", gap.region.map(|region| region.to_string()));
        add("subject", quoted(&gap.subject));
        add("HTTP status", gap.http_status.map(|status| status.to_string()));
        add("code", quoted(&gap.aws_code));
        add("class", Some(gap.class.to_string()));
        text.push('.');
        let mut properties = vec![("class", gap.class.to_string()), ("gap_id", gap.gap_id.clone())];
        properties.extend(gap.cause_id.clone().map(|id| ("cause_id", id)));
        properties.extend(gap.exception_id.clone().map(|id| ("exception_id", id)));
        self.kept.push(Notification { text, properties });
    }

    /// All that were kept, and one for the rest.
    pub(crate) fn finish(mut self) -> Vec<Notification> {
        let left_out = self.seen - self.kept.len();
        if left_out > 0 {
            let requests = counted(left_out as u64, "more request", "more requests");
            let text = format!("'{requests}' had no answer; gaps.csv has all of them.");
            self.kept.push(Notification { text, properties: Vec::new() });
        }
        self.kept
    }
}
