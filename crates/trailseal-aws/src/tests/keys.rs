//! Rotation and grants of keys, and whose replica a key is.

use trailseal_model::question::{DescribeKey, GetKeyPolicy, GetKeyRotationStatus, ListGrants};
use trailseal_model::{
    Arn, DecryptGrant, GapClass, KeyFacts, KeyManager, KeyPresence, KeyRotation, Operation, ask,
};

use super::{Fake, Reply, aws, target};

const ARN: &str = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1";

fn key() -> Arn {
    Arn::new(ARN).unwrap()
}

#[tokio::test(start_paused = true)]
async fn rotation_is_asked_by_key_arn() {
    let table = [
        (
            r#"{"KeyId":"k","KeyRotationEnabled":true,"NextRotationDate":1795435200,"RotationPeriodInDays":90}"#,
            KeyRotation { is_enabled: true, period_days: Some(90) },
        ),
        (r#"{ "KeyRotationEnabled" : true }"#, KeyRotation { is_enabled: true, period_days: None }),
        (r#"{"KeyRotationEnabled":false}"#, KeyRotation { is_enabled: false, period_days: None }),
    ];
    for (body, expected) in table {
        let fake = Fake::saying(Reply::new(200, body));
        let answer = ask(
            &aws(&fake).await,
            GetKeyRotationStatus { key: key(), asked_in: target("eu-west-1") },
        )
        .await
        .unwrap();
        assert_eq!(answer.value, expected, "{body}");
        assert_eq!(answer.evidence.operation, Operation::GetKeyRotationStatus);
        assert_eq!(answer.evidence.request_id.as_deref(), Some("request-1"));
        let seen = fake.last();
        let operation = Some("TrentService.GetKeyRotationStatus");
        assert_eq!(seen.header("x-amz-target"), operation);
        assert_eq!(seen.body, format!(r#"{{"KeyId":"{ARN}"}}"#));
        assert_eq!(seen.signer(), "member-key");
        assert!(seen.uri.starts_with("https://kms.eu-west-1.amazonaws.com"), "{}", seen.uri);
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_does_not_say_whether_a_key_rotates_is_malformed() {
    for body in [
        "",
        "{}",
        r#"{"KeyId":"k","RotationPeriodInDays":365}"#,
        r#"{"KeyRotationEnabled":null}"#,
        r#"{"KeyId":"\"KeyRotationEnabled\":true"}"#,
        r#"{"KeyRotationEnabled":"true"}"#,
        r#"{"KeyRotationEnabled":true,"RotationPeriodInDays":-1}"#,
    ] {
        let fake = Fake::saying(Reply::new(200, body));
        let gap = ask(
            &aws(&fake).await,
            GetKeyRotationStatus { key: key(), asked_in: target("eu-west-1") },
        )
        .await
        .unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::MalformedAnswer, 1), "{body}");
        assert_eq!(gap.subject.as_deref(), Some(ARN));
    }
}

#[tokio::test(start_paused = true)]
async fn rotation_that_may_not_be_read_is_a_gap() {
    for (code, expected, requests) in [
        ("AccessDeniedException", GapClass::Denied, 1),
        ("UnsupportedOperationException", GapClass::Denied, 1),
        ("NotFoundException", GapClass::NotFound, 1),
        ("ThrottlingException", GapClass::ThrottledOut, 5),
    ] {
        let fake = Fake::saying(Reply::json_error(400, code, "no"));
        let gap = ask(
            &aws(&fake).await,
            GetKeyRotationStatus { key: key(), asked_in: target("eu-west-1") },
        )
        .await
        .unwrap_err();
        assert_eq!((gap.class, gap.operation), (expected, Operation::GetKeyRotationStatus));
        assert_eq!(fake.count("GetKeyRotationStatus"), requests, "{code}");
    }
}

/// What DescribeKey gives with this `MultiRegionConfiguration`.
async fn primary_of(configuration: &str) -> Result<Option<Arn>, GapClass> {
    let body = format!(
        r#"{{"KeyMetadata":{{"KeyId":"mrk-1","Arn":"{ARN}","KeyManager":"CUSTOMER","KeyState":"Enabled","KeySpec":"SYMMETRIC_DEFAULT","KeyUsage":"ENCRYPT_DECRYPT","Origin":"AWS_KMS","MultiRegion":true{configuration}}}}}"#
    );
    let fake = Fake::saying(Reply::new(200, body));
    let answer =
        ask(&aws(&fake).await, DescribeKey { key: key(), asked_in: target("eu-west-1") }).await;
    answer.map(|it| facts(it.value).replica_of).map_err(|it| it.class)
}

#[tokio::test(start_paused = true)]
async fn a_replica_names_its_primary_key() {
    let primary = "arn:aws:kms:us-east-1:111122223333:key/mrk-1";
    let family = |kind: &str, primary: &str| {
        format!(
            r#","MultiRegionConfiguration":{{"MultiRegionKeyType":"{kind}",{primary}"ReplicaKeys":[{{"Arn":"{ARN}","Region":"eu-west-1"}}]}}"#
        )
    };
    let with_arn = format!(r#""PrimaryKey":{{"Arn":"{primary}","Region":"us-east-1"}},"#);
    let found = primary_of(&family("REPLICA", &with_arn)).await;
    assert_eq!(found, Ok(Arn::new(primary)));
    assert_eq!(primary_of(&family("PRIMARY", &with_arn)).await, Ok(None));
    assert_eq!(primary_of("").await, Ok(None));
    for without in
        ["", r#""PrimaryKey":{"Region":"us-east-1"},"#, r#""PrimaryKey":{"Arn":"mrk-1"},"#]
    {
        let found = primary_of(&family("REPLICA", without)).await;
        assert_eq!(found, Ok(None), "{without}");
    }
}

fn facts(found: KeyPresence) -> KeyFacts {
    match found {
        KeyPresence::Exists(facts) => facts,
        other => panic!("{other:?}"),
    }
}

/// What DescribeKey gives with this `KeyMetadata`, asked by key ARN.
async fn described(metadata: &str) -> KeyFacts {
    let fake = Fake::saying(Reply::new(200, format!(r#"{{"KeyMetadata":{metadata}}}"#)));
    facts(
        ask(&aws(&fake).await, DescribeKey { key: key(), asked_in: target("eu-west-1") })
            .await
            .unwrap()
            .value,
    )
}

#[tokio::test(start_paused = true)]
async fn a_field_that_kms_may_omit_never_drops_the_answer() {
    let older = described(
        r#"{"KeyId":"mrk-1","KeyManager":"CUSTOMER","KeyState":"Disabled","KeyUsage":"ENCRYPT_DECRYPT","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT","AWSAccountId":"111122223333"}"#,
    )
    .await;
    assert_eq!((older.spec.as_str(), older.state.as_str()), ("SYMMETRIC_DEFAULT", "Disabled"));
    assert_eq!((older.manager, older.is_symmetric()), (KeyManager::Customer, Some(true)));
    assert_eq!(older.arn, key());
    // The newer field counts where both are there.
    let both = r#"{"KeyId":"1","KeySpec":"HMAC_256","CustomerMasterKeySpec":"SYMMETRIC_DEFAULT"}"#;
    assert_eq!(described(both).await.spec, "HMAC_256");

    let whole: &[(&str, &str)] = &[
        ("Arn", "arn:aws:kms:eu-west-1:111122223333:key/mrk-1"),
        ("KeyManager", "CUSTOMER"),
        ("KeyState", "PendingReplicaDeletion"),
        ("KeySpec", "SYMMETRIC_DEFAULT"),
        ("KeyUsage", "ENCRYPT_DECRYPT"),
        ("Origin", "AWS_KMS"),
    ];
    for (missing, _) in whole {
        for instead in [None, Some("SOMETHING_NEW")] {
            if *missing == "Arn" && instead.is_some() {
                continue;
            }
            let fields = whole.iter().filter_map(|(name, value)| {
                let value = if name == missing { instead? } else { value };
                Some(format!(r#""{name}":"{value}""#))
            });
            let fields = fields.collect::<Vec<_>>().join(",");
            let found = described(&format!(r#"{{"KeyId":"mrk-1",{fields}}}"#)).await;
            assert_eq!(found.arn, key(), "{missing}");
            let is_known = |name: &str| name != *missing;
            let manager =
                if is_known("KeyManager") { KeyManager::Customer } else { KeyManager::Unknown };
            assert_eq!(found.manager, manager, "{missing}");
            assert_eq!(found.state == "PendingReplicaDeletion", is_known("KeyState"), "{missing}");
            let is_kind_known = is_known("KeySpec") && is_known("KeyUsage");
            assert_eq!(found.is_symmetric(), is_kind_known.then_some(true), "{missing}");
        }
    }
    let bare = described(r#"{"KeyId":"mrk-1"}"#).await;
    assert_eq!((bare.arn.clone(), bare.manager), (key(), KeyManager::Unknown));
    assert_eq!((bare.state.as_str(), bare.is_symmetric(), bare.can_rotate()), ("", None, None));
}

#[tokio::test(start_paused = true)]
async fn a_key_without_arn_is_not_found_by_its_alias() {
    let fake = Fake::saying(Reply::new(200, r#"{"KeyMetadata":{"KeyId":"mrk-1"}}"#));
    let alias = Arn::new("arn:aws:kms:eu-west-1:111122223333:alias/logs").unwrap();
    let gap =
        ask(&aws(&fake).await, DescribeKey { key: alias.clone(), asked_in: target("eu-west-1") })
            .await
            .unwrap_err();
    assert_eq!(gap.class, GapClass::MalformedAnswer);
}

#[tokio::test(start_paused = true)]
async fn the_state_of_a_key_is_an_answer_about_it() {
    let words = "arn:aws:kms:eu-west-1:111122223333:key/mrk-1 is creating.";
    for (status, code) in [
        (400, "KMSInvalidStateException"),
        (409, "KMSInvalidStateException"),
        (400, "DisabledException"),
    ] {
        let fake = Fake::saying(Reply::json_error(status, code, words));
        let aws = aws(&fake).await;
        let answer =
            ask(&aws, DescribeKey { key: key(), asked_in: target("eu-west-1") }).await.unwrap();
        assert_eq!(answer.value, KeyPresence::InvalidState(format!("{code}: {words}")));
        assert_eq!(answer.evidence.request_id.as_deref(), Some("request-1"));
        let here = target("eu-west-1");
        let gaps = [
            ask(&aws, GetKeyPolicy { key: key(), asked_in: here }).await.unwrap_err(),
            ask(&aws, ListGrants { key: key(), asked_in: here }).await.unwrap_err(),
            ask(&aws, GetKeyRotationStatus { key: key(), asked_in: here }).await.unwrap_err(),
        ];
        for gap in gaps {
            assert_eq!((gap.class, gap.attempts), (GapClass::KeyInvalidState, 1), "{gap:?}");
            assert_eq!(gap.message.as_deref(), Some(words));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_grant_without_operations_hides_no_reader() {
    let one = grant("1", "", "").replace(r#","Operations":[]"#, "");
    assert!(!one.contains("Operations"));
    let fake = Fake::saying(Reply::new(200, grants(&[one, grant("2", "", "")], "")));
    let answer = ask(&aws(&fake).await, ListGrants { key: key(), asked_in: target("eu-west-1") })
        .await
        .unwrap();
    let ids: Vec<&str> = answer.value.iter().map(|grant| grant.id.as_str()).collect();
    assert_eq!(ids, ["1"]);
}

/// A grant with these operations and constraints.
fn grant(id: &str, operations: &str, rest: &str) -> String {
    format!(
        r#"{{"KeyId":"{ARN}","GrantId":"{id}","GranteePrincipal":"arn:aws:iam::111122223333:role/a","Operations":[{operations}]{rest}}}"#
    )
}

fn grants(grants: &[String], rest: &str) -> String {
    format!(r#"{{"Grants":[{}]{rest}}}"#, grants.join(","))
}

#[tokio::test(start_paused = true)]
async fn every_page_of_grants_is_read_and_those_that_decrypt_are_kept() {
    let constraints = r#","Constraints":{"EncryptionContextSubset":{"a":"b"},"EncryptionContextEquals":{"c":"d"}}"#;
    let first = grants(
        &[
            grant("1", r#""Encrypt","Decrypt""#, constraints),
            grant("2", r#""GenerateDataKey""#, ""),
        ],
        r#","Truncated":true,"NextMarker":"more""#,
    );
    // What a grant gives on may not exceed its own operations.
    let giving_on = grant("5", r#""CreateGrant","ReEncryptTo","DescribeKey""#, "");
    let re_encrypting = grant("4", r#""ReEncryptFrom""#, "");
    let second = grants(
        &[grant("3", r#""Decrypt""#, ""), re_encrypting, giving_on],
        r#","Truncated":false"#,
    );
    let fake = Fake::new(move |seen, before| {
        let page = if before == 0 { &first } else { &second };
        (seen.operation == "ListGrants").then(|| Reply::new(200, page.as_str()))
    });
    let answer = ask(&aws(&fake).await, ListGrants { key: key(), asked_in: target("eu-west-1") })
        .await
        .unwrap();
    let ids: Vec<&str> = answer.value.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(ids, ["1", "3", "4"]);
    let re_encrypting = &answer.value[2];
    assert!(re_encrypting.gives_re_encrypt && !re_encrypting.gives_decrypt);
    let pairs = |key: &str, value: &str| Some([(key.to_owned(), value.to_owned())].into());
    let expected = DecryptGrant {
        id: "1".to_owned(),
        grantee: "arn:aws:iam::111122223333:role/a".to_owned(),
        gives_decrypt: true,
        gives_re_encrypt: false,
        context_equals: pairs("c", "d"),
        context_includes: pairs("a", "b"),
    };
    assert_eq!(answer.value[0], expected);
    assert_eq!(answer.evidence.operation, Operation::ListGrants);
    assert_eq!(fake.count("ListGrants"), 2);
    assert_eq!(fake.last().body, format!(r#"{{"Limit":100,"Marker":"more","KeyId":"{ARN}"}}"#));
}

#[tokio::test(start_paused = true)]
async fn a_list_of_grants_that_may_hide_a_reader_is_malformed() {
    let nobody = grant("1", r#""Decrypt""#, "").replace("GranteePrincipal", "Nobody");
    let nameless = grant("", r#""Decrypt""#, "");
    for body in [
        "{}".to_owned(),
        grants(&[nobody], ""),
        grants(&[nameless], ""),
        grants(&[], r#","Truncated":true"#),
    ] {
        let fake = Fake::saying(Reply::new(200, body.as_str()));
        let gap = ask(&aws(&fake).await, ListGrants { key: key(), asked_in: target("eu-west-1") })
            .await
            .unwrap_err();
        assert_eq!((gap.class, gap.attempts), (GapClass::MalformedAnswer, 1), "{body}");
        assert_eq!(gap.subject.as_deref(), Some(ARN));
    }
    let none = Fake::saying(Reply::new(200, r#"{"Grants":[],"Truncated":false}"#));
    let answer = ask(&aws(&none).await, ListGrants { key: key(), asked_in: target("eu-west-1") })
        .await
        .unwrap();
    assert_eq!(*answer.value, []);
    let service = grant("1", r#""Decrypt""#, r#","GranteeServicePrincipal":"s3.amazonaws.com""#)
        .replace(r#""GranteePrincipal":"arn:aws:iam::111122223333:role/a","#, "");
    let fake = Fake::saying(Reply::new(200, grants(&[service], "")));
    let answer = ask(&aws(&fake).await, ListGrants { key: key(), asked_in: target("eu-west-1") })
        .await
        .unwrap();
    assert_eq!(answer.value[0].grantee, "s3.amazonaws.com");
}
