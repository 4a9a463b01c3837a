//! What lies beside the window of the samples: older logs, and digests.

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::gap::GapId;
use crate::sample::{Deviating, Sample, Unreadable};

/// What logs that are older than the window show, from the oldest one on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistorySample {
    /// When the oldest log object of the trail's home Region was delivered, by its name.
    pub oldest: Option<Timestamp>,
    /// ListObjectsV2 requests.
    pub lists: u32,
    /// Older objects that were read.
    pub examined: u32,
    /// Objects whose encryption could not be read.
    pub unreadable: u32,
    /// The same by cause.
    pub unreadable_objects: Vec<Unreadable>,
    /// Objects of any age that lie under another encryption, those older than a change of it among them.
    pub deviating: Vec<Deviating>,
    /// From when on every object that was looked at is sealed, as of this run; `None` where a later
    /// one was not.
    pub sealed_since: Option<Timestamp>,
    /// The call that read the oldest object.
    pub oldest_read_by: Option<Evidence>,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed or read.
    pub gaps: Vec<GapId>,
}

/// The newest digest of a trail in its home Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DigestSample {
    /// It, where there is one.
    pub newest: Option<Box<Sample>>,
    /// Whether listing ended before the window did, so that there may be a newer one.
    pub is_cut: bool,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed or read.
    pub gaps: Vec<GapId>,
}
