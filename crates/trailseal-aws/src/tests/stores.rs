//! Event data stores: where there are none, and what is said of one.

use trailseal_model::question::{GetEventDataStore, ListEventDataStores};
use trailseal_model::{Arn, GapClass, Operation, Region, StoreDescription, ask};

use super::{Fake, Reply, aws, member, target};

const ARN: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1f2e3d4c";

#[tokio::test(start_paused = true)]
async fn stores_are_listed_to_the_last_page() {
    let fake = Fake::in_turn(&[
        r#"{"EventDataStores":[{"EventDataStoreArn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1f2e3d4c","Name":"all"}],"NextToken":"one"}"#,
        r#"{"EventDataStores":[],"NextToken":"two"}"#,
        r#"{"EventDataStores":[{"EventDataStoreArn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/nameless"}]}"#,
    ]);
    let answer =
        ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") }).await.unwrap();
    let found: Vec<(&str, &str)> =
        answer.value.iter().map(|it| (it.arn.resource(), it.name.as_str())).collect();
    let expected = [("eventdatastore/1f2e3d4c", "all"), ("eventdatastore/nameless", "nameless")];
    assert_eq!(found, expected);
    let evidence = answer.evidence;
    assert_eq!((evidence.operation, evidence.attempts), (Operation::ListEventDataStores, 3));
    assert_eq!((evidence.account, evidence.region), (Some(member()), Region::new("eu-west-1")));
    let seen = fake.last();
    let target = seen.header("x-amz-target").unwrap();
    assert!(target.ends_with("CloudTrail_20131101.ListEventDataStores"), "{target}");
    assert_eq!(seen.body, r#"{"NextToken":"two","MaxResults":1000}"#);
    assert_eq!(seen.signer(), "member-key");
    assert!(seen.uri.starts_with("https://cloudtrail.eu-west-1.amazonaws.com"), "{}", seen.uri);
}

#[tokio::test(start_paused = true)]
async fn a_region_that_does_not_know_the_operation_holds_no_store() {
    for (status, code) in [
        (400, "UnsupportedOperationException"),
        (400, "UnknownOperationException"),
        (403, "UnsupportedOperationException"),
        (404, "com.amazon.coral.service#UnknownOperationException"),
    ] {
        let fake = Fake::saying(Reply::json_error(status, code, "not here"));
        let answer = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
            .await
            .unwrap();
        assert!(answer.value.is_empty(), "{code}");
        assert_eq!(answer.evidence.request_id.as_deref(), Some("request-1"));
        assert_eq!((answer.evidence.attempts, fake.count("ListEventDataStores")), (1, 1));
    }
    let reply = Reply::new(404, "{}").with("x-amzn-errortype", "UnknownOperationException:");
    let answer =
        ask(&aws(&Fake::saying(reply)).await, ListEventDataStores { target: target("eu-west-1") })
            .await;
    assert!(answer.unwrap().value.is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_other_refusal_is_a_gap() {
    for (status, code, expected) in [
        (400, "AccessDeniedException", GapClass::Denied),
        (400, "NoManagementAccountSLRExistsException", GapClass::Denied),
        (400, "OperationNotPermittedException", GapClass::Denied),
        (400, "InvalidNextTokenException", GapClass::MalformedAnswer),
        (400, "UnsupportedOperation", GapClass::MalformedAnswer),
    ] {
        let fake = Fake::saying(Reply::json_error(status, code, "no"));
        let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
            .await
            .unwrap_err();
        assert_eq!((gap.class, gap.code.as_deref()), (expected, Some(code)));
        assert_eq!(fake.count("ListEventDataStores"), 1, "{code}");
    }
    for status in [400, 404] {
        let fake = Fake::saying(Reply::new(status, "UnknownOperationException"));
        let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
            .await
            .unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "a bare text is no code of AWS");
    }
    let fake = Fake::saying(Reply::json_error(400, "ThrottlingException", "Rate exceeded"));
    let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
        .await
        .unwrap_err();
    assert_eq!((gap.class, gap.throttles), (GapClass::ThrottledOut, 5));
}

#[tokio::test(start_paused = true)]
async fn a_region_that_forgets_the_operation_between_two_pages_is_a_gap() {
    let fake = Fake::new(|seen, before| {
        (seen.operation == "ListEventDataStores").then(|| match before {
            0 => Reply::new(200, r#"{"EventDataStores":[],"NextToken":"more"}"#),
            _ => Reply::json_error(400, "UnsupportedOperationException", "not here"),
        })
    });
    let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
        .await
        .unwrap_err();
    assert_eq!((gap.class, fake.count("ListEventDataStores")), (GapClass::Denied, 2));
}

#[tokio::test(start_paused = true)]
async fn a_store_that_cannot_be_identified_is_not_dropped() {
    for store in [r#"{"Name":"all"}"#, r#"{"Name":"all","EventDataStoreArn":"all"}"#] {
        let body = format!(r#"{{"EventDataStores":[{store}]}}"#);
        let fake = Fake::saying(Reply::new(200, body));
        let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
            .await
            .unwrap_err();
        assert_eq!(gap.class, GapClass::MalformedAnswer, "{store}");
    }
    let fake = Fake::in_turn(&[r#"{"EventDataStores":[],"NextToken":"same"}"#]);
    let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("eu-west-1") })
        .await
        .unwrap_err();
    assert_eq!((gap.class, fake.count("ListEventDataStores")), (GapClass::MalformedAnswer, 2));
}

#[tokio::test(start_paused = true)]
async fn a_disabled_region_is_no_region_without_stores() {
    let refused = "The security token included in the request is invalid.";
    let fake = Fake::saying(Reply::json_error(400, "UnrecognizedClientException", refused));
    let gap = ask(&aws(&fake).await, ListEventDataStores { target: target("ap-east-1") })
        .await
        .unwrap_err();
    assert_eq!(gap.class, GapClass::RegionDisabled);
}

#[tokio::test(start_paused = true)]
async fn a_store_is_asked_by_its_arn_where_it_was_listed() {
    let arn = Arn::new(ARN).unwrap();
    let fake = Fake::in_turn(&[
        r#"{"EventDataStoreArn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1f2e3d4c","Name":"all","Status":"STARTING_INGESTION","KmsKeyId":"arn:aws:kms:eu-west-1:111122223333:key/k","MultiRegionEnabled":true,"OrganizationEnabled":true,"RetentionPeriod":2557}"#,
        r#"{"EventDataStoreArn":"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/1f2e3d4c","KmsKeyId":"","Status":"SOMETHING_NEW"}"#,
    ]);
    let aws = aws(&fake).await;
    let answer = ask(&aws, GetEventDataStore { store: arn.clone(), asked_in: target("eu-west-1") })
        .await
        .unwrap();
    let expected = StoreDescription {
        status: Some("STARTING_INGESTION".to_owned()),
        kms_key_id: Some("arn:aws:kms:eu-west-1:111122223333:key/k".to_owned()),
        is_multi_region: true,
        is_organization_store: true,
        retention_days: Some(2557),
    };
    assert_eq!(answer.value, expected);
    assert_eq!(answer.evidence.operation, Operation::GetEventDataStore);
    let seen = fake.last();
    let operation = seen.header("x-amz-target").unwrap();
    assert!(operation.ends_with("CloudTrail_20131101.GetEventDataStore"), "{operation}");
    assert_eq!(seen.body, format!(r#"{{"EventDataStore":"{ARN}"}}"#));
    assert_eq!(seen.signer(), "member-key");
    assert!(seen.uri.starts_with("https://cloudtrail.eu-west-1.amazonaws.com"), "{}", seen.uri);

    let bare = ask(&aws, GetEventDataStore { store: arn.clone(), asked_in: target("eu-west-1") })
        .await
        .unwrap()
        .value;
    assert_eq!((bare.status.as_deref(), bare.kms_key_id), (Some("SOMETHING_NEW"), None));
    assert!(!bare.is_multi_region && !bare.is_organization_store && bare.retention_days.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_store_that_is_not_told_of_is_a_gap_on_its_arn() {
    let arn = Arn::new(ARN).unwrap();
    for (reply, expected) in [
        (Reply::json_error(400, "AccessDeniedException", "no"), GapClass::Denied),
        (Reply::json_error(400, "UnsupportedOperationException", "no"), GapClass::Denied),
        (Reply::json_error(400, "EventDataStoreNotFoundException", "gone"), GapClass::NotFound),
        (Reply::new(200, r#"{"RetentionPeriod":-1}"#), GapClass::MalformedAnswer),
    ] {
        let fake = Fake::saying(reply);
        let gap = ask(
            &aws(&fake).await,
            GetEventDataStore { store: arn.clone(), asked_in: target("eu-west-1") },
        )
        .await
        .unwrap_err();
        assert_eq!((gap.class, gap.operation), (expected, Operation::GetEventDataStore));
        assert_eq!(gap.subject.as_deref(), Some(ARN));
        assert_eq!(fake.count("GetEventDataStore"), 1);
    }
}
