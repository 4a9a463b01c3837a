//! What the file says of the population, and the category that follows from it.

use serde_json::{Value, json};
use trailseal_model::{ControlId, PopulationSource};
use trailseal_record::fixture::{id, region};
use trailseal_record::v1::{ChangedSettingLine, EndpointLine, Line, RejudgedLine, RunLine};

use super::record::*;

/// The file of a run, changed.
fn changed(change: impl FnOnce(&mut RunLine)) -> Value {
    let mut run = run();
    change(&mut run);
    document(vec![Line::Run(Box::new(run))])
}

fn limit(run: &mut RunLine) {
    run.scope.is_limited = true;
    run.scope.accounts = vec![id(1), id(2)];
    run.scope.regions = vec![region("eu-west-1")];
}

fn category(document: &Value) -> String {
    let id = document["automationDetails"]["id"].as_str().unwrap();
    id.rsplit_once('/').unwrap().0.to_owned()
}

/// The ids of what comes above everything else.
fn cautions(document: &Value) -> Vec<&str> {
    let notifications = &document["invocations"][0]["toolConfigurationNotifications"];
    let descriptors = document["tool"]["driver"]["notifications"].as_array().unwrap();
    let banner = document["properties"]["banner"].as_array().unwrap();
    let notifications = notifications.as_array().unwrap();
    assert_eq!(banner.len(), notifications.len());
    let ids = notifications.iter().zip(banner).map(|(caution, text)| {
        assert_eq!(caution["message"]["text"], *text);
        let descriptor = &caution["descriptor"];
        let index = usize::try_from(descriptor["index"].as_u64().unwrap()).unwrap();
        assert_eq!(descriptors[index]["id"], descriptor["id"]);
        descriptor["id"].as_str().unwrap()
    });
    ids.collect()
}

#[test]
fn a_whole_run_of_an_organization_needs_no_caution() {
    let document = changed(|_| ());
    assert!(cautions(&document).is_empty());
    assert_eq!(category(&document), "trailseal/o-example0001");
    let exceptions = json!({
        "entries": 0, "in_force": 0, "expired": 0, "unmatched": 0, "findings": 0, "gaps": 0,
        "targets": 0, "warnings": []
    });
    let properties = json!({ "banner": [], "endpoints": [], "exceptions": exceptions, "population_source": "organizations", "rejudged": null, "scope": "whole", "simulation": null });
    assert_eq!(document["properties"], properties);
}

#[test]
fn a_run_without_a_control_closes_no_alert_of_a_whole_one() {
    let skip = |ids: &[ControlId]| {
        let ids = ids.to_vec();
        changed(move |run| {
            run.scope.is_limited = true;
            run.scope.skipped_controls = ids;
        })
    };
    let document = skip(&[ControlId::KeyUsable, ControlId::HistorySealed]);
    assert_eq!(cautions(&document), ["limited-scope"]);
    let banner = document["properties"]["banner"][0].as_str().unwrap();
    assert!(banner.contains("'all but the controls key-usable, history-sealed'"), "{banner}");
    assert!(category(&document).starts_with("trailseal/o-example0001/scope-"));
    assert_eq!(
        category(&document),
        category(&skip(&[ControlId::HistorySealed, ControlId::KeyUsable]))
    );
    assert_ne!(category(&document), category(&skip(&[ControlId::KeyUsable])));
}

#[test]
fn a_simulation_says_so_and_never_closes_real_alerts() {
    let document = changed(|run| run.simulation = Some("demo".to_owned()));
    assert_eq!(cautions(&document), ["simulated-organization"]);
    assert_eq!(category(&document), "trailseal/simulation/o-example0001");
    assert_eq!(document["properties"]["simulation"], "demo");
    let banner = document["properties"]["banner"][0].as_str().unwrap();
    assert!(banner.starts_with("SIMULATION: ") && banner.contains("'demo'"), "{banner}");
    let both = changed(|run| {
        run.simulation = Some("demo".to_owned());
        limit(run);
    });
    assert_eq!(cautions(&both), ["simulated-organization", "limited-scope"]);
    assert!(category(&both).starts_with("trailseal/simulation/o-example0001/scope-"));
}

#[test]
fn endpoints_that_are_not_aws_s_are_named_and_never_close_real_alerts() {
    let endpoint = |is_aws| EndpointLine {
        service: "sts".to_owned(),
        url: "http://127.0.0.1:5000".to_owned(),
        is_aws,
    };
    let emulated = changed(|run| run.endpoints = vec![endpoint(false)]);
    assert_eq!(cautions(&emulated), ["endpoints-not-aws"]);
    assert_eq!(category(&emulated), "trailseal/other-endpoints/o-example0001");
    let banner = emulated["properties"]["banner"][0].as_str().unwrap();
    assert!(
        banner.starts_with("ENDPOINTS: requests went to 'http://127.0.0.1:5000 (sts)'"),
        "{banner}"
    );
    let both = changed(|run| {
        run.endpoints = vec![endpoint(false)];
        limit(run);
    });
    assert!(category(&both).starts_with("trailseal/other-endpoints/o-example0001/scope-"));
    let private = changed(|run| run.endpoints = vec![endpoint(true)]);
    assert!(cautions(&private).is_empty());
    assert_eq!(category(&private), "trailseal/o-example0001");
    assert_eq!(private["properties"]["endpoints"][0]["url"], "http://127.0.0.1:5000");
}

#[test]
fn a_limited_run_says_so_and_has_its_own_category() {
    let document = changed(limit);
    assert_eq!(cautions(&document), ["limited-scope"]);
    assert_eq!(document["properties"]["scope"], "scoped");
    let banner = document["properties"]["banner"][0].as_str().unwrap();
    assert!(
        banner.starts_with(
            "SCOPED: the run was limited by its user to 'accounts 000000000001, 000000000002; Regions eu-west-1'."
        ),
        "{banner}"
    );
    // Public API: GitHub's alerts depend on it.
    assert_eq!(category(&document), "trailseal/o-example0001/scope-a3c48a33");
    assert_eq!(document["automationDetails"]["id"].as_str().unwrap().matches('/').count(), 3);
}

#[test]
fn a_category_depends_on_the_scope_and_not_on_its_order_or_the_run() {
    let first = category(&changed(limit));
    let again = category(&changed(|run| {
        limit(run);
        run.scope.accounts.reverse();
        run.run_id = "run-2".to_owned();
    }));
    assert_eq!(first, again);
    let other = category(&changed(|run| {
        limit(run);
        run.scope.accounts.pop();
    }));
    assert_ne!(first, other);
}

#[test]
fn a_self_declared_population_says_so() {
    let document = changed(|run| {
        run.population_source = PopulationSource::AccountsFile;
        run.organization_id = None;
        limit(run);
    });
    assert_eq!(cautions(&document), ["limited-scope", "population-self-declared"]);
    let banner = document["properties"]["banner"][1].as_str().unwrap();
    assert!(banner.starts_with("Population self-declared: "), "{banner}");
    assert!(category(&document).starts_with("trailseal/000000000001/scope-"));
}

#[test]
fn a_standalone_account_is_its_own_category() {
    let document = changed(|run| {
        run.population_source = PopulationSource::StandaloneAccount;
        run.organization_id = None;
    });
    assert_eq!(cautions(&document), ["standalone-account"]);
    assert_eq!(category(&document), "trailseal/000000000001");
    let notification = &document["invocations"][0]["toolConfigurationNotifications"][0];
    assert_eq!(notification["level"], "note");
}

#[test]
fn answers_that_were_judged_again_are_said_to_be() {
    let document = changed(|run| {
        let setting = ChangedSettingLine {
            key: "fail_on".to_owned(),
            before: "high".to_owned(),
            now: "low".to_owned(),
        };
        run.rejudged = Some(RejudgedLine {
            answers_tool_version: run.tool_version.clone(),
            changed_settings: vec![setting],
        });
    });
    assert_eq!(cautions(&document), ["answers-judged-again"]);
    let banner = document["properties"]["banner"][0].as_str().unwrap();
    assert!(
        banner.starts_with("RE-JUDGED: ") && banner.contains("fail_on low instead of high"),
        "{banner}"
    );
    assert_eq!(document["properties"]["rejudged"]["changed_settings"][0]["now"], "low");
}

#[test]
fn every_run_has_every_descriptor() {
    let document = changed(|_| ());
    let descriptors = document["tool"]["driver"]["notifications"].as_array().unwrap();
    let ids: Vec<&str> = descriptors.iter().map(|it| it["id"].as_str().unwrap()).collect();
    let expected = [
        "simulated-organization",
        "endpoints-not-aws",
        "answers-judged-again",
        "limited-scope",
        "population-self-declared",
        "standalone-account",
        "exceptions-doubtful",
        "exceptions-in-force",
    ];
    assert_eq!(ids, expected);
    assert_nothing_is_empty(&document["tool"], "tool");
}
