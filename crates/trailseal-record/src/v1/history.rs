//! Older logs and digests as parts of a trail's line.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use trailseal_model::{DeviationClass, DigestSample, HistorySample, SampleResult};

use super::values::{GapNames, gap_ids, time};
use crate::Time;

/// What logs older than the window show.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryLine {
    /// When the oldest log object in the home Region was delivered.
    pub oldest: Option<Time>,
    /// Since when every log object that was examined is sealed, as of this run; `null` where a later
    /// one was not, or none was examined.
    pub sealed_since: Option<Time>,
    /// ListObjectsV2 requests.
    pub lists: u32,
    /// Older objects that were read.
    pub examined: u32,
    /// Objects that could not be read.
    pub unreadable: u32,
    /// Objects of any age under another encryption, by class.
    pub deviations: BTreeMap<DeviationClass, u32>,
    /// Why something could not be listed or read.
    pub gap_ids: Vec<String>,
}

/// What the newest digest shows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DigestLine {
    /// When it was delivered, by its name; `null` if there is none, or none was looked for.
    pub newest: Option<Time>,
    /// What it came to, as in the samples.
    pub result: Option<SampleResult>,
    /// Why something could not be listed or read.
    pub gap_ids: Vec<String>,
}

pub(super) fn history_line(history: &HistorySample, names: &GapNames<'_>) -> HistoryLine {
    let deviations = history.deviating.iter().fold(BTreeMap::new(), |mut counts, it| {
        *counts.entry(it.class).or_default() += it.count;
        counts
    });
    HistoryLine {
        oldest: time(history.oldest),
        sealed_since: time(history.sealed_since),
        lists: history.lists,
        examined: history.examined,
        unreadable: history.unreadable,
        deviations,
        gap_ids: gap_ids(history.gaps.iter().copied(), names),
    }
}

pub(super) fn digest_line(digest: &DigestSample, names: &GapNames<'_>) -> DigestLine {
    let newest = digest.newest.as_deref();
    DigestLine {
        newest: newest.map(|digest| digest.named_at.into()),
        result: newest.map(|digest| digest.result),
        gap_ids: gap_ids(digest.gaps.iter().copied(), names),
    }
}
