//! What happens during a run, for progress, logs and metrics.

use std::time::Duration;

use crate::account::AccountId;
use crate::arn::Arn;
use crate::coverage::Outcome;
use crate::gap::Gap;
use crate::gap_class::GapClass;
use crate::operation::Operation;
use crate::region::Region;
use crate::target::Target;

/// Something that happened. Everything that watches a run sees these and nothing else.
#[derive(Debug, Clone)]
pub enum Event<'a> {
    /// One page of the directory arrived.
    AccountsListed {
        /// Accounts on the page.
        count: usize,
    },
    /// The directory is at its end.
    DirectoryEnded {
        /// The organization's id; `None` for an account without one, or where nothing tells.
        organization: Option<&'a str>,
        /// Whether every page arrived.
        is_complete: bool,
    },
    /// An account's Regions are known and its work begins; or it could not be opened.
    AccountOpened {
        /// The account.
        account: AccountId,
        /// How many of its targets will be read.
        targets: usize,
    },
    /// A target came to its end.
    TargetSettled {
        /// The target.
        target: Target,
        /// How.
        outcome: Outcome,
    },
    /// A trail's facts will be collected.
    TrailQueued,
    /// A trail's facts were collected.
    TrailCollected {
        /// The trail.
        trail: &'a Arn,
    },
    /// Places were found where log objects will be looked for, or objects that will be examined.
    ObjectsQueued {
        /// How many.
        count: usize,
    },
    /// Some of them were examined, or need not be.
    ObjectsExamined {
        /// How many.
        count: usize,
    },
    /// One request was made and answered, or failed.
    Request {
        /// What was asked.
        operation: Operation,
        /// In which account; `None` for the caller's own directory calls.
        account: Option<AccountId>,
        /// In which Region.
        region: Option<Region>,
        /// Counted from 1.
        attempt: u8,
        /// How long it took, without the wait for its permit.
        took: Duration,
        /// Its failure, if it failed.
        failure: Option<GapClass>,
    },
    /// A gap was recorded.
    GapRecorded {
        /// The gap.
        gap: &'a Gap,
    },
}

/// Where events go. Called from many tasks at once; it must not block.
pub trait EventSink: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: &Event<'_>);
}

/// Drops every event.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEvents;

impl EventSink for NoEvents {
    fn emit(&self, _event: &Event<'_>) {}
}
