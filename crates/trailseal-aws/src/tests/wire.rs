//! The shapes of failure on the wire, per protocol, through the SDK's real parsers.

use trailseal_model::question::{
    DescribeKey, DescribeTrails, HeadBucket, HeadObject, ListAccounts, ListObjects, ListRegions,
    OpenAccount,
};
use trailseal_model::{Arn, BucketPresence, Gap, GapClass, KeyPresence, Reader, Region, Want, ask};

use super::{Fake, Reply, aws, member, target};

const HTML: &str = "<html><body><h1>Blocked by your proxy</h1></body></html>";

fn reader() -> Reader {
    Reader { target: target("us-east-1"), expected_owner: None }
}

async fn trails(reply: Reply) -> Gap {
    ask(&aws(&Fake::saying(reply)).await, DescribeTrails { target: target("eu-west-1") })
        .await
        .unwrap_err()
}

async fn objects(reply: Reply) -> Gap {
    let fake = Fake::saying(reply);
    let question = ListObjects {
        reader: reader(),
        bucket: "logs".to_owned(),
        prefix: "AWSLogs/".to_owned(),
        start_after: None,
        want: Want::Names,
    };
    ask(&aws(&fake).await, question).await.unwrap_err()
}

async fn object(reply: Reply) -> Gap {
    let fake = Fake::saying(reply);
    ask(
        &aws(&fake).await,
        HeadObject {
            reader: reader(),
            bucket: "logs".to_owned(),
            key: "AWSLogs/x.json.gz".to_owned(),
        },
    )
    .await
    .unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn json_errors_name_their_code_with_or_without_a_namespace() {
    let scp = "User: x is not authorized to perform: cloudtrail:DescribeTrails with an explicit deny in a service control policy";
    for code in ["AccessDeniedException", "com.amazonaws.cloudtrail#AccessDeniedException"] {
        let gap = trails(Reply::json_error(400, code, scp)).await;
        assert_eq!(gap.class, GapClass::DeniedByScp);
        assert_eq!(gap.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!(gap.message.as_deref(), Some(scp));
    }
    // Organizations and KMS write `Message`, and some front ends only the header.
    let body = r#"{"__type":"AccessDeniedException","Message":"no"}"#;
    assert_eq!(trails(Reply::new(400, body)).await.message.as_deref(), Some("no"));
    let by_header =
        Reply::new(403, r#"{"message":"no"}"#).with("x-amzn-errortype", "AccessDeniedException:");
    assert_eq!(trails(by_header).await.class, GapClass::Denied);
}

#[tokio::test(start_paused = true)]
async fn modelled_errors_keep_code_and_message() {
    let reply = Reply::json_error(400, "NoManagementAccountSLRExistsException", "no role");
    let gap = trails(reply).await;
    assert_eq!(gap.code.as_deref(), Some("NoManagementAccountSLRExistsException"));
    assert_eq!(gap.message.as_deref(), Some("no role"));

    let reply = Reply::json_error(400, "AWSOrganizationsNotInUseException", "standalone");
    let gap = ask(&aws(&Fake::saying(reply)).await, ListAccounts).await.unwrap_err();
    assert_eq!((gap.class, gap.account), (GapClass::NotFound, None));
    assert_eq!(gap.region, Region::new("us-east-1"));

    let reply = Reply::json_error(400, "TooManyRequestsException", "slow");
    let gap = ask(&aws(&Fake::saying(reply)).await, ListAccounts).await.unwrap_err();
    assert_eq!((gap.class, gap.throttles), (GapClass::ThrottledOut, 5));

    let reply = Reply::new(429, r#"{"message":"slow"}"#)
        .with("x-amzn-errortype", "TooManyRequestsException");
    let gap =
        ask(&aws(&Fake::saying(reply)).await, ListRegions { account: member() }).await.unwrap_err();
    assert_eq!((gap.class, gap.http_status), (GapClass::ThrottledOut, Some(429)));
}

#[tokio::test(start_paused = true)]
async fn query_errors_name_their_code() {
    let check = async |status, code, message, expected| {
        let fake = Fake::new(move |seen, _| {
            (seen.operation == "AssumeRole").then(|| Reply::query_error(status, code, message))
        });
        let gap = ask(&aws(&fake).await, OpenAccount { account: member() }).await.unwrap_err();
        assert_eq!((gap.class, gap.code.as_deref()), (expected, Some(code)));
        assert_eq!(gap.message.as_deref(), Some(message));
    };
    check(403, "AccessDenied", "no", GapClass::RoleNotAssumable).await;
    check(400, "Throttling", "Rate exceeded", GapClass::ThrottledOut).await;
    check(403, "RegionDisabledException", "off", GapClass::StsNotActive).await;
    check(403, "ExpiredToken", "old", GapClass::ExpiredCredentials).await;
    let skew = "Signature expired: 1 is now earlier than 2";
    check(403, "SignatureDoesNotMatch", skew, GapClass::ClockSkew).await;
}

#[tokio::test(start_paused = true)]
async fn s3_errors_name_their_code_where_they_have_a_body() {
    let check = async |status, code, message, expected| {
        let gap = objects(Reply::s3_error(status, code, message)).await;
        assert_eq!((gap.class, gap.code.as_deref()), (expected, Some(code)));
        assert_eq!(gap.request_id.as_deref(), Some("s3-request"));
        assert_eq!(gap.subject.as_deref(), Some("logs/AWSLogs/"));
    };
    check(403, "AccessDenied", "Access Denied", GapClass::Denied).await;
    let rcp = "User: x is not authorized to perform: s3:ListBucket with an explicit deny in a resource control policy";
    check(403, "AccessDenied", rcp, GapClass::DeniedByRcp).await;
    check(404, "NoSuchBucket", "gone", GapClass::NotFound).await;
    check(503, "SlowDown", "Please reduce your request rate.", GapClass::ThrottledOut).await;
    check(403, "RequestTimeTooSkewed", "skew", GapClass::ClockSkew).await;
    check(400, "InvalidToken", "The provided token is malformed", GapClass::ExpiredCredentials)
        .await;
}

#[tokio::test(start_paused = true)]
async fn head_errors_have_no_body_and_are_told_by_status() {
    let bare = |status| Reply::Answer {
        status,
        headers: vec![("x-amz-id-2", "extended".to_owned())],
        body: String::new(),
    };
    for (status, expected, attempts) in [
        (403, GapClass::Denied, 1),
        (400, GapClass::MalformedAnswer, 1),
        (503, GapClass::ThrottledOut, 5),
        (500, GapClass::ServerError, 5),
    ] {
        let gap = object(bare(status)).await;
        assert_eq!((gap.class, gap.attempts), (expected, attempts));
        assert_eq!((gap.http_status, gap.code), (Some(status), None));
        assert_eq!(gap.request_id.as_deref(), Some("extended"));
    }
    let message = object(bare(400)).await.message.unwrap();
    assert!(message.contains("SSE-C") && message.contains("expired credentials"), "{message}");
    let fake = Fake::saying(bare(404));
    let answer = ask(
        &aws(&fake).await,
        HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "gone".to_owned() },
    )
    .await
    .unwrap();
    assert_eq!(answer.value, None);
    assert_eq!(answer.evidence.request_id.as_deref(), Some("extended"));
}

#[tokio::test(start_paused = true)]
async fn a_bare_400_is_the_objects_own_only_where_the_session_lists_it() {
    let bare = |status| Reply::Answer { status, headers: Vec::new(), body: String::new() };
    let page = "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>KEY</Key></Contents></ListBucketResult>";
    let check = async |listed: Reply, expected: Option<&str>, heads: usize| {
        let fake = Fake::new(move |seen, _| match seen.operation.as_str() {
            "HEAD s3" => Some(bare(400)),
            "GET list" => Some(listed.clone()),
            _ => None,
        });
        let answer = ask(
            &aws(&fake).await,
            HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "a/log".to_owned() },
        )
        .await;
        let customer = answer.ok().and_then(|it| it.value?.customer_algorithm);
        assert_eq!(customer.as_deref(), expected);
        assert_eq!(fake.count("HEAD s3"), heads);
    };
    check(Reply::new(200, page.replace("KEY", "a/log")), Some("not told"), 2).await;
    check(Reply::new(200, page.replace("KEY", "a/log.other")), None, 1).await;
    check(Reply::s3_error(403, "AccessDenied", "no"), None, 1).await;
}

#[tokio::test(start_paused = true)]
async fn garbage_is_never_a_denial_nor_an_answer() {
    for status in [200, 400, 403, 404] {
        for gap in [trails(Reply::new(status, HTML)).await, objects(Reply::new(status, HTML)).await]
        {
            assert_eq!(gap.class, GapClass::MalformedAnswer, "{status} {gap:?}");
            assert_eq!((gap.http_status, gap.attempts), (Some(status), 1), "{gap:?}");
            assert!(gap.message.is_some());
        }
    }
    assert_eq!(trails(Reply::new(503, HTML)).await.class, GapClass::ServerError);
    assert_eq!(trails(Reply::new(407, HTML)).await.class, GapClass::Proxy);
    assert_eq!(trails(Reply::new(200, "{\"trailList\":7}")).await.class, GapClass::MalformedAnswer);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_exists_where_s3_names_its_region() {
    let head = async |status, region: Option<&'static str>| {
        let reply = Reply::Answer { status, headers: Vec::new(), body: String::new() };
        let reply = match region {
            Some(region) => reply.with("x-amz-bucket-region", region),
            None => reply,
        };
        ask(
            &aws(&Fake::saying(reply)).await,
            HeadBucket { bucket: "logs".to_owned(), account: member() },
        )
        .await
        .map(|it| it.value)
    };
    let here = Ok(BucketPresence::Exists(Region::new("eu-west-1")));
    for status in [200, 301, 400, 403] {
        assert_eq!(head(status, Some("eu-west-1")).await, here, "{status}");
    }
    assert_eq!(head(200, None).await, Ok(BucketPresence::Exists(None)));
    assert_eq!(head(404, None).await, Ok(BucketPresence::Gone));
    assert_eq!(head(403, None).await.unwrap_err().class, GapClass::Denied);
    assert_eq!(head(400, None).await.unwrap_err().class, GapClass::MalformedAnswer);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_kms_does_not_find_is_an_answer() {
    let key = Arn::new("arn:aws:kms:eu-west-1:111122223333:key/1234").unwrap();
    let reply = Reply::json_error(400, "NotFoundException", "Key does not exist");
    let aws = aws(&Fake::saying(reply)).await;
    let answer =
        ask(&aws, DescribeKey { key: key.clone(), asked_in: target("eu-west-1") }).await.unwrap();
    assert_eq!(answer.value, KeyPresence::Gone);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_is_told_by_how_much() {
    let check = async |date: Option<&str>, expected: &str| {
        let reply = Reply::s3_error(403, "RequestTimeTooSkewed", "The difference is too large.");
        let reply = match date {
            Some(date) => reply.with("date", date),
            None => reply,
        };
        let gap = objects(reply).await;
        assert_eq!((gap.class, gap.attempts), (GapClass::ClockSkew, 1));
        let message = format!("The difference is too large.{expected}");
        assert_eq!(gap.message.as_deref(), Some(message.as_str()));
    };
    let now = super::now();
    assert_eq!(now.to_string(), "2026-11-23T12:00:00Z");
    let date = Some("Mon, 23 Nov 2026 12:16:40 GMT");
    check(date, "; this machine's clock is 16 min 40 s behind AWS's").await;
    let date = Some("Mon, 23 Nov 2026 09:29:00 GMT");
    check(date, "; this machine's clock is 2 h 31 min ahead of AWS's").await;
    check(None, "").await;
    check(Some("yesterday"), "").await;

    let early = "Signature not yet current: 20261123T120000Z is still later than 20261123T115000Z";
    let reply = Reply::json_error(403, "InvalidSignatureException", early);
    let gap = trails(reply.with("date", "Mon, 23 Nov 2026 11:45:00 GMT")).await;
    assert_eq!(gap.class, GapClass::ClockSkew);
    assert!(gap.message.unwrap().ends_with("this machine's clock is 15 min 00 s ahead of AWS's"));
}
