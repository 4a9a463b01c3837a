//! The way of a request: who may call, what goes wrong, and in which order.

use http::HeaderMap;
use serde_json::Value;

use super::*;
use crate::refusal::not_found;
use crate::service::Payer;
use crate::session::issue;
use crate::state::{Effect, LimitSettings, RandomFaultSettings, Rule, Spoken};
use crate::tests::{
    Caller, ROLE, SUSPENDED, WORKLOAD, account, call_sts, denial, element, now, parts, simulator,
};
use crate::wire::Protocol;
use crate::world::account::AccountState;
use crate::world::denial::{Denial, PolicyKind};

/// A request for an operation, signed for a service, a Region and a host.
struct Sent<'a> {
    operation: &'a str,
    service: Service,
    signed_for: &'a str,
    region: &'a str,
    host: &'a str,
}

impl Sent<'_> {
    fn of(service: Service, operation: &'static str) -> Self {
        let signed_for = service.signing_name();
        Sent { operation, service, signed_for, region: "eu-west-1", host: "127.0.0.1:4566" }
    }

    fn who() -> Self {
        Self::of(Service::Sts, "GetCallerIdentity")
    }

    fn request(&self, caller: &Caller) -> Request<Bytes> {
        let Self { operation, signed_for, region, host, .. } = self;
        let (method, path) = match *operation {
            "ListBuckets" => ("GET", "/"),
            "ListObjectsV2" => ("GET", "/workload-logs?list-type=2"),
            "GetBucketLocation" => ("GET", "/workload-logs?location"),
            "GetBucketEncryption" => ("GET", "/workload-logs?encryption"),
            "HeadBucket" => ("HEAD", "/workload-logs"),
            "HeadObject" => ("HEAD", "/workload-logs/a/b"),
            "GetObject" => ("GET", "/workload-logs/a/b"),
            "PutObject" => ("PUT", "/workload-logs/a/b"),
            "ListRegions" => ("POST", "/listRegions"),
            "GetRegionOptStatus" => ("POST", "/getRegionOptStatus"),
            _ => ("POST", "/"),
        };
        let scope = format!("{}/20261120/{region}/{signed_for}", caller.access_key_id);
        let signature = format!(
            "AWS4-HMAC-SHA256 Credential={scope}/aws4_request, SignedHeaders=host, Signature=0"
        );
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", *host)
            .header("authorization", signature);
        if let Some(token) = &caller.token {
            request = request.header("x-amz-security-token", token);
        }
        let body = match self.service {
            Service::Sts => format!("Action={operation}&Version=2011-06-15"),
            Service::S3 => String::new(),
            _ => "{}".to_owned(),
        };
        let target = match self.service {
            Service::CloudTrail => "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101",
            Service::Kms => "TrentService",
            Service::Organizations => "AWSOrganizationsV20161128",
            _ => "",
        };
        if self.service == Service::Sts {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        if !target.is_empty() {
            request = request.header("x-amz-target", format!("{target}.{operation}"));
        }
        request.body(Bytes::from(body)).unwrap()
    }

    fn send(&self, simulator: &Simulator) -> Answer {
        simulator.handle(&self.request(&Caller::role(simulator, WORKLOAD)), now())
    }
}

/// The code of an error, wherever its protocol has it; empty for HEAD.
fn code(response: &Response<Bytes>) -> String {
    let typed = response.headers().get("x-amzn-errortype").map(|it| it.to_str().unwrap());
    let text = std::str::from_utf8(response.body()).unwrap();
    let json: Option<Value> = serde_json::from_str(text).ok();
    let json = json.as_ref().and_then(|it| it["__type"].as_str());
    typed.or(json).or_else(|| element(text, "Code")).unwrap_or_default().to_owned()
}

fn status_and_code(answer: &Answer) -> (u16, String) {
    (answer.response.status().as_u16(), code(&answer.response))
}

fn operations() -> impl Iterator<Item = (Service, &'static Operation)> {
    Service::ALL.into_iter().flat_map(|it| it.operations().iter().map(move |one| (it, one)))
}

/// What an effect is answered with, per protocol.
fn expected(effect: &Effect, service: Service, operation: &Operation) -> Option<(u16, String)> {
    let protocol = service.protocol();
    let said = |status: u16, code: &str| Some((status, code.to_owned()));
    let forbidden = if protocol == Protocol::Json11 { 400 } else { 403 };
    match effect {
        Effect::Throttled => match service {
            Service::S3 => said(503, "SlowDown"),
            Service::Sts => said(400, "Throttling"),
            Service::Organizations => said(400, "TooManyRequestsException"),
            Service::Account => said(429, "TooManyRequestsException"),
            _ => said(400, "ThrottlingException"),
        },
        Effect::Denied(_) => operation.action.and_then(|_| match protocol {
            Protocol::RestXml | Protocol::Query => said(403, "AccessDenied"),
            _ => said(forbidden, "AccessDeniedException"),
        }),
        Effect::RegionDisabled => match protocol {
            Protocol::RestXml => said(403, "InvalidAccessKeyId"),
            Protocol::Query => said(403, "InvalidClientTokenId"),
            _ => said(forbidden, "UnrecognizedClientException"),
        },
        Effect::ExpiredToken => match protocol {
            Protocol::RestXml => said(400, "ExpiredToken"),
            Protocol::Query => said(403, "ExpiredToken"),
            _ => said(forbidden, "ExpiredTokenException"),
        },
        Effect::ClockSkew => match protocol {
            Protocol::RestXml => said(403, "RequestTimeTooSkewed"),
            Protocol::Query => said(403, "SignatureDoesNotMatch"),
            _ => said(forbidden, "InvalidSignatureException"),
        },
        Effect::ServerError => match service {
            Service::S3 => said(500, "InternalError"),
            Service::Account => said(500, "InternalServerException"),
            _ => said(500, "InternalFailure"),
        },
        Effect::NotFound => not_found(operation.name).map(|it| (it.status, it.code.into_string())),
        _ => None,
    }
}

#[test]
fn every_operation_fails_in_every_way_in_its_protocols_words() {
    for (service, operation) in operations() {
        for effect in [
            Effect::Throttled,
            Effect::Denied(PolicyKind::ServiceControl),
            Effect::RegionDisabled,
            Effect::ExpiredToken,
            Effect::ClockSkew,
            Effect::ServerError,
            Effect::NotFound,
        ] {
            let Some((status, code)) = expected(&effect, service, operation) else { continue };
            let simulator = simulator(parts());
            simulator.state().faults.add(Rule::operation(operation.name, effect.clone()));
            let answer = Sent::of(service, operation.name).send(&simulator);
            let code = if operation.name.starts_with("Head") { String::new() } else { code };
            let name = operation.name;
            assert_eq!(status_and_code(&answer), (status, code), "{name} {effect:?}");
            assert_eq!(answer.ending, Ending::Whole);
            assert_eq!(answer.response.body().is_empty(), name.starts_with("Head"), "{name}");
        }
    }
}

#[test]
fn every_operations_answer_can_be_spoilt() {
    for (service, operation) in operations() {
        let name = operation.name;
        let spoilt = |effect: Effect| {
            let simulator = simulator(parts());
            simulator.state().faults.add(Rule::operation(name, effect));
            let answer = Sent::of(service, name).send(&simulator);
            let report = simulator.state().log.report();
            assert_eq!(report.operations[0].broken, 1, "{name}");
            answer
        };
        assert_eq!(spoilt(Effect::Hang).ending, Ending::Hang, "{name}");
        assert_eq!(spoilt(Effect::Reset).ending, Ending::Reset, "{name}");
        let broken_off = spoilt(Effect::Truncated);
        let length = broken_off.response.body().len();
        assert_eq!(broken_off.ending, Ending::Truncated(length / 2), "{name}");
        for effect in [Effect::Garbage, Effect::Malformed] {
            let answer = spoilt(effect.clone());
            assert_eq!((answer.response.status().as_u16(), answer.ending), (200, Ending::Whole));
            let text = std::str::from_utf8(answer.response.body()).unwrap();
            let is_json = serde_json::from_str::<Value>(text).is_ok_and(|it| it.is_array());
            let is_xml = text.starts_with("<Another>");
            let is_head = name.starts_with("Head");
            assert_eq!(text.is_empty(), is_head, "{name}");
            assert_eq!(
                is_json || is_xml,
                effect == Effect::Malformed && !is_head,
                "{name}: {text}"
            );
            if service == Service::S3 {
                assert_eq!(answer.response.headers()["last-modified"], "the day before");
            }
        }
    }
}

#[test]
fn a_rule_can_speak_for_itself() {
    let simulator = simulator(parts());
    let spoken = Spoken {
        status: 418,
        code: "Teapot".into(),
        message: "I am <one>.".into(),
        headers: [("retry-after".into(), "7".into())].into(),
    };
    simulator.state().faults.add(Rule::every(Effect::Answer(spoken)));
    let answer = Sent::who().send(&simulator);
    assert_eq!(status_and_code(&answer), (418, "Teapot".to_owned()));
    assert_eq!(answer.response.headers()["retry-after"], "7");
}

#[test]
fn only_the_right_scope_is_taken() {
    let check = |sent: &Sent<'_>, status: u16, code: &str| {
        let simulator = simulator(parts());
        let answer = sent.send(&simulator);
        let Sent { signed_for, region, host, .. } = sent;
        let found = status_and_code(&answer);
        assert_eq!(found, (status, code.to_owned()), "{signed_for} {region} {host}");
        assert_eq!(simulator.state().log.report().refused, u64::from(status != 200));
    };
    let who = Sent::who;
    check(&who(), 200, "");
    check(&Sent { host: "sts.eu-west-1.amazonaws.com", ..who() }, 200, "");
    check(&Sent { host: "sts.amazonaws.com", ..who() }, 200, "");
    let elsewhere = Sent { host: "sts.us-east-1.amazonaws.com", ..who() };
    check(&elsewhere, 403, "SignatureDoesNotMatch");
    let bucket = Sent {
        host: "logs.s3.us-east-1.amazonaws.com:443",
        service: Service::S3,
        signed_for: "s3",
        ..who()
    };
    check(&bucket, 400, "AuthorizationHeaderMalformed");
    // Not enabled, of another partition, and none at all.
    for region in ["af-south-1", "cn-north-1", "mars-1"] {
        check(&Sent { region, ..who() }, 403, "InvalidClientTokenId");
    }
    // The form of the request tells the service where the signature is for none.
    let kms = Sent { service: Service::Kms, operation: "DescribeKey", signed_for: "ec2", ..who() };
    check(&kms, 400, "InvalidSignatureException");
}

#[test]
fn nobody_calls_unsigned_unknown_expired_or_from_a_suspended_account() {
    let simulator = simulator(parts());
    let check = |caller: &Caller, expected: &str| {
        let answer = simulator.handle(&Sent::who().request(caller), now());
        assert_eq!(status_and_code(&answer), (403, expected.to_owned()));
    };
    let session = |id: &str, expires: Timestamp| {
        let issued = issue(simulator.world(), account(id), ROLE, "run", expires);
        Caller { access_key_id: issued.access_key_id, token: Some(issued.session_token) }
    };
    let later = now() + jiff::SignedDuration::from_hours(1);
    check(&Caller { access_key_id: "AKIANOBODY".to_owned(), token: None }, "InvalidClientTokenId");
    check(&session(WORKLOAD, now()), "ExpiredToken");
    check(&session(SUSPENDED, later), "InvalidClientTokenId");
    let mut unsigned = Sent::who().request(&session(WORKLOAD, later));
    unsigned.headers_mut().remove("authorization");
    let answer = simulator.handle(&unsigned, now());
    assert_eq!(status_and_code(&answer), (403, "MissingAuthenticationToken".to_owned()));
    assert_eq!(simulator.state().log.report().refused, 4);
}

#[test]
fn pending_closure_still_works_and_the_other_states_do_not() {
    for (state, expected) in [
        (AccountState::Active, 200),
        (AccountState::PendingClosure, 200),
        (AccountState::Suspended, 403),
        (AccountState::Closed, 403),
        (AccountState::PendingActivation, 403),
    ] {
        let mut parts = parts();
        parts.accounts[2].state = state;
        let answer = Sent::who().send(&simulator(parts));
        assert_eq!(answer.response.status().as_u16(), expected, "{state:?}");
    }
}

#[test]
fn operations_that_are_not_here_are_said_to_be_unknown() {
    let simulator = simulator(parts());
    let answer = Sent::of(Service::Kms, "GetTea").send(&simulator);
    assert_eq!(status_and_code(&answer), (400, "UnknownOperationException".to_owned()));
    let report = simulator.state().log.report();
    assert_eq!((report.calls, report.not_understood["UnknownOperationException"]), (0, 1));
}

#[test]
fn limits_come_first_then_rules_then_weather() {
    let simulator = simulator(parts());
    let State { faults, random_faults, limits, log, .. } = simulator.state();
    faults.add(Rule { times: Some(1), ..Rule::every(Effect::ExpiredToken) });
    random_faults.set(RandomFaultSettings {
        server_errors: 1.0,
        latency_ms: 5,
        ..Default::default()
    });
    // 600 a second are published: at this share, one at once and one in 833 ms.
    limits.set(LimitSettings { enabled: true, share: 0.002 });
    let send = || {
        let answer = Sent::who().send(&simulator);
        assert_eq!(answer.delay, Duration::from_millis(5));
        simulator.state().clock.advance(jiff::SignedDuration::from_millis(500));
        status_and_code(&answer).1
    };
    let codes: Vec<_> = (0..6).map(|_| send()).collect();
    assert_eq!(
        codes,
        ["ExpiredToken", "Throttling", "InternalFailure", "Throttling", "", "Throttling"]
    );
    assert_eq!(faults.rules()[0].calls(), 3, "what is throttled does not come as far as the rules");
    assert_eq!(log.peaks.report()[0].calls, 6, "and counts for the rate all the same");
}

#[test]
fn ids_and_weather_follow_from_the_call_and_not_from_the_session_or_the_order() {
    let id = |answer: &Answer| answer.response.headers()["x-amzn-requestid"].clone();
    let run = |session: &str, others: usize| {
        let simulator = simulator(parts());
        let random_faults =
            RandomFaultSettings { server_errors: 1.0, fail_times: 2, ..Default::default() };
        simulator.state().random_faults.set(random_faults);
        for index in 0..others {
            let form = format!("Action=GetCallerIdentity&N={index}");
            call_sts(&simulator, &Caller::user(), "us-east-1", &form);
        }
        let expires = now() + jiff::SignedDuration::from_mins(30);
        let issued = issue(simulator.world(), account(WORKLOAD), ROLE, session, expires);
        let caller =
            Caller { access_key_id: issued.access_key_id, token: Some(issued.session_token) };
        let answers = (0..4).map(|_| simulator.handle(&Sent::who().request(&caller), now()));
        answers.map(|it| (it.response.status(), id(&it))).collect::<Vec<_>>()
    };
    let first = run("run-1", 0);
    assert_eq!(first, run("run-2", 5));
    let statuses: Vec<_> = first.iter().map(|it| it.0.as_u16()).collect();
    assert_eq!(statuses, [500, 500, 200, 200]);
    assert_ne!(first[0].1, first[1].1, "each attempt has its id");
    let unlike = Sent { region: "us-east-1", ..Sent::who() }.send(&simulator(parts()));
    assert_ne!(id(&unlike), first[2].1);
}

#[test]
fn a_session_name_does_not_make_another_call_of_it() {
    let of = |form: &str| {
        let simulator = simulator(parts());
        let response = call_sts(&simulator, &Caller::user(), "us-east-1", form);
        response.headers()["x-amzn-requestid"].clone()
    };
    let form = "Action=GetCallerIdentity&RoleSessionName=";
    assert_eq!(of(&format!("{form}a")), of(&format!("{form}b")));
    assert_ne!(of(&format!("{form}a&X=1")), of(&format!("{form}a&X=2")));
}

#[test]
fn denials_are_logged_and_repeated_ones_remarked() {
    let mut parts = parts();
    parts.denials.push(Denial { is_explicit: true, ..denial(PolicyKind::ServiceControl, "*") });
    let simulator = simulator(parts);
    let Some((service, operation)) = operations().find(|it| it.1.action.is_some()) else { return };
    for _ in 0..2 {
        Sent::of(service, operation.name).send(&simulator);
    }
    let report = simulator.state().log.report();
    assert_eq!((report.operations[0].denied, report.repeated_denials.count), (2, 1));
}

#[test]
fn who_pays_tells_the_buckets_apart() {
    let quota =
        |operation: &str| operations().find(|it| it.1.name == operation).map(|it| it.1.quota.payer);
    assert_eq!(quota("GetCallerIdentity"), Some(Payer::RegionStatus));
    let simulator = simulator(parts());
    simulator.state().limits.set(LimitSettings { enabled: true, share: 0.001 });
    let passes = |sent: &Sent<'_>| sent.send(&simulator).response.status() == 200;
    assert!(passes(&Sent::who()) && !passes(&Sent::who()));
    assert!(passes(&Sent { region: "us-east-1", ..Sent::who() }), "another Region's is full");
    let user = Sent::who().request(&Caller::user());
    assert_eq!(simulator.handle(&user, now()).response.status(), 200, "another account's is full");
}

#[test]
fn every_answer_has_a_date_of_the_simulated_time() {
    let headers: HeaderMap = Sent::who().send(&simulator(parts())).response.headers().clone();
    assert_eq!(headers["date"], "Fri, 20 Nov 2026 12:00:00 GMT");
}

#[test]
fn operations_without_an_error_for_what_is_missing_are_known() {
    let without: Vec<_> =
        operations().map(|it| it.1.name).filter(|it| not_found(it).is_none()).collect();
    // Lists that are empty then, a role whose absence is a denial, and who calls.
    let expected = [
        "ListRegions",
        "GetRegionOptStatus",
        "DescribeTrails",
        "ListTrails",
        "ListEventDataStores",
        "ListKeys",
        "ListBuckets",
        "AssumeRole",
        "GetCallerIdentity",
    ];
    let expected: Vec<_> =
        expected.into_iter().filter(|name| operations().any(|it| it.1.name == *name)).collect();
    assert_eq!(without, expected);
}

#[test]
fn describe_trails_has_its_burst_and_then_its_rate_to_the_request() {
    let simulator = simulator(parts());
    simulator.state().limits.set(LimitSettings { enabled: true, share: 1.0 });
    let trails = Sent::of(Service::CloudTrail, "DescribeTrails");
    let passes = || {
        let statuses = (0..200).map(|_| status_and_code(&trails.send(&simulator)));
        let (passed, throttled): (Vec<_>, Vec<_>) = statuses.partition(|it| it.0 == 200);
        assert!(throttled.iter().all(|it| *it == (400, "ThrottlingException".to_owned())));
        passed.len()
    };
    for _ in 0..4 {
        assert_eq!(passes(), 10);
        simulator.state().clock.advance(jiff::SignedDuration::from_secs(1));
    }
    let trails = Sent::of(Service::CloudTrail, "ListTrails").send(&simulator);
    assert_eq!(trails.response.status(), 200, "each operation has its own");
    let report = simulator.state().log.report();
    assert_eq!((report.operations[0].calls, report.operations[0].throttled), (800, 760));
    let peaks = simulator.state().log.peaks.report();
    let peak = peaks.iter().find(|it| it.limit.ends_with("DescribeTrails")).unwrap();
    assert_eq!((peak.most_in_a_second, peak.exceeded), (200, 760));
}

#[test]
fn a_role_of_a_suspended_account_is_a_call_to_it() {
    let assume = |id: &str| {
        let simulator = simulator(parts());
        let form = format!(
            "Action=AssumeRole&RoleArn=arn:aws:iam::{id}:role/{ROLE}&RoleSessionName=run&ExternalId=trailseal"
        );
        let status = call_sts(&simulator, &Caller::user(), "us-east-1", &form).status().as_u16();
        (status, simulator.state().log.report().unusable_accounts)
    };
    let (status, remarks) = assume(WORKLOAD);
    assert_eq!((status, remarks.count), (200, 0));
    let (status, remarks) = assume(SUSPENDED);
    assert_eq!((status, remarks.count), (403, 1));
    assert!(remarks.first[0].contains(SUSPENDED), "{remarks:?}");
}
