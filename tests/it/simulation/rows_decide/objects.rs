//! What the rows of objects say of logs, older logs and digests.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::{
    AccountId, ClusterUse, ControlId, DescribedFrom, DeviationClass, ManagedBy, NewestLog, Reason,
    Region, SampleMethod, SampleResult, Selection, Status,
};
use trailseal_record::v1::{FindingLine, KeyLine, SampleLine, SampledClusterLine, TrailLine};

use super::{Allowed, Case, FAIL, NOT_APPLICABLE, NOT_PROVEN, PASS, Rows};

/// Results of objects that were read and count.
const EXAMINED: &[SampleResult] =
    &[SampleResult::Pass, SampleResult::SharedPrefixKey, SampleResult::Deviation];
/// Why an object was selected where a confidence bound includes the object.
const STATISTICAL: &[Selection] = &[Selection::All, Selection::Random, Selection::Cluster];

fn is_read(object: &SampleLine) -> bool {
    !matches!(object.result, SampleResult::Unreadable | SampleResult::Replaced)
}

fn is_digest(object: &SampleLine) -> bool {
    object.selection == Selection::Digest
}

fn is_of_window(object: &SampleLine) -> bool {
    !is_digest(object) && object.selection != Selection::History
}

/// The time in a log's name.
fn named_at(object: &SampleLine) -> &str {
    let name = object.object_key.rsplit('/').next().unwrap_or_default();
    name.split('_').nth(3).unwrap_or_default()
}

/// Whether the header names this key: its ARN, its id alone, or a copy of a multi-Region key.
fn is_key(key: &KeyLine, header: &str) -> bool {
    let arn = key.resolved_arn.as_ref().unwrap_or(&key.key_arn).as_str();
    let account_and_key = |arn: &str| arn.splitn(5, ':').nth(4).map(str::to_owned);
    let is_copy = arn.contains(":key/mrk-") && account_and_key(arn) == account_and_key(header);
    arn == header || arn.rsplit('/').next() == Some(header) || is_copy
}

impl Case<'_> {
    fn of_window(&self) -> impl Iterator<Item = &SampleLine> {
        self.objects.iter().copied().filter(|object| is_of_window(object))
    }

    fn logs(&self) -> impl Iterator<Item = &SampleLine> {
        self.objects.iter().copied().filter(|object| !is_digest(object))
    }

    fn fails_or_is_shared(&self) -> Allowed {
        if self.siblings.is_empty() { FAIL } else { NOT_PROVEN }
    }

    pub(super) fn log_objects(&self) -> Allowed {
        let mut read = self.of_window().filter(|object| is_read(object)).peekable();
        if self.is_keyless() {
            if read.peek().is_none() {
                return NOT_PROVEN;
            }
            let is_own =
                |object: &SampleLine| object.deviation_class == Some(DeviationClass::SseS3);
            return if self.siblings.is_empty() || read.any(is_own) { FAIL } else { NOT_PROVEN };
        }
        if self.of_window().any(|object| object.result == SampleResult::Deviation) {
            return self.fails_or_is_shared();
        }
        let is_whole = match self.trail.sampling.method {
            SampleMethod::All | SampleMethod::Random => self.trail.sampling.population_counted,
            method => method == SampleMethod::Clusters,
        };
        let are_members_known = !self.trail.is_organization_trail
            || (self.rows.is_population_complete && !self.rows.is_self_declared);
        let selected: Vec<&SampleLine> =
            self.of_window().filter(|object| STATISTICAL.contains(&object.selection)).collect();
        let is_sealed = |object: &&&SampleLine| EXAMINED.contains(&object.result);
        let is_within =
            self.trail.sampling.upper_bound.is_some_and(|bound| bound <= self.rows.tolerable_rate);
        let has_sealed = selected.iter().any(|object| is_sealed(&object));
        if is_whole && are_members_known && is_within && has_sealed { PASS } else { NOT_PROVEN }
    }

    pub(super) fn history(&self) -> Allowed {
        if self.is_keyless() {
            return NOT_APPLICABLE;
        }
        if self.logs().any(|object| object.deviation_class.is_some()) {
            return self.fails_or_is_shared();
        }
        let history = &self.trail.history;
        let is_unread = self.logs().any(|object| object.result == SampleResult::Unreadable)
            || !history.gap_ids.is_empty()
            || !self.trail.sampling.gap_ids.is_empty();
        if is_unread || history.oldest.is_none() || history.sealed_since.is_none() {
            return NOT_PROVEN;
        }
        PASS
    }

    pub(super) fn digests(&self) -> Allowed {
        if self.is_keyless() || !self.trail.log_file_validation {
            return NOT_APPLICABLE;
        }
        let digest = self.objects.iter().find(|object| is_digest(object));
        match digest.map(|object| object.result) {
            Some(SampleResult::Pass) => PASS,
            Some(SampleResult::Deviation) => FAIL,
            Some(SampleResult::Unreadable | SampleResult::Replaced) | None => NOT_PROVEN,
            Some(_) => &[],
        }
    }

    /// A failure by the encryption of an object names a class that a row of this trail has.
    pub(super) fn reason_without_row(&self, finding: &FindingLine) -> Option<String> {
        let of_control: fn(&SampleLine) -> bool = match finding.control_id {
            ControlId::LogObjectsSealed => {
                |object| is_of_window(object) && object.result == SampleResult::Deviation
            }
            ControlId::HistorySealed => {
                |object| !is_digest(object) && object.deviation_class.is_some()
            }
            ControlId::DigestObjectsSealed => is_digest,
            _ => return None,
        };
        if finding.status != Status::Fail || finding.status_reason == Reason::NoKmsKey {
            return None;
        }
        let reason = match finding.status_reason.as_str() {
            "unencrypted" => "none".to_owned(),
            reason => reason.replace('_', "-"),
        };
        let mut classes = self.objects.iter().filter(|object| of_control(object));
        let is_shown = classes
            .any(|object| object.deviation_class.is_some_and(|class| class.as_str() == reason));
        (!is_shown).then(|| {
            format!(
                "{} fails by {reason}, which no row shows: {}",
                finding.control_id, finding.resource_arn
            )
        })
    }

    /// The keys of the trails that deliver here too, where they are customers'.
    fn siblings_keys(&self) -> Vec<&KeyLine> {
        let is_clear =
            |trail: &&&TrailLine| trail.described_from != DescribedFrom::DisagreeingShadows;
        let named =
            self.siblings.iter().filter(is_clear).filter_map(|trail| trail.key_arn.as_ref());
        let keys = named.filter_map(|key| self.rows.keys.get(key));
        keys.filter(|key| key.manager != Some(ManagedBy::Aws)).collect()
    }

    /// Rows of objects that say what their own headers contradict.
    pub(super) fn of_each_object(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let siblings = self.siblings_keys();
        let is_own_of_aws = self.key.is_some_and(|key| key.manager == Some(ManagedBy::Aws));
        for object in &self.objects {
            let header = object.sse_kms_key_id.as_deref();
            let is_own = self.key.zip(header).is_some_and(|(key, header)| is_key(key, header));
            let is_siblings = header.is_some_and(|id| siblings.iter().any(|key| is_key(key, id)));
            let is_right = match object.result {
                SampleResult::Pass => is_own && !is_own_of_aws,
                SampleResult::SharedPrefixKey => {
                    is_siblings && !is_own && !is_digest(object) && !self.is_keyless()
                }
                SampleResult::Deviation | SampleResult::PreviousKey => {
                    let is_explained = is_siblings && !is_own && !is_own_of_aws;
                    let is_explained = is_explained && !is_digest(object) && !self.is_keyless();
                    object.deviation_class.is_some() && !is_explained
                }
                SampleResult::PreEnablement => object.deviation_class.is_some(),
                SampleResult::Unreadable | SampleResult::Replaced => {
                    object.deviation_class.is_none()
                }
            };
            if !is_right {
                wrong.push(format!(
                    "{} {:?} under {header:?}: {}",
                    object.result, object.deviation_class, object.object_key
                ));
            }
        }
        wrong
    }

    /// Counts of the trail's line that its rows do not add up to.
    pub(super) fn miscounted(&self) -> Vec<String> {
        let mut once: BTreeMap<&str, &SampleLine> = BTreeMap::new();
        for object in self.of_window() {
            once.entry(&object.object_key).or_insert(object);
        }
        let drawn: Vec<&SampleLine> =
            self.of_window().filter(|object| STATISTICAL.contains(&object.selection)).collect();
        let count = |results: &[SampleResult], objects: &[&SampleLine]| {
            objects.iter().filter(|object| results.contains(&object.result)).count()
        };
        let once: Vec<&SampleLine> = once.into_values().collect();
        let is_unlisted = |cluster: &&SampledClusterLine| {
            cluster.trail_arn == self.trail.trail_arn && cluster.used == ClusterUse::Unlisted
        };
        let unlisted = self.rows.clusters.iter().filter(is_unlisted).count();
        let sampling = &self.trail.sampling;
        let older: BTreeSet<(&str, DeviationClass)> = self
            .logs()
            .filter_map(|log| Some((log.object_key.as_str(), log.deviation_class?)))
            .collect();
        let is_keyless = self.is_keyless();
        let history: u32 = self.trail.history.deviations.values().sum();
        let digest = self.objects.iter().find(|object| is_digest(object));
        let counts = [
            ("tested", sampling.tested as usize, count(EXAMINED, &drawn)),
            (
                "sealed",
                sampling.sealed as usize,
                count(&[SampleResult::Pass, SampleResult::SharedPrefixKey], &drawn),
            ),
            (
                "unreadable",
                sampling.unreadable as usize,
                count(&[SampleResult::Unreadable], &drawn) + unlisted,
            ),
            ("examined", sampling.examined as usize, count(EXAMINED, &once)),
            (
                "left_population",
                sampling.left_population as usize,
                count(&[SampleResult::PreEnablement, SampleResult::PreviousKey], &once),
            ),
            ("replaced", sampling.replaced as usize, count(&[SampleResult::Replaced], &once)),
            (
                "deviations",
                sampling.deviations.values().sum::<u32>() as usize,
                count(&[SampleResult::Deviation], &once),
            ),
            ("history", history as usize, if is_keyless { 0 } else { older.len() }),
        ];
        let mut wrong: Vec<String> = counts
            .iter()
            .filter(|(_, told, counted)| told != counted)
            .map(|(what, told, counted)| {
                format!("{what} {told}, and {counted} rows: {}", self.trail.trail_arn)
            })
            .collect();
        if self.trail.digest.result != digest.map(|object| object.result) {
            wrong.push(format!("another result of the newest digest: {}", self.trail.trail_arn));
        }
        wrong
    }
}

/// The word of `newest_log` for the result of an object; they ascend to the worst.
fn newest_word(result: SampleResult) -> NewestLog {
    match result {
        SampleResult::Pass | SampleResult::SharedPrefixKey => NewestLog::Sealed,
        SampleResult::PreEnablement | SampleResult::PreviousKey => NewestLog::Older,
        SampleResult::Unreadable => NewestLog::Unreadable,
        SampleResult::Replaced => NewestLog::Missing,
        SampleResult::Deviation => NewestLog::Deviation,
    }
}

/// Targets whose newest log is called better than a row of the same time shows.
pub(super) fn newest_logs(rows: &Rows) -> Vec<String> {
    let mut shown: BTreeMap<(AccountId, Region), (&str, NewestLog)> = BTreeMap::new();
    for object in &rows.samples {
        if !matches!(object.selection, Selection::All | Selection::Newest) {
            continue;
        }
        let mut parts = object.object_key.rsplit('/').next().unwrap_or_default().split('_');
        let account = parts.next().and_then(|account| account.parse().ok());
        let region = parts.nth(1).and_then(Region::new);
        let Some(target) = account.zip(region) else { continue };
        let found = (named_at(object), newest_word(object.result));
        let newest = shown.entry(target).or_insert(found);
        *newest = found.max(*newest);
    }
    let mut wrong = Vec::new();
    for target in &rows.coverage {
        let key = (target.account_id, target.region);
        let Some((at, worst)) = shown.get(&key) else { continue };
        let told_at = target.newest_log_at.map(|at| at.to_string()).unwrap_or_default();
        let told_at: String =
            told_at.chars().filter(|sign| !"-:".contains(*sign)).take(13).collect();
        let told = target.newest_log.unwrap_or(NewestLog::Missing);
        let is_same_time = at.starts_with(&told_at) && !told_at.is_empty();
        if is_same_time && told < *worst {
            wrong.push(format!("newest log {told}, and rows show {worst}: {key:?}"));
        }
    }
    wrong
}
