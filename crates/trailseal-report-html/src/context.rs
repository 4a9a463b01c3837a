//! What is known when the lines of findings and coverage come in.

use crate::causes::CauseTotals;
use crate::exceptions::ExceptionTotals;
use crate::gaps::Gaps;
use crate::lists::Names;

/// What the record's earlier lines said, for the lines that refer to it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) names: &'a Names,
    pub(crate) gaps: &'a Gaps,
    pub(crate) exceptions: &'a ExceptionTotals,
    pub(crate) causes: &'a CauseTotals,
}
