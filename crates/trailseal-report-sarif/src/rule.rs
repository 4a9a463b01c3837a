//! The rules and their wording, which is public API: a change moves or rewords alerts.

use trailseal_model::controls::{CONTROLS, SealLink};
use trailseal_model::{Control, ControlId, Severity, Status, SubjectKind, fix_texts};

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
        let controls = CONTROLS.iter().map(|it| Self::Control(it.id));
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
            Self::Control(control) => {
                let entry = control.entry();
                format!("Fails when {}. Passes when: {}.", entry.fails_when, entry.title)
            }
            Self::ScopeNotAssessed => "Something could not be read, or what was read proves nothing. Alerts that depend on it are missing from this upload, and GitHub closes an alert that is missing as fixed. There is one result per account and kind of reason.".to_owned(),
            Self::ResultsLeftOut => "GitHub refuses an upload with more results than its limit. The most severe ones were kept. GitHub closes alerts that were left out as fixed.".to_owned(),
        }
    }

    /// What to do.
    pub(crate) fn advice(self) -> String {
        match self {
            Self::Control(control) => advice_by_reason(control),
            Self::ScopeNotAssessed => "Remove the reason, which the message names, and scan again. gaps.csv has every call that could not give its answer, findings.csv every finding that is not proven. Until then do not take the absence of an alert for good news.".to_owned(),
            Self::ResultsLeftOut => "Use findings.csv, which has all of them, and fix what fails in many places at once.".to_owned(),
        }
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

    /// The message's templates by name. Text that comes from outside stands between `'`.
    pub(crate) fn templates(self) -> Vec<(&'static str, String)> {
        let title = self.title();
        match self {
            Self::Control(control) => {
                let found = match control.entry().subject {
                    SubjectKind::Trail => {
                        format!("{title}. Account '{{0}}', Region '{{1}}', trail '{{2}}': '{{3}}'.")
                    }
                    SubjectKind::Account => format!("{title}. Account '{{0}}': '{{1}}'."),
                    SubjectKind::EventDataStore => {
                        format!("{title}. Account '{{0}}', Region '{{1}}', store '{{2}}': '{{3}}'.")
                    }
                };
                let next = found.matches('{').count();
                let compared = format!(
                    "{found} Expected '{{{next}}}', observed '{{{}}}'. To do: '{{{}}}'.",
                    next + 1,
                    next + 2
                );
                vec![("compared", compared), ("plain", format!("{found} To do: '{{{next}}}'."))]
            }
            Self::ScopeNotAssessed => {
                let unread = "Not assessed in '{0}', because of '{1}': '{2}' failed call(s) of '{3}', in '{4}'. Alerts that depend on them are missing here, not fixed. To do: '{5}'.";
                let unproven = "Not proven in '{0}', because of '{1}': '{2}' essential finding(s) of '{3}', in '{4}'. Alerts of these controls are missing here, not fixed.";
                let unshown = "Not assessed in '{0}', because of '{1}': '{2}' trail(s) that '{3}' names and no Region showed, in '{4}'. Alerts that depend on them are missing here, not fixed. To do: '{5}'.";
                let templates = [("unproven", unproven), ("unread", unread), ("unshown", unshown)];
                templates.map(|(name, text)| (name, text.to_owned())).to_vec()
            }
            Self::ResultsLeftOut => {
                let text = "'{0}' of '{1}' results were left out, because an upload may hold '{2}': '{3}'. Alerts that were left out are missing here, not fixed.";
                vec![("default", text.to_owned())]
            }
        }
    }
}

impl RuleSeverity {
    /// The smaller, the more it matters.
    pub(crate) const fn rank(self) -> usize {
        match self {
            Self::Limit => 0,
            Self::Control(Severity::High) => 1,
            Self::NotAssessed => 2,
            Self::Control(Severity::Medium) => 3,
            Self::Control(Severity::Low) => 4,
            Self::Control(Severity::Note) => 5,
        }
    }

    /// SARIF's level.
    pub(crate) const fn level(self) -> &'static str {
        match self {
            Self::Limit | Self::Control(Severity::High) => "error",
            Self::NotAssessed | Self::Control(Severity::Medium) => "warning",
            Self::Control(Severity::Low | Severity::Note) => "note",
        }
    }

    /// GitHub's severity of a problem.
    pub(crate) const fn problem(self) -> &'static str {
        match self {
            Self::Limit | Self::Control(Severity::High) => "error",
            Self::NotAssessed | Self::Control(Severity::Medium) => "warning",
            Self::Control(Severity::Low | Severity::Note) => "recommendation",
        }
    }

    /// GitHub's score, a number as text. GitHub keeps the highest when it shows fewer results than
    /// were uploaded, so the limit's own result has the highest of all.
    pub(crate) const fn score(self) -> &'static str {
        match self {
            Self::Limit => "8.9",
            Self::Control(Severity::High) => "8.0",
            Self::NotAssessed => "6.0",
            Self::Control(Severity::Medium) => "5.0",
            Self::Control(Severity::Low) => "3.0",
            Self::Control(Severity::Note) => "1.0",
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

/// What to do about each way to fail.
fn advice_by_reason(control: ControlId) -> String {
    let texts = fix_texts(control, Status::Fail);
    let texts = texts.map(|(reason, text)| format!("{reason}: {text}."));
    format!("What to do depends on the reason. {}", texts.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_in_their_own_order_and_differ() {
        let ids: Vec<&str> = Rule::all().map(Rule::id).collect();
        for (index, rule) in Rule::all().enumerate() {
            assert_eq!(rule.index(), index);
            assert_eq!(ids.iter().filter(|it| **it == rule.id()).count(), 1);
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
            assert!(!rule.advice().is_empty() && rule.help_uri().starts_with("https://"));
        }
    }

    #[test]
    fn scores_follow_ranks_and_none_is_nine() {
        let mut severities: Vec<RuleSeverity> = Rule::all().map(Rule::severity).collect();
        severities.sort_by_key(|it| it.rank());
        let scores: Vec<f64> = severities.iter().map(|it| it.score().parse().unwrap()).collect();
        assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
        assert!(scores.iter().all(|it| *it > 0.0 && *it < 9.0));
    }

    #[test]
    fn names_are_in_pascal_case() {
        assert_eq!(Rule::Control(ControlId::TrailKmsEncrypted).name(), "TrailKmsEncrypted");
        assert_eq!(Rule::ResultsLeftOut.name(), "ResultsLeftOut");
    }
}
