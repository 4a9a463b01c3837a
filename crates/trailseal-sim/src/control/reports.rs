//! What the control endpoint tells.
#![expect(clippy::unnecessary_wraps, reason = "one table holds them with those that can refuse")]

use bytes::Bytes;
use http::{Request, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{ENDPOINTS, Refusal, only_parameters, parameter, rule};
use crate::Simulator;
use crate::world::region::Region;

type Told = Result<Value, Refusal>;

pub(super) fn overview(simulator: &Simulator, _: &Request<Bytes>, real: Timestamp) -> Told {
    let world = simulator.world();
    let endpoints = ENDPOINTS
        .iter()
        .map(|it| json!({ "method": it.method.as_str(), "path": it.path, "does": it.does }));
    let regions: Vec<_> = world.partition().regions().map(Region::name).collect();
    Ok(json!({
        "what": "A simulation of AWS. Nothing here is real.",
        "scenario": simulator.scenario(),
        "seed": world.seed(),
        "partition": world.partition().name(),
        "organization": world.organization().map(|it| &it.id),
        "management_account": world.organization().map(|it| it.management.to_string()),
        "accounts": world.accounts().len(),
        "regions": regions,
        "now": simulator.state().clock.at(real).to_string(),
        "endpoints": endpoints.collect::<Vec<_>>(),
    }))
}

pub(super) fn credentials(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    let world = simulator.world();
    let Some(user) = world.users().first() else {
        return Err(Refusal(StatusCode::NOT_FOUND, "this world has no users".to_owned()));
    };
    Ok(json!({
        "access_key_id": user.access_key_id,
        "secret_access_key": user.secret_access_key,
        "account": user.account.to_string(),
        "user": user.name,
        "region": world.partition().global_region().name(),
    }))
}

pub(super) fn clock(simulator: &Simulator, _: &Request<Bytes>, real: Timestamp) -> Told {
    let clock = &simulator.state().clock;
    Ok(json!({ "now": clock.at(real).to_string(), "is_frozen": clock.is_frozen() }))
}

pub(super) fn random_faults(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    Ok(json!(simulator.state().random_faults.settings()))
}

pub(super) fn limits(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    Ok(json!(simulator.state().limits.settings()))
}

pub(super) fn sessions(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    Ok(json!(simulator.state().sessions.settings()))
}

pub(super) fn faults(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    let rules = simulator.state().faults.rules();
    Ok(json!({ "faults": rules.iter().map(|it| rule::show(it)).collect::<Vec<_>>() }))
}

pub(super) fn log(simulator: &Simulator, request: &Request<Bytes>, _: Timestamp) -> Told {
    only_parameters(request, &["accounts", "calls"])?;
    let log = &simulator.state().log;
    let mut report = json!(log.report());
    if parameter(request, "accounts").is_some() {
        let accounts = log.accounts().into_iter();
        let named = accounts.map(|(account, calls)| (account.to_string(), json!(calls)));
        report["accounts"] = Value::Object(named.collect());
    }
    if parameter(request, "calls").is_some() {
        report["logged_calls"] = json!(log.calls());
    }
    Ok(report)
}

pub(super) fn peaks(simulator: &Simulator, _: &Request<Bytes>, _: Timestamp) -> Told {
    Ok(json!({ "peaks": simulator.state().log.peaks.report() }))
}
