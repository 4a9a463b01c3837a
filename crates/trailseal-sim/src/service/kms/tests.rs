//! What KMS answers whom.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::policy::{Decision, Who, decide};
use crate::Simulator;
use crate::service::Service;
use crate::session::recognize;
use crate::tests::{
    ARCHIVE, Caller, KEY_ID, MANAGEMENT, ROLE, WORKLOAD, account, call_as, key, now, parts, region,
    respond_json, simulator,
};
use crate::world::World;
use crate::world::key::{Grant, Grantee, Key, KeyState, MultiRegion, Rotation};

const ARN: &str = "arn:aws:kms:eu-west-1:333333333333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
const UNKNOWN_ID: &str = "ffffffff-12ab-34cd-56ef-1234567890ab";
const UNKNOWN: &str = "arn:aws:kms:eu-west-1:333333333333:key/ffffffff-12ab-34cd-56ef-1234567890ab";
const HOME: (&str, &str) = (WORKLOAD, "eu-west-1");
const ABROAD: (&str, &str) = (ARCHIVE, "eu-west-1");
/// What the console gives a new key: the account may do everything.
const ACCOUNT_MAY: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Enable IAM User Permissions","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::333333333333:root"},"Action":"kms:*","Resource":"*"}]}"#;
/// The same, and the archive may read.
const ARCHIVE_MAY: &str = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":["333333333333","222222222222"]},"Action":["kms:describe*","kms:GetKey*"],"Resource":"*"}]}"#;

fn with_key(key: Key) -> Simulator {
    let mut parts = parts();
    parts.keys[1] = key;
    simulator(parts)
}

fn own_key(policy: &str) -> Key {
    Key { policy: policy.into(), ..key(WORKLOAD, "eu-west-1") }
}

fn ask(
    simulator: &Simulator,
    (caller, region): (&str, &str),
    operation: &str,
    input: &Value,
) -> (u16, Value) {
    call_as(simulator, caller, (Service::Kms, operation, region), input)
}

fn get(simulator: &Simulator, place: (&str, &str), operation: &str, id: &str) -> (u16, Value) {
    ask(simulator, place, operation, &json!({ "KeyId": id }))
}

/// The code of an error and its message.
fn fault((status, body): &(u16, Value)) -> (&str, &str) {
    assert_eq!(*status, 400, "{body}");
    (body["__type"].as_str().unwrap(), body["message"].as_str().unwrap())
}

fn metadata(key: Key) -> Value {
    let simulator = with_key(key);
    let (status, mut output) = get(&simulator, HOME, "DescribeKey", ARN);
    assert_eq!(status, 200, "{output}");
    output["KeyMetadata"].take()
}

#[test]
fn keys_go_by_four_names() {
    let simulator = with_key(own_key(ACCOUNT_MAY));
    let alias_arn = "arn:aws:kms:eu-west-1:333333333333:alias/trail";
    for id in [KEY_ID, ARN, "alias/trail", alias_arn] {
        let (_, output) = get(&simulator, HOME, "DescribeKey", id);
        assert_eq!(output["KeyMetadata"]["Arn"], ARN, "{id}");
    }
    for id in [KEY_ID, ARN] {
        let (_, output) = get(&simulator, HOME, "GetKeyPolicy", id);
        assert_eq!(output, json!({ "Policy": ACCOUNT_MAY, "PolicyName": "default" }), "{id}");
        assert_eq!(get(&simulator, HOME, "GetKeyRotationStatus", id).0, 200, "{id}");
    }
    let check = |operation, id: &str, code: &str, message: &str| {
        let answer = get(&simulator, HOME, operation, id);
        assert_eq!(fault(&answer), (code, message), "{operation} {id}");
    };
    for operation in ["GetKeyPolicy", "GetKeyRotationStatus", "ListGrants", "ListResourceTags"] {
        for id in ["alias/trail", alias_arn] {
            let message = "Key Aliases are not supported for this operation.";
            check(operation, id, "InvalidArnException", message);
        }
    }
    let absent = format!("Key '{UNKNOWN}' does not exist");
    for operation in ["DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus"] {
        check(operation, UNKNOWN_ID, "NotFoundException", &absent);
        check(operation, UNKNOWN, "NotFoundException", &absent);
        check(operation, "abc", "NotFoundException", "Invalid keyId 'abc'");
        let elsewhere = ARN.replace("eu-west-1", "eu-west-2");
        check(operation, &elsewhere, "NotFoundException", "Invalid arn eu-west-2");
        let answer = get(&simulator, HOME, operation, "arn:aws:s3:::bucket");
        assert_eq!(fault(&answer).0, "InvalidArnException");
        let answer = ask(&simulator, HOME, operation, &json!({}));
        assert_eq!(fault(&answer).0, "ValidationException");
    }
    let unknown = "Alias arn:aws:kms:eu-west-1:333333333333:alias/none is not found.";
    check("DescribeKey", "alias/none", "NotFoundException", unknown);
    let input = json!({ "KeyId": ARN, "PolicyName": "other" });
    let answer = ask(&simulator, HOME, "GetKeyPolicy", &input);
    assert_eq!(fault(&answer).0, "NotFoundException");
}

#[test]
fn other_accounts_need_the_key_policy_and_never_read_it() {
    let denied = |operation: &str, arn: &str| {
        format!(
            "User: arn:aws:sts::{ARCHIVE}:assumed-role/{ROLE}/run is not authorized to perform: kms:{operation} on resource: {arn} because no resource-based policy allows the kms:{operation} action"
        )
    };
    let open = with_key(own_key(ARCHIVE_MAY));
    let closed = with_key(own_key(ACCOUNT_MAY));
    for operation in ["DescribeKey", "GetKeyRotationStatus"] {
        assert_eq!(get(&open, ABROAD, operation, ARN).0, 200);
        for (simulator, arn) in [(&closed, ARN), (&closed, UNKNOWN), (&open, UNKNOWN)] {
            let answer = get(simulator, ABROAD, operation, arn);
            let expected = ("AccessDeniedException", &*denied(operation, arn));
            assert_eq!(fault(&answer), expected);
        }
        // A bare id is one of the own account.
        let answer = get(&open, ABROAD, operation, KEY_ID);
        assert_eq!(fault(&answer).0, "NotFoundException");
    }
    let alias = "arn:aws:kms:eu-west-1:333333333333:alias/trail";
    assert_eq!(get(&open, ABROAD, "DescribeKey", alias).1["KeyMetadata"]["Arn"], ARN);
    let answer = get(&closed, ABROAD, "DescribeKey", alias);
    assert_eq!(fault(&answer).1, denied("DescribeKey", ARN));
    let answer = get(&open, ABROAD, "GetKeyPolicy", ARN);
    assert_eq!(fault(&answer), ("AccessDeniedException", &*denied("GetKeyPolicy", ARN)));
}

#[test]
fn the_own_account_needs_the_key_policy_too() {
    let deny = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"},
        {"Effect":"Deny","Principal":{"AWS":"*"},"Action":"kms:DescribeKey","Resource":"*"}]}"#;
    let simulator = with_key(own_key(deny));
    let answer = get(&simulator, HOME, "DescribeKey", ARN);
    let end = "with an explicit deny in a resource-based policy";
    assert!(fault(&answer).1.ends_with(end), "{answer:?}");
    assert_eq!(get(&simulator, HOME, "GetKeyPolicy", ARN).0, 200);

    let simulator = with_key(own_key(r#"{"Statement":[]}"#));
    let answer = get(&simulator, HOME, "GetKeyPolicy", ARN);
    assert_eq!(fault(&answer).0, "AccessDeniedException");

    let simulator = with_key(own_key("{ malformed"));
    let (_, output) = get(&simulator, HOME, "GetKeyPolicy", ARN);
    assert_eq!(output["Policy"], "{ malformed");
    let answer = get(&simulator, ABROAD, "DescribeKey", ARN);
    assert_eq!(fault(&answer).0, "AccessDeniedException");
}

fn decision(statements: &str, caller: &str) -> Decision {
    let world = World::new(parts());
    let simulator = simulator(parts());
    let session = if caller == "user" {
        recognize(&world, &Caller::user().access_key_id, None, now())
    } else {
        let Caller { access_key_id, token } = Caller::role(&simulator, caller);
        recognize(&world, &access_key_id, token.as_deref(), now())
    };
    let session = session.unwrap();
    let who = Who { session: &session, world: &world };
    decide(&format!(r#"{{"Statement":{statements}}}"#), &who, "kms:DescribeKey", ARN)
}

#[test]
fn principals_are_read_as_iam_does() {
    let check = |principal: &str, caller: &str, expected: bool| {
        let statement = format!(
            r#"{{"Effect":"Allow",{principal},"Action":"kms:DescribeKey","Resource":"*"}}"#
        );
        let is_allowed = decision(&statement, caller) == Decision::Allowed;
        assert_eq!(is_allowed, expected, "{principal} {caller}");
    };
    let aws = |text: &str| format!(r#""Principal":{{"AWS":"{text}"}}"#);
    check(r#""Principal":"*""#, ARCHIVE, true);
    check(r#""Principal":{"AWS":["1","*"]}"#, ARCHIVE, true);
    check(r#""Principal":{"Service":"cloudtrail.amazonaws.com"}"#, ARCHIVE, false);
    check(r#""Principal":{"Service":"*"}"#, ARCHIVE, false);
    check(&aws(ARCHIVE), ARCHIVE, true);
    check(&aws("arn:aws:iam::222222222222:root"), ARCHIVE, true);
    check(&aws("arn:aws:iam::222222222222:root"), WORKLOAD, false);
    check(&aws("arn:aws-cn:iam::222222222222:root"), ARCHIVE, false);
    check(&aws("arn:aws:iam::222222222222:role/TrailsealAudit"), ARCHIVE, true);
    check(&aws("arn:aws:iam::222222222222:role/path/to/TrailsealAudit"), ARCHIVE, true);
    check(&aws("arn:aws:iam::222222222222:role/Other"), ARCHIVE, false);
    check(&aws("arn:aws:iam::222222222222:user/TrailsealAudit"), ARCHIVE, false);
    check(&aws("arn:aws:sts::222222222222:assumed-role/TrailsealAudit/run"), ARCHIVE, true);
    check(&aws("arn:aws:sts::222222222222:assumed-role/TrailsealAudit/*"), ARCHIVE, false);
    check(&aws("arn:aws:iam::111111111111:user/auditor"), "user", true);
    check(&aws("arn:aws:iam::111111111111:user/other"), "user", false);
    check(r#""NotPrincipal":{"AWS":"222222222222"}"#, ARCHIVE, false);
    check(r#""NotPrincipal":{"AWS":"222222222222"}"#, WORKLOAD, true);
    check(r#""Sid":"nobody""#, ARCHIVE, false);
}

#[test]
fn actions_resources_and_conditions_are_read_as_iam_does() {
    let check = |rest: &str, expected: bool| {
        let statement = format!(r#"[{{"Effect":"Allow","Principal":"*",{rest}}}]"#);
        let is_allowed = decision(&statement, ARCHIVE) == Decision::Allowed;
        assert_eq!(is_allowed, expected, "{rest}");
    };
    check(r#""Action":"KMS:describekey","Resource":"*""#, true);
    check(r#""Action":["kms:Decrypt","kms:D*"],"Resource":"*""#, true);
    check(r#""Action":"kms:Decrypt","Resource":"*""#, false);
    check(r#""NotAction":"kms:Decrypt","Resource":"*""#, true);
    check(r#""NotAction":"kms:*","Resource":"*""#, false);
    check(r#""Action":"*","Resource":"arn:aws:kms:eu-west-1:333333333333:key/*""#, true);
    check(r#""Action":"*","Resource":"arn:aws:kms:eu-west-2:*""#, false);
    let given = |condition: &str| format!(r#""Action":"*","Resource":"*","Condition":{condition}"#);
    check(&given(r#"{"StringEquals":{"kms:CallerAccount":"222222222222"}}"#), true);
    check(&given(r#"{"stringequals":{"KMS:calleraccount":["1","222222222222"]}}"#), true);
    check(&given(r#"{"StringEquals":{"kms:CallerAccount":"333333333333"}}"#), false);
    check(&given(r#"{"StringEquals":{"kms:CallerAccount":"2*"}}"#), false);
    check(&given(r#"{"StringLike":{"kms:CallerAccount":"2*"}}"#), true);
    check(&given(r#"{"StringEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#), true);
    check(&given(r#"{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}"#), false);
    check(&given(r#"{"StringNotLike":{"aws:PrincipalOrgID":"o-other*"}}"#), true);
    let role = "arn:aws:iam::*:role/TrailsealAudit";
    check(&given(&format!(r#"{{"StringLike":{{"aws:PrincipalArn":"{role}"}}}}"#)), true);
    check(&given(r#"{"StringEquals":{"kms:ViaService":"s3.eu-west-1.amazonaws.com"}}"#), false);
    check(&given(r#"{"Bool":{"aws:SecureTransport":"true"}}"#), false);
    let both = r#"{"StringEquals":{"kms:CallerAccount":"222222222222","aws:PrincipalOrgID":"o"}}"#;
    check(&given(both), false);
}

#[test]
fn a_deny_wins_wherever_it_stands() {
    let allow = r#"{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#;
    let deny = r#"{"Effect":"Deny","Principal":"*","Action":"kms:Des*","Resource":"*"}"#;
    assert_eq!(decision(&format!("[{allow},{deny}]"), ARCHIVE), Decision::Denied);
    assert_eq!(decision(&format!("[{deny},{allow}]"), ARCHIVE), Decision::Denied);
    assert_eq!(decision(allow, ARCHIVE), Decision::Allowed);
    assert_eq!(decision("[]", ARCHIVE), Decision::Unmentioned);
    let outsiders = r#"{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-exampleorgid"}}}"#;
    assert_eq!(decision(&format!("[{allow},{outsiders}]"), ARCHIVE), Decision::Allowed);
}

proptest! {
    /// Whatever else a policy says, a statement that denies the call is not overruled.
    #[test]
    fn no_statement_overrules_a_deny(
        statements in prop::collection::vec(
            (
                prop::sample::select(vec!["Allow", "Deny"]),
                prop::sample::select(vec!["*", "222222222222", "333333333333"]),
                prop::sample::select(vec!["kms:*", "kms:Describe*", "kms:Decrypt"]),
            ),
            0..6,
        ),
    ) {
        let binds = |effect| {
            statements.iter().any(|it| it.0 == effect && it.1 != WORKLOAD && it.2 != "kms:Decrypt")
        };
        let expected = match (binds("Deny"), binds("Allow")) {
            (true, _) => Decision::Denied,
            (false, true) => Decision::Allowed,
            (false, false) => Decision::Unmentioned,
        };
        let list: Vec<_> = statements
            .iter()
            .map(|(effect, principal, action)| json!({
                "Effect": effect, "Principal": { "AWS": principal }, "Action": action, "Resource": "*",
            }))
            .collect();
        prop_assert_eq!(decision(&json!(list).to_string(), ARCHIVE), expected);
    }
}

/// The whole second of a time, which must come with a fraction.
fn second(time: &Value) -> i64 {
    let time = time.as_f64().filter(|_| time.is_f64()).unwrap();
    format!("{}", time.floor()).parse().unwrap()
}

#[test]
fn a_usual_key_is_described_whole() {
    let mut described = metadata(own_key(ACCOUNT_MAY));
    let fields = described.as_object_mut().unwrap();
    let created = second(&fields.remove("CreationDate").unwrap());
    assert!(created < (now() - SignedDuration::from_hours(364 * 24)).as_second());
    let material = fields.remove("CurrentKeyMaterialId").unwrap();
    assert_eq!(material.as_str().unwrap().len(), 64);
    let expected = json!({
        "AWSAccountId": WORKLOAD,
        "KeyId": KEY_ID,
        "Arn": ARN,
        "Enabled": true,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "Enabled",
        "Origin": "AWS_KMS",
        "KeyManager": "CUSTOMER",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": false,
    });
    assert_eq!(described, expected);
}

#[test]
fn each_state_has_its_members() {
    let date: Timestamp = "2026-12-01T00:00:00Z".parse().unwrap();
    for state in [
        KeyState::Creating,
        KeyState::Enabled,
        KeyState::Disabled,
        KeyState::PendingDeletion,
        KeyState::PendingImport,
        KeyState::PendingReplicaDeletion,
        KeyState::Unavailable,
        KeyState::Updating,
    ] {
        let key = Key { state, deletion_date: Some(date), ..own_key(ACCOUNT_MAY) };
        let described = metadata(key);
        assert_eq!(described["KeyState"], state.word());
        assert_eq!(described["Enabled"], state == KeyState::Enabled, "{state:?}");
        let is_going = state == KeyState::PendingDeletion;
        let told = described.get("DeletionDate").map(second);
        assert_eq!(told, is_going.then(|| date.as_second()), "{state:?}");
        let waits = state == KeyState::PendingReplicaDeletion;
        let window = described.get("PendingDeletionWindowInDays").cloned();
        assert_eq!(window, waits.then(|| json!(30)), "{state:?}");
    }
}

#[test]
fn material_and_algorithms_follow_origin_and_spec() {
    let check = |origin: &str, valid_to: Option<Timestamp>, expected: &[&str]| {
        let key = Key { origin: origin.into(), valid_to, ..own_key(ACCOUNT_MAY) };
        let described = metadata(key);
        let members = [
            "CustomKeyStoreId",
            "CloudHsmClusterId",
            "XksKeyConfiguration",
            "ExpirationModel",
            "ValidTo",
            "CurrentKeyMaterialId",
        ];
        let present: Vec<_> =
            members.into_iter().filter(|it| described.get(*it).is_some()).collect();
        assert_eq!(present, expected, "{origin} {valid_to:?}");
    };
    check("AWS_KMS", Some(now()), &["CurrentKeyMaterialId"]);
    check("EXTERNAL", None, &["ExpirationModel", "CurrentKeyMaterialId"]);
    check("EXTERNAL", Some(now()), &["ExpirationModel", "ValidTo", "CurrentKeyMaterialId"]);
    check("AWS_CLOUDHSM", None, &["CustomKeyStoreId", "CloudHsmClusterId"]);
    check("EXTERNAL_KEY_STORE", None, &["CustomKeyStoreId", "XksKeyConfiguration"]);

    for (spec, usage, member, expected) in [
        ("RSA_2048", "ENCRYPT_DECRYPT", "EncryptionAlgorithms", "RSAES_OAEP_SHA_1"),
        ("RSA_4096", "SIGN_VERIFY", "SigningAlgorithms", "RSASSA_PKCS1_V1_5_SHA_256"),
        ("ECC_NIST_P384", "SIGN_VERIFY", "SigningAlgorithms", "ECDSA_SHA_384"),
        ("HMAC_384", "GENERATE_VERIFY_MAC", "MacAlgorithms", "HMAC_SHA_384"),
        ("ECC_NIST_P256", "KEY_AGREEMENT", "KeyAgreementAlgorithms", "ECDH"),
    ] {
        let key = Key { spec: spec.into(), usage: usage.into(), ..own_key(ACCOUNT_MAY) };
        let described = metadata(key);
        assert_eq!(described[member][0], expected, "{spec} {usage}");
        let lists = described.as_object().unwrap().keys().filter(|it| it.ends_with("Algorithms"));
        assert_eq!(lists.count(), 1, "{spec} {usage}");
    }
    let managed = Key { is_aws_managed: true, ..own_key(ACCOUNT_MAY) };
    assert_eq!(metadata(managed)["KeyManager"], "AWS");
}

const MULTI_ID: &str = "mrk-1234abcd12ab34cd56ef1234567890ab";

/// A primary in eu-west-1 with its replica in eu-west-2.
fn multi_region_keys() -> [Key; 2] {
    let replicas = vec![region("eu-west-2")];
    let of = |home: &str, rotation, multi_region| Key {
        id: MULTI_ID.into(),
        multi_region,
        rotation,
        policy: ACCOUNT_MAY.into(),
        ..key(WORKLOAD, home)
    };
    [
        of("eu-west-1", Rotation::Every(180), MultiRegion::Primary(replicas.clone())),
        of("eu-west-2", Rotation::Off, MultiRegion::Replica(region("eu-west-1"), replicas)),
    ]
}

#[test]
fn the_keys_of_a_multi_region_key_know_each_other() {
    let mut parts = parts();
    let keys = multi_region_keys();
    let told = |key: &Key| json!({ "Arn": key.arn(), "Region": key.region.name() });
    let (primary, replica) = (told(&keys[0]), told(&keys[1]));
    parts.keys.extend(keys);
    let simulator = simulator(parts);
    for (place, kind) in [(HOME, "PRIMARY"), ((WORKLOAD, "eu-west-2"), "REPLICA")] {
        let (_, output) = get(&simulator, place, "DescribeKey", MULTI_ID);
        assert_eq!(output["KeyMetadata"]["MultiRegion"], true);
        let expected = json!({
            "MultiRegionKeyType": kind, "PrimaryKey": primary, "ReplicaKeys": [replica],
        });
        assert_eq!(output["KeyMetadata"]["MultiRegionConfiguration"], expected);
    }
    let statuses = [HOME, (WORKLOAD, "eu-west-2")].map(|place| {
        let (_, mut output) = get(&simulator, place, "GetKeyRotationStatus", MULTI_ID);
        output.as_object_mut().unwrap().remove("KeyId");
        output
    });
    assert_eq!(statuses[0]["RotationPeriodInDays"], 180);
    assert_eq!(statuses[0], statuses[1]);
}

#[test]
fn rotation_is_told_as_kms_tells_it() {
    let status = |key: Key| get(&with_key(key), HOME, "GetKeyRotationStatus", ARN);
    let off = json!({ "KeyId": ARN, "KeyRotationEnabled": false });
    let usual = || own_key(ACCOUNT_MAY);
    assert_eq!(status(Key { rotation: Rotation::Off, ..usual() }), (200, off.clone()));
    for state in [KeyState::PendingDeletion, KeyState::PendingReplicaDeletion] {
        assert_eq!(status(Key { state, ..usual() }), (200, off.clone()));
    }
    let period = |key: Key| {
        let (_, output) = status(key);
        let next = second(&output["NextRotationDate"]) - now().as_second();
        let days = output["RotationPeriodInDays"].as_i64().unwrap();
        assert!(next > 0 && next <= days * 24 * 60 * 60, "{output}");
        days
    };
    assert_eq!(period(usual()), 365);
    assert_eq!(period(Key { rotation: Rotation::Every(180), ..usual() }), 180);
    assert_eq!(period(Key { state: KeyState::Disabled, ..usual() }), 365);
    let managed = Key { is_aws_managed: true, rotation: Rotation::Off, ..usual() };
    assert_eq!(period(managed), 365);

    for key in [
        Key { rotation: Rotation::Unsupported, ..usual() },
        Key { spec: "RSA_2048".into(), ..usual() },
        Key { origin: "AWS_CLOUDHSM".into(), ..usual() },
    ] {
        assert_eq!(fault(&status(key)).0, "UnsupportedOperationException");
    }
    let answer = status(Key { state: KeyState::Creating, ..usual() });
    assert_eq!(fault(&answer).0, "KMSInvalidStateException");
}

#[test]
fn members_that_a_key_omits_are_absent_and_nothing_else() {
    let whole = metadata(own_key(ACCOUNT_MAY));
    let omits = &["KeySpec", "CreationDate", "MultiRegion"];
    let omitting = metadata(Key { omits, ..own_key(ACCOUNT_MAY) });
    let (whole, omitting) = (whole.as_object().unwrap(), omitting.as_object().unwrap());
    let missing: Vec<_> = whole.keys().filter(|it| !omitting.contains_key(*it)).collect();
    assert_eq!(missing, ["CreationDate", "KeySpec", "MultiRegion"]);
    assert_eq!(omitting["CustomerMasterKeySpec"], "SYMMETRIC_DEFAULT");
}

#[test]
fn a_key_in_an_invalid_state_has_a_policy_and_neither_description_nor_rotation() {
    const WHY: &str = "The custom key store is not connected.";
    let simulator = with_key(Key { invalid_state: Some(WHY.into()), ..own_key(ACCOUNT_MAY) });
    for operation in ["DescribeKey", "GetKeyRotationStatus"] {
        let answer = get(&simulator, HOME, operation, ARN);
        assert_eq!(fault(&answer), ("KMSInvalidStateException", WHY), "{operation}");
    }
    assert_eq!(get(&simulator, HOME, "GetKeyPolicy", ARN).0, 200);
}

#[test]
fn times_are_written_with_fraction_and_exponent() {
    // A minute whose number of seconds ends in zeros.
    let valid_to = Timestamp::from_second(1_800_000_000).unwrap();
    let key = Key { origin: "EXTERNAL".into(), valid_to: Some(valid_to), ..own_key(ACCOUNT_MAY) };
    let simulator = with_key(key);
    let caller = Caller::role(&simulator, WORKLOAD);
    let asked = (Service::Kms, "DescribeKey", "eu-west-1");
    let response = respond_json(&simulator, &caller, asked, &json!({ "KeyId": ARN }));
    let text = std::str::from_utf8(response.body()).unwrap();
    assert!(text.contains("\"ValidTo\":1.8E9}"), "{text}");
    let (_, created) = text.split_once("\"CreationDate\":").unwrap();
    let created = created.split(',').next().unwrap();
    let (digits, power) = created.split_once('E').unwrap();
    assert_eq!((&digits[1..2], power), (".", "9"), "{created}");
}

/// A grant to a session, one to a service by its name, and one to a service for its own ARN.
fn grants_of_each_kind() -> [Grant; 3] {
    let plain = Grant {
        name: None,
        grantee: Grantee::Principal("AROAEXAMPLE2345672345:session".into()),
        retiring: None,
        operations: vec!["Decrypt"],
        subset: Vec::new(),
        equals: Vec::new(),
    };
    let table = ("aws:dynamodb:tableName".into(), "orders".into());
    let service = Grant {
        name: Some("table".into()),
        grantee: Grantee::Principal("dynamodb.eu-west-1.amazonaws.com".into()),
        retiring: Some("dynamodb.eu-west-1.amazonaws.com".into()),
        operations: vec!["CreateGrant", "Encrypt"],
        subset: vec![table],
        equals: Vec::new(),
    };
    let bound = Grant {
        grantee: Grantee::Service {
            name: "rds.amazonaws.com".into(),
            source_arn: "arn:aws:rds:eu-west-1:333333333333:db:orders".into(),
        },
        equals: vec![("a".into(), "b".into())],
        ..plain.clone()
    };
    [plain, service, bound]
}

#[test]
fn grants_are_listed_as_they_are_page_by_page() {
    let kinds = grants_of_each_kind();
    let many = std::iter::repeat_n(kinds[0].clone(), 100);
    let grants = kinds.into_iter().chain(many).collect();
    let simulator = with_key(Key { grants, ..own_key(ACCOUNT_MAY) });
    let list = |input: Value| ask(&simulator, HOME, "ListGrants", &input).1;
    let page = list(json!({ "KeyId": KEY_ID, "Limit": 100 }));
    let of_page = page["Grants"].as_array().unwrap();
    assert_eq!((of_page.len(), &page["Truncated"]), (100, &json!(true)));
    let rest = list(json!({ "KeyId": KEY_ID, "Limit": 100, "Marker": page["NextMarker"] }));
    assert_eq!(rest["Grants"].as_array().unwrap().len(), 3);
    let ids: std::collections::BTreeSet<_> =
        of_page.iter().map(|it| it["GrantId"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 100);

    let shown = |index: usize, names: &[&str]| {
        let mut grant = of_page[index].clone();
        let fields = grant.as_object_mut().unwrap();
        second(&fields.remove("CreationDate").unwrap());
        assert_eq!(fields.remove("GrantId").unwrap().as_str().unwrap().len(), 64);
        assert_eq!(fields.remove("KeyId").unwrap(), ARN);
        assert_eq!(fields.remove("IssuingAccount").unwrap(), "arn:aws:iam::333333333333:root");
        let present: Vec<_> = fields.keys().map(String::as_str).collect();
        assert_eq!(present, names);
        grant
    };
    let deleted = shown(0, &["GranteePrincipal", "Operations"]);
    assert_eq!(deleted["GranteePrincipal"], "AROAEXAMPLE2345672345:session");
    let names = ["Constraints", "GranteePrincipal", "Name", "Operations", "RetiringPrincipal"];
    let of_table = shown(1, &names);
    let subset = json!({ "EncryptionContextSubset": { "aws:dynamodb:tableName": "orders" } });
    assert_eq!(of_table["Constraints"], subset);
    let of_service = shown(2, &["Constraints", "GranteeServicePrincipal", "Operations"]);
    let constraints = json!({ "EncryptionContextEquals": { "a": "b" }, "SourceArn": "arn:aws:rds:eu-west-1:333333333333:db:orders" });
    assert_eq!(of_service["Constraints"], constraints);

    let wanted = of_page[1]["GrantId"].clone();
    for (name, value) in [("GrantId", &wanted), ("GranteePrincipal", &of_table["GranteePrincipal"])]
    {
        let found = list(json!({ "KeyId": KEY_ID, name: value }));
        assert_eq!(found["Grants"], json!([of_page[1]]), "{name}");
    }
}

#[test]
fn lists_are_of_the_own_account_and_region() {
    let mut parts = parts();
    for index in 0..120 {
        let id = format!("{index:08}-12ab-34cd-56ef-1234567890ab");
        let alias = format!("alias/k{index}");
        let key = key(ARCHIVE, "eu-west-1");
        parts.keys.push(Key { id: id.into(), aliases: vec![alias.into()], ..key });
    }
    parts.keys[1].policy = ACCOUNT_MAY.into();
    let simulator = simulator(parts);
    let all = |operation: &str, member: &str, limit: u32| {
        let (mut all, mut input) = (Vec::new(), json!({ "Limit": limit }));
        loop {
            let (status, output) = ask(&simulator, ABROAD, operation, &input);
            assert_eq!(status, 200, "{output}");
            all.extend(output[member].as_array().unwrap().iter().cloned());
            if output["Truncated"] == false {
                return all;
            }
            input = json!({ "Limit": limit, "Marker": output["NextMarker"] });
        }
    };
    assert_eq!(all("ListKeys", "Keys", 50).len(), 120);
    assert_eq!(all("ListAliases", "Aliases", 100).len(), 120);

    let input = json!({ "KeyId": KEY_ID });
    let (_, output) = ask(&simulator, HOME, "ListAliases", &input);
    assert_eq!(output["Aliases"][0]["AliasArn"], "arn:aws:kms:eu-west-1:333333333333:alias/trail");
    assert_eq!(output["Aliases"][0]["TargetKeyId"], KEY_ID);
    let (_, output) = ask(&simulator, (MANAGEMENT, "eu-west-1"), "ListKeys", &json!({}));
    assert_eq!(output, json!({ "Keys": [], "Truncated": false }));
    let (_, output) = ask(&simulator, HOME, "ListGrants", &input);
    assert_eq!(output, json!({ "Grants": [], "Truncated": false }));
    let (_, output) = ask(&simulator, HOME, "ListResourceTags", &input);
    assert_eq!(output, json!({ "Tags": [], "Truncated": false }));
    let answer = ask(&simulator, HOME, "ListKeys", &json!({ "Marker": "nonsense" }));
    assert_eq!(fault(&answer).0, "InvalidMarkerException");
    let answer = ask(&simulator, HOME, "ListAliases", &json!({ "Limit": 101 }));
    assert_eq!(fault(&answer).0, "ValidationException");
}

#[test]
fn keys_may_be_outside_of_the_organization() {
    let stranger = "999999999999";
    let open = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:DescribeKey","Resource":"*","Condition":{"StringEquals":{"kms:CallerAccount":"222222222222"}}}]}"#;
    let foreign = Key { policy: open.into(), ..key(stranger, "eu-west-1") };
    let arn = foreign.arn();
    let mut parts = parts();
    assert!(parts.accounts.iter().all(|it| it.id != account(stranger)));
    parts.keys.push(foreign);
    let simulator = simulator(parts);
    let (_, output) = get(&simulator, ABROAD, "DescribeKey", &arn);
    assert_eq!(output["KeyMetadata"]["AWSAccountId"], stranger);
    let answer = get(&simulator, HOME, "DescribeKey", &arn);
    assert_eq!(fault(&answer).0, "AccessDeniedException");
    let answer = get(&simulator, ABROAD, "GetKeyRotationStatus", &arn);
    assert_eq!(fault(&answer).0, "AccessDeniedException");
}
