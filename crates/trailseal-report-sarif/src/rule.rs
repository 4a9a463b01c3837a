//! The rules and their wording, which is public API: a change moves or rewords alerts.

use trailseal_model::controls::{CONTROLS, SealLink};
use trailseal_model::{Control, ControlId, Reason, Severity, Status, SubjectKind, fix_texts};

use crate::message::{Message, Part};

/// The beginning of a control's help.
const FIX: &str = "To fix it, change what the alert's message names after \"Fix\"; a command or statement to paste follows it. causes.csv has every step.";

/// A rule of the report: a control, or one of two things that no control says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// A control failed.
    Control(ControlId),
    /// A part of the organization was not assessed.
    ScopeNotAssessed,
    /// There are more results than an upload may hold.
    ResultsLeftOut,
}

/// How much a result of a rule matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RuleSeverity {
    /// The limit's own result: it must survive every cut.
    Limit,
    /// A control's.
    Control(Severity),
    /// Something was not assessed.
    NotAssessed,
}

impl Rule {
    /// Every rule, in the order of the report.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let controls = CONTROLS.iter().map(|control| Self::Control(control.id));
        controls.chain([Self::ScopeNotAssessed, Self::ResultsLeftOut])
    }

    /// Its place among [`Self::all`].
    pub(crate) fn index(self) -> usize {
        match self {
            Self::Control(control) => control as usize,
            Self::ScopeNotAssessed => CONTROLS.len(),
            Self::ResultsLeftOut => CONTROLS.len() + 1,
        }
    }

    /// Its id.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Control(control) => control.as_str(),
            Self::ScopeNotAssessed => "scope-not-assessed",
            Self::ResultsLeftOut => "results-left-out",
        }
    }

    /// Its id in Pascal case.
    pub(crate) fn name(self) -> String {
        pascal_case(self.id())
    }

    /// How much a result of it matters.
    pub(crate) fn severity(self) -> RuleSeverity {
        match self {
            Self::Control(control) => RuleSeverity::Control(control.entry().severity),
            Self::ScopeNotAssessed => RuleSeverity::NotAssessed,
            Self::ResultsLeftOut => RuleSeverity::Limit,
        }
    }

    /// The alert's title: what is wrong.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Control(control) => control.entry().alert_title,
            Self::ScopeNotAssessed => "Part of the organization was not assessed",
            Self::ResultsLeftOut => "More results than one upload may hold",
        }
    }

    /// What the rule means, in full.
    pub(crate) fn description(self) -> String {
        match self {
            Self::Control(control) => control.entry().description.to_owned(),
            Self::ScopeNotAssessed => "One cause kept something from being read or proven. Alerts that depend on it are missing from this upload, and GitHub closes an alert that is missing as fixed. Each cause has one result, however many accounts and Regions it affects.".to_owned(),
            Self::ResultsLeftOut => "GitHub refuses an upload with more results than its limit. The most severe ones were kept. GitHub closes alerts that were left out as fixed.".to_owned(),
        }
    }

    /// What to do: the beginning of the rule's help.
    pub(crate) fn fix(self) -> String {
        match self {
            Self::Control(_) => FIX.to_owned(),
            Self::ScopeNotAssessed => "To fix it, change what the alert's message names after \"Fix\", then scan again. gaps.csv has every request without an answer, findings.csv every finding that is not proven, each with its cause; causes.csv has every step. Until then the absence of an alert proves nothing.".to_owned(),
            Self::ResultsLeftOut => "To fix it, begin with causes.csv: one change there may mend many findings. findings.csv has every failure.".to_owned(),
        }
    }

    /// What to do about reasons to fail, each text once with its reasons; empty for a rule that is no
    /// control.
    pub(crate) fn fixes(self) -> Vec<(Vec<Reason>, &'static str)> {
        let Self::Control(control) = self else { return Vec::new() };
        let mut fixes: Vec<(Vec<Reason>, &'static str)> = Vec::new();
        for (reason, text) in fix_texts(control, Status::Fail) {
            match fixes.iter_mut().find(|fix| fix.1 == text) {
                Some(fix) => fix.0.push(reason),
                None => fixes.push((vec![reason], text)),
            }
        }
        fixes
    }

    /// Where AWS or GitHub explain what it is about.
    pub(crate) fn help_uri(self) -> &'static str {
        match self {
            Self::Control(control) => control.entry().documentation,
            Self::ScopeNotAssessed => {
                "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
            }
            Self::ResultsLeftOut => {
                "https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning"
            }
        }
    }

    /// Words for filters.
    pub(crate) fn tags(self) -> &'static [&'static str] {
        let Self::Control(control) = self else {
            return &["security", "aws", "cloudtrail", "coverage"];
        };
        let Control { link, subject, .. } = control.entry();
        match (link, subject) {
            (Some(SealLink::Delivery), _) | (_, SubjectKind::Account) => {
                &["security", "aws", "cloudtrail", "logging"]
            }
            (Some(SealLink::Policy), _) => {
                &["security", "aws", "cloudtrail", "encryption", "kms", "key-policy"]
            }
            _ => &["security", "aws", "cloudtrail", "encryption", "kms"],
        }
    }

    /// How sure a result is: a key policy is simulated, everything else is read.
    pub(crate) fn precision(self) -> &'static str {
        match self {
            Self::Control(control) if control.entry().link == Some(SealLink::Policy) => "high",
            _ => "very-high",
        }
    }

    /// The shortest of its messages, so that each rule shows what its messages are like.
    pub(crate) fn shortest_message(self) -> Message {
        let mut message = Message::default();
        let none = String::new;
        match self {
            Self::Control(control) => match control.entry().subject {
                SubjectKind::Trail => message.add(Part::Trail, [none(), none(), none(), none()]),
                SubjectKind::Account => message.add(Part::Account, [none(), none()]),
                SubjectKind::EventDataStore => {
                    message.add(Part::Store, [none(), none(), none(), none()]);
                }
            },
            Self::ScopeNotAssessed => {
                message.add(Part::NotAssessed, [none()]);
                message.add(Part::Missing, []);
            }
            Self::ResultsLeftOut => {
                message.add(Part::LeftOut, [none(), none(), none(), none(), none()]);
            }
        }
        message
    }
}

impl RuleSeverity {
    /// The smaller, the more it matters. A failure of any severity comes before what was not assessed.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::Limit => 0,
            Self::Control(Severity::High) => 1,
            Self::Control(Severity::Medium) => 2,
            Self::Control(Severity::Low) => 3,
            Self::Control(Severity::Note) => 4,
            Self::NotAssessed => 5,
        }
    }

    /// SARIF's level.
    pub(crate) const fn level(self) -> &'static str {
        match self {
            Self::Limit | Self::Control(Severity::High) => "error",
            Self::Control(Severity::Medium) => "warning",
            Self::Control(Severity::Low | Severity::Note) | Self::NotAssessed => "note",
        }
    }

    /// GitHub's severity of a problem.
    pub(crate) const fn problem(self) -> &'static str {
        match self {
            Self::Limit | Self::Control(Severity::High) => "error",
            Self::Control(Severity::Medium) => "warning",
            Self::Control(Severity::Low | Severity::Note) | Self::NotAssessed => "recommendation",
        }
    }

    /// GitHub's score, a number as text. GitHub keeps the highest when it shows fewer results than
    /// were uploaded, so the limit's own result has the highest of all, and what was not assessed a
    /// lower one than any failure.
    pub(crate) const fn score(self) -> &'static str {
        match self {
            Self::Limit => "8.9",
            Self::Control(Severity::High) => "8.0",
            Self::Control(Severity::Medium) => "5.0",
            Self::Control(Severity::Low) => "3.0",
            Self::Control(Severity::Note) => "1.0",
            Self::NotAssessed => "0.5",
        }
    }
}

/// An id of words and hyphens as a name.
pub(crate) fn pascal_case(id: &str) -> String {
    let words = id.split('-').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_uppercase() + rest
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_their_own_order_and_differ() {
        let ids: Vec<&str> = Rule::all().map(Rule::id).collect();
        for (index, rule) in Rule::all().enumerate() {
            assert_eq!(rule.index(), index);
            assert_eq!(ids.iter().filter(|id| **id == rule.id()).count(), 1);
        }
        assert_eq!(ids.len(), ControlId::ALL.len() + 2);
    }

    #[test]
    fn what_github_limits_is_within_its_limits() {
        for rule in Rule::all() {
            let (title, description) = (rule.title(), rule.description());
            assert!(!title.is_empty() && title.len() < 1024, "{title}");
            assert!(description.len() < 1024, "{description}");
            assert!(rule.name().len() <= 255 && rule.tags().len() <= 10);
            assert!(
                rule.fix().starts_with("To fix it, ") && rule.help_uri().starts_with("https://")
            );
        }
    }

    #[test]
    fn scores_follow_ranks_and_none_is_nine() {
        let mut severities: Vec<RuleSeverity> = Rule::all().map(Rule::severity).collect();
        severities.sort_by_key(|severity| severity.rank());
        let scores: Vec<f64> =
            severities.iter().map(|severity| severity.score().parse().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(scores.iter().all(|score| *score > 0.0 && *score < 9.0));
        let last = severities.last().copied();
        assert_eq!(last, Some(RuleSeverity::NotAssessed), "never before a failure");
    }

    #[test]
    fn names_are_in_pascal_case() {
        assert_eq!(Rule::Control(ControlId::TrailKmsEncrypted).name(), "TrailKmsEncrypted");
        assert_eq!(Rule::ResultsLeftOut.name(), "ResultsLeftOut");
    }
}
