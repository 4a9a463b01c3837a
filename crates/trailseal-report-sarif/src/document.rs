//! The SARIF document: with [`driver`](crate::driver) the one place that names `serde_sarif`.
//!
//! Its types have every field of the format and large values, so results are turned into them one
//! by one while they are written.

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Value, json};
use serde_sarif::sarif::{
    ArtifactContent, ArtifactLocation, Invocation, Location, LogicalLocation,
    Message as SarifMessage, Notification as SarifNotification, PhysicalLocation, PropertyBag,
    Region, ReportingDescriptorReference, Result as SarifResult, ResultLevel, RunAutomationDetails,
    Suppression, VersionControlDetails,
};
use trailseal_record::v1::RunLine;

use crate::alert::{Alert, Details};
use crate::alert_location::{AlertLocation, segment};
use crate::causes::Causes;
use crate::driver::{properties, tool};
use crate::markdown;
use crate::notification::Notification;
use crate::population::{Caution, category, organization, scope_word};
use crate::rule::RuleSeverity;

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
    pub(crate) alerts: &'a [&'a Alert],
    pub(crate) causes: &'a Causes,
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
        run.serialize_entry("tool", &tool(document.run, document.alerts))?;
        run.serialize_entry("invocations", &[invocation(document)])?;
        run.serialize_entry("automationDetails", &automation_details(document))?;
        run.serialize_entry("versionControlProvenance", &[provenance(document)])?;
        run.serialize_entry("columnKind", "unicodeCodePoints")?;
        run.serialize_entry("results", &Results(document))?;
        run.serialize_entry("properties", &run_properties(document.run))?;
        run.end()
    }
}

struct Results<'a>(&'a Document<'a>);

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(document) = self;
        let mut results = serializer.serialize_seq(Some(document.alerts.len()))?;
        for alert in document.alerts {
            let mut result = result(alert, document.causes);
            // All results of a file say whether they are suppressed, or none does.
            if document.content == Content::Full {
                let justification = alert.justification.iter();
                result.suppressions = Some(justification.map(|text| suppression(text)).collect());
            }
            results.serialize_element(&result)?;
        }
        results.end()
    }
}

fn invocation(document: &Document<'_>) -> Invocation {
    // A gap is not a failure of the run: GitHub refuses the file of a run that failed.
    Invocation::builder()
        .execution_successful(true)
        .start_time_utc(document.run.started_at.to_string())
        .end_time_utc(document.run.finished_at.to_string())
        .tool_configuration_notifications(
            Caution::of_run(document.run)
                .map(|caution| cautioned(caution, document.run))
                .collect::<Vec<_>>(),
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
        .message(SarifMessage::builder().text(notification.text.clone()).build())
        .level("warning")
        .properties(PropertyBag::builder().additional_properties(properties(&entries)).build())
        .build()
}

fn cautioned(caution: Caution, run: &RunLine) -> SarifNotification {
    let index = Caution::ALL.iter().position(|known| *known == caution).unwrap_or_default();
    let index = i64::try_from(index).unwrap_or(-1);
    SarifNotification::builder()
        .descriptor(ReportingDescriptorReference::builder().id(caution.id()).index(index).build())
        .message(SarifMessage::builder().text(caution.message(run)).build())
        .level(caution.level())
        .build()
}

/// Who vouches for the population, what was left out, and both as sentences to be shown above
/// everything else.
fn run_properties(run: &RunLine) -> Value {
    let banner: Vec<String> = Caution::of_run(run).map(|caution| caution.message(run)).collect();
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

/// What is before the last `/` is GitHub's category.
fn automation_details(document: &Document<'_>) -> RunAutomationDetails {
    let (category, run) = (category(document.run), segment(&document.run.run_id));
    // Both files in one category would close each other's alerts.
    let part = if document.content == Content::Full { "full/" } else { "" };
    RunAutomationDetails::builder().id(format!("{category}/{part}{run}")).build()
}

/// No repository was read, so the organization takes its place, as of the run's "now".
fn provenance(document: &Document<'_>) -> VersionControlDetails {
    VersionControlDetails::builder()
        .repository_uri(format!("urn:trailseal:{}", segment(&organization(document.run))))
        .as_of_time_utc(document.run.as_of.to_string())
        .mapped_to(ArtifactLocation::builder().uri_base_id(ROOT).build())
        .build()
}

fn result(alert: &Alert, causes: &Causes) -> SarifResult {
    let text = alert.message.filled(alert.rule.title());
    let mut message = SarifMessage::builder()
        .id(alert.message.id())
        .arguments(alert.message.arguments.clone())
        .build();
    let cause = alert.cause_id.as_deref().and_then(|id| causes.get(id));
    message.markdown = cause.map(|cause| markdown::message(&text, cause));
    message.text = Some(text);
    let fingerprint = format!("{}:1", alert.fingerprint);
    let fingerprints = [("primaryLocationLineHash".to_owned(), fingerprint)];
    SarifResult::builder()
        .rule_id(alert.rule.id())
        .rule_index(i64::try_from(alert.rule.index()).unwrap_or(-1))
        .level(level(alert.rule.severity()))
        .message(message)
        .locations(vec![location(&alert.location)])
        .partial_fingerprints(BTreeMap::from(fingerprints))
        .properties(PropertyBag::builder().additional_properties(details(alert)).build())
        .build()
}

/// The ids and counts of a result. Lists are cut, counts are not.
fn details(alert: &Alert) -> BTreeMap<String, Value> {
    let Details { reason, expected, observed, also_fails, not_proven, .. } = &alert.details;
    let Details { finding_ids, findings, subjects, subject_count, .. } = &alert.details;
    let mut all: BTreeMap<String, Value> = BTreeMap::new();
    let mut add = |name: &str, value: Value| _ = all.insert(name.to_owned(), value);
    add("reason", json!(reason));
    let texts = [("causeId", &alert.cause_id), ("expected", expected), ("observed", observed)];
    for (name, text) in texts {
        if let Some(text) = text {
            add(name, json!(text));
        }
    }
    for (name, controls) in [("alsoFails", also_fails), ("notProven", not_proven)] {
        if !controls.is_empty() {
            add(name, json!(controls));
        }
    }
    for (name, ids, count) in
        [("findings", finding_ids, findings), ("consequences", subjects, subject_count)]
    {
        if *count > 0 {
            add(name, json!(ids));
            add(&format!("{name}Total"), json!(count));
        }
    }
    all
}

/// An exception accepts it, and it stays a result.
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

fn location(location: &AlertLocation) -> Location {
    let content = location.content();
    let width = i64::try_from(content.chars().count()).unwrap_or(1);
    let physical = PhysicalLocation::builder()
        .artifact_location(
            ArtifactLocation::builder().uri(location.uri.clone()).uri_base_id(ROOT).build(),
        )
        .region(region(&content[..1], 2))
        .context_region(region(&content, width + 1))
        .build();
    let logical = LogicalLocation::builder()
        .fully_qualified_name(location.identity.clone())
        .name(location.name.clone())
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
