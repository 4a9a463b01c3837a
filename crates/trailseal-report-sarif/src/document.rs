//! The SARIF document: the one place that names `serde_sarif`.
//!
//! Its types have every field of the format and large values, so results are turned into them one
//! by one while they are written.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Invocation, Location, LogicalLocation, Message,
    MultiformatMessageString, Notification as SarifNotification, PhysicalLocation, PropertyBag,
    Region, ReportingConfiguration, ReportingDescriptor, ReportingDescriptorReference,
    Result as SarifResult, ResultLevel, RunAutomationDetails, Suppression, Tool, ToolComponent,
    VersionControlDetails,
};
use trailseal_model::record::v1::RunLine;

use crate::alert_location::{AlertLocation, segment};
use crate::notification::Notification;
use crate::pages::{control_page, without_relative_links};
use crate::population::{Caution, category, organization, scope_word};
use crate::result::Alert;
use crate::rule::{Rule, RuleSeverity, pascal_case};
use crate::text::filled;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// What the paths are relative to; by custom the root of the repository.
const ROOT: &str = "%SRCROOT%";

/// Which results a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// What GitHub shall open alerts for.
    Upload,
    /// What is accepted as well, suppressed.
    Full,
}

/// Everything that goes into the file.
pub(crate) struct Document<'a> {
    pub(crate) run: &'a RunLine,
    pub(crate) alerts: &'a [Alert],
    pub(crate) notifications: &'a [Notification],
    pub(crate) content: Content,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut log = serializer.serialize_map(Some(3))?;
        log.serialize_entry("$schema", SCHEMA)?;
        log.serialize_entry("version", "2.1.0")?;
        log.serialize_entry("runs", &[Run(self)])?;
        log.end()
    }
}

struct Run<'a>(&'a Document<'a>);

impl Serialize for Run<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(document) = self;
        let mut run = serializer.serialize_map(Some(7))?;
        run.serialize_entry("tool", &tool(document.run))?;
        run.serialize_entry("invocations", &[invocation(document)])?;
        run.serialize_entry("automationDetails", &automation_details(document))?;
        run.serialize_entry("versionControlProvenance", &[provenance(document)])?;
        run.serialize_entry("columnKind", "unicodeCodePoints")?;
        let (alerts, content) = (document.alerts, document.content);
        run.serialize_entry("results", &Results { alerts, content })?;
        run.serialize_entry("properties", &run_properties(document.run))?;
        run.end()
    }
}

struct Results<'a> {
    alerts: &'a [Alert],
    content: Content,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut results = serializer.serialize_seq(Some(self.alerts.len()))?;
        let templates: Vec<_> = Rule::all().map(Rule::templates).collect();
        for alert in self.alerts {
            let template = templates[alert.rule.index()]
                .iter()
                .find(|it| it.0 == alert.template)
                .expect("an alert names a template of its rule");
            let mut result = result(alert, &template.1);
            // All results of a file say whether they are suppressed, or none does.
            if self.content == Content::Full {
                result.suppressions =
                    Some(alert.justification.iter().map(|it| suppression(it)).collect());
            }
            results.serialize_element(&result)?;
        }
        results.end()
    }
}

fn tool(run: &RunLine) -> Tool {
    let driver = ToolComponent::builder()
        .name("Trailseal")
        .version(run.tool_version.clone())
        .rules(Rule::all().map(rule).collect::<Vec<_>>())
        .notifications(Caution::ALL.map(caution).to_vec())
        .build();
    Tool::builder().driver(driver).build()
}

fn rule(rule: Rule) -> ReportingDescriptor {
    let severity = rule.severity();
    let properties = PropertyBag::builder()
        .tags(rule.tags().iter().map(ToString::to_string).collect::<Vec<_>>())
        .additional_properties(rule_properties(rule, severity))
        .build();
    let templates = rule.templates().into_iter().map(|(name, it)| (name.to_owned(), text(it)));
    let help = format!("{} {}", rule.description(), rule.advice());
    ReportingDescriptor::builder()
        .id(rule.id())
        .name(rule.name())
        .short_description(text(rule.title()))
        .full_description(text(rule.description()))
        .help(MultiformatMessageString::builder().text(help).markdown(markdown(rule)).build())
        .help_uri(rule.help_uri())
        .default_configuration(ReportingConfiguration::builder().level(severity.level()).build())
        .message_strings(templates.collect::<BTreeMap<_, _>>())
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

/// The page of a control, or the same in short for a rule that is none.
fn markdown(rule: Rule) -> String {
    if let Rule::Control(control) = rule {
        return without_relative_links(control_page(control));
    }
    let (id, title) = (rule.id(), rule.title());
    format!("# {id}\n\n**{title}.** {}\n\n{}\n", rule.description(), rule.advice())
}

fn invocation(document: &Document<'_>) -> Invocation {
    // A gap is not a failure of the run: GitHub refuses the file of a run that failed.
    Invocation::builder()
        .execution_successful(true)
        .start_time_utc(document.run.started_at.clone())
        .end_time_utc(document.run.finished_at.clone())
        .tool_configuration_notifications(
            Caution::of_run(document.run).map(|it| cautioned(it, document.run)).collect::<Vec<_>>(),
        )
        .tool_execution_notifications(
            document.notifications.iter().map(notification).collect::<Vec<_>>(),
        )
        .build()
}

fn notification(notification: &Notification) -> SarifNotification {
    let entries: Vec<(&str, &str)> =
        notification.properties.iter().map(|(name, value)| (*name, value.as_str())).collect();
    SarifNotification::builder()
        .message(Message::builder().text(notification.text.clone()).build())
        .level(RuleSeverity::NotAssessed.level())
        .properties(PropertyBag::builder().additional_properties(properties(&entries)).build())
        .build()
}

fn cautioned(caution: Caution, run: &RunLine) -> SarifNotification {
    let index = Caution::ALL.iter().position(|it| *it == caution).unwrap_or_default();
    let index = i64::try_from(index).unwrap_or(-1);
    SarifNotification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(caution.id()).index(index).build())
        .message(Message::builder().text(caution.message(run)).build())
        .level(caution.level())
        .build()
}

/// Whose word stands for the population, what was left out, and both as sentences to be shown above
/// everything else.
fn run_properties(run: &RunLine) -> Value {
    let banner: Vec<String> = Caution::of_run(run).map(|it| it.message(run)).collect();
    json!({
        "banner": banner,
        "endpoints": run.endpoints,
        "population_source": run.population_source,
        "rejudged": run.rejudged,
        "scope": scope_word(run),
        "exceptions": run.exceptions,
        "simulation": run.simulation,
    })
}

/// What stands before the last `/` is GitHub's category.
fn automation_details(document: &Document<'_>) -> RunAutomationDetails {
    let (category, run) = (category(document.run), segment(&document.run.run_id));
    // Both files in one category would close each other's alerts.
    let part = if document.content == Content::Full { "full/" } else { "" };
    RunAutomationDetails::builder().id(format!("{category}/{part}{run}")).build()
}

/// No repository was read, so what stands for it is the organization, as of the run's "now".
fn provenance(document: &Document<'_>) -> VersionControlDetails {
    VersionControlDetails::builder()
        .repository_uri(format!("urn:trailseal:{}", segment(organization(document.run))))
        .as_of_time_utc(document.run.as_of.clone())
        .mapped_to(ArtifactLocation::builder().uri_base_id(ROOT).build())
        .build()
}

fn result(alert: &Alert, template: &str) -> SarifResult {
    let message = Message::builder()
        .id(alert.template)
        .arguments(alert.arguments.clone())
        .text(filled(template, &alert.arguments))
        .build();
    let fingerprint = format!("{}:1", alert.fingerprint);
    let fingerprints = [("primaryLocationLineHash".to_owned(), fingerprint)];
    let reason = properties(&[("reason", &alert.reason)]);
    SarifResult::builder()
        .rule_id(alert.rule.id())
        .rule_index(i64::try_from(alert.rule.index()).unwrap_or(-1))
        .level(level(alert.rule.severity()))
        .message(message)
        .locations(vec![location(&alert.place)])
        .partial_fingerprints(BTreeMap::from(fingerprints))
        .properties(PropertyBag::builder().additional_properties(reason).build())
        .build()
}

/// Somebody answers for it, and it stays a result.
fn suppression(justification: &str) -> Suppression {
    Suppression::builder()
        .kind(json!("external"))
        .status(json!("accepted"))
        .justification(justification)
        .build()
}

fn level(severity: RuleSeverity) -> ResultLevel {
    match severity.level() {
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    }
}

fn location(place: &AlertLocation) -> Location {
    let content = place.content();
    let width = i64::try_from(content.chars().count()).unwrap_or(1);
    let physical = PhysicalLocation::builder()
        .artifact_location(
            ArtifactLocation::builder().uri(place.uri.clone()).uri_base_id(ROOT).build(),
        )
        .region(region(&content[..1], 2))
        .context_region(region(&content, width + 1))
        .build();
    let logical = LogicalLocation::builder()
        .fully_qualified_name(place.identity.clone())
        .name(place.name.clone())
        .kind("resource")
        .build();
    Location::builder().physical_location(physical).logical_locations(vec![logical]).build()
}

/// From the start of the only line to this column.
fn region(snippet: &str, end_column: i64) -> Region {
    Region::builder()
        .start_line(1)
        .start_column(1)
        .end_line(1)
        .end_column(end_column)
        .snippet(ArtifactContent::builder().text(snippet).build())
        .build()
}

fn text(text: impl Into<String>) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

fn properties(entries: &[(&str, &str)]) -> BTreeMap<String, Value> {
    entries.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}
