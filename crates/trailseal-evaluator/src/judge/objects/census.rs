//! What the newest log of each account and Region shows.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use trailseal_model::{NewestLog, Sample, SampleResult, Selection, Target};

use super::ObjectClass;
use super::classify::Classifier;
use crate::examined_object::{Census, ExaminedObject, Newest};

/// One account and Region with the time in the name of its newest log.
pub(super) type NewestOf = (Target, Option<Timestamp>, NewestLog);

/// What the census shows.
pub(super) fn newest_logs(census: &Census, classifier: &Classifier<'_>) -> Vec<NewestOf> {
    let found = |newest: &Newest| match newest {
        Newest::Missing => NewestLog::Missing,
        Newest::Unlisted => NewestLog::Unlisted,
        Newest::Unread => NewestLog::Unreadable,
        Newest::Found { .. } => newest
            .encryption()
            .map_or(NewestLog::Unreadable, |headers| of_result(classifier.of_log(headers).result)),
    };
    let rows = census.rows().map(|(cluster, at, newest)| {
        (Target { account: cluster.account, region: cluster.region }, at, found(newest))
    });
    rows.collect()
}

/// Adds the newest object that was examined in each account and Region of which the census says
/// nothing. Where the window was counted that is the newest there is; of one minute the worst counts.
pub(super) fn add_examined(
    newest_logs: &mut Vec<NewestOf>,
    objects: &[ExaminedObject],
    classes: &[ObjectClass],
) {
    let known: HashSet<Target> = newest_logs.iter().map(|newest| newest.0).collect();
    let is_of_cluster =
        |object: &ExaminedObject| matches!(object.selection, Selection::All | Selection::Newest);
    let mut newest: BTreeMap<Target, (Timestamp, NewestLog)> = BTreeMap::new();
    for (object, class) in objects.iter().zip(classes).filter(|row| is_of_cluster(row.0)) {
        let cluster = object.account_region;
        let target = Target { account: cluster.account, region: cluster.region };
        let found = (object.named_at, of_result(class.result));
        let is_newer = newest.get(&target).is_none_or(|kept| *kept < found);
        if is_newer && !known.contains(&target) {
            newest.insert(target, found);
        }
    }
    newest_logs.extend(newest.into_iter().map(|(target, (at, found))| (target, Some(at), found)));
}

/// What deviates and is not newer than what a change of key sets aside is set aside itself.
pub(super) fn set_aside(newest_logs: &mut [NewestOf], samples: &[&Sample]) {
    let is_old = |it: &&&Sample| {
        matches!(it.result, SampleResult::PreEnablement | SampleResult::PreviousKey)
    };
    let Some(cut) = samples.iter().filter(is_old).map(|sample| sample.named_at).max() else {
        return;
    };
    for (_, at, found) in newest_logs.iter_mut().filter(|newest| newest.2 == NewestLog::Deviation) {
        if *at <= Some(cut) {
            *found = NewestLog::Older;
        }
    }
}

const fn of_result(result: SampleResult) -> NewestLog {
    match result {
        SampleResult::Pass | SampleResult::SharedPrefixKey => NewestLog::Sealed,
        SampleResult::Deviation => NewestLog::Deviation,
        SampleResult::PreEnablement | SampleResult::PreviousKey => NewestLog::Older,
        SampleResult::Unreadable => NewestLog::Unreadable,
        SampleResult::Replaced => NewestLog::Missing,
    }
}
