//! Delivered log objects: each one looked at, and what they show together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::evidence::Evidence;
use crate::gap::GapId;
use crate::vocabulary::vocabulary;

vocabulary! {
    /// How an object deviates from "sealed under the trail's key"; the first that matches.
    pub enum DeviationClass {
        /// No encryption header at all.
        None = "none",
        /// A key that the writer supplied.
        SseC = "sse-c",
        /// A key of S3's own (AES256).
        SseS3 = "sse-s3",
        /// A KMS key that AWS manages.
        AwsManagedKey = "aws-managed-key",
        /// A KMS key outside the organization.
        ForeignKey = "foreign-key",
        /// The key that the trail used before, interleaved with the present one.
        PreviousKey = "previous-key",
        /// Another KMS key of the organization.
        WrongKey = "wrong-key",
    }
}

vocabulary! {
    /// What one HeadObject came to.
    pub enum SampleResult {
        /// Sealed under the trail's key.
        Pass = "pass",
        /// Not sealed under it.
        Deviation = "deviation",
        /// Older than the switch to encryption: not of the population.
        PreEnablement = "pre_enablement",
        /// Older than the switch of the key: not of the population.
        PreviousKey = "previous_key",
        /// Its encryption could not be read.
        Unreadable = "unreadable",
        /// Gone between listing and reading.
        Replaced = "replaced",
    }
}

vocabulary! {
    /// How an object came into the sample.
    pub enum Selection {
        /// The whole population was examined.
        All = "all",
        /// One of the newest: directed, never called statistical.
        Newest = "newest",
    }
}

vocabulary! {
    /// What was examined of the window.
    pub enum SampleMethod {
        /// Every object of the window.
        All = "all",
        /// The newest objects of the window only.
        NewestOnly = "newest_only",
        /// Nothing: the bucket could not be listed, or there was no object.
        Nothing = "nothing",
    }
}

/// One looked-at object; a row of `samples.csv`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The bucket.
    pub bucket: String,
    /// The object's key.
    pub key: String,
    /// The time in the object's name.
    pub named_at: Timestamp,
    /// `x-amz-version-id`.
    pub version_id: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<Timestamp>,
    /// Bytes.
    pub size: Option<u64>,
    /// `ETag`, without its quotation marks.
    pub etag: Option<String>,
    /// `x-amz-server-side-encryption`, verbatim.
    pub algorithm: Option<String>,
    /// `x-amz-server-side-encryption-aws-kms-key-id`, verbatim.
    pub kms_key_id: Option<String>,
    /// Whether an S3 Bucket Key was used.
    pub bucket_key: Option<bool>,
    /// What it came to.
    pub result: SampleResult,
    /// How it deviates.
    pub deviation: Option<DeviationClass>,
    /// How it was selected.
    pub selection: Selection,
    /// Its place in the selection, newest first, from 0.
    pub index: u32,
    /// The call; `None` where none was made after a permanent denial.
    pub evidence: Option<Evidence>,
    /// The gap, for an unreadable one.
    pub gap: Option<GapId>,
}

/// A half-open span of time: `start <= t < end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Included.
    pub start: Timestamp,
    /// Excluded.
    pub end: Timestamp,
}

impl Window {
    /// Whether the time lies in it.
    #[must_use]
    pub fn contains(self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }
}

/// How many log objects the window holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Population {
    /// Every day of the window was listed: exactly so many.
    Counted(u64),
    /// Listing stopped early, with so many listed.
    AtLeast(u64),
}

impl Population {
    /// How many were listed.
    #[must_use]
    pub const fn listed(self) -> u64 {
        match self {
            Self::Counted(count) | Self::AtLeast(count) => count,
        }
    }
}

/// What the delivered objects of one trail show; the objects themselves stream out as [`Sample`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSample {
    /// Which objects count, by the time in their name.
    pub window: Window,
    /// How many there are.
    pub population: Population,
    /// What was examined.
    pub method: SampleMethod,
    /// How many ListObjectsV2 calls it took.
    pub lists: u32,
    /// Objects that count and were read: sealed ones and deviations.
    pub tested: u32,
    /// Of these, sealed under the trail's key.
    pub sealed: u32,
    /// Selected objects whose encryption could not be read.
    pub unreadable: u32,
    /// Objects older than the last switch of encryption or key, which left the population.
    pub left_population: u32,
    /// Deviations by class.
    pub deviations: BTreeMap<DeviationClass, u32>,
    /// The newest deviating object.
    pub newest_deviation: Option<Box<Sample>>,
    /// The newest object that was read.
    pub newest: Option<Box<Sample>>,
    /// The last listing, if any worked.
    pub listed_by: Option<Evidence>,
    /// What could not be listed or read.
    pub gaps: Vec<GapId>,
}

impl LogSample {
    /// A sample in which nothing was looked at.
    #[must_use]
    pub const fn nothing(window: Window) -> Self {
        Self {
            window,
            population: Population::AtLeast(0),
            method: SampleMethod::Nothing,
            lists: 0,
            tested: 0,
            sealed: 0,
            unreadable: 0,
            left_population: 0,
            deviations: BTreeMap::new(),
            newest_deviation: None,
            newest: None,
            listed_by: None,
            gaps: Vec::new(),
        }
    }
}
