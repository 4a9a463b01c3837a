//! Rows of `accounts.csv`.

use trailseal_model::{Outcome, RecordedBySealed};
use trailseal_record::v1::AccountLine;

use crate::cell::{Row, neutralized};
use crate::record_index::RecordIndex;
use crate::table_file::Urgency;

/// What an account asks for: a failure of its own, or logs that no sealed trail records.
pub(crate) fn urgency(account: &AccountLine) -> Urgency {
    let of_controls = Urgency::of(&account.failing_controls, &account.not_proven_controls);
    let of_trails = match account.recorded_by_sealed_trail {
        Some(RecordedBySealed::No | RecordedBySealed::NotCovered) => Urgency::Failed,
        Some(RecordedBySealed::Unproven) => Urgency::NotProven,
        Some(RecordedBySealed::Yes) | None => Urgency::Settled,
    };
    of_controls.min(of_trails)
}

pub(crate) fn row(index: &RecordIndex, account: &AccountLine) -> Row {
    // Each by itself: where `;` separates columns, each would be a cell.
    let tags = account.tags.iter();
    let tags = tags.map(|(key, value)| neutralized(&format!("{key}={value}")).into_owned());
    let is_judged = account.other_trails.is_some();
    let regions = |outcome: Outcome| account.regions.get(&outcome).copied().unwrap_or_default();
    index
        .row()
        .cell(account.account_id)
        .free(&account.name)
        .cell(account.state)
        .free(account.ou_path.as_deref().unwrap_or_default())
        .free(account.ou_names.as_deref().unwrap_or_default())
        .list(tags)
        .maybe(account.role_arn.as_ref())
        .maybe(account.recorded_by_sealed_trail)
        .maybe(account.other_trails)
        .maybe(Some(account.other_trails_unknown_regions).filter(|_| is_judged))
        .maybe(account.logs_sealed)
        .list(&account.failing_controls)
        .list(&account.not_proven_controls)
        .list(&account.cause_ids)
        .free(index.change(&account.cause_ids))
        .list(&account.recorded_by)
        .list(&account.listed_trails)
        .cell(account.regions.values().sum::<u64>())
        .cell(regions(Outcome::Evaluated))
        .cell(regions(Outcome::Partial))
        .cell(regions(Outcome::NotEvaluated))
        .cell(regions(Outcome::Excluded))
        .cell(regions(Outcome::RegionDisabled))
        .cell(regions(Outcome::AccountNotActive))
        .maybe(account.member_delivery)
        .maybe(account.log_prefix)
}
