//! What CloudTrail answers whom, where.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::Simulator;
use crate::service::Service;
use crate::tests::{
    ARCHIVE, MANAGEMENT, ROLE, WORKLOAD, account, call_as, denial, key, member, now, parts, region,
    simulator, trail,
};
use crate::world::Parts;
use crate::world::account::{AccountState, RegionStates};
use crate::world::denial::PolicyKind;
use crate::world::region::RegionSet;
use crate::world::trail::{Channel, ConsoleSelectors, EventDataStore, Logging, Selectors, Trail};

const OWN: &str = "arn:aws:cloudtrail:eu-west-1:333333333333:trail/own";
const SINGLE: &str = "arn:aws:cloudtrail:eu-west-2:333333333333:trail/single";
const ORG: &str = "arn:aws:cloudtrail:us-east-1:111111111111:trail/org";
const ORG_SINGLE: &str = "arn:aws:cloudtrail:us-west-2:111111111111:trail/org-single";
const ORG_CAPE: &str = "arn:aws:cloudtrail:af-south-1:111111111111:trail/org-cape";
const STRANGER: &str = "arn:aws:cloudtrail:us-east-1:999999999999:trail/stranger";

/// The small world with a second, single-Region trail of the workload; two further organization
/// trails, one of a single Region and one at home in an opt-in Region that only the workload and
/// the owner have; and a stranger's.
fn full_parts() -> Parts {
    let mut parts = parts();
    let organization = |name: &str, home: &str| Trail {
        is_organization: true,
        ..trail(MANAGEMENT, name, home, "archive-logs")
    };
    parts.trails.extend([
        Trail {
            is_multi_region: false,
            prefix: Some("a b+c".into()),
            key: None,
            validates_log_files: false,
            selectors: Selectors::WriteOnly,
            ..trail(WORKLOAD, "single", "eu-west-2", "workload-logs")
        },
        Trail { is_multi_region: false, ..organization("org-single", "us-west-2") },
        organization("org-cape", "af-south-1"),
        Trail { owner: account("999999999999"), ..organization("stranger", "us-east-1") },
    ]);
    let cape = RegionStates {
        enabled: RegionSet::NONE.with(region("af-south-1")),
        ..RegionStates::default()
    };
    for account in &mut parts.accounts {
        if [MANAGEMENT, WORKLOAD].contains(&account.id.to_string().as_str()) {
            account.regions = cape;
        }
    }
    parts
}

fn ask(
    simulator: &Simulator,
    (caller, region): (&str, &str),
    operation: &str,
    input: &Value,
) -> (u16, Value) {
    call_as(simulator, caller, (Service::CloudTrail, operation, region), input)
}

fn list_of<'a>(output: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    output[list].as_array().unwrap().iter().map(|it| it[member].as_str().unwrap()).collect()
}

/// The code of an error and its message.
fn fault((status, body): &(u16, Value)) -> (&str, &str) {
    assert_eq!(*status, 400, "{body}");
    (body["__type"].as_str().unwrap(), body["message"].as_str().unwrap())
}

#[test]
fn describe_trails_shows_what_is_here() {
    let simulator = simulator(full_parts());
    let check = |place, input: Value, expected: &[&str]| {
        let (status, output) = ask(&simulator, place, "DescribeTrails", &input);
        assert_eq!(status, 200, "{output}");
        assert_eq!(list_of(&output, "trailList", "TrailARN"), expected, "{place:?} {input}");
    };
    let no_shadows = json!({ "includeShadowTrails": false });
    check((WORKLOAD, "eu-west-1"), json!({}), &[OWN, ORG, ORG_CAPE]);
    check((WORKLOAD, "eu-west-1"), json!({ "includeShadowTrails": null }), &[OWN, ORG, ORG_CAPE]);
    check((WORKLOAD, "eu-west-1"), no_shadows.clone(), &[OWN]);
    check((WORKLOAD, "eu-west-2"), json!({}), &[OWN, SINGLE, ORG, ORG_CAPE]);
    check((WORKLOAD, "eu-west-2"), no_shadows.clone(), &[SINGLE]);
    check((WORKLOAD, "us-west-2"), json!({}), &[OWN, ORG, ORG_SINGLE, ORG_CAPE]);
    check((WORKLOAD, "af-south-1"), json!({ "trailNameList": [] }), &[OWN, ORG, ORG_CAPE]);
    check((WORKLOAD, "us-east-1"), no_shadows.clone(), &[]);
    // The archive has not enabled the home Region of `org-cape`.
    check((ARCHIVE, "eu-west-1"), json!({}), &[ORG]);
    check((ARCHIVE, "us-west-2"), json!({}), &[ORG, ORG_SINGLE]);
    check((MANAGEMENT, "us-east-1"), no_shadows, &[ORG]);
    check((MANAGEMENT, "eu-west-1"), json!({}), &[ORG, ORG_CAPE]);

    let names = |names: &[&str]| json!({ "trailNameList": names });
    check((WORKLOAD, "eu-west-1"), names(&["own", "own", OWN]), &[OWN]);
    check((WORKLOAD, "eu-west-1"), names(&["single", "org", "unknown"]), &[]);
    check((WORKLOAD, "eu-west-1"), names(&[SINGLE, ORG, STRANGER]), &[SINGLE, ORG]);
    check((WORKLOAD, "us-east-1"), names(&["org", "own"]), &[]);
    check((ARCHIVE, "us-east-1"), names(&[OWN, ORG, ORG_CAPE]), &[ORG]);
    let input = json!({ "trailNameList": [OWN, ORG, SINGLE], "includeShadowTrails": false });
    check((WORKLOAD, "eu-west-1"), input, &[OWN]);
}

#[test]
fn trails_stand_alone_without_an_organization() {
    let mut parts = full_parts();
    parts.organization = None;
    let simulator = simulator(parts);
    let (_, output) = ask(&simulator, (WORKLOAD, "eu-west-1"), "DescribeTrails", &json!({}));
    assert_eq!(list_of(&output, "trailList", "TrailARN"), [OWN]);
}

#[test]
fn a_trail_shows_its_settings_and_leaves_out_the_unset() {
    let simulator = simulator(full_parts());
    let (_, output) =
        ask(&simulator, (WORKLOAD, "eu-west-2"), "GetTrail", &json!({ "Name": "single" }));
    let expected = json!({ "Trail": {
        "Name": "single",
        "S3BucketName": "workload-logs",
        "S3KeyPrefix": "a b+c",
        "IncludeGlobalServiceEvents": true,
        "IsMultiRegionTrail": false,
        "HomeRegion": "eu-west-2",
        "TrailARN": SINGLE,
        "LogFileValidationEnabled": false,
        "HasCustomEventSelectors": true,
        "HasInsightSelectors": false,
        "IsOrganizationTrail": false,
    } });
    assert_eq!(output, expected);
    let (_, output) = ask(&simulator, (ARCHIVE, "eu-west-2"), "GetTrail", &json!({ "Name": ORG }));
    let key = "arn:aws:kms:us-east-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    assert_eq!(output["Trail"]["KmsKeyId"], key);
    assert_eq!(output["Trail"]["IsOrganizationTrail"], true);
    assert_eq!(output["Trail"].get("S3KeyPrefix"), None);
}

#[test]
fn trails_are_found_by_name_at_home_and_by_arn_where_they_show() {
    let mut parts = full_parts();
    let deleted = trail(WORKLOAD, "deleted", "eu-west-1", "workload-logs");
    parts.trails.push(Trail { is_deleted_after_listing: true, ..deleted });
    let deleted = "arn:aws:cloudtrail:eu-west-1:333333333333:trail/deleted";
    let simulator = simulator(parts);
    let check = |place, name: &str, expected: &str| {
        for operation in ["GetTrail", "GetTrailStatus"] {
            let answer = ask(&simulator, place, operation, &json!({ "Name": name }));
            let actual = if answer.0 == 200 { "found" } else { fault(&answer).0 };
            assert_eq!(actual, expected, "{place:?} {name}");
        }
    };
    let unknown = "TrailNotFoundException";
    check((WORKLOAD, "eu-west-1"), "own", "found");
    check((WORKLOAD, "eu-west-1"), OWN, "found");
    check((WORKLOAD, "sa-east-1"), "own", unknown);
    check((WORKLOAD, "sa-east-1"), OWN, "found");
    check((WORKLOAD, "sa-east-1"), SINGLE, unknown);
    check((WORKLOAD, "us-east-1"), "org", unknown);
    check((WORKLOAD, "us-east-1"), ORG, "found");
    check((WORKLOAD, "us-east-1"), ORG_SINGLE, unknown);
    check((ARCHIVE, "us-east-1"), ORG_CAPE, unknown);
    check((MANAGEMENT, "us-east-1"), "org", "found");
    check((WORKLOAD, "eu-west-1"), "deleted", unknown);
    check((WORKLOAD, "eu-west-1"), deleted, unknown);
    check((WORKLOAD, "eu-west-1"), STRANGER, "CloudTrailARNInvalidException");
    check((MANAGEMENT, "eu-west-1"), OWN, "CloudTrailARNInvalidException");
    check((WORKLOAD, "eu-west-1"), "arn:aws:s3:::bucket", "CloudTrailARNInvalidException");
    check((WORKLOAD, "eu-west-1"), "", "InvalidTrailNameException");

    let place = (WORKLOAD, "eu-west-1");
    let (_, listed) = ask(&simulator, place, "DescribeTrails", &json!({}));
    assert!(list_of(&listed, "trailList", "TrailARN").contains(&deleted));
    let answer = ask(&simulator, place, "GetTrailStatus", &json!({ "Name": "deleted" }));
    let message = format!("Unknown trail: {deleted} for the user: {WORKLOAD}");
    assert_eq!(fault(&answer).1, message);
    let answer = ask(&simulator, place, "GetTrail", &json!({ "Name": STRANGER }));
    let message =
        "AccountID in ARN is wrong, you can only access resources with AccountID 333333333333.";
    assert_eq!(fault(&answer).1, message);
}

#[test]
fn names_have_rules_and_worlds_may_break_them() {
    const HOSTILE: &str = "=cmd|' /C calc'!A0 <b>\u{202e}:trail/x";
    let mut parts = full_parts();
    parts.trails.push(trail(WORKLOAD, HOSTILE, "eu-west-1", "workload-logs"));
    let simulator = simulator(parts);
    let place = (WORKLOAD, "eu-west-1");
    let too_long = "a".repeat(129);
    for name in ["ab", &too_long, "-own", "own.", "my--own", "my-_own", "my own", "192.168.5.4"] {
        let input = json!({ "trailNameList": [name] });
        let answer = ask(&simulator, place, "DescribeTrails", &input);
        assert_eq!(fault(&answer).0, "InvalidTrailNameException", "{name}");
        let answer = ask(&simulator, place, "GetTrail", &json!({ "Name": name }));
        assert_eq!(fault(&answer).0, "InvalidTrailNameException", "{name}");
    }
    let input = json!({ "trailNameList": ["arn:aws:cloudtrail:eu-west-1:1:trail/own"] });
    let answer = ask(&simulator, place, "DescribeTrails", &input);
    assert_eq!(fault(&answer).0, "CloudTrailARNInvalidException");

    let arn = format!("arn:aws:cloudtrail:eu-west-1:333333333333:trail/{HOSTILE}");
    for name in [HOSTILE, &arn] {
        let input = json!({ "trailNameList": [name] });
        let (_, output) = ask(&simulator, place, "DescribeTrails", &input);
        assert_eq!(list_of(&output, "trailList", "Name"), [HOSTILE]);
        let (status, _) = ask(&simulator, place, "GetTrailStatus", &json!({ "Name": name }));
        assert_eq!(status, 200);
    }
}

#[test]
fn list_trails_tells_every_region_page_by_page() {
    let mut parts = full_parts();
    let arns = |simulator: &Simulator, place| {
        let (mut arns, mut input) = (Vec::new(), json!({}));
        loop {
            let (status, output) = ask(simulator, place, "ListTrails", &input);
            assert_eq!(status, 200, "{output}");
            let page = list_of(&output, "Trails", "TrailARN");
            assert!(!page.is_empty() && page.len() <= 100);
            arns.extend(page.into_iter().map(str::to_owned));
            let Some(next) = output.get("NextToken") else { return arns };
            input = json!({ "NextToken": next });
        }
    };
    let small = simulator(parts.clone());
    let expected = [OWN, SINGLE, ORG, ORG_SINGLE, ORG_CAPE];
    assert_eq!(arns(&small, (WORKLOAD, "sa-east-1")), expected);
    assert_eq!(arns(&small, (ARCHIVE, "sa-east-1")), [ORG, ORG_SINGLE]);
    for index in 0..250 {
        parts.trails.push(trail(ARCHIVE, &format!("t{index}"), "eu-west-1", "archive-logs"));
    }
    let large = simulator(parts);
    let mut listed = arns(&large, (ARCHIVE, "eu-west-1"));
    assert_eq!(listed.len(), 252);
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), 252);
    let input = json!({ "NextToken": "nonsense" });
    let answer = ask(&large, (ARCHIVE, "eu-west-1"), "ListTrails", &input);
    assert_eq!(fault(&answer).0, "ValidationException");
}

/// The whole second of a time, which must come with a fraction.
fn second(time: &Value) -> i64 {
    let time = time.as_f64().filter(|_| time.is_f64()).unwrap();
    format!("{}", time.floor()).parse().unwrap()
}

/// The status of the workload's trail, whose logging is this and which sends elsewhere too.
fn status_of(logging: Logging, topic: Option<Channel>, log_group: Option<Channel>) -> Value {
    let mut parts = full_parts();
    let trail = Trail { logging, topic, log_group, ..parts.trails[1].clone() };
    parts.trails[1] = trail;
    let simulator = simulator(parts);
    let input = json!({ "Name": "own" });
    ask(&simulator, (WORKLOAD, "eu-west-1"), "GetTrailStatus", &input).1
}

#[test]
fn an_error_is_of_the_newest_attempt_or_of_an_earlier_one() {
    let failing =
        Logging { is_on: true, delivery_error: Some("AccessDenied".into()), ..Logging::default() };
    let attempts = |logging: &Logging| {
        let status = status_of(logging.clone(), None, None);
        assert_eq!(status["LatestDeliveryError"], "AccessDenied");
        ["LatestDeliveryAttemptTime", "LatestDeliveryAttemptSucceeded"]
            .map(|it| status.get(it).and_then(Value::as_str).unwrap_or("absent").to_owned())
    };
    let [attempt, success] = attempts(&failing);
    assert_eq!(attempt, "2026-11-20T12:00:00Z");
    assert!(success < attempt, "{success}");
    let past = Logging { is_error_past: true, ..failing };
    let [attempt, success] = attempts(&past);
    assert_eq!(attempt, success);
    assert_eq!(attempts(&Logging { hides_attempts: true, ..past }), ["absent", "absent"]);
}

#[test]
fn a_trail_that_was_started_again_still_tells_when_it_was_stopped() {
    let stopped = now() - SignedDuration::from_hours(50);
    let started = now() - SignedDuration::from_hours(40);
    let logging = Logging {
        is_on: true,
        started: Some(started),
        stopped: Some(stopped),
        ..Logging::default()
    };
    let status = status_of(logging, None, None);
    assert_eq!(status["IsLogging"], true);
    assert_eq!(second(&status["StopLoggingTime"]), stopped.as_second());
    assert_eq!(status["TimeLoggingStopped"], "2026-11-18T10:00:00Z");
}

#[test]
fn other_channels_have_times_and_errors_of_their_own() {
    let channel = |arn: &str, error: Option<&str>| {
        Some(Channel { arn: arn.into(), error: error.map(Into::into) })
    };
    let on = || Logging { is_on: true, ..Logging::default() };
    let topic = "arn:aws:sns:eu-west-1:333333333333:logs";
    let group = "arn:aws:logs:eu-west-1:333333333333:log-group:logs:*";
    let good = status_of(on(), channel(topic, None), channel(group, None));
    for name in ["LatestNotificationTime", "LatestCloudWatchLogsDeliveryTime"] {
        assert_eq!(second(&good[name]), second(&good["LatestDeliveryTime"]), "{name}");
    }
    assert_eq!(good["LatestNotificationAttemptTime"], good["LatestDeliveryAttemptTime"]);
    assert_eq!(good.get("LatestNotificationError"), None);
    let bad = status_of(on(), channel(topic, Some("Gone")), channel(group, Some("Denied")));
    assert_eq!(bad["LatestNotificationError"], "Gone");
    assert_eq!(bad["LatestNotificationAttemptSucceeded"], "");
    assert_eq!(bad["LatestCloudWatchLogsDeliveryError"], "Denied");
    assert_eq!(bad.get("LatestDeliveryError"), None);

    let mut parts = full_parts();
    parts.trails[1].topic = channel(topic, None);
    parts.trails[1].log_group = channel(group, None);
    let simulator = simulator(parts);
    let input = json!({ "trailNameList": ["own"] });
    let (_, output) = ask(&simulator, (WORKLOAD, "eu-west-1"), "DescribeTrails", &input);
    let described = &output["trailList"][0];
    assert_eq!(
        (&described["SnsTopicARN"], &described["SnsTopicName"]),
        (&json!(topic), &json!("logs"))
    );
    assert_eq!(described["CloudWatchLogsLogGroupArn"], group);
    assert_eq!(
        described["CloudWatchLogsRoleArn"],
        "arn:aws:iam::333333333333:role/CloudTrail_CloudWatchLogs_Role"
    );
}

#[test]
fn members_may_be_refused_the_arn_that_they_are_shown() {
    let mut parts = full_parts();
    parts.trails[0].refuses_members = true;
    parts.organization.as_mut().unwrap().delegated =
        vec![(account(ARCHIVE), "cloudtrail.amazonaws.com".into())];
    let simulator = simulator(parts);
    let place = (WORKLOAD, "us-east-1");
    let (_, output) = ask(&simulator, place, "DescribeTrails", &json!({}));
    assert!(list_of(&output, "trailList", "TrailARN").contains(&ORG), "{output}");
    for operation in ["GetTrailStatus", "GetTrail"] {
        let answer = ask(&simulator, place, operation, &json!({ "Name": ORG }));
        let (code, message) = fault(&answer);
        assert_eq!(code, "CloudTrailARNInvalidException", "{operation}");
        assert!(message.contains(WORKLOAD), "{message}");
        for place in [(MANAGEMENT, "us-east-1"), (ARCHIVE, "us-east-1")] {
            let (status, _) = ask(&simulator, place, operation, &json!({ "Name": ORG }));
            assert_eq!(status, 200, "{operation} {place:?}");
        }
    }
    let answer = ask(&simulator, place, "GetTrailStatus", &json!({ "Name": OWN }));
    assert_eq!(answer.0, 200, "its own trail is another matter");
}

#[test]
fn status_is_that_of_the_account_and_region() {
    let mut parts = full_parts();
    parts.trails[0].logging.delivery_error = Some("AccessDenied".into());
    parts.trails[0].logging.error_only_in = vec![(account(ARCHIVE), region("eu-west-1"))];
    let simulator = simulator(parts);
    let status = |place, name: &str| {
        let (status, output) = ask(&simulator, place, "GetTrailStatus", &json!({ "Name": name }));
        assert_eq!(status, 200, "{output}");
        output
    };
    let error = |output: &Value| {
        (
            output.get("LatestDeliveryError").cloned(),
            output.get("LatestDigestDeliveryError").cloned(),
        )
    };
    let denied = Some(json!("AccessDenied"));
    let bad = status((ARCHIVE, "eu-west-1"), ORG);
    assert_eq!(error(&bad), (denied.clone(), denied));
    assert_eq!(bad["LatestDeliveryAttemptTime"], "2026-11-20T12:00:00Z");
    for place in [(ARCHIVE, "eu-west-2"), (WORKLOAD, "eu-west-1"), (MANAGEMENT, "eu-west-1")] {
        assert_eq!(error(&status(place, ORG)), (None, None), "{place:?}");
    }
    let started = now() - SignedDuration::from_hours(30 * 24);
    let good = status((WORKLOAD, "eu-west-1"), "own");
    assert_eq!(good["IsLogging"], true);
    assert_eq!(second(&good["StartLoggingTime"]), started.as_second());
    assert_eq!(good["TimeLoggingStarted"], "2026-10-21T12:00:00Z");
    assert_eq!(good["TimeLoggingStopped"], "");
    for name in ["LatestDeliveryTime", "LatestDigestDeliveryTime"] {
        assert!((started.as_second()..=now().as_second()).contains(&second(&good[name])), "{name}");
    }
    assert_eq!(good["LatestDeliveryAttemptTime"], good["LatestDeliveryAttemptSucceeded"]);
    assert_eq!(good.get("StopLoggingTime"), None);
    let single = status((WORKLOAD, "eu-west-2"), SINGLE);
    assert_eq!(single.get("LatestDigestDeliveryTime"), None);
}

#[test]
fn a_trail_that_never_logged_has_no_times() {
    let mut parts = full_parts();
    let mut deliveries = (*parts.trails[1].deliveries).clone();
    deliveries.from = now() + SignedDuration::from_hours(1);
    parts.trails[1].deliveries = Arc::new(deliveries);
    parts.trails[1].logging = Logging::default();
    let simulator = simulator(parts);
    let input = json!({ "Name": "own" });
    let (_, output) = ask(&simulator, (WORKLOAD, "eu-west-1"), "GetTrailStatus", &input);
    let expected = json!({
        "IsLogging": false,
        "LatestDeliveryAttemptTime": "",
        "LatestDeliveryAttemptSucceeded": "",
        "LatestNotificationAttemptTime": "",
        "LatestNotificationAttemptSucceeded": "",
        "TimeLoggingStarted": "",
        "TimeLoggingStopped": "",
    });
    assert_eq!(output, expected);
}

#[test]
fn event_selectors_are_basic_or_advanced() {
    let basic = |kind: &str, management: bool, data: Value, excluded: Value| {
        json!({ "TrailARN": OWN, "EventSelectors": [{
            "ReadWriteType": kind,
            "IncludeManagementEvents": management,
            "DataResources": data,
            "ExcludeManagementEventSources": excluded,
        }] })
    };
    let none = || json!([]);
    let data = json!([{ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3"] }]);
    let excluded = json!(["kms.amazonaws.com", "rdsdata.amazonaws.com"]);
    let advanced = json!({ "TrailARN": OWN, "AdvancedEventSelectors": [{
        "Name": "Management events selector",
        "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }],
    }] });
    let console = |more: &Value| {
        let mut fields = vec![json!({ "Field": "eventCategory", "Equals": ["Management"] })];
        fields.extend(more.as_array().unwrap().iter().cloned());
        json!({ "TrailARN": OWN, "AdvancedEventSelectors": [{ "FieldSelectors": fields }] })
    };
    for (selectors, expected) in [
        (Selectors::All, basic("All", true, none(), none())),
        (Selectors::WriteOnly, basic("WriteOnly", true, none(), none())),
        (Selectors::ReadOnly, basic("ReadOnly", true, none(), none())),
        (Selectors::DataOnly, basic("All", false, data, none())),
        (Selectors::AllButKmsAndRdsData, basic("All", true, none(), excluded)),
        (Selectors::AllAdvanced, advanced),
        (Selectors::Console(ConsoleSelectors::All), console(&json!([]))),
        (
            Selectors::Console(ConsoleSelectors::WithoutKmsAndRdsData),
            console(&json!([{
                "Field": "eventSource",
                "NotEquals": ["kms.amazonaws.com", "rdsdata.amazonaws.com"],
            }])),
        ),
        (
            Selectors::Console(ConsoleSelectors::WriteOnly),
            console(&json!([{ "Field": "readOnly", "Equals": ["false"] }])),
        ),
    ] {
        let mut parts = full_parts();
        parts.trails[1].selectors = selectors;
        let simulator = simulator(parts);
        let input = json!({ "TrailName": OWN });
        let (_, output) = ask(&simulator, (WORKLOAD, "us-east-1"), "GetEventSelectors", &input);
        assert_eq!(output, expected);
    }
}

#[test]
fn members_cannot_read_the_organization_trails_selectors() {
    let input = json!({ "TrailName": ORG });
    let mut parts = full_parts();
    let place = (ARCHIVE, "us-east-1");
    let answer = ask(&simulator(parts.clone()), place, "GetEventSelectors", &input);
    assert_eq!(fault(&answer).0, "CloudTrailARNInvalidException");
    if let Some(organization) = &mut parts.organization {
        organization.delegated = vec![(account(ARCHIVE), "cloudtrail.amazonaws.com".into())];
    }
    let (status, _) = ask(&simulator(parts), place, "GetEventSelectors", &input);
    assert_eq!(status, 200);
}

fn store(id: &str, key: Option<&str>) -> EventDataStore {
    EventDataStore {
        id: id.into(),
        name: format!("store-{id}").into(),
        owner: account(WORKLOAD),
        region: region("eu-west-1"),
        key: key.map(Into::into),
        is_multi_region: true,
        is_organization: false,
        status: "ENABLED".into(),
    }
}

#[test]
fn only_get_event_data_store_tells_the_key() {
    const ID: &str = "ee54f226-3e11-4f8e-8bd1-bcf6c0ffee00";
    let key = key(WORKLOAD, "eu-west-1").arn();
    let mut parts = parts();
    parts.stores = vec![store(ID, Some(&key)), store("bbb", None), store("ccc", None)];
    let simulator = simulator(parts);
    let place = (WORKLOAD, "eu-west-1");
    let arn = format!("arn:aws:cloudtrail:eu-west-1:333333333333:eventdatastore/{ID}");
    let list = |place, input| ask(&simulator, place, "ListEventDataStores", &input);

    let (_, first) = list(place, json!({ "MaxResults": 2 }));
    let expected = json!({ "EventDataStoreArn": arn, "Name": format!("store-{ID}") });
    assert_eq!(first["EventDataStores"][0], expected);
    let input = json!({ "MaxResults": 2, "NextToken": first["NextToken"] });
    let (_, second) = list(place, input);
    assert_eq!(list_of(&second, "EventDataStores", "Name"), ["store-ccc"]);
    assert_eq!(second.get("NextToken"), None);
    assert_eq!(list((WORKLOAD, "eu-west-2"), json!({})).1, json!({ "EventDataStores": [] }));
    assert_eq!(list((ARCHIVE, "eu-west-1"), json!({})).1, json!({ "EventDataStores": [] }));
    for size in [0, 1001, -1] {
        let answer = list(place, json!({ "MaxResults": size }));
        assert_eq!(fault(&answer).0, "InvalidMaxResultsException", "{size}");
    }
    let answer = list(place, json!({ "NextToken": "nonsense" }));
    assert_eq!(fault(&answer).0, "InvalidNextTokenException");

    let get = |place, text: &str| {
        ask(&simulator, place, "GetEventDataStore", &json!({ "EventDataStore": text }))
    };
    for text in [ID, &arn] {
        let (status, output) = get(place, text);
        assert_eq!((status, &output["KmsKeyId"]), (200, &json!(key)), "{text}");
        assert_eq!(output["Status"], "ENABLED");
    }
    assert_eq!(get(place, "bbb").1.get("KmsKeyId"), None);
    for (place, text, expected) in [
        (place, "unknown", "EventDataStoreNotFoundException"),
        ((WORKLOAD, "eu-west-2"), &*arn, "EventDataStoreNotFoundException"),
        ((ARCHIVE, "eu-west-1"), &*arn, "EventDataStoreNotFoundException"),
        (place, OWN, "EventDataStoreARNInvalidException"),
        (place, "a b", "EventDataStoreARNInvalidException"),
        (place, "", "EventDataStoreARNInvalidException"),
    ] {
        assert_eq!(fault(&get(place, text)).0, expected, "{place:?} {text}");
    }
}

#[test]
fn tags_are_for_the_owner_at_home() {
    let simulator = simulator(full_parts());
    let check = |place, arn: &str, expected: &str| {
        let answer = ask(&simulator, place, "ListTags", &json!({ "ResourceIdList": [arn] }));
        let actual = if answer.0 == 200 { "found" } else { fault(&answer).0 };
        assert_eq!(actual, expected, "{place:?} {arn}");
    };
    check((WORKLOAD, "eu-west-1"), OWN, "found");
    check((WORKLOAD, "eu-west-2"), OWN, "CloudTrailARNInvalidException");
    check((WORKLOAD, "us-east-1"), ORG, "CloudTrailARNInvalidException");
    let unknown = OWN.replace("own", "unknown");
    check((WORKLOAD, "eu-west-1"), &unknown, "ResourceNotFoundException");
}

#[test]
fn denials_name_the_trail() {
    let mut parts = full_parts();
    parts.denials.push(denial(PolicyKind::Identity, "cloudtrail:*"));
    let simulator = simulator(parts);
    let user = format!("arn:aws:sts::{WORKLOAD}:assumed-role/{ROLE}/run");
    for (operation, input, on) in [
        ("DescribeTrails", json!({}), String::new()),
        ("GetTrailStatus", json!({ "Name": "own" }), format!(" on resource: {OWN}")),
        ("GetEventSelectors", json!({ "TrailName": ORG }), format!(" on resource: {ORG}")),
    ] {
        let answer = ask(&simulator, (WORKLOAD, "eu-west-1"), operation, &input);
        let message = format!(
            "User: {user} is not authorized to perform: cloudtrail:{operation}{on} because no identity-based policy allows the cloudtrail:{operation} action"
        );
        assert_eq!(fault(&answer), ("AccessDeniedException", &*message));
    }
}

#[test]
fn an_answer_does_not_depend_on_how_many_accounts_there_are() {
    let mut large = full_parts();
    for index in 0..500 {
        let id = format!("7{index:011}");
        large.accounts.push(member(&id, "more", AccountState::Active));
        large.trails.push(trail(&id, "own", "eu-west-1", "elsewhere"));
    }
    let place = (WORKLOAD, "eu-west-1");
    let describe = |parts| ask(&simulator(parts), place, "DescribeTrails", &json!({}));
    assert_eq!(describe(large), describe(full_parts()));
}
