//! Small pieces that several sections show: an account, a call, a gap.

use std::collections::HashMap;

use trailseal_model::AccountId;
use trailseal_record::v1::EvidenceLine;

use crate::text::{cut, when};

/// Names of accounts by id.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<AccountId, String>);

/// An account for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Who {
    /// Twelve digits; empty where a row belongs to no account.
    pub(crate) id: String,
    /// Free text of the customer; empty where there is none.
    pub(crate) name: String,
}

impl Names {
    pub(crate) fn add(&mut self, id: AccountId, name: &str) {
        if !name.trim().is_empty() {
            self.0.insert(id, cut(name));
        }
    }

    pub(crate) fn who(&self, id: AccountId) -> Who {
        Who { id: id.to_string(), name: self.0.get(&id).cloned().unwrap_or_default() }
    }
}

/// How many calls a finding shows.
const MAX_CALLS: usize = 3;

/// One call behind a finding.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) operation: &'static str,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) at: String,
    pub(crate) request_id: Option<String>,
}

/// The first calls behind a finding, and how many more it has.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calls {
    pub(crate) rows: Vec<Call>,
    pub(crate) more: usize,
}

impl Calls {
    pub(crate) fn of(evidence: &[EvidenceLine]) -> Self {
        let call = |line: &EvidenceLine| Call {
            operation: line.operation.as_str(),
            account: line.account_id.map(|account| account.to_string()),
            region: line.region.map(|region| region.to_string()),
            at: when(line.at),
            request_id: line.request_id.as_deref().map(cut),
        };
        let rows: Vec<Call> = evidence.iter().take(MAX_CALLS).map(call).collect();
        Self { more: evidence.len() - rows.len(), rows }
    }
}

/// The first few of a list, and how many more it has.
#[derive(Debug, Clone)]
pub(crate) struct Few {
    pub(crate) items: Vec<String>,
    pub(crate) more: usize,
}

impl Few {
    pub(crate) fn of<T: ToString>(limit: usize, items: &[T]) -> Self {
        let shown: Vec<String> =
            items.iter().take(limit).map(|item| cut(&item.to_string())).collect();
        Self { more: items.len() - shown.len(), items: shown }
    }
}
