//! The tool and its rules, as the SARIF document has them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use serde_sarif::sarif::{
    MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor, Tool,
    ToolComponent,
};
use trailseal_model::Reason;
use trailseal_record::v1::RunLine;

use crate::alert::Alert;
use crate::pages::{control_page, without_relative_links};
use crate::population::Caution;
use crate::rule::{Rule, RuleSeverity, pascal_case};

/// Where AWS explains what the program audits: it has no page of its own on the web.
const INFORMATION: &str = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/encrypting-cloudtrail-log-files-with-aws-kms.html";

/// The templates of messages, by rule and id.
type Templates = BTreeMap<usize, BTreeMap<String, String>>;

/// The program with its rules, each with the templates that the alerts use.
pub(crate) fn tool(run: &RunLine, alerts: &[&Alert]) -> Tool {
    let mut templates = templates(alerts);
    let rules = Rule::all().map(|known| rule(known, &mut templates)).collect::<Vec<_>>();
    let mut driver = ToolComponent::builder()
        .name("Trailseal")
        .version(run.tool_version.clone())
        .information_uri(INFORMATION)
        .rules(rules)
        .notifications(Caution::ALL.map(caution).to_vec())
        .build();
    let is_semantic = is_semantic_version(&run.tool_version);
    driver.semantic_version = is_semantic.then(|| run.tool_version.clone());
    Tool::builder().driver(driver).build()
}

fn templates(alerts: &[&Alert]) -> Templates {
    let mut templates = Templates::new();
    for alert in alerts {
        let of_rule = templates.entry(alert.rule.index()).or_default();
        let title = alert.rule.title();
        of_rule.entry(alert.message.id()).or_insert_with(|| alert.message.template(title));
    }
    templates
}

fn rule(rule: Rule, templates: &mut Templates) -> ReportingDescriptor {
    let severity = rule.severity();
    let properties = PropertyBag::builder()
        .tags(rule.tags().iter().map(ToString::to_string).collect::<Vec<_>>())
        .additional_properties(rule_properties(rule, severity))
        .build();
    let mut strings = templates.remove(&rule.index()).unwrap_or_default();
    let shortest = rule.shortest_message();
    strings.entry(shortest.id()).or_insert_with(|| shortest.template(rule.title()));
    let strings = strings.into_iter().map(|(id, template)| (id, text(template)));
    ReportingDescriptor::builder()
        .id(rule.id())
        .name(rule.name())
        .short_description(text(rule.title()))
        .full_description(text(rule.description()))
        .help(MultiformatMessageString::builder().text(help(rule)).markdown(markdown(rule)).build())
        .help_uri(rule.help_uri())
        .default_configuration(ReportingConfiguration::builder().level(severity.level()).build())
        .message_strings(strings.collect::<BTreeMap<_, _>>())
        .properties(properties)
        .build()
}

fn rule_properties(rule: Rule, severity: RuleSeverity) -> BTreeMap<String, Value> {
    let mut all = properties(&[
        ("precision", rule.precision()),
        ("problem.severity", severity.problem()),
        ("security-severity", severity.score()),
    ]);
    if let Rule::Control(control) = rule {
        all.insert("control_ids".to_owned(), json!(control.framework_ids()));
    }
    all
}

fn caution(caution: Caution) -> ReportingDescriptor {
    ReportingDescriptor::builder()
        .id(caution.id())
        .name(pascal_case(caution.id()))
        .short_description(text(caution.title()))
        .full_description(text(caution.description()))
        .help(text(caution.description()))
        .help_uri(caution.help_uri())
        .default_configuration(ReportingConfiguration::builder().level(caution.level()).build())
        .build()
}

/// The fix, by reason, and then what the rule means.
fn help(rule: Rule) -> String {
    let mut help = rule.fix();
    let fixes = rule.fixes();
    if !fixes.is_empty() {
        let texts = fixes.iter().map(|(reasons, text)| format!(" {}: {text}.", words(reasons)));
        help.push_str(" By reason:");
        help.extend(texts);
    }
    let meaning = rule.description();
    match rule {
        Rule::Control(control) => {
            format!("{help} {meaning} Fails when {}.", control.entry().fails_when)
        }
        Rule::ScopeNotAssessed | Rule::ResultsLeftOut => format!("{help} {meaning}"),
    }
}

/// The fix, by reason, and then the page of the control, or the same in short for a rule that is none.
fn markdown(rule: Rule) -> String {
    let mut markdown = format!("**{}**\n", rule.fix());
    let fixes = rule.fixes();
    if !fixes.is_empty() {
        let texts = fixes.iter().map(|(reasons, text)| {
            let reasons = words(reasons).replace(", ", "`, `");
            format!("- `{reasons}`: {text}.\n")
        });
        markdown.push_str("\nBy reason:\n\n");
        markdown.extend(texts);
    }
    markdown.push('\n');
    if let Rule::Control(control) = rule {
        return markdown + &without_relative_links(control_page(control));
    }
    format!("{markdown}# {}\n\n**{}.** {}\n", rule.id(), rule.title(), rule.description())
}

fn words(reasons: &[Reason]) -> String {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.as_str()).collect();
    words.join(", ")
}

fn text(text: impl Into<String>) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// Properties that are texts.
pub(crate) fn properties(entries: &[(&str, &str)]) -> BTreeMap<String, Value> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

/// Whether the text is a version of <https://semver.org/spec/v2.0.0.html>.
fn is_semantic_version(text: &str) -> bool {
    let (text, build) = text.split_once('+').map_or((text, None), |(text, it)| (text, Some(it)));
    let (core, release) = text.split_once('-').map_or((text, None), |(core, it)| (core, Some(it)));
    let is_number = |part: &str| {
        let is_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        is_digits && (part.len() == 1 || !part.starts_with('0'))
    };
    let is_word = |part: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty() && part.bytes().all(is_letter)
    };
    let is_identifier = |part: &str| {
        is_word(part) && (!part.bytes().all(|it| it.is_ascii_digit()) || is_number(part))
    };
    core.split('.').count() == 3
        && core.split('.').all(is_number)
        && release.is_none_or(|release| release.split('.').all(is_identifier))
        && build.is_none_or(|build| build.split('.').all(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_semantic_or_left_out() {
        let good =
            ["0.1.0", "0.1.0-dev+1a2b3c4d5e6f", "0.1.0-dev+1a2b3c4d5e6f.dirty", "1.20.3-a.1"];
        for version in good {
            assert!(is_semantic_version(version), "{version}");
        }
        for version in
            ["", "0", "0.1", "01.1.0", "0.1.0-", "0.1.0-a..b", "0.1.0+", "0.1.0-01", "a.b.c"]
        {
            assert!(!is_semantic_version(version), "{version}");
        }
    }
}
