//! Rows of `sampling.csv`.

use crate::cell::Row;
use crate::conclusion::{conclusion, is_within_rate};
use crate::record_index::{RecordIndex, SampledTrail};
use crate::rows::counts;

pub(crate) fn row(index: &RecordIndex, trail: &SampledTrail) -> Row {
    let (sampling, thresholds) = (&trail.sampling, &index.run.thresholds);
    let tally = index.tallies.of(&trail.trail_arn);
    index
        .row()
        .cell(&trail.trail_arn)
        .maybe(trail.bucket.as_ref())
        .free(trail.prefix.as_deref().unwrap_or_default())
        .cell(conclusion(sampling, tally, thresholds))
        .cell(sampling.method)
        .maybe(sampling.estimand)
        .cell(sampling.population)
        .cell(sampling.population_counted)
        .cell(sampling.eligible)
        .cell(sampling.clusters)
        .cell(sampling.clusters_drawn)
        .cell(sampling.clusters_empty)
        .cell(tally.unlisted)
        .cell(sampling.selected)
        .cell(sampling.tested)
        .cell(sampling.sealed)
        .cell(sampling.unreadable)
        .cell(sampling.replaced)
        .cell(sampling.left_population)
        .cell(sampling.examined)
        .list(counts(&sampling.deviations))
        .maybe(sampling.upper_bound)
        .maybe(is_within_rate(sampling, thresholds))
        .maybe(sampling.key_changed_at)
        .cell(tally.samples)
        .cell(tally.clusters)
        .cell(sampling.lists)
        .cell(sampling.census_lists)
        .maybe(trail.prefix_lists)
        .list(&sampling.gap_ids)
}
