//! Rows of `sampling.csv`.

use trailseal_model::record::v1::TrailLine;

use crate::cell::Row;
use crate::record_index::RecordIndex;

/// The rules of the draw, in docs/reports/csv.md; another number when they change.
const ALGORITHM: &str = "trailseal-sampling/1";

pub(crate) fn row(known: &RecordIndex, it: &TrailLine) -> Row {
    let (run, sampling) = (&known.run, &it.sampling);
    let thresholds = &run.thresholds;
    let has_deviations = !sampling.deviations.is_empty();
    let is_within =
        sampling.upper_bound.map(|bound| !has_deviations && bound <= thresholds.tolerable_rate);
    let deviations = sampling.deviations.iter().map(|(class, n)| format!("{class}={n}"));
    known
        .row()
        .cell(&it.trail_arn)
        .maybe(it.bucket.as_ref())
        .free(it.prefix.as_deref().unwrap_or_default())
        .cell(&run.window_start)
        .cell(&run.window_end)
        .cell(&sampling.method)
        .maybe(sampling.estimand.as_ref())
        .cell(sampling.population)
        .cell(sampling.population_counted)
        .cell(sampling.eligible)
        .cell(sampling.cells)
        .cell(sampling.cells_drawn)
        .cell(sampling.cells_empty)
        .cell(sampling.lists)
        .cell(sampling.census_lists)
        .cell(ALGORITHM)
        .maybe(run.settings.get("seed"))
        .cell(thresholds.sample_size)
        .cell(sampling.selected)
        .cell(sampling.tested)
        .cell(sampling.sealed)
        .cell(sampling.unreadable)
        .cell(sampling.examined)
        .cell(sampling.left_population)
        .maybe(sampling.switched_at.as_ref())
        .cell(sampling.replaced)
        .list(deviations)
        .cell(thresholds.confidence)
        .maybe(sampling.upper_bound)
        .cell(thresholds.tolerable_rate)
        .maybe(is_within)
        .list(&sampling.gap_ids)
        .maybe(it.account_prefixes.as_ref().map(|it| it.lists))
}
