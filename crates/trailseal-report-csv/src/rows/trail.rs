//! Rows of `trails.csv`.

use trailseal_model::Delivery;
use trailseal_record::v1::{DifferingSightingsLine, TrailLine};

use crate::cell::Row;
use crate::record_index::RecordIndex;
use crate::rows::counts;
use crate::table_file::Urgency;

/// What a trail asks for.
pub(crate) fn urgency(trail: &TrailLine) -> Urgency {
    Urgency::of(&trail.failing_controls, &trail.not_proven_controls).min(trail.verdict.into())
}

pub(crate) fn row(index: &RecordIndex, trail: &TrailLine) -> Row {
    let bucket = trail.bucket.as_deref().and_then(|name| index.bucket(name));
    let row = index
        .row()
        .cell(&trail.trail_arn)
        .free(&trail.name)
        .cell(trail.account_id)
        .free(index.account_name(trail.account_id))
        .free(index.ou_path(trail.account_id))
        .free(index.ou_names(trail.account_id))
        .cell(trail.home_region)
        .cell(trail.verdict)
        .cell(trail.key_id_only_rule)
        .list(&trail.failing_controls)
        .list(&trail.not_proven_controls)
        .list(&trail.cause_ids)
        .free(index.change(&trail.cause_ids))
        .cell(trail.is_multi_region)
        .cell(trail.is_organization_trail)
        .maybe(trail.bucket.as_ref())
        .free(trail.prefix.as_deref().unwrap_or_default())
        .maybe(bucket.and_then(|bucket| bucket.region))
        .maybe(bucket.and_then(|bucket| bucket.owner_account_id))
        .maybe(trail.kms_key_id.as_ref())
        .maybe(trail.key_arn.as_ref().map(|arn| index.resolved(arn)))
        .cell(trail.includes_global_service_events)
        .cell(trail.log_file_validation)
        .cell(trail.has_custom_event_selectors)
        .cell(trail.has_insight_selectors)
        .maybe(trail.sns_topic_arn.as_ref())
        .maybe(trail.log_group_arn.as_ref())
        .cell(trail.described_from)
        .cell(trail.sightings)
        .free(&trail.differing_sightings.iter().map(differing).collect::<Vec<_>>().join(";"));
    of_organization(of_objects(of_delivery(row, trail), trail), trail)
}

/// What some targets show otherwise, after the first of them.
fn differing(sightings: &DifferingSightingsLine) -> String {
    let DifferingSightingsLine { account_id, region, targets, fields } = sightings;
    let shown = |(name, value): (&String, &Option<String>)| {
        format!("{name}={}", value.as_deref().unwrap_or_default())
    };
    let fields: Vec<String> = fields.iter().map(shown).collect();
    format!("{account_id} {region} x{targets}: {}", fields.join(", "))
}

/// How its logs are delivered, and which events it records.
fn of_delivery(row: Row, trail: &TrailLine) -> Row {
    let logging = trail.status.iter().filter(|status| status.is_logging == Some(true));
    let error = |status: &trailseal_record::v1::StatusLine| {
        Some(format!("{}={}", status.region, status.latest_delivery_error.as_ref()?))
    };
    let errors: Vec<String> = trail.status.iter().filter_map(error).collect();
    row.cell(trail.status.len())
        .cell(logging.count())
        .maybe(trail.status.iter().filter_map(|status| status.latest_delivery).max())
        .free(&errors.join(";"))
        .maybe(trail.records_read_events)
        .maybe(trail.records_write_events)
        .list(&trail.excluded_event_sources)
}

/// What its delivered objects show.
fn of_objects(row: Row, trail: &TrailLine) -> Row {
    let (sampling, history, digest) = (&trail.sampling, &trail.history, &trail.digest);
    row.cell(sampling.population)
        .cell(sampling.population_counted)
        .cell(sampling.method)
        .cell(sampling.tested)
        .cell(sampling.sealed)
        .cell(sampling.unreadable)
        .cell(sampling.left_population)
        .list(counts(&sampling.deviations))
        .maybe(history.sealed_since)
        .maybe(history.oldest)
        .cell(history.examined)
        .list(counts(&history.deviations))
        .maybe(digest.newest)
        .maybe(digest.result)
}

/// What an organization trail does for the organization's members.
fn of_organization(row: Row, trail: &TrailLine) -> Row {
    let counts = &trail.members.counts;
    let delivering = counts.get(&Delivery::Delivering).copied().unwrap_or_default();
    let problems = counts.iter().filter(|(delivery, _)| **delivery != Delivery::Delivering);
    let problems = problems.map(|(delivery, places)| format!("{delivery}={places}"));
    let prefixes = trail.account_prefixes.as_ref();
    let whole = prefixes.filter(|prefixes| prefixes.is_whole);
    row.cell(trail.members.asked)
        .cell(delivering)
        .list(problems)
        .maybe(prefixes.map(|prefixes| prefixes.found))
        .maybe(whole.map(|prefixes| prefixes.without.len()))
        .list(prefixes.iter().flat_map(|prefixes| &prefixes.unlisted))
}
