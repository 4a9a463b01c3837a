//! What any text must survive, and what must hold of the answer: key policies, keys of log objects,
//! records. The fuzz targets make the text up; `tests/it/fuzz.rs` replays the seeds.

use std::io;

use serde_json::{Value, json};
use trailseal_evaluator::AccountRegion;
use trailseal_key_policy::{
    BucketKey, CloudTrailDelivery, Decision, KeyPolicy, LogReading, Member, Membership,
    RequestContext, Way, binding, evaluate, is_reader_denied, readers,
};
use trailseal_model::{AccountId, Region};
use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, RecordError, RecordReader, RecordWriter, report_all};

const DELIVERY: CloudTrailDelivery<'static> = CloudTrailDelivery {
    trail_arn: "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main",
    trail_owner_account: "111122223333",
    key_arn: "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
    bucket: "sealed",
    key_prefix: None,
    bucket_key: BucketKey::Unknown,
    time: Some(1_793_434_150),
};

/// A key policy: it is refused or answered, twice the same, and a denial of everything that is added
/// leaves nothing allowed.
pub fn key_policy(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(policy) = KeyPolicy::parse(text) else { return };
    let deliveries = [BucketKey::Enabled, BucketKey::Disabled, BucketKey::Unknown]
        .map(|bucket_key| CloudTrailDelivery { bucket_key, ..DELIVERY });
    let mut requests: Vec<RequestContext> =
        deliveries.iter().map(RequestContext::cloudtrail_delivery).collect();
    requests.push(RequestContext::cloudtrail_describes_key(&DELIVERY));
    requests.push(RequestContext::cloudtrail_describes_key_in_context(&DELIVERY));
    requests.push(RequestContext::of_service("s3.amazonaws.com", "kms:Decrypt", DELIVERY.key_arn));
    let denying = with_denial(text).and_then(|it| KeyPolicy::parse(&it).ok());
    for request in &requests {
        let decision = evaluate(&policy, request);
        assert_eq!(decision, evaluate(&policy, request));
        if let Some(denying) = &denying {
            let denied = evaluate(denying, request);
            assert!(!matches!(denied, Decision::Allow { .. }), "{denied:?}");
        }
    }
    let _ = binding(&policy, &DELIVERY);
    let membership = |account: &str| match account.bytes().last() {
        Some(b'3') => Membership::Member { path: None },
        Some(b'6') => Membership::Stranger,
        _ => Membership::Unknown,
    };
    let members = || {
        let member = |(account, path): (&str, Option<&str>)| Member {
            account: account.to_owned(),
            path: path.map(str::to_owned),
        };
        let unit = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/";
        [("111122223333", Some(unit)), ("444455556663", None)].map(member).to_vec()
    };
    for organization in [None, Some("o-a1b2c3d4e5")] {
        let reading = LogReading {
            delivery: DELIVERY,
            organization,
            membership: &membership,
            members: &members,
            is_complete: organization.is_some(),
        };
        for reader in readers(&policy, &reading) {
            let _ = reader.who.to_string();
        }
        let _ = is_reader_denied(
            &policy,
            &reading,
            "arn:aws:iam::111122223333:role/reader",
            Way::Decrypt,
        );
    }
}

/// The same policy with a statement that denies everything to everybody.
fn with_denial(text: &str) -> Option<String> {
    let denial = json!({ "Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*" });
    let mut policy: Value = serde_json::from_str(text).ok()?;
    match policy.get_mut("Statement")? {
        Value::Array(statements) => statements.push(denial),
        statement @ Value::Object(_) => *statement = json!([statement.take(), denial]),
        _ => return None,
    }
    Some(policy.to_string())
}

/// The key of an object, after a line with the root of the trail's logs: what is read as the name of
/// a log is written again as the same key, and lies where the listing of its time begins.
pub fn object_key(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (root, key) = text.split_once('\n').unwrap_or(("AWSLogs/", text));
    let (Some(account), Some(region)) = (AccountId::new(12_345_678_901), Region::new("eu-west-1"))
    else {
        return;
    };
    let cell = AccountRegion { account, region };
    let (prefix, digests) = (cell.prefix(root), cell.digest_prefix(root));
    let name = format!("{account}_CloudTrail_{region}_");
    let digest = format!("{account}_CloudTrail-Digest_{region}_main_{region}_");
    for key in [
        key.to_owned(),
        format!("{prefix}{key}"),
        format!("{prefix}2026/11/05/{name}{key}"),
        format!("{prefix}2026/11/05/{name}20261105T2355Z_{key}"),
    ] {
        let Some(read) = cell.names(root).read(&key) else { continue };
        assert_eq!(cell.key(root, read), key);
        assert!(key.starts_with(&prefix));
        let at = read.at();
        let day = jiff::tz::Offset::UTC.to_datetime(at).date();
        if key.starts_with(&cell.day_prefix(root, day)) {
            assert!(cell.first_key(root, at) <= key);
        }
    }
    for key in
        [key.to_owned(), format!("{digests}{key}"), format!("{digests}2026/11/05/{digest}{key}")]
    {
        if cell.digest_time(root, &key, "main", region).is_some() {
            assert!(key.starts_with(&digests));
            assert_eq!(cell.names(root).read(&key), None, "a digest is no log");
        }
    }
}

/// A folder that keeps nothing.
struct Nowhere;

impl Folder for Nowhere {
    fn create(&self, _: FileName) -> io::Result<Box<dyn io::Write>> {
        Ok(Box::new(io::sink()))
    }
}

/// A record: it is refused, or its lines are written and read back as the same, and every report is
/// made of it or refuses it.
pub fn record(data: &[u8]) {
    let read = || RecordReader::new(data);
    let lines: Result<Vec<Line>, RecordError> = read().collect();
    for format in [
        trailseal_report_csv::FORMAT,
        trailseal_report_sarif::FORMAT,
        trailseal_report_html::FORMAT,
    ] {
        let report = (format.open)(&Nowhere).expect("nowhere takes everything");
        let _ = report_all(read(), vec![report], &Nowhere);
    }
    let Ok(lines) = lines else { return };
    let mut written = RecordWriter::new(Vec::new());
    for line in &lines {
        written.write(line).expect("memory takes everything");
    }
    let written = written.finish().expect("memory takes everything");
    let again: Result<Vec<Line>, RecordError> = RecordReader::new(&*written).collect();
    assert_eq!(again.expect("what is written can be read"), lines);
}
