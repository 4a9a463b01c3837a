//! Rows of `accounts.csv`.

use trailseal_model::Outcome;
use trailseal_model::record::v1::AccountLine;

use crate::cell::{Row, neutralized};
use crate::record_index::RecordIndex;

pub(crate) fn row(known: &RecordIndex, it: &AccountLine) -> Row {
    // Each by itself: where `;` separates columns, each would be a cell.
    let tags =
        it.tags.iter().map(|(key, value)| neutralized(&format!("{key}={value}")).into_owned());
    let regions = |outcome: Outcome| it.regions.get(outcome.as_str()).copied().unwrap_or_default();
    known
        .row()
        .cell(&it.account_id)
        .free(&it.name)
        .cell(&it.state)
        .free(it.ou_path.as_deref().unwrap_or_default())
        .free(it.ou_names.as_deref().unwrap_or_default())
        .list(tags)
        .maybe(it.role_arn.as_ref())
        .maybe(it.logs_sealed.as_ref())
        .list(&it.recorded_by)
        .cell(it.regions.values().sum::<u64>())
        .cell(regions(Outcome::Evaluated))
        .cell(regions(Outcome::Partial))
        .cell(regions(Outcome::NotEvaluated))
        .cell(regions(Outcome::Excluded))
        .cell(regions(Outcome::RegionDisabled))
        .cell(regions(Outcome::AccountNotActive))
        .maybe(it.member_delivery.as_ref())
        .maybe(it.log_prefix.as_ref())
}
