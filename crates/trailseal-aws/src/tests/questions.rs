//! What questions send, and what is read of the answers.

use trailseal_model::question::{
    DescribeKey, DescribeTrails, GetEventSelectors, GetKeyPolicy, GetTrailStatus, HeadObject,
    ListAccounts, ListBuckets, ListObjects, ListRegions,
};
use trailseal_model::{
    AccountState, Arn, GapClass, KeyManager, ManagementEvents, ObjectHead, Operation, Reader,
    Region, Want, ask,
};

use super::{Fake, Reply, aws, member, target};

fn reader(region: &str) -> Reader {
    Reader { target: target(region), expected_owner: Some(member()) }
}

fn listing(region: &str, prefix: &str) -> ListObjects {
    ListObjects {
        reader: reader(region),
        bucket: "logs".to_owned(),
        prefix: prefix.to_owned(),
        start_after: None,
        want: Want::Names,
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_come_in_pages_of_twenty() {
    let page = r#"{"Accounts":[{"Id":"012345678901","Arn":"arn:aws:organizations::999900001111:account/o-exampleorgid/012345678901","Name":"Ünïcode, Inc.","Status":"SUSPENDED","State":"CLOSED","Paths":["o-exampleorgid/r-a1b2/ou-a1b2-c3/012345678901/"]}],"NextToken":"more"}"#;
    let fake = Fake::new(move |seen, before| {
        (seen.operation == "ListAccounts")
            .then(|| Reply::new(200, if before == 0 { page } else { r#"{"Accounts":[]}"# }))
    });
    let listed = ask(&aws(&fake).await, ListAccounts).await.unwrap();
    assert_eq!((listed.value.accounts.len(), listed.evidence.attempts), (1, 2));
    let account = &listed.value.accounts[0];
    assert_eq!(account.id.to_string(), "012345678901");
    assert_eq!((account.state, account.name.as_str()), (AccountState::Closed, "Ünïcode, Inc."));
    assert_eq!(account.ou_path.as_deref(), Some("o-exampleorgid/r-a1b2/ou-a1b2-c3/"));
    assert_eq!(listed.value.organization.unwrap().id, "o-exampleorgid");
    assert_eq!(listed.value.ended_by, None);
    let seen = fake.last();
    assert!(
        seen.body.contains(r#""NextToken":"more""#) && seen.body.contains(r#""MaxResults":20"#)
    );
    assert_eq!(fake.count("AssumeRole"), 0);
}

#[tokio::test(start_paused = true)]
async fn accounts_of_the_pages_before_a_gap_are_kept() {
    for (last, count) in [(r#"{"NextToken":"one"}"#, 2), ("{}", 2)] {
        let fake = Fake::new(move |seen, before| {
            let first = r#"{"Accounts":[{"Id":"111122223333"}],"NextToken":"one"}"#;
            let body = if before == 0 { first } else { last };
            (seen.operation == "ListAccounts").then(|| Reply::new(200, body))
        });
        let listed = ask(&aws(&fake).await, ListAccounts).await.unwrap().value;
        assert_eq!(listed.accounts.len(), 1);
        let gap = listed.ended_by.unwrap();
        assert_eq!(
            (gap.class, gap.operation),
            (GapClass::MalformedAnswer, Operation::ListAccounts)
        );
        assert_eq!(fake.count("ListAccounts"), count);
    }
}

#[tokio::test(start_paused = true)]
async fn a_page_with_a_malformed_account_is_a_gap() {
    let fake = Fake::saying(Reply::new(200, r#"{"Accounts":[{"Id":"1"}]}"#));
    let gap = ask(&aws(&fake).await, ListAccounts).await.unwrap_err();
    assert_eq!((gap.class, gap.attempts), (GapClass::MalformedAnswer, 1));
    assert_eq!(gap.request_id.as_deref(), Some("request-1"));
}

#[tokio::test(start_paused = true)]
async fn regions_are_read_to_the_last_page_in_the_members_session() {
    let fake = Fake::new(|seen, before| {
        (seen.operation == "ListRegions").then(|| {
            Reply::new(
                200,
                match before {
                    0 => r#"{"Regions":[{"RegionName":"us-east-1","RegionOptStatus":"ENABLED_BY_DEFAULT"}],"NextToken":"more"}"#,
                    _ => r#"{"Regions":[{"RegionName":"me-south-1","RegionOptStatus":"DISABLED"}]}"#,
                },
            )
        })
    });
    let regions = ask(&aws(&fake).await, ListRegions { account: member() }).await.unwrap().value;
    let enabled: Vec<(&str, bool)> =
        regions.iter().map(|it| (it.region.name(), it.is_enabled)).collect();
    assert_eq!(enabled, [("us-east-1", true), ("me-south-1", false)]);
    assert!(fake.last().header("authorization").unwrap().contains("member-key"));
    assert_eq!(fake.last().header("x-amz-security-token"), Some("member-token"));
}

#[tokio::test(start_paused = true)]
async fn a_listing_whose_token_never_changes_is_a_gap() {
    let fake = Fake::saying(Reply::new(200, r#"{"Regions":[],"NextToken":"same"}"#));
    let gap = ask(&aws(&fake).await, ListRegions { account: member() }).await.unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
    assert_eq!(fake.count("ListRegions"), 2);
}

#[tokio::test(start_paused = true)]
async fn shadow_trails_are_asked_for() {
    let body = r#"{"trailList":[{"Name":"org","TrailARN":"arn:aws:cloudtrail:us-east-1:999900001111:trail/org","S3BucketName":"logs","IsMultiRegionTrail":true,"IsOrganizationTrail":true,"KmsKeyId":"arn:aws:kms:us-east-1:999900001111:key/k"}]}"#;
    let fake = Fake::saying(Reply::new(200, body));
    let trails =
        ask(&aws(&fake).await, DescribeTrails { target: target("eu-west-1") }).await.unwrap().value;
    assert_eq!(trails[0].home_region, Region::new("us-east-1").unwrap());
    assert!(trails[0].is_organization_trail && trails[0].kms_key_id.is_some());
    let seen = fake.last();
    assert!(seen.body.contains(r#""includeShadowTrails":true"#), "{}", seen.body);
    assert!(seen.uri.starts_with("https://cloudtrail.eu-west-1.amazonaws.com"), "{}", seen.uri);
}

#[tokio::test(start_paused = true)]
async fn a_trail_without_arn_is_a_gap_of_its_target() {
    let fake = Fake::saying(Reply::new(200, r#"{"trailList":[{"Name":"main"}]}"#));
    let gap =
        ask(&aws(&fake).await, DescribeTrails { target: target("eu-west-1") }).await.unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
    assert!(gap.message.unwrap().contains("TrailARN"));
}

#[tokio::test(start_paused = true)]
async fn a_status_is_asked_by_full_arn() {
    let arn = Arn::new("arn:aws:cloudtrail:us-east-1:999900001111:trail/org").unwrap();
    let body = r#"{"IsLogging":true,"LatestDeliveryTime":1795435200.5,"LatestDeliveryError":""}"#;
    let fake = Fake::saying(Reply::new(200, body));
    let status = ask(
        &aws(&fake).await,
        GetTrailStatus { trail: arn.clone(), asked_in: target("us-east-1") },
    )
    .await
    .unwrap()
    .value;
    assert!(status.is_logging && status.latest_delivery_error.is_none());
    assert_eq!(status.latest_delivery.unwrap().as_millisecond(), 1_795_435_200_500);
    assert!(fake.last().body.contains(arn.as_str()));

    let fake = Fake::saying(Reply::new(200, "{}"));
    let gap = ask(
        &aws(&fake).await,
        GetTrailStatus { trail: arn.clone(), asked_in: target("us-east-1") },
    )
    .await
    .unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
    assert_eq!(gap.subject.as_deref(), Some(arn.as_str()));
}

#[tokio::test(start_paused = true)]
async fn event_selectors_of_both_forms_are_read() {
    let arn = Arn::new("arn:aws:cloudtrail:us-east-1:999900001111:trail/org").unwrap();
    let recorded = |read: bool, write: bool, excluded: &[&str]| ManagementEvents::Recorded {
        read,
        write,
        excluded_sources: excluded.iter().map(|&it| it.to_owned()).collect(),
    };
    let table = [
        (
            r#"{"EventSelectors":[{"ReadWriteType":"All","IncludeManagementEvents":true,"DataResources":[],"ExcludeManagementEventSources":["kms.amazonaws.com"]}]}"#,
            recorded(true, true, &["kms.amazonaws.com"]),
        ),
        (
            r#"{"AdvancedEventSelectors":[{"Name":"Management","FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]},{"Field":"readOnly","Equals":["false"]}]}]}"#,
            recorded(false, true, &[]),
        ),
        (
            r#"{"EventSelectors":[],"AdvancedEventSelectors":[]}"#,
            ManagementEvents::NotUnderstood("no event selectors were printed".to_owned()),
        ),
    ];
    for (body, expected) in table {
        let fake = Fake::saying(Reply::new(200, body));
        let answer = ask(
            &aws(&fake).await,
            GetEventSelectors { trail: arn.clone(), asked_in: target("us-east-1") },
        )
        .await
        .unwrap();
        assert_eq!(answer.value, expected);
        assert_eq!(fake.count("GetEventSelectors"), 1);
        let asked = format!(r#""TrailName":"{arn}""#);
        assert!(fake.last().body.contains(&asked), "{}", fake.last().body);
    }

    let fake = Fake::saying(Reply::json_error(400, "AccessDeniedException", "no"));
    let gap = ask(
        &aws(&fake).await,
        GetEventSelectors { trail: arn.clone(), asked_in: target("us-east-1") },
    )
    .await
    .unwrap_err();
    assert_eq!((gap.class, gap.operation), (GapClass::Denied, Operation::GetEventSelectors));
    assert_eq!(gap.subject.as_deref(), Some(arn.as_str()));
}

#[tokio::test(start_paused = true)]
async fn a_key_is_read_as_far_as_its_words_are_known() {
    let arn = Arn::new("arn:aws:kms:eu-west-1:111122223333:key/k").unwrap();
    let body = |manager: &str| {
        format!(
            r#"{{"KeyMetadata":{{"KeyId":"k","Arn":"{arn}","KeyManager":"{manager}","KeyState":"PendingDeletion","KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT","Origin":"AWS_KMS","MultiRegion":true,"DeletionDate":1795435200}}}}"#
        )
    };
    let fake = Fake::saying(Reply::new(200, body("CUSTOMER")));
    let answer =
        ask(&aws(&fake).await, DescribeKey { key: arn.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap();
    let trailseal_model::KeyPresence::Exists(key) = answer.value else { panic!() };
    assert_eq!((key.manager, key.state.as_str()), (KeyManager::Customer, "PendingDeletion"));
    assert_eq!(key.deletion_date.unwrap().as_second(), 1_795_435_200);
    assert!(key.is_multi_region && key.valid_to.is_none());

    let fake = Fake::saying(Reply::new(200, body("SOMEBODY")));
    let answer =
        ask(&aws(&fake).await, DescribeKey { key: arn.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap();
    let trailseal_model::KeyPresence::Exists(key) = answer.value else { panic!() };
    assert_eq!((key.manager, key.state.as_str()), (KeyManager::Unknown, "PendingDeletion"));
}

#[tokio::test(start_paused = true)]
async fn a_key_policy_is_the_default_one_word_for_word() {
    let arn = Arn::new("arn:aws:kms:eu-west-1:111122223333:key/k").unwrap();
    let fake = Fake::saying(Reply::new(200, r#"{"Policy":"{\"Statement\": []}"}"#));
    let policy =
        ask(&aws(&fake).await, GetKeyPolicy { key: arn.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap()
            .value;
    assert_eq!(&*policy, r#"{"Statement": []}"#);
    assert!(fake.last().body.contains(r#""PolicyName":"default""#));

    let fake = Fake::saying(Reply::new(200, "{}"));
    let gap =
        ask(&aws(&fake).await, GetKeyPolicy { key: arn.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap_err();
    assert_eq!((gap.class, gap.operation), (GapClass::MalformedAnswer, Operation::GetKeyPolicy));
}

#[tokio::test(start_paused = true)]
async fn buckets_are_listed_to_the_last_page() {
    let page = |name: &str, token: &str| {
        format!(
            "<ListAllMyBucketsResult><Buckets><Bucket><Name>{name}</Name></Bucket></Buckets>{token}</ListAllMyBucketsResult>"
        )
    };
    let fake = Fake::new(move |seen, before| {
        let token = "<ContinuationToken>more</ContinuationToken>";
        (seen.operation == "GET s3").then(|| match before {
            0 => Reply::new(200, page("one", token)),
            _ => Reply::new(200, page("two", "")),
        })
    });
    let answer = ask(&aws(&fake).await, ListBuckets { account: member() }).await.unwrap();
    assert_eq!(answer.value, ["one", "two"]);
    assert_eq!(answer.evidence.attempts, 2);
    assert!(fake.last().uri.contains("continuation-token=more"), "{}", fake.last().uri);
}

#[tokio::test(start_paused = true)]
async fn folders_are_asked_for_by_a_slash_and_come_without_what_is_beside_them() {
    let page = "<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated><Contents><Key>a+b/loose</Key></Contents><CommonPrefixes><Prefix>a+b/000000000001/</Prefix></CommonPrefixes><CommonPrefixes><Prefix>a+b/%C3%A9/</Prefix></CommonPrefixes></ListBucketResult>";
    let fake = Fake::saying(Reply::new(200, page.to_owned()));
    let aws = aws(&fake).await;
    let question = ListObjects { want: Want::Folders, ..listing("eu-west-1", "a b/") };
    let answer = ask(&aws, question).await.unwrap();
    assert_eq!(answer.value.folders, ["a b/000000000001/", "a b/é/"]);
    assert!(answer.value.keys.is_empty() && answer.value.next.is_none());
    let seen = fake.last();
    assert!(seen.uri.contains("delimiter=%2F"), "{}", seen.uri);
}

#[tokio::test(start_paused = true)]
async fn keys_survive_encoded_or_not() {
    let page = |encoding: &str, key: &str| {
        format!(
            "<ListBucketResult>{encoding}<IsTruncated>true</IsTruncated><NextContinuationToken>n+1</NextContinuationToken><Contents><Key>{key}</Key></Contents></ListBucketResult>"
        )
    };
    let encoding = "<EncodingType>url</EncodingType>";
    for (encoding, key) in
        [(encoding, "a+b%2Bc/%C3%A9"), (encoding, "a%20b%2Bc/é"), ("", "a b+c/é")]
    {
        let fake = Fake::saying(Reply::new(200, page(encoding, key)));
        let aws = aws(&fake).await;
        let start_after = Some("a b+2026/é".to_owned());
        let question = ListObjects { start_after, ..listing("eu-west-1", "a b+") };
        let answer = ask(&aws, question).await.unwrap();
        assert_eq!(answer.value.keys, ["a b+c/é"]);
        assert_eq!(answer.value.next.as_deref(), Some("a b+c/é"));
        let seen = fake.last();
        assert!(seen.uri.starts_with("https://logs.s3.eu-west-1.amazonaws.com/"), "{}", seen.uri);
        for part in [
            "encoding-type=url",
            "max-keys=1000",
            "prefix=a%20b%2B",
            "start-after=a%20b%2B2026%2F%C3%A9",
        ] {
            assert!(seen.uri.contains(part), "{}", seen.uri);
        }
        assert!(!seen.uri.contains("fetch-owner") && !seen.uri.contains("delimiter"));
        assert_eq!(seen.header("x-amz-expected-bucket-owner"), Some("111122223333"));
    }
}

fn page(keys: &[&str], token: &str) -> Reply {
    let contents = keys.iter().map(|key| format!("<Contents><Key>{key}</Key></Contents>"));
    let contents = contents.collect::<Vec<_>>().concat();
    let token = format!("<NextContinuationToken>{token}</NextContinuationToken>");
    let truncated = "<IsTruncated>true</IsTruncated>";
    Reply::new(200, format!("<ListBucketResult>{truncated}{token}{contents}</ListBucketResult>"))
}

#[tokio::test(start_paused = true)]
async fn an_empty_page_of_objects_leads_to_the_next_one() {
    let fake = Fake::new(|seen, before| {
        let reply = if before == 0 { page(&[], "one") } else { page(&["b", "c"], "two") };
        (seen.operation == "GET list").then_some(reply)
    });
    let start_after = Some("a".to_owned());
    let question = ListObjects { start_after, ..listing("eu-west-1", "") };
    let answer = ask(&aws(&fake).await, question).await.unwrap();
    assert_eq!((answer.value.keys.len(), answer.value.next.as_deref()), (2, Some("c")));
    assert_eq!((fake.count("GET list"), answer.evidence.attempts), (2, 2));
    let uri = fake.last().uri;
    assert!(uri.contains("continuation-token=one") && uri.contains("start-after=a"), "{uri}");
}

#[tokio::test(start_paused = true)]
async fn names_that_do_not_come_after_where_the_page_starts_are_a_gap() {
    let fake = Fake::saying(page(&["a", "b"], "one"));
    let start_after = Some("b".to_owned());
    let question = ListObjects { start_after, ..listing("eu-west-1", "") };
    let gap = ask(&aws(&fake).await, question).await.unwrap_err();
    assert_eq!((gap.class, fake.count("GET list")), (GapClass::MalformedAnswer, 1));
    assert!(gap.message.unwrap().contains("repeats a page"));
}

#[tokio::test(start_paused = true)]
async fn a_head_asks_for_no_checksum_and_sends_no_encryption_headers() {
    let reply = Reply::new(200, "")
        .with("x-amz-server-side-encryption", "aws:kms")
        .with("x-amz-server-side-encryption-aws-kms-key-id", "arn:aws:kms:eu-west-1:1:key/k")
        .with("x-amz-server-side-encryption-bucket-key-enabled", "true")
        .with("x-amz-meta-note", "anything")
        .with("x-amz-version-id", "v1")
        .with("last-modified", "Mon, 23 Nov 2026 12:00:00 GMT")
        .with("content-length", "4711")
        .with("etag", "\"abc\"");
    let fake = Fake::saying(reply);
    let key = "AWSLogs/1/a b+c.json.gz";
    let answer = ask(
        &aws(&fake).await,
        HeadObject { reader: reader("eu-west-1"), bucket: "logs".to_owned(), key: key.to_owned() },
    )
    .await
    .unwrap();
    let expected = ObjectHead {
        version_id: Some("v1".to_owned()),
        last_modified: Some("2026-11-23T12:00:00Z".parse().unwrap()),
        size: Some(4711),
        etag: Some("abc".to_owned()),
        algorithm: Some("aws:kms".to_owned()),
        kms_key_id: Some("arn:aws:kms:eu-west-1:1:key/k".to_owned()),
        customer_algorithm: None,
        bucket_key: Some(true),
        not_understood: None,
    };
    assert_eq!(answer.value, Some(expected));
    let seen = fake.last();
    assert!(seen.uri.contains("/AWSLogs/1/a%20b%2Bc.json.gz"), "{}", seen.uri);
    for (name, _) in &seen.headers {
        assert_ne!(name, "x-amz-checksum-mode");
        assert!(!name.starts_with("x-amz-server-side-encryption"), "{name}");
        assert_ne!(name, "x-amz-request-payer");
    }
}

#[tokio::test(start_paused = true)]
async fn an_algorithm_that_is_new_stays_verbatim() {
    let reply = Reply::new(200, "").with("x-amz-server-side-encryption", "aws:something-new");
    let fake = Fake::saying(reply);
    let answer = ask(
        &aws(&fake).await,
        HeadObject { reader: reader("eu-west-1"), bucket: "logs".to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap();
    assert_eq!(answer.value.unwrap().algorithm.as_deref(), Some("aws:something-new"));
}

#[tokio::test(start_paused = true)]
async fn a_bucket_elsewhere_is_followed_once() {
    let fake = Fake::new(|seen, _| {
        let moved = Reply::new(301, "").with("x-amz-bucket-region", "eu-west-1");
        let arrived = Reply::new(200, "").with("x-amz-server-side-encryption", "AES256");
        (seen.operation == "HEAD s3").then_some(if seen.uri.contains("eu-west-1") {
            arrived
        } else {
            moved
        })
    });
    let answer = ask(
        &aws(&fake).await,
        HeadObject { reader: reader("us-east-1"), bucket: "logs".to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap();
    assert_eq!(answer.value.unwrap().algorithm.as_deref(), Some("AES256"));
    assert_eq!(answer.evidence.region, Region::new("eu-west-1"));

    let fake = Fake::new(|seen, before| {
        let region = if before % 2 == 0 { "eu-west-1" } else { "us-east-1" };
        (seen.operation == "GET list").then(|| {
            Reply::s3_error(301, "PermanentRedirect", "there").with("x-amz-bucket-region", region)
        })
    });
    let gap = ask(&aws(&fake).await, listing("us-east-1", "")).await.unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
    assert_eq!(fake.count("GET list"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_directory_buckets_name_makes_no_call_of_the_sdks_own() {
    let fake = Fake::saying(Reply::new(404, ""));
    let bucket = "logs--use1-az4--x-s3";
    let answer = ask(
        &aws(&fake).await,
        HeadObject { reader: reader("us-east-1"), bucket: bucket.to_owned(), key: "k".to_owned() },
    )
    .await
    .unwrap();
    assert_eq!(answer.value, None);
    assert_eq!(fake.count("HEAD s3"), 1);
    assert_eq!(fake.count("GET s3"), 0);
}
