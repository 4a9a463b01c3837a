//! Each finding's status follows from the rows that it cites: objects, sampling, key, bucket, status
//! and coverage of the same record. This is a second, small judge that sees rows only, so a row and a
//! finding that contradict each other cannot stay unnoticed.

mod keys;
mod objects;

use std::collections::BTreeMap;
use std::path::Path;

use trailseal_model::{AccountId, Arn, DescribedFrom, PopulationSource};
use trailseal_record::v1::{
    BucketLine, CoverageLine, FindingLine, KeyLine, Line, SampleLine, SampledClusterLine, TrailLine,
};
use trailseal_tests::sim::record;

/// The statuses that the rows allow.
type Allowed = &'static [&'static str];

const PASS: Allowed = &["pass"];
const FAIL: Allowed = &["fail"];
const NOT_PROVEN: Allowed = &["not_proven"];
const NOT_APPLICABLE: Allowed = &["not_applicable"];
/// The rows alone do not tell which of these.
const NO_PASS: Allowed = &["fail", "not_proven", "not_applicable"];
const NO_PROOF_OF_FAILURE: Allowed = &["pass", "not_proven"];
const ANY: Allowed = &["pass", "fail", "not_proven", "not_applicable"];

/// The rows of one record by kind.
#[derive(Default)]
struct Rows {
    trails: Vec<TrailLine>,
    samples: Vec<SampleLine>,
    clusters: Vec<SampledClusterLine>,
    keys: BTreeMap<Arn, KeyLine>,
    buckets: BTreeMap<String, BucketLine>,
    coverage: Vec<CoverageLine>,
    findings: Vec<FindingLine>,
    accounts: Vec<AccountId>,
    tolerable_rate: f64,
    is_population_complete: bool,
    is_self_declared: bool,
}

impl Rows {
    fn of(folder: &Path) -> Self {
        let mut rows = Self::default();
        for line in record(folder).unwrap() {
            match line {
                Line::Run(run) => {
                    rows.tolerable_rate = run.thresholds.tolerable_rate;
                    rows.is_population_complete = run.population_complete;
                    rows.is_self_declared = run.population_source == PopulationSource::AccountsFile;
                }
                Line::Account(account) => rows.accounts.push(account.account_id),
                Line::Bucket(bucket) => {
                    rows.buckets.insert(bucket.bucket.clone(), bucket);
                }
                Line::Key(key) => {
                    rows.keys.insert(key.key_arn.clone(), *key);
                }
                Line::Trail(trail) => rows.trails.push(*trail),
                Line::Finding(finding) => rows.findings.push(*finding),
                Line::SampledCluster(cluster) => rows.clusters.push(*cluster),
                Line::Sample(sample) => rows.samples.push(*sample),
                Line::Coverage(target) => rows.coverage.push(*target),
                Line::Exception(_)
                | Line::Cause(_)
                | Line::EventDataStore(_)
                | Line::Gap(_)
                | Line::End(_) => {}
            }
        }
        rows
    }
}

/// One trail with its rows.
struct Case<'a> {
    rows: &'a Rows,
    trail: &'a TrailLine,
    /// Its objects, in the order of selection.
    objects: Vec<&'a SampleLine>,
    key: Option<&'a KeyLine>,
    bucket: Option<&'a BucketLine>,
    /// Other trails that deliver under the same prefix.
    siblings: Vec<&'a TrailLine>,
}

impl<'a> Case<'a> {
    fn of(rows: &'a Rows, trail: &'a TrailLine) -> Self {
        let is_sibling = |other: &&TrailLine| {
            let is_other = other.trail_arn != trail.trail_arn && trail.bucket.is_some();
            let is_same_folder = (&other.bucket, &other.prefix) == (&trail.bucket, &trail.prefix)
                && other.is_organization_trail == trail.is_organization_trail
                && (other.is_organization_trail || other.account_id == trail.account_id);
            let overlaps = other.is_multi_region
                || trail.is_multi_region
                || other.home_region == trail.home_region;
            is_other && is_same_folder && overlaps
        };
        let objects = rows.samples.iter().filter(|object| object.trail_arn == trail.trail_arn);
        Self {
            rows,
            trail,
            objects: objects.collect(),
            key: trail.key_arn.as_ref().and_then(|key| rows.keys.get(key)),
            bucket: trail.bucket.as_ref().and_then(|bucket| rows.buckets.get(bucket)),
            siblings: rows.trails.iter().filter(is_sibling).collect(),
        }
    }

    fn is_keyless(&self) -> bool {
        self.trail.kms_key_id.is_none()
    }

    fn allowed(&self, control: &str) -> Allowed {
        if self.trail.described_from == DescribedFrom::DisagreeingShadows {
            return NOT_PROVEN;
        }
        match control {
            "trail-kms-encrypted" => {
                if self.is_keyless() {
                    FAIL
                } else {
                    PASS
                }
            }
            "log-objects-sealed" => self.log_objects(),
            "history-sealed" => self.history(),
            "digest-objects-sealed" => self.digests(),
            "trail-delivering" => self.delivering(),
            _ if control.starts_with("key-") => self.of_key(control),
            _ => ANY,
        }
    }
}

/// What in a folder's record contradicts something else in it.
pub(super) fn contradictions(folder: &Path) -> Vec<String> {
    let rows = Rows::of(folder);
    let mut wrong = Vec::new();
    let cases: Vec<Case<'_>> = rows.trails.iter().map(|trail| Case::of(&rows, trail)).collect();
    let by_arn: BTreeMap<&str, &Case<'_>> =
        cases.iter().map(|case| (case.trail.trail_arn.as_str(), case)).collect();
    for finding in &rows.findings {
        let Some(case) = by_arn.get(finding.resource_arn.as_str()) else { continue };
        let allowed = case.allowed(finding.control_id.as_str());
        if !allowed.contains(&finding.status.as_str()) {
            let FindingLine { control_id, status, status_reason, resource_arn, .. } = finding;
            wrong.push(format!(
                "{control_id} {status} {status_reason}, but its rows say {allowed:?}: {resource_arn}"
            ));
        }
        wrong.extend(case.reason_without_row(finding));
    }
    for case in &cases {
        wrong.extend(case.of_each_object());
        wrong.extend(case.miscounted());
    }
    wrong.extend(objects::newest_logs(&rows));
    wrong
}
