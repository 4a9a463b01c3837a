//! That a run judges the answers of an earlier one again.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Answers that an earlier scan was given, judged again from its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejudged {
    /// The version of the program that was given the answers.
    pub answers_tool_version: String,
    /// Settings of judging that differ from the scan's, by key: the value then, and now.
    pub changed_settings: BTreeMap<String, [String; 2]>,
}

/// How answers from the journal of a scan were judged again: by a newer program, with other settings, or
/// both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejudgedLine {
    /// The version of the program that was given the answers.
    pub answers_tool_version: String,
    /// Settings of judging that differ from the scan's, sorted by key.
    pub changed_settings: Vec<ChangedSettingLine>,
}

/// A setting with the value that it had, and the one that it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedSettingLine {
    /// The key of the setting.
    pub key: String,
    /// Its value when AWS was asked; empty if it had none. The values of a list are joined by `;`.
    pub before: String,
    /// Its value now.
    pub now: String,
}

impl From<&Rejudged> for RejudgedLine {
    fn from(rejudged: &Rejudged) -> Self {
        let settings = rejudged.changed_settings.iter();
        let settings = settings.map(|(key, [before, now])| ChangedSettingLine {
            key: key.clone(),
            before: before.clone(),
            now: now.clone(),
        });
        let answers_tool_version = rejudged.answers_tool_version.clone();
        Self { answers_tool_version, changed_settings: settings.collect() }
    }
}

impl RejudgedLine {
    /// What is said of it in one sentence, wherever the run is described.
    #[must_use]
    pub fn sentence(&self, tool_version: &str) -> String {
        let mut changes = Vec::new();
        if self.answers_tool_version != tool_version {
            let before = &self.answers_tool_version;
            changes.push(format!("version {tool_version} of Trailseal instead of {before}"));
        }
        let named =
            |value: &str| if value.is_empty() { "nothing".to_owned() } else { value.to_owned() };
        changes.extend(self.changed_settings.iter().map(|setting| {
            format!("{} {} instead of {}", setting.key, named(&setting.now), named(&setting.before))
        }));
        format!("The answers of the scan were judged again, with {}.", changes.join(", "))
    }
}
