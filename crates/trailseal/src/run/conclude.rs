//! The end of a run: everything is answered, and the reports are made.

use trailseal_audit::Audited;
use trailseal_evaluator::{CauseContext, causes};
use trailseal_model::{Exception, ExceptionMatches};
use trailseal_record::v1::{Audit, Run};

use super::Scanned;
use super::heartbeat::Heartbeat;
use super::publish::publish;
use crate::error::UserError;
use crate::output::OutputFolder;
use crate::samples::SampleSpool;

/// What the reports are made of.
pub(super) struct Conclusion {
    pub(super) run: Run,
    pub(super) audited: Audited,
    pub(super) exceptions: Vec<Exception>,
    pub(super) samples: SampleSpool,
    pub(super) reports: OutputFolder,
    /// Told of the result.
    pub(super) heartbeat: Heartbeat,
}

/// Applies the exceptions, and writes the record and every report of it.
pub(super) fn conclude(conclusion: Conclusion) -> Result<Scanned, UserError> {
    let Conclusion { run, audited, exceptions, samples, reports, heartbeat } = conclusion;
    let Audited { facts, findings, accounts, covered_by, gaps } = audited;
    let excepted = ExceptionMatches::new(exceptions, &facts, &findings, &gaps);
    let context = CauseContext {
        partition: run.partition,
        caller_arn: &run.caller_arn,
        caller_account: run.caller_account,
        role_name: &run.role_name,
        other_roles: &run.other_roles,
    };
    let causes = causes(&facts, &findings, &gaps, &context);
    let audit = Audit { run, facts, findings, accounts, covered_by, gaps, excepted, causes };
    let (folder, summary) = publish(&audit, samples, reports)?;
    heartbeat.finish(&audit, &folder);
    Ok(Scanned { exit_code: audit.exit_code(), folder, summary })
}
