//! What the rows of objects say of logs, older logs and digests.

use std::collections::{BTreeMap, BTreeSet};

use trailseal_model::record::v1::{FindingLine, KeyLine, SampleLine, SampledCellLine, TrailLine};

use super::{Allowed, Case, FAIL, NOT_APPLICABLE, NOT_PROVEN, PASS, Rows};

/// Results of objects that were read and count.
const EXAMINED: &[&str] = &["pass", "group_key", "deviation"];
/// Why an object was selected where a confidence bound includes the object.
const STATISTICAL: &[&str] = &["all", "random", "cell"];

fn is_read(object: &SampleLine) -> bool {
    !["unreadable", "replaced"].contains(&object.result.as_str())
}

fn is_digest(object: &SampleLine) -> bool {
    object.selection == "digest"
}

fn is_of_window(object: &SampleLine) -> bool {
    !is_digest(object) && object.selection != "history"
}

/// The time in a log's name.
fn named_at(object: &SampleLine) -> &str {
    let name = object.object_key.rsplit('/').next().unwrap_or_default();
    name.split('_').nth(3).unwrap_or_default()
}

/// Whether the header names this key: its ARN, its id alone, or a copy of a multi-Region key.
fn is_key(key: &KeyLine, header: &str) -> bool {
    let arn = key.resolved_arn.as_deref().unwrap_or(&key.key_arn);
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
            let is_own = |object: &SampleLine| object.deviation_class.as_deref() == Some("sse-s3");
            return if self.siblings.is_empty() || read.any(is_own) { FAIL } else { NOT_PROVEN };
        }
        if self.of_window().any(|object| object.result == "deviation") {
            return self.fails_or_is_shared();
        }
        let is_whole = match self.trail.sampling.method.as_str() {
            "all" | "random" => self.trail.sampling.population_counted,
            method => method == "cells",
        };
        let are_members_known = !self.trail.is_organization_trail
            || (self.rows.is_population_complete && !self.rows.is_self_declared);
        let selected: Vec<&SampleLine> = self
            .of_window()
            .filter(|object| STATISTICAL.contains(&object.selection.as_str()))
            .collect();
        let is_sealed = |object: &&&SampleLine| EXAMINED.contains(&object.result.as_str());
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
        let is_unread = self.logs().any(|object| object.result == "unreadable")
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
        match digest.map(|object| object.result.as_str()) {
            Some("pass") => PASS,
            Some("deviation") => FAIL,
            Some("unreadable" | "replaced") | None => NOT_PROVEN,
            Some(_) => &[],
        }
    }

    /// A failure by the encryption of an object names a class that a row of this trail has.
    pub(super) fn reason_without_row(&self, finding: &FindingLine) -> Option<String> {
        let of_control: fn(&SampleLine) -> bool = match finding.control_id.as_str() {
            "log-objects-sealed" => |object| is_of_window(object) && object.result == "deviation",
            "history-sealed" => |object| !is_digest(object) && object.deviation_class.is_some(),
            "digest-objects-sealed" => is_digest,
            _ => return None,
        };
        if finding.status != "fail" || finding.status_reason == "no_kms_key" {
            return None;
        }
        let reason = match finding.status_reason.as_str() {
            "unencrypted" => "none".to_owned(),
            reason => reason.replace('_', "-"),
        };
        let mut classes = self.objects.iter().filter(|object| of_control(object));
        let is_shown = classes.any(|object| object.deviation_class.as_ref() == Some(&reason));
        (!is_shown).then(|| {
            format!(
                "{} fails by {reason}, which no row shows: {}",
                finding.control_id, finding.resource_arn
            )
        })
    }

    /// The keys of the trails that deliver here too, where they are customers'.
    fn siblings_keys(&self) -> Vec<&KeyLine> {
        let is_clear = |trail: &&&TrailLine| trail.described_from != "disagreeing_shadows";
        let named =
            self.siblings.iter().filter(is_clear).filter_map(|trail| trail.key_arn.as_ref());
        let keys = named.filter_map(|key| self.rows.keys.get(key));
        keys.filter(|key| key.manager.as_deref() != Some("AWS")).collect()
    }

    /// Rows of objects that say what their own headers contradict.
    pub(super) fn of_each_object(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let siblings = self.siblings_keys();
        let is_own_of_aws = self.key.is_some_and(|key| key.manager.as_deref() == Some("AWS"));
        for object in &self.objects {
            let header = object.sse_kms_key_id.as_deref();
            let is_own = self.key.zip(header).is_some_and(|(key, header)| is_key(key, header));
            let is_siblings = header.is_some_and(|id| siblings.iter().any(|key| is_key(key, id)));
            let is_right = match object.result.as_str() {
                "pass" => is_own && !is_own_of_aws,
                "group_key" => is_siblings && !is_own && !is_digest(object) && !self.is_keyless(),
                "deviation" | "previous_key" => {
                    let is_explained = is_siblings && !is_own && !is_own_of_aws;
                    let is_explained = is_explained && !is_digest(object) && !self.is_keyless();
                    object.deviation_class.is_some() && !is_explained
                }
                "pre_enablement" => object.deviation_class.is_some(),
                _ => object.deviation_class.is_none(),
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
        let drawn: Vec<&SampleLine> = self
            .of_window()
            .filter(|object| STATISTICAL.contains(&object.selection.as_str()))
            .collect();
        let count = |results: &[&str], objects: &[&SampleLine]| {
            objects.iter().filter(|object| results.contains(&object.result.as_str())).count()
        };
        let once: Vec<&SampleLine> = once.into_values().collect();
        let is_unlisted = |cluster: &&SampledCellLine| {
            cluster.trail_arn == self.trail.trail_arn && cluster.used == "unlisted"
        };
        let unlisted = self.rows.clusters.iter().filter(is_unlisted).count();
        let sampling = &self.trail.sampling;
        let older: BTreeSet<(&str, &str)> = self
            .logs()
            .filter_map(|log| Some((log.object_key.as_str(), log.deviation_class.as_deref()?)))
            .collect();
        let is_keyless = self.is_keyless();
        let history: u32 = self.trail.history.deviations.values().sum();
        let digest = self.objects.iter().find(|object| is_digest(object));
        let counts = [
            ("tested", sampling.tested as usize, count(EXAMINED, &drawn)),
            ("sealed", sampling.sealed as usize, count(&["pass", "group_key"], &drawn)),
            ("unreadable", sampling.unreadable as usize, count(&["unreadable"], &drawn) + unlisted),
            ("examined", sampling.examined as usize, count(EXAMINED, &once)),
            (
                "left_population",
                sampling.left_population as usize,
                count(&["pre_enablement", "previous_key"], &once),
            ),
            ("replaced", sampling.replaced as usize, count(&["replaced"], &once)),
            (
                "deviations",
                sampling.deviations.values().sum::<u32>() as usize,
                count(&["deviation"], &once),
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
        if self.trail.digest.result.as_ref() != digest.map(|object| &object.result) {
            wrong.push(format!("another result of the newest digest: {}", self.trail.trail_arn));
        }
        wrong
    }
}

/// The words of `newest_log` for results of objects, the worst last.
const NEWEST: &[&str] = &["none", "sealed", "older", "unreadable", "unlisted", "deviation"];

fn newest_word(result: &str) -> &'static str {
    match result {
        "pass" | "group_key" => "sealed",
        "pre_enablement" | "previous_key" => "older",
        "unreadable" => "unreadable",
        "replaced" => "none",
        _ => "deviation",
    }
}

/// Targets whose newest log is called better than a row of the same time shows.
pub(super) fn newest_logs(rows: &Rows) -> Vec<String> {
    let mut shown: BTreeMap<(String, String), (&str, usize)> = BTreeMap::new();
    let rank = |word: &str| NEWEST.iter().position(|known| *known == word).unwrap_or_default();
    for object in &rows.samples {
        if !["all", "newest"].contains(&object.selection.as_str()) {
            continue;
        }
        let mut parts = object.object_key.rsplit('/').next().unwrap_or_default().split('_');
        let (account, region) = (parts.next(), parts.nth(1));
        let target = [account, region].map(|part| part.unwrap_or_default().to_owned());
        let found = (named_at(object), rank(newest_word(&object.result)));
        let newest = shown.entry(target.into()).or_insert(found);
        *newest = found.max(*newest);
    }
    let mut wrong = Vec::new();
    for target in &rows.coverage {
        let key = (target.account_id.clone(), target.region.clone());
        let Some((at, worst)) = shown.get(&key) else { continue };
        let told_at = target.newest_log_at.as_deref().unwrap_or_default();
        let told_at: String =
            told_at.chars().filter(|sign| !"-:".contains(*sign)).take(13).collect();
        let told = target.newest_log.as_deref().unwrap_or_default();
        let is_same_time = at.starts_with(&told_at) && !told_at.is_empty();
        if is_same_time && rank(told) < *worst {
            wrong.push(format!("newest log {told}, and rows show {}: {key:?}", NEWEST[*worst]));
        }
    }
    wrong
}
