use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use jiff::SignedDuration;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;

use crate::Simulator;
use crate::tests::{
    ARCHIVE, Caller, MANAGEMENT, WORKLOAD, account, bucket, call_s3, deliveries, denial, element,
    member, now, parts, region, simulator, trail,
};
use crate::world::Parts;
use crate::world::account::AccountState;
use crate::world::bucket::{Bucket, ExtraObject, Readers};
use crate::world::denial::{Denial, PolicyKind};
use crate::world::trail::{Deliveries, Replication, Seal, Trail};

const STRANGER: &str = "999999999999";

/// Sends a request without a body; headers are `name: value`.
fn send(
    simulator: &Simulator,
    caller: &Caller,
    region: &str,
    (method, uri): (&str, &str),
    headers: &[(&str, &str)],
) -> Response<Bytes> {
    put(simulator, caller, region, (method, uri), headers, b"")
}

fn put(
    simulator: &Simulator,
    caller: &Caller,
    region: &str,
    (method, uri): (&str, &str),
    headers: &[(&str, &str)],
    body: &'static [u8],
) -> Response<Bytes> {
    let mut builder = Request::builder().method(method).uri(uri).header("host", "localhost:4566");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    let request = builder.body(Bytes::from_static(body)).unwrap();
    call_s3(simulator, caller, region, request).response
}

fn text(response: &Response<Bytes>) -> &str {
    std::str::from_utf8(response.body()).unwrap()
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |it| it.to_str().unwrap())
}

fn elements<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&*open).skip(1).map(|it| it.split_once(&close).unwrap().0).collect()
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn list(simulator: &Simulator, query: &str) -> String {
    let caller = Caller::role(simulator, ARCHIVE);
    let uri = format!("/archive-logs?list-type=2&{query}");
    let response = send(simulator, &caller, "us-east-1", ("GET", &uri), &[]);
    assert_eq!(response.status(), 200, "{uri} {}", text(&response));
    text(&response).to_owned()
}

/// Every page of a listing, joined.
fn pages(simulator: &Simulator, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut token = String::new();
    loop {
        let page = list(simulator, &format!("{query}{token}"));
        all.extend(
            elements(&page, "Contents").iter().map(|it| element(it, "Key").unwrap().to_owned()),
        );
        all.extend(
            elements(&page, "CommonPrefixes")
                .iter()
                .map(|it| element(it, "Prefix").unwrap().to_owned()),
        );
        let Some(next) = element(&page, "NextContinuationToken") else {
            assert_eq!(element(&page, "IsTruncated"), Some("false"));
            return all;
        };
        assert_eq!(element(&page, "IsTruncated"), Some("true"));
        token = format!("&continuation-token={}", encoded(next));
    }
}

const DAY: &str = "AWSLogs/o-exampleorgid/333333333333/CloudTrail/eu-west-1/2026/11/19/";

/// The organization's logs, some junk beside them, and everybody of the organization reads.
fn shared() -> Parts {
    let mut parts = parts();
    let extra = ["a&b <c>", "junk/1 2+3", "junk/x", "zz"];
    parts.buckets[0].extra = extra
        .iter()
        .map(|it| ExtraObject { key: (*it).into(), size: 3, seal: Seal::Aes256 })
        .collect();
    parts
}

#[test]
fn a_page_has_the_elements_of_the_model() {
    let simulator = simulator(shared());
    let page = list(&simulator, &format!("prefix={}&max-keys=2", encoded(DAY)));
    for (name, expected) in [
        ("Name", "archive-logs"),
        ("Prefix", DAY),
        ("KeyCount", "2"),
        ("MaxKeys", "2"),
        ("IsTruncated", "true"),
        ("StorageClass", "STANDARD"),
    ] {
        assert_eq!(element(&page, name), Some(expected), "{page}");
    }
    let keys = elements(&page, "Key");
    assert!(keys.iter().all(|it| it.starts_with(DAY)) && keys[0] < keys[1]);
    let etag = element(&page, "ETag").unwrap();
    assert!(etag.len() == 44 && etag.starts_with("&quot;"), "{etag}");
    assert!(element(&page, "LastModified").unwrap().starts_with("2026-11-19T0"));
    let page = list(&simulator, "prefix=a%26b&encoding-type=url");
    assert_eq!(elements(&page, "Key"), ["a%26b+%3Cc%3E"]);
    assert_eq!(elements(&list(&simulator, "prefix=a%26b"), "Key"), ["a&amp;b &lt;c&gt;"]);
    let page = list(&simulator, "max-keys=0");
    assert_eq!(
        (element(&page, "KeyCount"), element(&page, "IsTruncated")),
        (Some("0"), Some("false"))
    );
}

#[test]
fn folders_are_rolled_up() {
    let simulator = simulator(shared());
    let slash = "delimiter=%2F";
    assert_eq!(
        pages(&simulator, &format!("{slash}&max-keys=1")),
        ["AWSLogs/", "a&amp;b &lt;c&gt;", "junk/", "zz"]
    );
    let organization = "AWSLogs/o-exampleorgid/";
    let accounts = [MANAGEMENT, ARCHIVE, WORKLOAD].map(|it| format!("{organization}{it}/"));
    assert_eq!(pages(&simulator, &format!("{slash}&prefix={}", encoded(organization))), accounts);
    let kinds = ["CloudTrail-Digest/", "CloudTrail/"].map(|it| format!("{}{it}", accounts[2]));
    assert_eq!(pages(&simulator, &format!("{slash}&prefix={}", encoded(&accounts[2]))), kinds);
    let regions = pages(&simulator, &format!("{slash}&max-keys=4&prefix={}", encoded(&kinds[1])));
    assert_eq!(regions.len(), 17);
    // A common prefix that is not greater than StartAfter is left out.
    let after = encoded(&format!("{}CloudTrail-Digest/x", accounts[2]));
    let query = format!("{slash}&start-after={after}&prefix={}", encoded(&accounts[2]));
    assert_eq!(pages(&simulator, &query), kinds[1..]);
    // What comes behind everything in a folder neither lists it again nor passes over the next one.
    let behind = format!("{}0", accounts[0].trim_end_matches('/'));
    let query =
        format!("{slash}&start-after={}&prefix={}", encoded(&behind), encoded(organization));
    assert_eq!(pages(&simulator, &query), accounts[1..]);
    // A delimiter is any text.
    let query = format!("delimiter=_CloudTrail_&prefix={}", encoded(DAY));
    assert_eq!(pages(&simulator, &query), [format!("{DAY}333333333333_CloudTrail_")]);
}

#[test]
fn the_newest_objects_come_in_one_request() {
    let simulator = simulator(shared());
    let day = "AWSLogs/o-exampleorgid/333333333333/CloudTrail/eu-west-1/2026/11/20/";
    let after = format!("{day}333333333333_CloudTrail_eu-west-1_20261120T1030Z");
    let query = format!("prefix={}&start-after={}", encoded(day), encoded(&after));
    let keys = pages(&simulator, &query);
    assert!((1..=2).contains(&keys.len()), "{keys:?}");
    let all = pages(&simulator, &format!("prefix={}", encoded(day)));
    assert_eq!(all[all.len() - keys.len()..], keys);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]

    /// Paging, `StartAfter` and HeadObject against one listing without pages.
    #[test]
    fn listing_and_heads_agree(
        max_keys in 1usize..40,
        place in any::<prop::sample::Index>(),
        prefix in prop::sample::select(vec!["", "junk", DAY, "AWSLogs/o-exampleorgid/3"]),
        delimiter in prop::sample::select(vec!["", "&delimiter=/", "&delimiter=T1"]),
    ) {
        let mut parts = shared();
        let deliveries = Deliveries {
            from: now() - SignedDuration::from_hours(15),
            per_day: 30,
            only_regions: vec![region("eu-west-1")],
            ..Deliveries::clone(&deliveries(&Seal::Kms("arn:aws:kms:key".into())))
        };
        parts.trails[0].deliveries = Arc::new(deliveries);
        parts.trails[0].is_multi_region = false;
        parts.trails[0].home = region("eu-west-1");
        let simulator = simulator(parts);
        let query = format!("prefix={}{delimiter}", encoded(prefix));
        let whole = list(&simulator, &query);
        let key_count: usize = element(&whole, "KeyCount").unwrap().parse().unwrap();
        let mut expected: Vec<String> = pages(&simulator, &query);
        prop_assert_eq!(expected.len(), key_count);
        let mut paged = pages(&simulator, &format!("{query}&max-keys={max_keys}"));
        expected.sort();
        paged.sort();
        prop_assert_eq!(&paged, &expected);
        let caller = Caller::role(&simulator, ARCHIVE);
        let contents = elements(&whole, "Contents");
        if contents.is_empty() {
            return Ok(());
        }
        let place = place.index(contents.len());
        let field = |name| element(contents[place], name).unwrap().replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        let key = field("Key");
        let next = list(&simulator, &format!("{query}&start-after={}", encoded(&key)));
        let following = elements(&next, "Contents").first().copied();
        prop_assert_eq!(following, contents.get(place + 1).copied());
        let uri = format!("/archive-logs/{}", encoded(&key));
        let head = send(&simulator, &caller, "us-east-1", ("HEAD", &uri), &[]);
        prop_assert_eq!(head.status(), 200);
        prop_assert_eq!(header(&head, "content-length"), field("Size"));
        prop_assert_eq!(header(&head, "etag"), field("ETag"));
        let at = jiff::fmt::rfc2822::DateTimeParser::new();
        let at = at.parse_timestamp(header(&head, "last-modified")).unwrap();
        prop_assert_eq!(at, field("LastModified").parse::<jiff::Timestamp>().unwrap());
        let near = send(&simulator, &caller, "us-east-1", ("HEAD", &format!("{uri}x")), &[]);
        prop_assert_eq!((near.status().as_u16(), near.body().len()), (404, 0));
    }
}

#[test]
fn pages_refuse_what_s3_refuses() {
    let simulator = simulator(shared());
    let caller = Caller::role(&simulator, ARCHIVE);
    let page = list(&simulator, "max-keys=1");
    let token = encoded(element(&page, "NextContinuationToken").unwrap());
    for query in [
        "max-keys=x".to_owned(),
        "max-keys=-1".to_owned(),
        "encoding-type=base64".to_owned(),
        "continuation-token=".to_owned(),
        "continuation-token=nonsense".to_owned(),
        format!("prefix=AWSLogs&continuation-token={token}"),
    ] {
        let uri = format!("/archive-logs?list-type=2&{query}");
        let response = send(&simulator, &caller, "us-east-1", ("GET", &uri), &[]);
        assert_eq!(response.status(), 400, "{query}");
        assert_eq!(element(text(&response), "Code"), Some("InvalidArgument"), "{query}");
    }
    let page = list(&simulator, "max-keys=5000");
    assert_eq!(
        (element(&page, "MaxKeys"), element(&page, "KeyCount")),
        (Some("1000"), Some("1000"))
    );
}

/// A bucket of each kind: of a stranger, of another member, and the workload's own.
fn guarded() -> Parts {
    let mut parts = shared();
    let with = |name: &str, owner, readers| Bucket { readers, ..bucket(name, owner, "eu-west-1") };
    parts.buckets.extend([
        with("taken", STRANGER, Readers::OwnerOnly),
        with("open", ARCHIVE, Readers::Organization),
        with("named", ARCHIVE, Readers::Accounts(vec![account(WORKLOAD)])),
        with("closed", ARCHIVE, Readers::OwnerOnly),
        Bucket {
            denied_actions: Box::new(["s3:Get*".into()]),
            ..with("no-heads", WORKLOAD, Readers::OwnerOnly)
        },
        Bucket {
            denied_actions: Box::new(["s3:ListBucket".into()]),
            ..with("no-lists", WORKLOAD, Readers::OwnerOnly)
        },
    ]);
    for bucket in &mut parts.buckets {
        let key = "key".into();
        bucket.extra.push(ExtraObject { key, size: 3, seal: Seal::Aes256 });
    }
    parts
}

#[test]
fn buckets_let_in_whom_they_should() {
    const DENIED: &str = "User: arn:aws:sts::333333333333:assumed-role/TrailsealAudit/run is not authorized to perform: ";
    let simulator = simulator(guarded());
    let caller = Caller::role(&simulator, WORKLOAD);
    for (bucket, key, list, message) in [
        ("workload-logs", 200, 200, ""),
        ("open", 200, 200, ""),
        ("named", 200, 200, ""),
        ("taken", 403, 403, "Access Denied"),
        ("no-heads", 403, 200, ""),
        (
            "closed",
            403,
            403,
            "s3:ListBucket on resource: \"arn:aws:s3:::closed\" because no resource-based policy allows the s3:ListBucket action",
        ),
        (
            "no-lists",
            200,
            403,
            "s3:ListBucket on resource: \"arn:aws:s3:::no-lists\" with an explicit deny in a resource-based policy",
        ),
        ("nobody", 404, 404, "The specified bucket does not exist"),
    ] {
        let get = |method, path: &str| {
            let uri = format!("/{bucket}{path}");
            send(&simulator, &caller, "eu-west-1", (method, &uri), &[])
        };
        let head = get("HEAD", "/key");
        assert_eq!((head.status().as_u16(), head.body().len()), (key, 0), "{bucket}");
        let listed = get("GET", "?list-type=2");
        assert_eq!(listed.status(), list, "{bucket}");
        if list != 200 {
            let told = element(text(&listed), "Message").unwrap().replace("&quot;", "\"");
            let is_plain = message.is_empty() || !message.starts_with("s3:");
            let expected = if is_plain { message.to_owned() } else { format!("{DENIED}{message}") };
            assert_eq!(told, expected, "{bucket}");
        }
        let head = get("HEAD", "");
        assert_eq!(head.status(), list, "{bucket}");
        let place = if list == 404 { "" } else { "eu-west-1" };
        assert_eq!(header(&head, "x-amz-bucket-region"), place, "{bucket}");
        // Without permission to list, a key that does not exist is denied rather than not found.
        let missing = get("HEAD", "/no-such-key");
        let expected = if key == 200 && list == 200 || list == 404 { 404 } else { 403 };
        assert_eq!((missing.status().as_u16(), missing.body().len()), (expected, 0), "{bucket}");
    }
}

#[test]
fn other_regions_redirect_and_tell_where() {
    let simulator = simulator(guarded());
    let caller = Caller::role(&simulator, ARCHIVE);
    for (method, path) in
        [("HEAD", ""), ("HEAD", "/zz"), ("GET", "?list-type=2"), ("GET", "/zz"), ("PUT", "/zz")]
    {
        let uri = format!("/archive-logs{path}");
        let response = send(&simulator, &caller, "eu-west-1", (method, &uri), &[]);
        assert_eq!(response.status(), 301, "{method} {uri}");
        assert_eq!(header(&response, "x-amz-bucket-region"), "us-east-1");
        if method == "HEAD" {
            assert!(response.body().is_empty());
        } else {
            assert_eq!(element(text(&response), "Code"), Some("PermanentRedirect"));
            let endpoint = element(text(&response), "Endpoint");
            assert_eq!(endpoint, Some("archive-logs.s3.us-east-1.amazonaws.com"));
        }
    }
    for (bucket, expected) in [("archive-logs", ""), ("open", "eu-west-1")] {
        let uri = format!("/{bucket}?location");
        let response = send(&simulator, &caller, "eu-central-1", ("GET", &uri), &[]);
        let constraint = format!("<LocationConstraint xmlns=\"{}\">{expected}<", super::NAMESPACE);
        assert!(text(&response).contains(&constraint), "{}", text(&response));
    }
}

#[test]
fn the_expected_owner_must_own_it() {
    let simulator = simulator(guarded());
    let caller = Caller::role(&simulator, ARCHIVE);
    for (owner, status) in [(ARCHIVE, 200), (WORKLOAD, 403), ("x", 400)] {
        let headers = [("x-amz-expected-bucket-owner", owner)];
        for (method, uri) in [("HEAD", "/archive-logs"), ("HEAD", "/archive-logs/zz")] {
            let response = send(&simulator, &caller, "us-east-1", (method, uri), &headers);
            assert_eq!((response.status().as_u16(), response.body().len()), (status, 0), "{owner}");
        }
        let uri = "/archive-logs?list-type=2";
        let response = send(&simulator, &caller, "us-east-1", ("GET", uri), &headers);
        assert_eq!(response.status(), status, "{owner}");
    }
}

#[test]
fn denials_of_the_world_come_first_and_tell_the_region() {
    let mut parts = guarded();
    parts.denials.push(Denial {
        is_explicit: true,
        resource: "arn:aws:s3:::workload-logs".into(),
        ..denial(PolicyKind::ServiceControl, "s3:ListBucket")
    });
    let simulator = simulator(parts);
    let caller = Caller::role(&simulator, WORKLOAD);
    let get = |method, uri| send(&simulator, &caller, "eu-west-1", (method, uri), &[]);
    let response = get("GET", "/workload-logs?list-type=2");
    assert!(text(&response).contains("with an explicit deny in a service control policy"));
    let head = get("HEAD", "/workload-logs");
    assert_eq!(head.status(), 403);
    assert_eq!(header(&head, "x-amz-bucket-region"), "eu-west-1");
    assert_eq!(get("HEAD", "/workload-logs/key").status(), 200);
    assert_eq!(get("HEAD", "/workload-logs/none").status(), 403);
    assert_eq!(get("HEAD", "/open/none").status(), 404);
}

/// One log file or digest file under this seal, as HEAD shows it.
fn head_of(seal: &Seal, kind: &str, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut parts = parts();
    let trail = Trail {
        deliveries: Arc::new(Deliveries {
            replication: Some(Replication::Replica),
            uses_bucket_key: true,
            ..Deliveries::clone(&deliveries(seal))
        }),
        ..trail(ARCHIVE, "own", "us-east-1", "archive-logs")
    };
    parts.trails = vec![trail];
    let simulator = simulator(parts);
    let prefix = format!("AWSLogs/{ARCHIVE}/{kind}/");
    let page = list(&simulator, &format!("max-keys=1&prefix={}", encoded(&prefix)));
    let uri = format!("/archive-logs/{}", element(&page, "Key").unwrap());
    let caller = Caller::role(&simulator, ARCHIVE);
    send(&simulator, &caller, "us-east-1", ("HEAD", &uri), headers)
}

#[test]
fn heads_tell_how_objects_lie() {
    const ARN: &str = "arn:aws:kms:us-east-1:222222222222:key/k";
    for (seal, algorithm, key, bucket_key) in [
        (Seal::Aes256, "AES256", "", ""),
        (Seal::Kms(ARN.into()), "aws:kms", ARN, "true"),
        (Seal::Dsse(ARN.into()), "aws:kms:dsse", ARN, ""),
        (Seal::KmsWithoutKey, "aws:kms", "", "true"),
        (Seal::Unencrypted, "", "", ""),
        (Seal::Undocumented { algorithm: "AWS:KMS".into(), key: ARN.into() }, "AWS:KMS", ARN, ""),
    ] {
        for (kind, signature) in [("CloudTrail", 0), ("CloudTrail-Digest", 512)] {
            let head = head_of(&seal, kind, &[]);
            assert_eq!(head.status(), 200);
            for (name, expected) in [
                ("x-amz-server-side-encryption", algorithm),
                ("x-amz-server-side-encryption-aws-kms-key-id", key),
                ("x-amz-server-side-encryption-bucket-key-enabled", bucket_key),
                ("x-amz-replication-status", "REPLICA"),
                ("accept-ranges", "bytes"),
                ("content-type", "application/x-gzip"),
            ] {
                assert_eq!(header(&head, name), expected, "{seal:?} {name}");
            }
            assert_eq!(header(&head, "x-amz-meta-signature").len(), signature);
            assert!(header(&head, "last-modified").ends_with(" GMT"));
        }
    }
    let customer = ("x-amz-server-side-encryption-customer-algorithm", "AES256");
    for (seal, headers, status) in [
        (Seal::CustomerProvided, vec![], 400),
        (Seal::CustomerProvided, vec![customer], 200),
        (Seal::Aes256, vec![customer], 400),
        (Seal::Aes256, vec![("x-amz-server-side-encryption", "AES256")], 400),
        (Seal::Aes256, vec![("x-amz-checksum-mode", "ENABLED")], 200),
        (Seal::Kms(ARN.into()), vec![("x-amz-checksum-mode", "ENABLED")], 403),
    ] {
        let head = head_of(&seal, "CloudTrail", &headers);
        assert_eq!(
            (head.status().as_u16(), head.body().len()),
            (status, 0),
            "{seal:?} {headers:?}"
        );
    }
}

/// HEAD of the first log of a bucket, which is changed so.
fn head_in(change: impl FnOnce(&mut Parts), headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut parts = parts();
    parts.trails = vec![trail(ARCHIVE, "own", "us-east-1", "archive-logs")];
    parts.trails[0].deliveries = deliveries(&Seal::Aes256);
    change(&mut parts);
    let simulator = simulator(parts);
    let prefix = format!("AWSLogs/{ARCHIVE}/CloudTrail/");
    let page = list(&simulator, &format!("max-keys=1&prefix={}", encoded(&prefix)));
    let uri = format!("/archive-logs/{}", element(&page, "Key").unwrap());
    let caller = Caller::role(&simulator, ARCHIVE);
    send(&simulator, &caller, "us-east-1", ("HEAD", &uri), headers)
}

#[test]
fn versions_replication_and_checksums_are_told_where_there_are_any() {
    let plain = head_in(|_| {}, &[]);
    for name in ["x-amz-version-id", "x-amz-replication-status", "x-amz-checksum-crc64nvme"] {
        assert_eq!(header(&plain, name), "", "{name}");
    }
    let versioned = head_in(|it| it.buckets[0].is_versioned = true, &[]);
    assert_eq!(header(&versioned, "x-amz-version-id").len(), 32);
    for replication in [Replication::Completed, Replication::Pending, Replication::Failed] {
        let head = head_in(
            |it| {
                let changed = Deliveries {
                    replication: Some(replication),
                    ..Deliveries::clone(&it.trails[0].deliveries)
                };
                it.trails[0].deliveries = Arc::new(changed);
            },
            &[],
        );
        assert_eq!(header(&head, "x-amz-replication-status"), replication.word());
    }
    let asked = head_in(|_| {}, &[("x-amz-checksum-mode", "ENABLED")]);
    assert_eq!(header(&asked, "x-amz-checksum-crc64nvme").len(), 12);
    assert_eq!(header(&asked, "x-amz-checksum-type"), "FULL_OBJECT");
}

#[test]
fn odd_dates_are_no_dates_of_http() {
    let head = head_in(
        |it| {
            let changed =
                Deliveries { has_odd_dates: true, ..Deliveries::clone(&it.trails[0].deliveries) };
            it.trails[0].deliveries = Arc::new(changed);
        },
        &[],
    );
    assert_eq!(head.status(), 200);
    let date = header(&head, "last-modified");
    assert!(date.ends_with('Z') && date.parse::<jiff::Timestamp>().is_ok(), "{date}");
}

#[test]
fn content_is_only_of_what_was_put() {
    let simulator = simulator(shared());
    let caller = Caller::role(&simulator, ARCHIVE);
    let uri = "/archive-logs/reports/2026/r%201.json";
    let headers = [("if-none-match", "*"), ("content-type", "application/json")];
    let send = |method, uri, headers: &[_], body| {
        put(&simulator, &caller, "us-east-1", (method, uri), headers, body)
    };
    let first = send("PUT", uri, &headers, b"{}");
    assert_eq!(first.status(), 200);
    assert_eq!(header(&first, "x-amz-server-side-encryption"), "AES256");
    let second = send("PUT", uri, &headers, b"other");
    assert_eq!(second.status(), 412);
    assert_eq!(element(text(&second), "Code"), Some("PreconditionFailed"));
    assert_eq!(element(text(&second), "Condition"), Some("If-None-Match"));
    // An object that nobody put is there too.
    assert_eq!(send("PUT", "/archive-logs/zz", &headers, b"{}").status(), 412);
    assert_eq!(send("PUT", uri, &[("if-none-match", "\"x\"")], b"{}").status(), 501);
    let get = send("GET", uri, &[], b"");
    assert_eq!((text(&get), header(&get, "content-type")), ("{}", "application/json"));
    // The MD5 of what is encrypted with S3's own keys.
    assert_eq!(header(&first, "etag"), "\"99914b932bd37a50b983c5e7c90ae93b\"");
    assert_eq!(header(&get, "etag"), header(&first, "etag"));
    assert_eq!(elements(&list(&simulator, "prefix=reports"), "Key"), ["reports/2026/r 1.json"]);
    // Without the precondition it is overwritten.
    assert_eq!(send("PUT", uri, &[], b"other").status(), 200);
    assert_eq!(text(&send("GET", uri, &[], b"")), "other");
    let log = elements(&list(&simulator, &format!("prefix={}&max-keys=1", encoded(DAY))), "Key")[0]
        .to_owned();
    let log = format!("/archive-logs/{log}");
    let refused = send("GET", &log, &[], b"");
    assert_eq!(element(text(&refused), "Code"), Some("AccessDenied"));
    assert_eq!(
        element(text(&send("GET", "/archive-logs/no", &[], b"")), "Code"),
        Some("NoSuchKey")
    );
    // Others of the organization may read at most.
    let caller = Caller::role(&simulator, WORKLOAD);
    let other = put(&simulator, &caller, "us-east-1", ("PUT", uri), &[], b"");
    assert_eq!(other.status(), 403);
}

#[test]
fn bodies_come_as_sdks_send_them() {
    let simulator = simulator(shared());
    let caller = Caller::role(&simulator, ARCHIVE);
    // CRC-32 of `123456789`.
    let crc = "y/Q5Jg==";
    let streaming = ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    let length = ("x-amz-decoded-content-length", "9");
    let kms = ("x-amz-server-side-encryption", "aws:kms");
    let key = ("x-amz-server-side-encryption-aws-kms-key-id", "k");
    let whole = b"9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n";
    for (headers, body, status, code) in [
        (vec![("x-amz-checksum-crc32", crc)], &b"123456789"[..], 200, ""),
        (vec![("x-amz-checksum-crc32", crc)], b"1", 400, "BadDigest"),
        (vec![("x-amz-checksum-crc64nvme", "any")], b"123456789", 200, ""),
        (vec![("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")], b"123456789", 200, ""),
        (vec![("content-md5", "JfnnlDI7RTiF9RgfG2JNCw==")], b"1", 400, "BadDigest"),
        (vec![("content-md5", "nonsense")], b"123456789", 400, "InvalidDigest"),
        (vec![streaming, length], whole, 200, ""),
        (vec![("content-encoding", "aws-chunked"), kms, key], whole, 200, ""),
        (vec![streaming, ("x-amz-decoded-content-length", "8")], whole, 400, "IncompleteBody"),
        (vec![streaming, length], b"9\r\n1234", 400, "IncompleteBody"),
        (
            vec![streaming, length],
            b"9\r\n12345678x\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n",
            400,
            "BadDigest",
        ),
    ] {
        let response =
            put(&simulator, &caller, "us-east-1", ("PUT", "/archive-logs/r"), &headers, body);
        assert_eq!(response.status(), status, "{headers:?}");
        if status != 200 {
            assert_eq!(element(text(&response), "Code"), Some(code), "{headers:?}");
            continue;
        }
        let get = send(&simulator, &caller, "us-east-1", ("GET", "/archive-logs/r"), &[]);
        assert_eq!(text(&get), "123456789");
        let is_kms = headers.contains(&kms);
        let expected = if is_kms { "arn:aws:kms:us-east-1:222222222222:key/k" } else { "" };
        assert_eq!(header(&get, key.0), expected);
        if headers[0] == streaming {
            assert_eq!(header(&response, "x-amz-checksum-crc32"), crc);
        }
    }
}

#[test]
fn buckets_are_listed_to_their_owner() {
    let mut parts = guarded();
    parts.accounts.push(member("555555555555", "empty", AccountState::Active));
    let simulator = simulator(parts);
    let caller = Caller::role(&simulator, ARCHIVE);
    let get = |query: &str| {
        let uri = format!("/?{query}");
        let response = send(&simulator, &caller, "us-east-1", ("GET", &uri), &[]);
        text(&response).to_owned()
    };
    let names = ["archive-logs", "closed", "named", "open"];
    let all = get("x-id=ListBuckets");
    assert_eq!(elements(&all, "Name"), names);
    assert!(!all.contains("BucketRegion") && element(&all, "ID").unwrap().len() == 64);
    let regions = ["us-east-1", "eu-west-1", "eu-west-1", "eu-west-1"];
    assert_eq!(elements(&get("max-buckets=100"), "BucketRegion"), regions);
    assert_eq!(elements(&get("prefix=o"), "Name"), ["open"]);
    assert_eq!(elements(&get("bucket-region=us-east-1"), "Name"), ["archive-logs"]);
    let first = get("max-buckets=3");
    let token = element(&first, "ContinuationToken").unwrap();
    let second = get(&format!("max-buckets=3&continuation-token={token}"));
    assert_eq!([elements(&first, "Name"), elements(&second, "Name")].concat(), names);
    assert_eq!(element(&second, "ContinuationToken"), None);
    for query in ["max-buckets=0", "max-buckets=x", "bucket-region=x", "continuation-token=x"] {
        assert_eq!(element(&get(query), "Code"), Some("InvalidArgument"), "{query}");
    }
    let empty = Caller::role(&simulator, "555555555555");
    let response = send(&simulator, &empty, "us-east-1", ("GET", "/"), &[]);
    assert!(text(&response).contains("<Buckets></Buckets>"));
}

#[test]
fn the_default_encryption_is_told() {
    const ARN: &str = "arn:aws:kms:us-east-1:222222222222:key/k";
    for (seal, algorithm, key, uses_bucket_key) in [
        (Seal::Aes256, "AES256", None, "false"),
        (Seal::Kms(ARN.into()), "aws:kms", Some(ARN), "true"),
        (Seal::Dsse(ARN.into()), "aws:kms:dsse", Some(ARN), "false"),
    ] {
        let mut parts = parts();
        parts.buckets[0].default_seal = seal;
        let deliveries =
            Deliveries { uses_bucket_key: true, ..Deliveries::clone(&parts.trails[0].deliveries) };
        parts.trails[0].deliveries = Arc::new(deliveries);
        let simulator = simulator(parts);
        let caller = Caller::role(&simulator, ARCHIVE);
        let uri = "/archive-logs?encryption";
        let response = send(&simulator, &caller, "us-east-1", ("GET", uri), &[]);
        let body = text(&response);
        assert_eq!(element(body, "SSEAlgorithm"), Some(algorithm));
        assert_eq!(element(body, "KMSMasterKeyID"), key);
        assert_eq!(element(body, "BucketKeyEnabled"), Some(uses_bucket_key));
    }
}

#[test]
fn both_styles_of_address_lead_to_a_key() {
    let mut parts = shared();
    let key = "/slash first";
    let extra = ExtraObject { key: key.into(), size: 3, seal: Seal::Aes256 };
    parts.buckets[0].extra.push(extra);
    let simulator = simulator(parts);
    let caller = Caller::role(&simulator, ARCHIVE);
    for (host, uri) in [
        ("localhost:4566", "/archive-logs//slash%20first"),
        ("archive-logs.localhost:4566", "//slash%20first"),
        ("archive-logs.s3.us-east-1.amazonaws.com", "//slash%20first"),
    ] {
        let request = Request::builder().method("HEAD").uri(uri).header("host", host);
        let request = request.body(Bytes::new()).unwrap();
        let response = call_s3(&simulator, &caller, "us-east-1", request).response;
        assert_eq!(response.status(), 200, "{host}");
    }
}

#[test]
fn ten_thousand_accounts_are_listed_a_page_at_a_time() {
    let mut parts = parts();
    parts.accounts.extend((0..10_000).map(|it| {
        member(&format!("{:012}", 600_000_000_000u64 + it * 7), "n", AccountState::Active)
    }));
    let simulator = simulator(parts);
    let query = "delimiter=%2F&prefix=AWSLogs%2Fo-exampleorgid%2F";
    let accounts = pages(&simulator, query);
    assert_eq!(accounts.len(), 10_003);
    assert!(accounts.is_sorted());
}
