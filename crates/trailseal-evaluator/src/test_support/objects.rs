//! What objects show, for the tests of this crate.

use jiff::SignedDuration;
use trailseal_model::{
    Deviating, DeviationClass, DigestSample, HistorySample, LogSample, Population, Sample,
    SampleMethod, SampleResult, Selection,
};

use super::{KEY, evidence, now, window};

pub(crate) fn object(result: SampleResult, deviation: Option<DeviationClass>) -> Sample {
    Sample {
        bucket: "logs".to_owned(),
        key: "AWSLogs/object".to_owned(),
        named_at: now() - SignedDuration::from_mins(10),
        version_id: None,
        last_modified: None,
        size: None,
        etag: None,
        algorithm: Some("aws:kms".to_owned()),
        kms_key_id: Some(KEY.to_owned()),
        bucket_key: None,
        result,
        deviation,
        selection: Selection::All,
        index: 0,
        evidence: Some(evidence()),
        gap: None,
        header_problem: None,
    }
}

/// A window of which every object was examined.
pub(crate) fn examined(sealed: u32, unreadable: u32) -> LogSample {
    let newest = (sealed > 0).then(|| Box::new(object(SampleResult::Pass, None)));
    LogSample {
        population: Population::Counted(u64::from(sealed + unreadable)),
        method: SampleMethod::All,
        eligible: u64::from(sealed + unreadable),
        lists: 1,
        examined: sealed,
        tested: sealed,
        sealed,
        unreadable,
        newest,
        listed_by: Some(evidence()),
        ..LogSample::nothing(window())
    }
}

/// The same with one deviating object, which is the newest.
pub(crate) fn deviating(class: DeviationClass) -> LogSample {
    let object = Box::new(object(SampleResult::Deviation, Some(class)));
    let deviating = Deviating {
        class,
        kms_key_id: object.kms_key_id.clone(),
        count: 1,
        drawn: 1,
        newest: object.clone(),
    };
    LogSample {
        tested: 3,
        sealed: 2,
        deviating: vec![deviating],
        newest: Some(object),
        ..examined(3, 0)
    }
}

/// A year of sealed logs.
pub(crate) fn sealed_history() -> HistorySample {
    let oldest = Some(now() - SignedDuration::from_hours(365 * 24));
    HistorySample {
        oldest,
        examined: 13,
        sealed_since: oldest,
        oldest_read_by: Some(evidence()),
        listed_by: Some(evidence()),
        ..HistorySample::default()
    }
}

/// The newest digest.
pub(crate) fn digest(result: SampleResult, deviation: Option<DeviationClass>) -> DigestSample {
    let newest = Some(Box::new(object(result, deviation)));
    DigestSample { newest, listed_by: Some(evidence()), ..DigestSample::default() }
}
