//! Sessions in other accounts, as the whole program opens, names and renews them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use trailseal::{Environment, Scanned};
use trailseal_aws::{PlainCredentials, Transport, TransportError};
use trailseal_sim::Simulator;
use trailseal_sim::scenario::{Scenario, Shape};
use trailseal_sim::session::issue;
use trailseal_sim::state::{RandomFaultSettings, SessionSettings};
use trailseal_tests::sim::{access_flags, outside, scan_from};

use super::{rows, scanned_in, start};

fn bench(accounts: u32) -> Scenario {
    Scenario::bench(accounts, 17, Shape::Worst, start()).unwrap()
}

/// What a session's life comes to: it is renewed in the last fifth.
const LIFE: u32 = 120;
const USED: SignedDuration = SignedDuration::from_secs(96);

#[tokio::test(start_paused = true)]
async fn sessions_of_two_minutes_carry_a_scan_of_many() {
    let scenario = bench(10);
    // Slow answers, few at a time: each account is in use again and again, with pauses.
    let random_faults =
        RandomFaultSettings { latency_ms: 2500, jitter_ms: 1000, ..scenario.random_faults };
    let sessions = SessionSettings { seconds: Some(LIFE) };
    let scenario = Scenario { random_faults, sessions, ..scenario };
    let simulator = Arc::new(Simulator::of(&scenario));
    simulator.state().log.keep(usize::MAX);
    let begun = Instant::now();
    let flags = ["--max-in-flight", "4", "--sample-size", "14", "--tolerable-rate", "0.2"];
    let (_guard, scanned) = scanned_in(&simulator, &scenario, &flags).await;
    assert!(begun.elapsed() > Duration::from_mins(10), "{:?}", begun.elapsed());
    let gaps = rows(&scanned.folder, "gaps.csv");
    assert!(gaps.is_empty(), "{} gaps, the first {:?}", gaps.len(), gaps[0]);
    let log = &simulator.state().log;
    assert_eq!(log.report().refused, 0, "no call was made with a session that had ended");

    let mut opened: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    let mut used: BTreeMap<String, Vec<Timestamp>> = BTreeMap::new();
    for call in log.calls() {
        match call.resource.split(':').nth(4) {
            Some(account) if call.operation == "AssumeRole" => {
                opened.entry(account.to_owned()).or_default().push(call.at);
            }
            _ => used.entry(call.account.clone()).or_default().push(call.at),
        }
    }
    assert_eq!(opened.len(), scenario.parts.accounts.len() - 1, "the caller's needs none");
    for (account, opened) in &opened {
        let used = &used[account];
        // Nobody opens what is open: one request for each life that is used, and no second at once.
        for pair in opened.windows(2) {
            let distance = pair[1].duration_since(pair[0]);
            assert!(distance >= USED, "{account} was opened twice within {distance}");
        }
        let in_use = used[used.len() - 1].duration_since(opened[0]);
        let lives = |life: SignedDuration| in_use.as_millis() / life.as_millis() + 1;
        let count = opened.len() as i128;
        assert!(count <= lives(USED), "{account}: {count} sessions in {in_use}");
        // And whoever is in use all the time needs that many.
        let longest_pause = used.windows(2).map(|it| it[1].duration_since(it[0])).max().unwrap();
        if longest_pause < USED {
            assert!(count >= in_use.as_millis() / i128::from(LIFE * 1000), "{account}: {count}");
        }
    }
    assert!(opened.values().any(|it| it.len() > 2), "{opened:?}");
}

/// Notes the bodies of AssumeRole on their way.
#[derive(Debug)]
struct Recorder {
    inner: Arc<dyn Transport>,
    bodies: Arc<Mutex<Vec<String>>>,
}

impl Transport for Recorder {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> futures::future::BoxFuture<'static, Result<Response<Bytes>, TransportError>> {
        let body = String::from_utf8_lossy(request.body()).into_owned();
        if body.contains("Action=AssumeRole") {
            self.bodies.lock().unwrap().push(body);
        }
        self.inner.send(request)
    }
}

async fn scanned_from(outside: Environment, flags: &[&str]) -> (tempfile::TempDir, Scanned) {
    let folder = tempfile::tempdir().unwrap();
    let scanned = scan_from(outside, flags, &folder.path().join("out")).await.unwrap();
    (folder, scanned)
}

#[tokio::test(start_paused = true)]
async fn what_the_user_names_goes_with_every_session() {
    let mut scenario = bench(6);
    scenario.sessions = SessionSettings { seconds: Some(30) };
    scenario.random_faults.latency_ms = 2000;
    let simulator = Arc::new(Simulator::of(&scenario));
    let mut outside = outside(&simulator).unwrap();
    let bodies = Arc::default();
    let inner = outside.substitutes.transport.take().unwrap();
    let recorder = Recorder { inner, bodies: Arc::clone(&bodies) };
    outside.substitutes.transport = Some(Arc::new(recorder));
    let access = access_flags(&scenario);
    let mut flags: Vec<&str> = access.iter().map(String::as_str).collect();
    flags.extend(["--external-id", "an/id:1", "--session-name", "nightly@audit"]);
    flags.extend(["--source-identity", "jo.doe", "--session-tag", "team=audit"]);
    flags.extend(["--session-tag", "job=12", "--regions", "us-east-1"]);
    let (_guard, scanned) = scanned_from(outside, &flags).await;
    assert!(rows(&scanned.folder, "gaps.csv").is_empty());
    let bodies = bodies.lock().unwrap();
    assert!(bodies.len() > 5, "renewed ones too: {}", bodies.len());
    for body in &*bodies {
        for parameter in [
            "RoleSessionName=nightly%40audit",
            "ExternalId=an%2Fid%3A1",
            "SourceIdentity=jo.doe",
            "Tags.member.1.Key=job&Tags.member.1.Value=12",
            "Tags.member.2.Key=team&Tags.member.2.Value=audit",
        ] {
            assert!(body.contains(parameter), "no {parameter} in {body}");
        }
        assert!(!body.contains("DurationSeconds"), "AWS's default is the most of a chain: {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn without_the_right_external_id_no_account_is_opened_and_every_one_is_told() {
    let scenario = Scenario::ready_made("landing-zone", start()).unwrap();
    let mut access = access_flags(&scenario);
    let place = access.iter().position(|it| it == "--external-id").unwrap();
    access[place + 1] = "another".to_owned();
    let wrong: Vec<&str> = access.iter().map(String::as_str).collect();
    let none: Vec<&str> = wrong
        .iter()
        .copied()
        .enumerate()
        .filter(|it| ![place, place + 1].contains(&it.0))
        .map(|it| it.1)
        .collect();
    for flags in [&wrong, &none] {
        let simulator = Arc::new(Simulator::of(&scenario));
        let (_guard, scanned) = scanned_from(outside(&simulator).unwrap(), flags).await;
        let usable = scenario.parts.accounts.iter().filter(|it| it.state.is_usable()).count();
        let mut gaps = rows(&scanned.folder, "gaps.csv");
        gaps.retain(|it| it["operation"] == "AssumeRole");
        assert_eq!(gaps.len(), usable - 1);
        assert!(gaps.iter().all(|it| it["class"] == "role_not_assumable" && it["attempts"] == "1"));
        assert!([3, 4].contains(&scanned.exit_code));
    }
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_is_itself_an_assumed_role_opens_every_account_for_an_hour() {
    let mut scenario = bench(4);
    let caller = scenario.access.caller;
    // Roles that would let others stay for twelve.
    for account in &mut scenario.parts.accounts {
        let mut roles = account.roles.to_vec();
        for role in &mut roles {
            role.max_session_seconds = 43_200;
        }
        account.roles = roles.into();
    }
    let simulator = Arc::new(Simulator::of(&scenario));
    let life = SignedDuration::from_hours(12);
    let issued = issue(simulator.world(), caller, "Pipeline", "job", start() + life);
    let mut outside = outside(&simulator).unwrap();
    outside.substitutes.credentials = Some(PlainCredentials {
        access_key_id: issued.access_key_id,
        secret_access_key: issued.secret_access_key,
        session_token: Some(issued.session_token),
    });
    let access = access_flags(&scenario);
    let flags: Vec<&str> = access.iter().map(String::as_str).collect();
    let (_guard, scanned) = scanned_from(outside, &flags).await;
    assert!(rows(&scanned.folder, "gaps.csv").is_empty());
    let coverage = rows(&scanned.folder, "coverage.csv");
    let run = std::fs::read_to_string(scanned.folder.join("run.json")).unwrap();
    let run: serde_json::Value = serde_json::from_str(&run).unwrap();
    assert!(run["caller_arn"].as_str().unwrap().ends_with("assumed-role/Pipeline/job"));
    assert_eq!(coverage.iter().filter(|it| it["outcome"] == "evaluated").count(), 4 * 17);
}
