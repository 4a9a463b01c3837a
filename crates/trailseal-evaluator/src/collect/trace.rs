//! One object that was looked at, away from where it was listed.

use jiff::Timestamp;
use trailseal_model::{Region, Selection};

use super::classify::Seen;
use super::heads::{Head, Look};
use super::log_location::LogLocation;

/// One object that was looked at, with its key.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    pub(super) key: String,
    pub(super) at: Timestamp,
    pub(super) region: Region,
    pub(super) selection: Selection,
    pub(super) head: Head,
}

impl Trace {
    pub(super) fn of(look: &Look, place: &LogLocation<'_>) -> Self {
        Self {
            key: place.key(look.listed),
            at: look.listed.at(),
            region: place.region(look.listed),
            selection: look.selection,
            head: look.head.clone(),
        }
    }

    pub(super) fn seen(self, place: &LogLocation<'_>) -> Seen {
        let Self { key, at, region, selection, head } = self;
        let bucket = place.bucket.to_owned();
        let (mut found, mut by, mut gap, mut is_vanished) = (None, None, None, false);
        match head {
            Head::Found(head, evidence) => (found, by) = (Some(*head), Some(evidence)),
            Head::Vanished(evidence) => (by, is_vanished) = (Some(evidence), true),
            Head::Unreadable(unread) => gap = Some(unread),
        }
        Seen { bucket, key, at, region, head: found, evidence: by, gap, is_vanished, selection }
    }
}
