//! The plan as one JSON object; `docs/operations/planning.md` says what each field means. Within a
//! version of the schema, fields are only added.

use serde_json::{Map, Value, json};

use super::bounds;
use super::calls::{Calls, Range};
use super::counts::Counts;
use super::missing::Missing;
use super::report::{AccountLine, BucketLine, Conclusions, Plan};
use crate::version::VERSION;

/// The version of the object's schema.
const SCHEMA_VERSION: u32 = 1;

/// The object, on lines of its own.
pub(super) fn json(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(&object(plan)).unwrap_or_default();
    text.push('\n');
    text
}

fn object(plan: &Plan) -> Value {
    let Plan { asking, conclusions } = plan;
    let Conclusions { population, accounts, missing, estimate, not_seen, buckets } = conclusions;
    let mut calls = Map::new();
    for row in &estimate.operations {
        calls.insert(row.operation.as_str().to_owned(), of_calls(row.calls));
    }
    let not_seen: Vec<Value> = not_seen
        .iter()
        .map(|it| json!({ "kind": it.kind, "count": it.count, "text": it.text }))
        .collect();
    json!({
        "schema_version": SCHEMA_VERSION,
        "tool_version": VERSION,
        "simulation": asking.simulation,
        "planned_at": format!("{:.0}", asking.planned_at),
        "caller_account": asking.caller.account.to_string(),
        "caller_arn": asking.caller.arn.to_string(),
        "partition": asking.caller.partition.as_str(),
        "role_name": asking.role_name,
        "rate_share": asking.rate_share.get(),
        "max_in_flight": asking.max_in_flight,
        "exit_code": plan.exit_code(),
        "population": of_population(population),
        "accounts": accounts.iter().map(of_account).collect::<Vec<_>>(),
        "buckets": buckets.iter().map(of_bucket).collect::<Vec<_>>(),
        "missing": missing.iter().map(of_missing).collect::<Vec<_>>(),
        "calls": calls,
        "all_calls": of_calls(estimate.total),
        "seconds": of_range(estimate.seconds),
        "slowest_quota": estimate.slowest.as_str(),
        "s3_usd": of_range(estimate.usd),
        "s3_prices": {
            "usd_for_1000_lists": bounds::USD_FOR_1000_LISTS,
            "usd_for_1000_heads": bounds::USD_FOR_1000_HEADS,
            "source": bounds::PRICE_SOURCE,
            "date": bounds::PRICE_DATE,
        },
        "not_seen": not_seen,
        "plan_calls": asking.calls,
    })
}

fn of_calls(calls: Calls) -> Value {
    json!({ "at_least": calls.low, "about": calls.about, "at_most": calls.high })
}

fn of_range(range: Range) -> Value {
    let rounded = |value: f64| (value * 10_000.0).round() / 10_000.0;
    json!({
        "at_least": rounded(range.low),
        "about": rounded(range.about),
        "at_most": rounded(range.high),
    })
}

fn of_population(population: &Counts) -> Value {
    let unreachable: Vec<String> =
        population.unreachable.iter().map(|account| account.0.to_string()).collect();
    json!({
        "organization": population.organization,
        "source": population.source.as_str(),
        "is_complete": population.is_complete,
        "listed": population.listed,
        "by_state": population.by_state,
        "in_use": population.in_use,
        "in_scope": population.in_scope,
        "excluded": population.excluded,
        "roles_ok": population.roles_ok,
        "unreachable": unreachable,
        "targets": population.targets,
    })
}

fn of_account(account: &AccountLine) -> Value {
    json!({
        "account_id": account.id.to_string(),
        "name": account.name,
        "state": account.state,
        "standing": account.standing,
        "looked_in": account.looked_in.map(trailseal_model::Region::name),
        "targets": account.targets,
        "plan_calls": account.calls,
    })
}

fn of_bucket(line: &BucketLine) -> Value {
    let accounts: Vec<String> = line.accounts.iter().map(ToString::to_string).collect();
    json!({
        "bucket": line.bucket,
        "prefix": line.prefix,
        "answer": line.answer,
        "accounts": accounts,
    })
}

fn of_missing(missing: &Missing) -> Value {
    let accounts: Vec<String> = missing.accounts.iter().map(ToString::to_string).collect();
    let regions: Vec<&str> = missing.regions.iter().map(|region| region.name()).collect();
    json!({
        "operation": missing.operation.as_str(),
        "class": missing.class.as_str(),
        "loss": missing.operation.loss().as_str(),
        "accounts": accounts,
        "regions": regions,
        "message": missing.message,
        "what_to_do": missing.what_to_do,
        "paste_into": missing.paste_into,
        "statement": missing.statement,
    })
}
