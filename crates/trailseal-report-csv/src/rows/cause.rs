//! Rows of `causes.csv`.

use trailseal_record::v1::{CauseLine, FixStepLine};

use crate::cell::{Row, neutralized};
use crate::record_index::RecordIndex;

pub(crate) fn row(index: &RecordIndex, cause: &CauseLine) -> Row {
    let (effect, fix) = (&cause.effect, &cause.fix);
    index
        .row()
        .cell(&cause.cause_id)
        .cell(cause.severity)
        .cell(cause.kind)
        .cell(&cause.aspect)
        .free(&cause.title)
        .free(&cause.subject)
        .maybe(cause.account_id)
        .free(index.account_name(cause.account_id))
        .maybe(cause.region)
        .free(&cause.fact)
        .cell(effect.failed)
        .cell(effect.not_proven)
        .cell(effect.gaps)
        .cell(effect.mended)
        .cell(effect.also_blocks)
        .cell(effect.accounts.len())
        .free(&fix.change)
        .cell(fix.actor)
        .maybe(fix.account_id)
        .maybe(fix.region)
        .free(fix.resource.as_deref().unwrap_or_default())
        .free(fix.first.as_deref().unwrap_or_default())
        .joined("\n", fix.steps.iter().map(step))
        .free(&fix.brings)
        .free(fix.risks.as_deref().unwrap_or_default())
        .list(&effect.controls)
        .list(&effect.operations)
        .list(&effect.regions)
        .list(&effect.resources)
        .list(&effect.accounts)
}

/// One step as a person reads it: a command stays as it is.
fn step(step: &FixStepLine) -> String {
    let text = match step {
        FixStepLine::Command { command } => command.clone(),
        FixStepLine::Statement { into, json } => format!("Review, then add to {into}:\n{json}"),
        FixStepLine::Setting { file, text } if file == "command line" => {
            format!("On the command line:\n{}", text.trim_end())
        }
        FixStepLine::Setting { file, text } => format!("Add to {file}:\n{}", text.trim_end()),
    };
    neutralized(&text).into_owned()
}
