//! Connects to AWS, or to what a simulation puts in its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use trailseal_aws::{Aws, ConnectError, Settings as AwsSettings};
use trailseal_fanout::Limits;
use trailseal_model::{Gap, GapClass, Partition, Region, Scope};

use super::progress::RunEvents;
use crate::environment::Environment;
use crate::error::UserError;
use crate::settings::Settings;

/// The way to AWS.
pub(crate) struct Connection {
    pub(crate) aws: Aws,
    /// What every request goes through; closed, no more are sent.
    pub(super) limits: Arc<Limits>,
}

/// Finds out who the caller is, and opens the way to AWS, within these limits.
pub(crate) async fn connect(
    settings: &Settings,
    session_tags: BTreeMap<String, String>,
    run_id: &str,
    outside: &Environment,
    events: &Arc<RunEvents>,
    limits: Limits,
) -> Result<Connection, UserError> {
    let limits = Arc::new(limits);
    let session_name = settings.session_name.as_ref().map(|it| it.0.clone());
    let session = AwsSettings {
        role_name: settings.role_name.0.clone(),
        role_fallbacks: settings.role_fallbacks.iter().map(|it| it.0.clone()).collect(),
        external_id: settings.external_id.as_ref().map(|it| it.0.clone()),
        session_name: session_name.unwrap_or_else(|| format!("trailseal-{run_id}")),
        source_identity: settings.source_identity.as_ref().map(|it| it.0.clone()),
        session_tags: session_tags.into_iter().collect(),
        profile: settings.profile.clone(),
        max_in_flight: usize::try_from(settings.max_in_flight.0).unwrap_or(usize::MAX),
        clock: outside.clock.clone(),
        substitutes: outside.substitutes.clone(),
    };
    // Boxed: it is large, and everything that awaits it would be, too.
    let events = Arc::clone(events) as _;
    let aws = Box::pin(trailseal_aws::connect(session, Arc::clone(&limits), events)).await;
    let aws = aws.map_err(|it| not_connected(&it))?;
    check_regions(&settings.scope(), &aws)?;
    Ok(Connection { aws, limits })
}

/// A Region of another partition would leave everything out.
fn check_regions(scope: &Scope, aws: &Aws) -> Result<(), UserError> {
    let partition = aws.caller().partition;
    let known = partition.regions();
    match scope.regions.iter().find(|it| !known.contains(it)) {
        None => Ok(()),
        Some(other) => Err(UserError::usage(
            format!("--regions: {other} is not a Region of the caller's partition `{partition}`"),
            "name Regions of this partition, or use credentials of the other one",
        )),
    }
}

fn not_connected(error: &ConnectError) -> UserError {
    match error {
        ConnectError::Misconfigured(it) => UserError::usage(&it.problem, &it.advice),
        ConnectError::Caller(gap) => {
            if let Some(region) =
                gap.region.filter(|it| gap.http_status.is_none() && !is_known(*it))
            {
                return UserError::usage(
                    format!(
                        "AWS cannot be reached in `{region}`, which is not a Region that this version knows"
                    ),
                    "correct AWS_REGION or the profile's region",
                );
            }
            from_gap("the caller's identity cannot be read", gap)
        }
    }
}

fn is_known(region: Region) -> bool {
    Partition::ALL.iter().any(|it| it.regions().contains(&region))
}

/// One line with everything that helps: operation, account, Region, code, message, request id.
pub(crate) fn from_gap(what: &str, gap: &Gap) -> UserError {
    use std::fmt::Write as _;
    let mut problem = format!("{what}: {} failed ({}", gap.operation, gap.class);
    let _ = gap.http_status.map(|it| write!(problem, ", HTTP {it}"));
    let _ = gap.code.as_ref().map(|it| write!(problem, ", {it}"));
    let _ = gap.account.map(|it| write!(problem, ", account {it}"));
    let _ = gap.region.map(|it| write!(problem, ", {it}"));
    let _ = gap.request_id.as_ref().map(|it| write!(problem, ", request id {it}"));
    problem.push(')');
    let _ = gap.message.as_ref().map(|it| write!(problem, ": {it}"));
    if gap.http_status.is_none() && is_of_network(gap.class) {
        UserError::own(problem, gap.what_to_do())
    } else {
        UserError::usage(problem, gap.what_to_do())
    }
}

/// Whether no answer came because of the way to AWS, and not because of what AWS was asked.
fn is_of_network(class: GapClass) -> bool {
    class.is_retryable() || matches!(class, GapClass::Tls | GapClass::Proxy | GapClass::CircuitOpen)
}
