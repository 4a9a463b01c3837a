//! Rows of `trails.csv`.

use trailseal_model::Delivery;
use trailseal_model::record::v1::{DifferingSightingsLine, TrailLine};

use crate::cell::Row;
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &TrailLine) -> Row {
    let bucket = it.bucket.as_deref().and_then(|it| known.bucket(it));
    let is_logging = it.status.iter().filter(|it| it.is_logging == Some(true));
    let errors = it
        .status
        .iter()
        .filter_map(|it| Some(format!("{}={}", it.region, it.latest_delivery_error.as_ref()?)));
    let deviations = it.sampling.deviations.iter().map(|(class, n)| format!("{class}={n}"));
    let row = known
        .row()
        .cell(&it.trail_arn)
        .free(&it.name)
        .cell(&it.account_id)
        .free(known.account_name(&it.account_id))
        .free(known.ou_path(&it.account_id))
        .cell(&it.home_region)
        .cell(&it.verdict)
        .cell(&it.key_id_only_rule)
        .cell(it.is_multi_region)
        .cell(it.is_organization_trail)
        .maybe(it.bucket.as_ref())
        .free(it.prefix.as_deref().unwrap_or_default())
        .maybe(bucket.and_then(|it| it.region.as_ref()))
        .maybe(bucket.and_then(|it| it.owner_account_id.as_ref()))
        .maybe(it.kms_key_id.as_ref())
        .maybe(it.key_arn.as_deref().map(|it| known.resolved(it)))
        .cell(it.includes_global_service_events)
        .cell(it.log_file_validation)
        .cell(it.has_custom_event_selectors)
        .cell(it.has_insight_selectors)
        .maybe(it.sns_topic_arn.as_ref())
        .maybe(it.log_group_arn.as_ref())
        .cell(&it.described_from)
        .cell(it.sightings)
        .cell(it.status.len())
        .cell(is_logging.count())
        .maybe(it.status.iter().filter_map(|it| it.latest_delivery.as_ref()).max())
        .free(&errors.collect::<Vec<_>>().join(";"))
        .cell(it.sampling.population)
        .cell(it.sampling.population_counted)
        .cell(&it.sampling.method)
        .cell(it.sampling.tested)
        .cell(it.sampling.sealed)
        .cell(it.sampling.unreadable)
        .cell(it.sampling.left_population)
        .list(deviations)
        .maybe(it.records_read_events)
        .maybe(it.records_write_events)
        .list(&it.excluded_event_sources)
        .free(known.ou_names(&it.account_id))
        .maybe(it.history.sealed_since.as_ref())
        .maybe(it.history.oldest.as_ref())
        .cell(it.history.examined)
        .list(it.history.deviations.iter().map(|(class, n)| format!("{class}={n}")))
        .maybe(it.digest.newest.as_ref())
        .maybe(it.digest.result.as_ref())
        .free(&it.differing_sightings.iter().map(differing).collect::<Vec<_>>().join(";"));
    of_organization(row, it)
}

/// What some targets show otherwise, after the first of them.
fn differing(it: &DifferingSightingsLine) -> String {
    let fields = it.fields.iter();
    let fields =
        fields.map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or_default()));
    let fields: Vec<String> = fields.collect();
    format!("{} {} x{}: {}", it.account_id, it.region, it.targets, fields.join(", "))
}

/// What an organization trail does for the organization's members.
fn of_organization(row: Row, it: &TrailLine) -> Row {
    let delivering = it.members.counts.get(Delivery::Delivering.as_str());
    let delivering = delivering.copied().unwrap_or_default();
    let problems = it.members.counts.iter().filter(|it| *it.0 != *Delivery::Delivering.as_str());
    let problems = problems.map(|(kind, n)| format!("{kind}={n}"));
    let prefixes = it.account_prefixes.as_ref();
    row.cell(it.members.asked)
        .cell(delivering)
        .list(problems)
        .maybe(prefixes.map(|it| it.found))
        .maybe(prefixes.filter(|it| it.is_whole).map(|it| it.without.len()))
        .list(prefixes.iter().flat_map(|it| &it.unlisted))
}
