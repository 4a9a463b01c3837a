//! A 200 that is no answer of the operation is never taken for "nothing": one row an operation.

use std::future::Future;

use trailseal_model::question::{
    DescribeKey, DescribeOrganization, DescribeTrails, GetEventDataStore, GetEventSelectors,
    GetKeyPolicy, GetKeyRotationStatus, GetTrailStatus, HeadObject, ListAccounts,
    ListAccountsForParent, ListBuckets, ListEventDataStores, ListGrants, ListObjects,
    ListOrganizationalUnitsForParent, ListRegions, ListRoots, ListTagsForResource, ListTrails,
    OpenAccount,
};
use trailseal_model::{Arn, Gap, GapClass, HeaderProblem, Operation, Reader, Region, Want, ask};

use super::{Fake, Reply, aws, identity, member, target};
use crate::Aws;

const TRAIL: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const STORE: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1";

fn arn(text: &str) -> Arn {
    Arn::new(text).unwrap()
}

fn reader() -> Reader {
    Reader { target: target("us-east-1"), expected_owner: None }
}

fn listing() -> ListObjects {
    ListObjects {
        reader: reader(),
        bucket: "logs".to_owned(),
        prefix: String::new(),
        start_after: None,
        want: Want::Names,
    }
}

/// Every operation that reads a body, asked once: what it came to.
#[expect(clippy::too_many_lines, reason = "one line for each operation")]
async fn all(aws: &Aws) -> Vec<(Operation, Result<(), Gap>)> {
    async fn outcome<T>(answer: impl Future<Output = Result<T, Gap>>) -> Result<(), Gap> {
        answer.await.map(drop)
    }
    let here = target("eu-west-1");
    vec![
        (Operation::ListAccounts, outcome(ask(&aws, ListAccounts)).await),
        (Operation::DescribeOrganization, outcome(ask(&aws, DescribeOrganization)).await),
        (Operation::ListRoots, outcome(ask(&aws, ListRoots)).await),
        (
            Operation::ListOrganizationalUnitsForParent,
            outcome(ask(&aws, ListOrganizationalUnitsForParent { parent: "r-a1b2".to_owned() }))
                .await,
        ),
        (
            Operation::ListAccountsForParent,
            outcome(ask(&aws, ListAccountsForParent { parent: "r-a1b2".to_owned() })).await,
        ),
        (
            Operation::ListTagsForResource,
            outcome(ask(&aws, ListTagsForResource { account: member() })).await,
        ),
        (Operation::ListRegions, outcome(ask(&aws, ListRegions { account: member() })).await),
        (Operation::DescribeTrails, outcome(ask(&aws, DescribeTrails { target: here })).await),
        (Operation::ListTrails, outcome(ask(&aws, ListTrails { account: member() })).await),
        (
            Operation::GetTrailStatus,
            outcome(ask(&aws, GetTrailStatus { trail: arn(TRAIL), asked_in: here })).await,
        ),
        (
            Operation::GetEventSelectors,
            outcome(ask(&aws, GetEventSelectors { trail: arn(TRAIL), asked_in: here })).await,
        ),
        (
            Operation::ListEventDataStores,
            outcome(ask(&aws, ListEventDataStores { target: here })).await,
        ),
        (
            Operation::GetEventDataStore,
            outcome(ask(&aws, GetEventDataStore { store: arn(STORE), asked_in: here })).await,
        ),
        (
            Operation::DescribeKey,
            outcome(ask(&aws, DescribeKey { key: arn(KEY), asked_in: here })).await,
        ),
        (
            Operation::GetKeyPolicy,
            outcome(ask(&aws, GetKeyPolicy { key: arn(KEY), asked_in: here })).await,
        ),
        (
            Operation::ListGrants,
            outcome(ask(&aws, ListGrants { key: arn(KEY), asked_in: here })).await,
        ),
        (
            Operation::GetKeyRotationStatus,
            outcome(ask(&aws, GetKeyRotationStatus { key: arn(KEY), asked_in: here })).await,
        ),
        (Operation::ListBuckets, outcome(ask(&aws, ListBuckets { account: member() })).await),
        (Operation::ListObjectsV2, outcome(ask(&aws, listing())).await),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_success_that_lacks_what_the_operation_always_sends_is_malformed() {
    let portal = "<!DOCTYPE html>\n<html><body><form>Accept the terms</form></body></html>";
    for (status, body) in [
        (200, ""),
        (200, "{}"),
        (200, "null"),
        (200, r#"{"message":"ok"}"#),
        (200, r#"{"trailList":null,"Trails":null,"Accounts":null,"Regions":null}"#),
        (200, r#"{"TRAILLIST":[],"buckets":[],"accounts":[]}"#),
        (200, r#"{"trailList":["#),
        (200, portal),
        (200, "<ListBucketResult/>"),
        (200, "<ListAllMyBucketsResult></ListAllMyBucketsResult>"),
        (200, "<ListAllMyBucketsResult><Owner><ID>x</ID></Owner></ListAllMyBucketsResult>"),
        (200, "<Other><Buckets/><IsTruncated>false</IsTruncated></Other>"),
        (204, ""),
        (206, ""),
    ] {
        let aws = aws(&Fake::saying(Reply::new(status, body))).await;
        for (operation, result) in all(&aws).await {
            let gap = result.expect_err(operation.as_str());
            assert_eq!(
                gap.class,
                GapClass::MalformedAnswer,
                "{operation} {status} {body}: {gap:?}"
            );
            assert_eq!(gap.operation, operation);
            assert!(gap.message.is_some_and(|it| !it.is_empty()), "{operation} {body}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_is_an_answer() {
    let json = r#"{"trailList":[],"Trails":[],"EventDataStores":[],"Grants":[],"Truncated":false}"#;
    let aws_of_json = aws(&Fake::saying(Reply::new(200, json))).await;
    let here = target("eu-west-1");
    assert!(ask(&aws_of_json, DescribeTrails { target: here }).await.unwrap().value.is_empty());
    assert!(ask(&aws_of_json, ListTrails { account: member() }).await.unwrap().value.is_empty());
    assert!(
        ask(&aws_of_json, ListEventDataStores { target: here }).await.unwrap().value.is_empty()
    );
    assert!(
        ask(&aws_of_json, ListGrants { key: arn(KEY), asked_in: here })
            .await
            .unwrap()
            .value
            .is_empty()
    );
    let buckets = "<?xml version=\"1.0\"?>\n<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner><ID>x</ID></Owner><Buckets/></ListAllMyBucketsResult>";
    let aws_of_buckets = aws(&Fake::saying(Reply::new(200, buckets))).await;
    assert!(
        ask(&aws_of_buckets, ListBuckets { account: member() }).await.unwrap().value.is_empty()
    );
    let objects = "<ListBucketResult><Name>logs</Name><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated></ListBucketResult>";
    let aws_of_objects = aws(&Fake::saying(Reply::new(200, objects))).await;
    let page = ask(&aws_of_objects, listing()).await.unwrap().value;
    assert!(page.keys.is_empty() && page.next.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_cut_off_or_miscounted_is_malformed() {
    let bucket = "<ListAllMyBucketsResult><Buckets><Bucket><Name>a</Name></Bucket>";
    let object =
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>";
    for body in [bucket.to_owned(), format!("{bucket}</Buckets>"), format!("{bucket}<Bucket><Na")] {
        let aws = aws(&Fake::saying(Reply::new(200, body.as_str()))).await;
        let gap = ask(&aws, ListBuckets { account: member() }).await.unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{body}");
    }
    let miscounted = "<ListBucketResult><KeyCount>2</KeyCount><IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents></ListBucketResult>";
    for body in [object, miscounted] {
        let aws = aws(&Fake::saying(Reply::new(200, body))).await;
        let gap = ask(&aws, listing()).await.unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_organization_without_a_root_and_an_account_without_a_region_are_none() {
    let body =
        r#"{"Roots":[],"Regions":[{"RegionName":"me-south-1","RegionOptStatus":"DISABLED"}]}"#;
    let aws = aws(&Fake::saying(Reply::new(200, body))).await;
    for gap in [
        ask(&aws, ListRoots).await.unwrap_err(),
        ask(&aws, ListRegions { account: member() }).await.unwrap_err(),
    ] {
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{gap:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_without_keys_is_none() {
    for body in [
        "<AssumeRoleResponse><AssumeRoleResult><Credentials/></AssumeRoleResult></AssumeRoleResponse>",
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>a</AccessKeyId>",
        "<html></html>",
    ] {
        let fake = Fake::new(move |seen, _| {
            let reply = if seen.operation == "AssumeRole" { body.to_owned() } else { identity() };
            Some(Reply::new(200, reply))
        });
        let gap = ask(&aws(&fake).await, OpenAccount { account: member() }).await.unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_not_asked_for_is_no_answer() {
    let other = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/2";
    let body = format!(r#"{{"EventDataStoreArn":"{other}","KmsKeyId":"{KEY}"}}"#);
    let aws = aws(&Fake::saying(Reply::new(200, body))).await;
    let gap = ask(&aws, GetEventDataStore { store: arn(STORE), asked_in: target("eu-west-1") })
        .await
        .unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
}

#[tokio::test(start_paused = true)]
async fn what_answers_head_instead_of_s3_shows_no_object_without_encryption() {
    let bare = |status, headers: &[(&'static str, &str)]| Reply::Answer {
        status,
        headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
        body: String::new(),
    };
    for reply in [
        bare(200, &[]),
        bare(204, &[("etag", "\"a\"")]),
        bare(200, &[("content-type", "text/html"), ("content-length", "512")]),
        bare(200, &[("content-type", "text/html; charset=utf-8"), ("etag", "\"a\"")]),
    ] {
        let aws = aws(&Fake::saying(reply.clone())).await;
        let gap = ask(
            &aws,
            HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() },
        )
        .await
        .unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{reply:?}");
    }
    let of_s3 = bare(200, &[("etag", "\"a\""), ("x-amz-request-id", "r")]);
    let aws = aws(&Fake::saying(of_s3)).await;
    let head =
        ask(&aws, HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() })
            .await
            .unwrap()
            .value
            .unwrap();
    assert_eq!(head.algorithm, None);
}

#[tokio::test(start_paused = true)]
#[expect(clippy::too_many_lines, reason = "a table of headers")]
async fn a_header_that_cannot_be_parsed_is_named_and_loses_nothing_else() {
    let sealed = || {
        Reply::new(200, "")
            .with("x-amz-request-id", "r")
            .with("x-amz-server-side-encryption", "aws:kms")
            .with("x-amz-server-side-encryption-aws-kms-key-id", KEY)
    };
    let date = "last-modified";
    let flag = "x-amz-server-side-encryption-bucket-key-enabled";
    for (name, value) in
        [(date, "Mon, 3 Nov 2026 12:00:00 GMT"), (date, "yesterday"), (date, ""), (flag, "yes")]
    {
        let aws = aws(&Fake::saying(sealed().with(name, value))).await;
        let head = ask(
            &aws,
            HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() },
        )
        .await
        .unwrap()
        .value
        .unwrap();
        let expected = HeaderProblem::NotUnderstood(name, value.to_owned());
        assert_eq!(head.not_understood, Some(expected));
        assert_eq!(head.algorithm.as_deref(), Some("aws:kms"));
        assert_eq!(head.kms_key_id.as_deref(), Some(KEY));
        assert_eq!((head.last_modified, head.bucket_key), (None, None));
    }
    // Headers that nothing here reads, of which the SDK would refuse each.
    let others = sealed()
        .with("x-amz-object-lock-retain-until-date", "never")
        .with("x-amz-missing-meta", "many")
        .with("x-amz-mp-parts-count", "x")
        .with("x-amz-tagging-count", "x");
    let aws_of_others = aws(&Fake::saying(others)).await;
    let head = ask(
        &aws_of_others,
        HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap()
    .value
    .unwrap();
    assert_eq!((head.algorithm.as_deref(), head.not_understood), (Some("aws:kms"), None));
    // Two kinds of encryption are not none.
    let twice = sealed().with("x-amz-server-side-encryption", "AES256");
    let aws_of_twice = aws(&Fake::saying(twice)).await;
    let head = ask(
        &aws_of_twice,
        HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap()
    .value
    .unwrap();
    assert!(!matches!(head.algorithm.as_deref(), None | Some("aws:kms" | "AES256")), "{head:?}");
    assert!(head.not_understood.is_some());
    // Two keys are no key, and no other key either.
    let twice = sealed().with("x-amz-server-side-encryption-aws-kms-key-id", KEY);
    let aws_of_twice = aws(&Fake::saying(twice)).await;
    let head = ask(
        &aws_of_twice,
        HeadObject { reader: reader(), bucket: "logs".to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap()
    .value
    .unwrap();
    assert_eq!((head.algorithm.as_deref(), head.kms_key_id), (Some("aws:kms"), None));
    assert!(head.not_understood.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_lake_that_takes_no_new_customers_holds_no_store() {
    for (status, code, message) in [
        (
            400,
            "AccessDeniedException",
            "CloudTrail Lake is no longer accepting new customers. See the documentation.",
        ),
        (
            403,
            "OperationNotPermittedException",
            "AWS CloudTrail Lake is not available to new customers.",
        ),
        (400, "ValidationException", "CloudTrail Lake is closed to new customers"),
    ] {
        let aws = aws(&Fake::saying(Reply::json_error(status, code, message))).await;
        let answer = ask(&aws, ListEventDataStores { target: target("eu-west-1") }).await.unwrap();
        assert!(answer.value.is_empty(), "{message}");
    }
    for message in ["You are not authorized", "new customers are welcome"] {
        let aws =
            aws(&Fake::saying(Reply::json_error(400, "AccessDeniedException", message))).await;
        let gap = ask(&aws, ListEventDataStores { target: target("eu-west-1") }).await.unwrap_err();
        assert_eq!(gap.class, GapClass::Denied, "{message}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_member_is_not_told_the_status_of_a_trail() {
    let words = "AccountID in ARN is wrong, you can only access resources in your account";
    let reply = Reply::json_error(400, "CloudTrailARNInvalidException", words);
    let aws = aws(&Fake::saying(reply)).await;
    let of_organization = arn("arn:aws:cloudtrail:eu-west-1:999900001111:trail/org");
    let gap =
        ask(&aws, GetTrailStatus { trail: of_organization.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::NotTold, 1));
    assert_eq!(gap.message.as_deref(), Some(words));
    let advice = gap.what_to_do();
    assert!(
        advice.contains("does not show members") && advice.contains("the trail's own account"),
        "{advice}"
    );
    let gap = ask(&aws, GetTrailStatus { trail: arn(TRAIL), asked_in: target("eu-west-1") })
        .await
        .unwrap_err();
    assert_eq!((gap.class, gap.region), (GapClass::Denied, Region::new("eu-west-1")));
}
