//! What is no continuation of the scan is refused in one line, and nothing is lost.

use std::sync::Arc;

use trailseal_sim::Simulator;
use trailseal_sim::state::{Effect, Rule};
use trailseal_sim::world::denial::PolicyKind;
use trailseal_tests::audit::files;

use super::{Ended, cut_off, resumed, resumed_from};

/// How a scan with these flags is refused.
async fn refusal(whole: &Ended, out: &std::path::Path, flags: &[&str]) -> String {
    let before = files(&out.join("journal")).unwrap();
    let (_, scanned) = resumed(&whole.scenario, out, flags).await;
    let refusal = scanned.unwrap_err().to_string();
    assert_eq!(refusal.lines().count(), 1, "{refusal}");
    assert_eq!(files(&out.join("journal")).unwrap(), before, "nothing is lost");
    refusal
}

#[tokio::test(start_paused = true)]
async fn settings_that_change_what_is_asked_are_refused() {
    let whole = Ended::of("small", &["--seed", "7"]).await;
    let (records, manifest) = (whole.records(), whole.journal().manifest().clone());
    let around = tempfile::tempdir().unwrap();
    let out = cut_off(around.path(), &manifest, &records[..100]).await;
    for (flags, expected) in [
        (&["--regions", "us-east-1"][..], "regions was nothing and is `us-east-1`"),
        (&["--window", "3d"], "window was `7d` and is `3d`"),
        (&["--seed", "8"], "seed was `7`"),
        (&["--role-fallback", "Another"], "role_fallbacks was nothing and is `Another`"),
        (&["--sample-size", "10"], "sample_size"),
        (&["--resume-max-age", "1s"], "more than 1d ago"),
    ] {
        let flags: Vec<&str> = flags.to_vec();
        // The time of a simulation stands still, so the scan is made to have begun earlier.
        let refusal = if flags[0] == "--resume-max-age" {
            let mut older = manifest.clone();
            older.started_at -= jiff::SignedDuration::from_hours(25);
            let around = tempfile::tempdir().unwrap();
            let out = cut_off(around.path(), &older, &records[..100]).await;
            refusal(&whole, &out, &[]).await
        } else {
            refusal(&whole, &out, &flags).await
        };
        assert!(refusal.contains(expected), "{refusal}");
    }
    // What judges or paces may be another one, and what is the same may be said again.
    let flags = ["--fail-on", "low", "--rate-share", "0.9", "--seed", "7", "--window", "7d"];
    let (_, scanned) = resumed(&whole.scenario, &out, &flags).await;
    scanned.unwrap();
}

#[tokio::test(start_paused = true)]
async fn another_caller_organization_partition_or_source_is_refused() {
    let whole = Ended::of("small", &[]).await;
    let (records, manifest) = (whole.records(), whole.journal().manifest().clone());
    let mut other_caller = manifest.clone();
    other_caller.caller_arn = other_caller.caller_arn.replace("user/", "user/another-");
    let mut other_partition = manifest.clone();
    other_partition.partition = trailseal_model::Partition::AwsCn;
    let mut other_simulation = manifest.clone();
    other_simulation.simulation = Some("another".to_owned());
    let mut other_endpoint = manifest.clone();
    other_endpoint.endpoints = vec!["s3 other http://127.0.0.1:5000".to_owned()];
    for (manifest, expected) in [
        (other_caller, "started by "),
        (other_partition, "started in the partition aws-cn"),
        (other_simulation, "started with the simulation `another`"),
        (other_endpoint, "started with"),
    ] {
        let around = tempfile::tempdir().unwrap();
        let out = cut_off(around.path(), &manifest, &records[..100]).await;
        let refusal = refusal(&whole, &out, &[]).await;
        assert!(refusal.contains(expected), "{refusal}");
    }
    // Another organization, which has the same caller.
    let mut moved = records[..100].to_vec();
    for (_, result) in &mut moved {
        if let Ok(answer) = result
            && let trailseal_model::AnyAnswer::ListAccounts(listed) = &mut answer.value
        {
            listed.organization.as_mut().unwrap().id = "o-another".to_owned();
        }
    }
    let around = tempfile::tempdir().unwrap();
    let out = cut_off(around.path(), &manifest, &moved).await;
    let (_, scanned) = resumed(&whole.scenario, &out, &[]).await;
    let refusal = scanned.unwrap_err().to_string();
    assert!(refusal.contains("started in organization o-another"), "{refusal}");
}

#[tokio::test(start_paused = true)]
async fn a_list_of_accounts_that_was_there_is_never_given_up_for_a_shorter_one() {
    let whole = Ended::of("small", &[]).await;
    let (records, manifest) = (whole.records(), whole.journal().manifest().clone());
    let around = tempfile::tempdir().unwrap();
    let out = cut_off(around.path(), &manifest, &records[..100]).await;
    for (effect, expected) in [
        (Effect::Denied(PolicyKind::Identity), "cannot be listed again"),
        (Effect::ServerError, "cannot be listed again"),
    ] {
        let simulator = Arc::new(Simulator::of(&whole.scenario));
        simulator.state().faults.add(Rule::operation("ListAccounts", effect));
        let refusal = resumed_from(&simulator, &whole.scenario, &out, &[]).await.unwrap_err();
        assert!(refusal.to_string().contains(expected), "{refusal}");
        assert!(out.join("journal/run.json").exists(), "nothing is lost");
    }
    let (_, scanned) = resumed(&whole.scenario, &out, &[]).await;
    assert_eq!(scanned.unwrap().exit_code, whole.scanned.exit_code);
    assert_eq!(super::reports(&out), whole.reports());
}

#[tokio::test(start_paused = true)]
async fn the_external_id_has_to_be_given_again() {
    let whole = Ended::of("landing-zone", &[]).await;
    let (records, manifest) = (whole.records(), whole.journal().manifest().clone());
    let id = whole.scenario.access.external_id.clone().unwrap();
    assert!(!format!("{manifest:?}").contains(&*id));
    let around = tempfile::tempdir().unwrap();
    let out = cut_off(around.path(), &manifest, &records[..100]).await;
    let mut without = whole.scenario.clone();
    without.access.external_id = None;
    let (_, scanned) = resumed(&without, &out, &[]).await;
    let refusal = scanned.unwrap_err().to_string();
    assert!(refusal.contains("give it again with --external-id"), "{refusal}");
}

#[tokio::test(start_paused = true)]
async fn a_folder_without_a_journal_and_a_folder_in_use_are_refused() {
    let whole = Ended::of("small", &[]).await;
    let around = tempfile::tempdir().unwrap();
    let (_, scanned) = resumed(&whole.scenario, around.path(), &[]).await;
    assert!(scanned.unwrap_err().to_string().contains("no journal of a scan"));
    let manifest = whole.journal().manifest().clone();
    let out = cut_off(around.path(), &manifest, &whole.records()[..50]).await;
    let simulator = std::sync::Arc::new(trailseal_sim::Simulator::of(&whole.scenario));
    let again = trailseal_tests::sim::scan(&simulator, &[], &out).await;
    let refusal = again.unwrap_err().to_string();
    assert!(refusal.contains("`trailseal scan --resume "), "{refusal}");
}
