//! The control endpoint, request by request.

use bytes::Bytes;
use http::Request;
use serde_json::{Value, json};

use super::ENDPOINTS;
use crate::Simulator;
use crate::tests::{Caller, MANAGEMENT, WORKLOAD, call_sts, element, now, parts, simulator};

fn control(simulator: &Simulator, method: &str, path: &str, body: &str) -> (u16, Value) {
    let body = Bytes::from(body.to_owned());
    let request = Request::builder().method(method).uri(path).body(body).unwrap();
    let response = simulator.handle(&request, now()).response;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap())
}

fn told(simulator: &Simulator, path: &str) -> Value {
    let (status, value) = control(simulator, "GET", path, "");
    assert_eq!(status, 200, "{path}: {value}");
    value
}

fn who(simulator: &Simulator) -> u16 {
    let caller = Caller::role(simulator, WORKLOAD);
    call_sts(simulator, &caller, "eu-west-1", "Action=GetCallerIdentity").status().as_u16()
}

#[test]
fn it_tells_what_there_is() {
    let simulator = simulator(parts()).named("small");
    let overview = told(&simulator, "/_sim/");
    assert_eq!(overview, told(&simulator, "/_sim"));
    assert_eq!((&overview["scenario"], &overview["seed"]), (&json!("small"), &json!(7)));
    assert_eq!(overview["accounts"], 4);
    assert_eq!(overview["management_account"], MANAGEMENT);
    assert_eq!(overview["endpoints"].as_array().unwrap().len(), ENDPOINTS.len());
    let credentials = told(&simulator, "/_sim/credentials");
    assert_eq!(credentials["access_key_id"], "AKIASIMULATEDUSER001");
    assert_eq!(credentials["region"], "us-east-1");
}

#[test]
fn the_table_above_is_the_table_in_force() {
    let documented: Vec<_> = include_str!("mod.rs")
        .lines()
        .filter_map(|it| it.strip_prefix("//! | ")?.split_once(" | `"))
        .map(|it| (it.0, it.1.split('`').next().unwrap()))
        .collect();
    let there: Vec<_> = ENDPOINTS.iter().map(|it| (it.method.as_str(), it.path)).collect();
    assert_eq!(documented, there);
}

#[test]
fn the_clock_stands_jumps_and_runs() {
    let simulator = simulator(parts());
    for (body, is_frozen, expected) in [
        (r#"{"freeze":"2026-01-01T00:00:00Z"}"#, true, "2026-01-01T00:00:00Z"),
        (r#"{"advance_s":1.5}"#, true, "2026-01-01T00:00:01.5Z"),
        (r#"{"run_from":"2027-01-01T00:00:00Z"}"#, false, "2027-01-01T00:00:00Z"),
        (r#"{"advance_s":3600}"#, false, "2027-01-01T01:00:00Z"),
    ] {
        let clock = json!({ "now": expected, "is_frozen": is_frozen });
        assert_eq!(control(&simulator, "POST", "/_sim/clock", body), (200, clock.clone()));
        assert_eq!(told(&simulator, "/_sim/clock"), clock);
    }
}

#[test]
fn weather_and_limits_change_while_it_runs() {
    let simulator = simulator(parts());
    assert_eq!(who(&simulator), 200);
    let storm = r#"{"server_errors":1,"fail_times":1}"#;
    let (status, set) = control(&simulator, "POST", "/_sim/random-faults", storm);
    assert_eq!((status, &set["server_errors"]), (200, &json!(1.0)));
    assert_eq!(told(&simulator, "/_sim/random-faults"), set);
    assert_eq!((who(&simulator), who(&simulator)), (500, 200));
    assert_eq!(control(&simulator, "POST", "/_sim/random-faults", "{}").0, 200);
    let (_, set) = control(&simulator, "POST", "/_sim/limits", r#"{"enabled":true,"share":0.001}"#);
    assert_eq!(set, json!({ "enabled": true, "share": 0.001 }));
    assert_eq!(told(&simulator, "/_sim/limits"), set);
    assert_eq!((who(&simulator), who(&simulator)), (200, 400));
}

#[test]
fn sessions_are_cut_short_and_are_not_any_more() {
    let simulator = simulator(parts());
    assert_eq!(told(&simulator, "/_sim/sessions"), json!({ "seconds": null }));
    let expiry = || {
        let body = format!(
            "Action=AssumeRole&RoleSessionName=run&ExternalId=trailseal&RoleArn=arn:aws:iam::{WORKLOAD}:role/TrailsealAudit"
        );
        let response = call_sts(&simulator, &Caller::user(), "us-east-1", &body);
        let body = std::str::from_utf8(response.body()).unwrap();
        element(body, "Expiration").unwrap_or(body).to_owned()
    };
    assert_eq!(expiry(), "2026-11-20T13:00:00Z");
    let (status, set) = control(&simulator, "POST", "/_sim/sessions", r#"{"seconds":120}"#);
    assert_eq!((status, &set), (200, &json!({ "seconds": 120 })));
    assert_eq!(expiry(), "2026-11-20T12:02:00Z");
    assert_eq!(control(&simulator, "POST", "/_sim/sessions", "{}").0, 200);
    assert_eq!(expiry(), "2026-11-20T13:00:00Z");
}

#[test]
fn rules_come_strike_and_go() {
    let simulator = simulator(parts());
    let rules = json!([
        { "operation": "GetCallerIdentity", "skip": 1, "times": 1, "effect": "server_error" },
        { "service": "sts", "account": WORKLOAD, "region": "eu-west-1", "effect": "expired_token" },
    ]);
    let (status, list) = control(&simulator, "POST", "/_sim/faults", &rules.to_string());
    assert_eq!((status, list["faults"].as_array().unwrap().len()), (200, 2), "{list}");
    assert_eq!((who(&simulator), who(&simulator)), (403, 500));
    let list = told(&simulator, "/_sim/faults");
    assert_eq!(
        list["faults"][0],
        json!({
            "id": 1, "calls": 2, "struck": 1,
            "rule": {
                "operation": "GetCallerIdentity", "skip": 1, "times": 1, "effect": "server_error",
            },
        })
    );
    assert_eq!(control(&simulator, "DELETE", "/_sim/faults?id=2", "").0, 200);
    assert_eq!(control(&simulator, "DELETE", "/_sim/faults?id=2", "").0, 404);
    assert_eq!(who(&simulator), 200);
    let (status, none) = control(&simulator, "DELETE", "/_sim/faults", "");
    assert_eq!((status, none), (200, json!({ "faults": [] })));
}

#[test]
fn what_was_called_can_be_asked_and_forgotten() {
    let simulator = simulator(parts());
    assert_eq!(control(&simulator, "POST", "/_sim/log", r#"{"keep":10}"#).0, 200);
    assert_eq!(who(&simulator), 200);
    let log = told(&simulator, "/_sim/log?accounts&calls");
    for (name, expected) in [("calls", 1), ("writes", 0), ("highest_concurrency", 1)] {
        assert_eq!(log[name], expected, "{name}");
    }
    assert_eq!(log["accounts"][WORKLOAD], json!({ "GetCallerIdentity": 1 }));
    assert_eq!(log["logged_calls"][0]["at"], now().to_string());
    let peaks = told(&simulator, "/_sim/peaks");
    let peak = &peaks["peaks"][0];
    assert_eq!((&peak["limit"], &peak["most_in_a_second"]), (&json!("sts"), &json!(1)));
    assert_eq!(peak["payer"], format!("{WORKLOAD} eu-west-1"));
    let (status, log) = control(&simulator, "DELETE", "/_sim/log", "");
    assert_eq!((status, &log["calls"]), (200, &json!(0)));
    assert_eq!(told(&simulator, "/_sim/peaks"), json!({ "peaks": [] }));
}

#[test]
fn what_is_not_understood_changes_nothing_and_says_why() {
    let simulator = simulator(parts());
    let check = |method: &str, path: &str, body: &str, status: u16, why: &str| {
        let (found, answer) = control(&simulator, method, path, body);
        let line = answer["error"].as_str().unwrap_or_default();
        assert_eq!(found, status, "{method} {path} {body}: {answer}");
        assert!(line.contains(why) && !line.contains('\n'), "{method} {path} {body}: {line}");
    };
    check("GET", "/_sim/tea", "", 404, "/_sim/tea");
    check("PUT", "/_sim/faults", "", 405, "GET and POST and DELETE");
    check("GET", "/_sim/log?everything", "", 400, "everything");
    check("POST", "/_sim/clock", "{}", 400, "advance_s");
    check("POST", "/_sim/clock", r#"{"freeze":"noon"}"#, 400, "noon");
    check("POST", "/_sim/clock", r#"{"stop":true}"#, 400, "unknown field `stop`");
    check("POST", "/_sim/random-faults", r#"{"rain":1}"#, 400, "unknown field `rain`");
    check("POST", "/_sim/random-faults", r#"{"resets":2}"#, 400, "`resets` is 2");
    check("POST", "/_sim/limits", r#"{"enabled":true,"share":0}"#, 400, "`share` is 0");
    check("POST", "/_sim/sessions", r#"{"seconds":0}"#, 400, "`seconds` is 0");
    check("POST", "/_sim/log", r#"{"keep":1000000}"#, 400, "`keep`");
    for (rule, why) in [
        ("not json", "expected"),
        (r#"{"effect":"surprise"}"#, "surprise"),
        (r#"{"effect":"hang","colour":"red"}"#, "unknown field `colour`"),
        (r#"{"effect":"hang","service":"ec2"}"#, "ec2"),
        (r#"{"effect":"hang","operation":"GetTea"}"#, "GetTea"),
        (r#"{"effect":"hang","service":"kms","operation":"GetCallerIdentity"}"#, "no operation"),
        (r#"{"effect":"hang","account":"12"}"#, "12"),
        (r#"{"effect":"hang","region":"mars-1"}"#, "mars-1"),
        (r#"{"effect":{"denied":"whim"}}"#, "whim"),
        (r#"{"effect":{"denied":"scp"},"operation":"GetCallerIdentity"}"#, "no permission"),
        (r#"{"effect":"not_found","operation":"GetCallerIdentity"}"#, "has no error"),
        (r#"{"effect":{"answer":{"status":99,"code":"X"}}}"#, "`status` is 99"),
        (r#"{"effect":{"answer":{"status":400,"code":"X","headers":{"a b":"c"}}}}"#, "`headers`"),
        (r#"[{"effect":"hang"},{"effect":"surprise"}]"#, "surprise"),
    ] {
        check("POST", "/_sim/faults", rule, 400, why);
    }
    assert!(simulator.state().faults.rules().is_empty());
    assert_eq!(who(&simulator), 200);
    assert_eq!(simulator.state().log.report().calls, 1, "controlling is not calling");
}

#[test]
fn signed_requests_are_for_s3_even_there() {
    let simulator = simulator(parts());
    let request = Request::get("/_sim/log")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=A/20261120/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(simulator.handle(&request, now()).response.status(), 403);
}
