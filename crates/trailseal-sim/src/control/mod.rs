//! The control endpoint: what the simulator can be told and asked while it runs, on the same port
//! as everything else.
//!
//! | Method | Path | What it does |
//! |---|---|---|
//! | GET | `/_sim/` | What there is: scenario, seed, partition, accounts, time, and this table |
//! | GET | `/_sim/credentials` | Credentials to sign with: those of the first user |
//! | GET | `/_sim/clock` | The simulated time, and whether it stands |
//! | POST | `/_sim/clock` | `{"freeze": time}`, `{"run_from": time}` or `{"advance_s": seconds}` |
//! | GET | `/_sim/random-faults` | Latency and random faults |
//! | POST | `/_sim/random-faults` | Sets latency and random faults; what is left out is none |
//! | GET | `/_sim/limits` | The limits |
//! | POST | `/_sim/limits` | Sets the limits, `{"enabled": true, "share": 1.0}`; buckets begin full |
//! | GET | `/_sim/sessions` | How long sessions live |
//! | POST | `/_sim/sessions` | `{"seconds": N}` cuts new sessions short, whatever is asked for; `{}` does not |
//! | GET | `/_sim/faults` | The rules that make calls fail, with what they struck |
//! | POST | `/_sim/faults` | Adds a rule, or a list of rules; see below |
//! | DELETE | `/_sim/faults` | Takes every rule out of force; `?id=N` only that one |
//! | GET | `/_sim/log` | What was called; `?accounts` by account too, `?calls` the last calls in full |
//! | POST | `/_sim/log` | `{"keep": N}` keeps the last N calls in full from now on |
//! | DELETE | `/_sim/log` | Forgets what was called, and the peaks |
//! | GET | `/_sim/peaks` | How fast calls came against each published limit |
//!
//! A rule is `{"effect": ..}` with any of `service` (as it is signed for), `operation`, `account`
//! (of the session), `region`, `resource_contains`, `skip` (this number of calls pass first) and `times`
//! (then this number fail; all if it is left out). The effects are `"throttled"`,
//! `"region_disabled"`, `"expired_token"`, `"clock_skew"`, `"not_found"`, `"server_error"`,
//! `"hang"`, `"reset"`, `"truncated"`, `"garbage"`, `"malformed"`, `{"denied": kind}` with one of
//! `scp`, `rcp`, `identity`, `resource`, `boundary`, `session`, `endpoint` and `untold`, and
//! `{"answer": {"status": .., "code": .., "message": .., "headers": {..}}}`.
//!
//! Bodies and answers are JSON. What is not understood changes nothing and is answered with a
//! client error and one line that says why.

mod reports;
mod rule;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::Simulator;
use crate::state::{LimitSettings, RandomFaultSettings, SessionSettings};

/// Why the control endpoint does not do what it is told.
struct Refusal(StatusCode, String);

impl Refusal {
    fn bad(message: impl Into<String>) -> Self {
        Self(StatusCode::BAD_REQUEST, message.into())
    }
}

/// Answers a request to the simulator at this real time.
type Act = fn(&Simulator, &Request<Bytes>, Timestamp) -> Result<Value, Refusal>;

struct Endpoint {
    method: Method,
    path: &'static str,
    does: &'static str,
    act: Act,
}

const fn endpoint(method: Method, path: &'static str, does: &'static str, act: Act) -> Endpoint {
    Endpoint { method, path, does, act }
}

const ENDPOINTS: &[Endpoint] = &[
    endpoint(Method::GET, "/_sim/", "what there is, and this table", reports::overview),
    endpoint(
        Method::GET,
        "/_sim/credentials",
        "credentials of the first user",
        reports::credentials,
    ),
    endpoint(Method::GET, "/_sim/clock", "the simulated time", reports::clock),
    endpoint(
        Method::POST,
        "/_sim/clock",
        "{\"freeze\": time}, {\"run_from\": time} or {\"advance_s\": seconds}",
        set_clock,
    ),
    endpoint(
        Method::GET,
        "/_sim/random-faults",
        "latency and random faults",
        reports::random_faults,
    ),
    endpoint(
        Method::POST,
        "/_sim/random-faults",
        "sets latency and random faults",
        set_random_faults,
    ),
    endpoint(Method::GET, "/_sim/limits", "the limits", reports::limits),
    endpoint(
        Method::POST,
        "/_sim/limits",
        "sets the limits: {\"enabled\": true, \"share\": 1.0}",
        set_limits,
    ),
    endpoint(Method::GET, "/_sim/sessions", "how long sessions live", reports::sessions),
    endpoint(
        Method::POST,
        "/_sim/sessions",
        "cuts new sessions short: {\"seconds\": 120}",
        set_sessions,
    ),
    endpoint(Method::GET, "/_sim/faults", "the rules that make calls fail", reports::faults),
    endpoint(Method::POST, "/_sim/faults", "adds a rule, or a list of rules", add_faults),
    endpoint(Method::DELETE, "/_sim/faults", "takes out every rule, or ?id=N", delete_faults),
    endpoint(Method::GET, "/_sim/log", "what was called; ?accounts, ?calls", reports::log),
    endpoint(Method::POST, "/_sim/log", "{\"keep\": N} keeps N calls in full", keep_log),
    endpoint(Method::DELETE, "/_sim/log", "forgets what was called, and the peaks", clear_log),
    endpoint(Method::GET, "/_sim/peaks", "how fast calls came, by limit", reports::peaks),
];

/// Whether a request is for the simulator and not for AWS: such a request is not signed.
pub(crate) fn is_meant(request: &Request<Bytes>) -> bool {
    let path = request.uri().path();
    let is_path = path.strip_prefix("/_sim").is_some_and(|it| it.is_empty() || it.starts_with('/'));
    is_path && !request.headers().contains_key(AUTHORIZATION)
}

/// Does what a request asks for.
pub(crate) fn answer(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Response<Bytes> {
    let done = find(request).and_then(|it| (it.act)(simulator, request, real));
    let (status, value) = match done {
        Ok(value) => (StatusCode::OK, value),
        Err(Refusal(status, why)) => (status, json!({ "error": why })),
    };
    let mut response = Response::new(Bytes::from(format!("{value:#}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn find(request: &Request<Bytes>) -> Result<&'static Endpoint, Refusal> {
    let (method, path) = (request.method(), request.uri().path());
    let path = if path == "/_sim" { "/_sim/" } else { path };
    let here: Vec<_> = ENDPOINTS.iter().filter(|it| it.path == path).collect();
    let found = here.iter().find(|it| it.method == *method);
    found.copied().ok_or_else(|| {
        if here.is_empty() {
            let why = format!("there is no {path}; GET /_sim/ tells what there is");
            return Refusal(StatusCode::NOT_FOUND, why);
        }
        let methods: Vec<_> = here.iter().map(|it| it.method.as_str()).collect();
        let why = format!("{path} takes {}, not {method}", methods.join(" and "));
        Refusal(StatusCode::METHOD_NOT_ALLOWED, why)
    })
}

fn body<T: DeserializeOwned>(request: &Request<Bytes>) -> Result<T, Refusal> {
    serde_json::from_slice(request.body()).map_err(|it| Refusal::bad(it.to_string()))
}

/// The value of a parameter in the query; empty for one that is only named.
fn parameter<'a>(request: &'a Request<Bytes>, name: &str) -> Option<&'a str> {
    request.uri().query()?.split('&').find_map(|it| {
        let (key, value) = it.split_once('=').unwrap_or((it, ""));
        (key == name).then_some(value)
    })
}

/// Refuses parameters that mean nothing here.
fn only_parameters(request: &Request<Bytes>, known: &[&str]) -> Result<(), Refusal> {
    let query = request.uri().query().unwrap_or_default();
    let mut names = query.split('&').filter(|it| !it.is_empty());
    let unknown = names.find(|it| !known.contains(&it.split('=').next().unwrap_or_default()));
    match unknown {
        Some(unknown) => Err(Refusal::bad(format!("unknown parameter `{unknown}`"))),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClock {
    freeze: Option<String>,
    run_from: Option<String>,
    advance_s: Option<f64>,
}

fn set_clock(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    let clock = &simulator.state().clock;
    let time = |text: &str| {
        text.parse::<Timestamp>().map_err(|it| Refusal::bad(format!("`{text}` is no time: {it}")))
    };
    match body(request)? {
        SetClock { freeze: Some(at), run_from: None, advance_s: None } => clock.freeze(time(&at)?),
        SetClock { freeze: None, run_from: Some(at), advance_s: None } => {
            clock.run_from(time(&at)?, real);
        }
        SetClock { freeze: None, run_from: None, advance_s: Some(seconds) } => {
            let by = SignedDuration::try_from_secs_f64(seconds)
                .map_err(|it| Refusal::bad(format!("`advance_s`: {it}")))?;
            clock.advance(by);
        }
        _ => return Err(Refusal::bad("one of `freeze`, `run_from` and `advance_s` is needed")),
    }
    reports::clock(simulator, request, real)
}

fn set_random_faults(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    let settings: RandomFaultSettings = body(request)?;
    if let Some(mistake) = settings.mistake() {
        return Err(Refusal::bad(mistake));
    }
    simulator.state().random_faults.set(settings);
    reports::random_faults(simulator, request, real)
}

fn set_limits(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    let settings: LimitSettings = body(request)?;
    if let Some(mistake) = settings.mistake() {
        return Err(Refusal::bad(mistake));
    }
    simulator.state().limits.set(settings);
    reports::limits(simulator, request, real)
}

fn set_sessions(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    let settings: SessionSettings = body(request)?;
    if let Some(mistake) = settings.mistake() {
        return Err(Refusal::bad(mistake));
    }
    simulator.state().sessions.set(settings);
    reports::sessions(simulator, request, real)
}

fn add_faults(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    let value: Value = body(request)?;
    let texts = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    // All or none.
    let rules: Result<Vec<_>, Refusal> = texts.into_iter().map(rule::read).collect();
    for rule in rules? {
        simulator.state().faults.add(rule);
    }
    reports::faults(simulator, request, real)
}

fn delete_faults(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    only_parameters(request, &["id"])?;
    let faults = &simulator.state().faults;
    match parameter(request, "id") {
        None => faults.clear(),
        Some(id) => {
            let removed = id.parse().is_ok_and(|it| faults.remove(it));
            if !removed {
                let why = format!("there is no rule `{id}`");
                return Err(Refusal(StatusCode::NOT_FOUND, why));
            }
        }
    }
    reports::faults(simulator, request, real)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Keep {
    keep: usize,
}

/// The most calls that are kept in full: some tens of megabytes.
const MOST_KEPT: usize = 100_000;

fn keep_log(
    simulator: &Simulator,
    request: &Request<Bytes>,
    _: Timestamp,
) -> Result<Value, Refusal> {
    let Keep { keep } = body(request)?;
    if keep > MOST_KEPT {
        return Err(Refusal::bad(format!("`keep` is at most {MOST_KEPT}")));
    }
    simulator.state().log.keep(keep);
    Ok(json!({ "keep": keep }))
}

fn clear_log(
    simulator: &Simulator,
    request: &Request<Bytes>,
    real: Timestamp,
) -> Result<Value, Refusal> {
    simulator.state().log.clear();
    reports::log(simulator, request, real)
}

#[cfg(test)]
mod tests;
