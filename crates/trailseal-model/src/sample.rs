//! Delivered log objects: each one looked at, and what they show together.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::cluster::ClusterFrame;
use crate::confidence_bound::{binomial_upper_bound, hypergeometric_upper_bound};
use crate::evidence::Evidence;
use crate::gap::GapId;
use crate::header_problem::HeaderProblem;
use crate::unreadable::UnreadableCause;
use crate::word_enum::word_enum;

word_enum! {
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

word_enum! {
    /// What one HeadObject came to.
    pub enum SampleResult {
        /// Sealed under the trail's key.
        Pass = "pass",
        /// Sealed under the key of another trail that delivers under the same prefix.
        SharedPrefixKey = "shared_prefix_key",
        /// Not sealed under it.
        Deviation = "deviation",
        /// Older than the change to encryption: not of the population.
        PreEnablement = "pre_enablement",
        /// Older than the change of the key: not of the population.
        PreviousKey = "previous_key",
        /// Its encryption could not be read.
        Unreadable = "unreadable",
        /// Gone between listing and reading.
        Replaced = "replaced",
    }
}

word_enum! {
    /// Why an object was looked at.
    pub enum Selection {
        /// The whole population was examined.
        All = "all",
        /// Of the simple random sample.
        Random = "random",
        /// A random object of a cluster that was drawn at random.
        Cluster = "cluster",
        /// Of a random sample that was drawn again, because encryption or key had changed within its population.
        FirstDraw = "first_draw",
        /// To find when encryption or key changed.
        KeyChange = "key_change",
        /// The newest one.
        Newest = "newest",
        /// One of the newest of a window that could not be listed to its end.
        Partial = "partial",
        /// Older than the window, to find out since when all are sealed.
        History = "history",
        /// The newest digest.
        Digest = "digest",
    }
}

impl Selection {
    /// Whether the bound speaks of it. Every other object was looked at for a reason, which is no
    /// statistics: it can fail a trail and never lets one pass.
    #[must_use]
    pub const fn is_statistical(self) -> bool {
        matches!(self, Self::All | Self::Random | Self::Cluster)
    }
}

word_enum! {
    /// What was examined of the window.
    pub enum SampleMethod {
        /// Every object of the window.
        All = "all",
        /// A simple random sample, drawn without replacement from a counted population.
        Random = "random",
        /// Two stages: random clusters (account x Region x day), a random object in each.
        Clusters = "clusters",
        /// Some of what could be listed before a refusal: nothing statistical.
        Partial = "partial",
        /// Nothing: the bucket could not be listed, or there was no object.
        Nothing = "nothing",
    }
}

impl SampleMethod {
    /// The rate that a bound by this method is about; `None` where there is no bound.
    #[must_use]
    pub const fn estimand(self) -> Option<Estimand> {
        match self {
            Self::All | Self::Random => Some(Estimand::Object),
            Self::Clusters => Some(Estimand::ClusterWeighted),
            Self::Partial | Self::Nothing => None,
        }
    }
}

word_enum! {
    /// The rate that a bound is about.
    pub enum Estimand {
        /// The share of objects.
        Object = "object",
        /// The mean over clusters (account x Region x day) that hold objects, each of equal weight.
        ClusterWeighted = "cluster_weighted",
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
    /// Why it was looked at.
    pub selection: Selection,
    /// Its place in the order of selection, from 0.
    pub index: u32,
    /// The call; `None` where none was made after a permanent denial.
    pub evidence: Option<Evidence>,
    /// The gap, for an unreadable one.
    pub gap: Option<GapId>,
    /// A header of S3's answer that is missing or was not understood. Where the object is unreadable,
    /// it is the one that keeps its encryption from being known.
    pub header_problem: Option<HeaderProblem>,
}

impl Sample {
    /// Why its encryption is not known; `None` where it is, or the object is gone.
    #[must_use]
    pub fn unreadable_cause(&self) -> Option<UnreadableCause> {
        let is_unreadable = self.result == SampleResult::Unreadable;
        is_unreadable
            .then(|| UnreadableCause::of(self.algorithm.as_deref(), self.kms_key_id.as_deref()))
    }
}

/// Objects whose encryption is not known for the same cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Why.
    pub cause: UnreadableCause,
    /// How many objects.
    pub count: u32,
    /// The newest of them.
    pub newest: Box<Sample>,
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

/// Objects that deviate in the same way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deviating {
    /// How.
    pub class: DeviationClass,
    /// The key they lie under, verbatim.
    pub kms_key_id: Option<String>,
    /// How many objects.
    pub count: u32,
    /// How often they were drawn statistically.
    pub drawn: u32,
    /// The newest of them.
    pub newest: Box<Sample>,
}

/// What the delivered objects of one trail show; the objects themselves stream out as [`Sample`]s.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogSample {
    /// Which objects count, by the time in their name.
    pub window: Window,
    /// How many there are.
    pub population: Population,
    /// How many of them the sample speaks for: those that are not older than the last change of encryption or key.
    pub eligible: u64,
    /// What was examined.
    pub method: SampleMethod,
    /// The clusters, for a draw in two stages.
    pub frame: ClusterFrame,
    /// How many ListObjectsV2 calls counting and drawing took.
    pub lists: u32,
    /// How many the census took, where it was one by itself.
    pub census_lists: u32,
    /// Statistically selected objects that were read: sealed ones and deviations.
    pub tested: u32,
    /// Of these, sealed under the trail's key.
    pub sealed: u32,
    /// Statistically selected objects whose encryption could not be read.
    pub unreadable: u32,
    /// Objects that were read and count, for whatever reason they were selected; each once.
    pub examined: u32,
    /// Objects older than the last change of encryption or key, which left the population.
    pub left_population: u32,
    /// Objects that were gone when they were read, and replaced.
    pub replaced: u32,
    /// When the newest object that left the population was delivered.
    pub key_changed_at: Option<Timestamp>,
    /// All deviations, however they were found.
    pub deviating: Vec<Deviating>,
    /// All objects whose encryption is not known, by cause.
    pub unreadable_objects: Vec<Unreadable>,
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
            eligible: 0,
            method: SampleMethod::Nothing,
            frame: ClusterFrame { clusters: 0, drawn: 0, empty: 0 },
            lists: 0,
            census_lists: 0,
            tested: 0,
            sealed: 0,
            unreadable: 0,
            examined: 0,
            left_population: 0,
            replaced: 0,
            key_changed_at: None,
            deviating: Vec::new(),
            unreadable_objects: Vec::new(),
            newest: None,
            listed_by: None,
            gaps: Vec::new(),
        }
    }

    /// Statistically selected objects.
    #[must_use]
    pub const fn selected(&self) -> u32 {
        self.tested + self.unreadable
    }

    /// How many objects deviate.
    #[must_use]
    pub fn deviations(&self) -> u32 {
        self.deviating.iter().map(|it| it.count).sum()
    }

    /// Deviations by class.
    #[must_use]
    pub fn by_class(&self) -> BTreeMap<DeviationClass, u32> {
        self.deviating.iter().fold(BTreeMap::new(), |mut counts, it| {
            *counts.entry(it.class).or_default() += it.count;
            counts
        })
    }

    /// The newest deviating object.
    #[must_use]
    pub fn newest_deviation(&self) -> Option<&Sample> {
        let all = self.deviating.iter().map(|it| &*it.newest);
        all.max_by(|one, other| (one.named_at, &other.key).cmp(&(other.named_at, &one.key)))
    }

    /// The share of the population that may deviate at most, at this confidence, if whatever was
    /// selected and not shown to be sealed deviates. `None` where nothing statistical was selected.
    #[must_use]
    pub fn upper_bound(&self, confidence: f64) -> Option<f64> {
        let selected = self.selected();
        let against = selected.saturating_sub(self.sealed);
        if selected == 0 {
            return None;
        }
        match self.method {
            SampleMethod::All => Some(f64::from(against) / f64::from(selected)),
            SampleMethod::Random => {
                let eligible = self.eligible.max(u64::from(selected));
                let most = hypergeometric_upper_bound(eligible, selected, against, confidence);
                Some(share(most, eligible))
            }
            SampleMethod::Clusters => Some(binomial_upper_bound(selected, against, confidence)),
            SampleMethod::Partial | SampleMethod::Nothing => None,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of log objects are far below 2^53")]
const fn share(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(method: SampleMethod, sealed: u32, unreadable: u32, eligible: u64) -> LogSample {
        let (start, end) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        let nothing = LogSample::nothing(Window { start, end });
        LogSample { method, tested: sealed, sealed, unreadable, eligible, ..nothing }
    }

    #[track_caller]
    fn check(sample: &LogSample, expected: Option<f64>) {
        let bound = sample.upper_bound(0.95);
        let is_equal = match (bound, expected) {
            (Some(bound), Some(expected)) => (bound - expected).abs() < 1e-9,
            (bound, expected) => bound == expected,
        };
        assert!(is_equal, "{bound:?} is not {expected:?}");
    }

    #[test]
    fn each_method_has_its_bound_and_the_unreadable_count_against_it() {
        check(&sample(SampleMethod::All, 19, 1, 20), Some(0.05));
        check(&sample(SampleMethod::Random, 59, 0, 100), Some(0.03));
        check(&sample(SampleMethod::Random, 58, 1, 100), Some(0.05));
        check(&sample(SampleMethod::Clusters, 59, 0, 0), Some(0.049_507_609_888));
        check(&sample(SampleMethod::Clusters, 58, 1, 0), Some(0.077_897_921_519));
        check(&LogSample { sealed: 18, ..sample(SampleMethod::All, 20, 0, 20) }, Some(0.1));
        check(&sample(SampleMethod::Random, 0, 0, 100), None);
        check(&sample(SampleMethod::Partial, 59, 0, 100), None);
        check(&sample(SampleMethod::Nothing, 0, 0, 0), None);
    }
}
