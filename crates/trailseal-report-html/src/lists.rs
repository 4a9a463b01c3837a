//! Small pieces that several sections show: an account, a call, a gap.

use std::collections::HashMap;

use trailseal_model::record::v1::EvidenceLine;

use crate::text::{cut, when};

/// Names of accounts by id.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<String, String>);

/// An account for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// Twelve digits; empty where a row belongs to no account.
    pub(crate) id: String,
    /// Free text of the customer; empty where there is none.
    pub(crate) name: String,
}

impl Names {
    pub(crate) fn add(&mut self, id: String, name: &str) {
        if !name.trim().is_empty() {
            self.0.insert(id, cut(name));
        }
    }

    pub(crate) fn who(&self, id: &str) -> Who {
        Who { id: cut(id), name: self.0.get(id).cloned().unwrap_or_default() }
    }
}

/// How many calls a finding shows.
const MAX_CALLS: usize = 3;

/// One call behind a finding.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) at: String,
    pub(crate) request_id: Option<String>,
}

/// The first calls behind a finding, and how many more there are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls {
    pub(crate) rows: Vec<Call>,
    pub(crate) more: usize,
}

impl Calls {
    pub(crate) fn of(evidence: &[EvidenceLine]) -> Self {
        let call = |it: &EvidenceLine| Call {
            operation: cut(&it.operation),
            account: it.account_id.as_deref().map(cut),
            region: it.region.as_deref().map(cut),
            at: when(&it.at),
            request_id: it.request_id.as_deref().map(cut),
        };
        let rows: Vec<Call> = evidence.iter().take(MAX_CALLS).map(call).collect();
        Self { more: evidence.len() - rows.len(), rows }
    }
}

/// The first few of a list, and how many more there are.
#[derive(Debug, Clone)]
pub(crate) struct Few {
    pub(crate) items: Vec<String>,
    pub(crate) more: usize,
}

impl Few {
    pub(crate) fn of(limit: usize, items: &[String]) -> Self {
        let shown: Vec<String> = items.iter().take(limit).map(|it| cut(it)).collect();
        Self { more: items.len() - shown.len(), items: shown }
    }
}
