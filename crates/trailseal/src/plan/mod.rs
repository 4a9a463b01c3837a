//! `trailseal plan`: what a scan with the same settings will read, cost and lack.
//!
//! [`probe`] and [`resources`] ask, through the same connection and limits as a scan; everything else is
//! pure: [`seen`] reduces the answers to numbers, [`estimate`] makes ranges of them, [`missing`] says what
//! to paste, [`text`] and [`json`] show the [`Plan`].

pub mod bounds;
mod calls;
mod counts;
mod estimate;
mod json;
mod missing;
mod not_seen;
mod population;
mod probe;
mod report;
mod resources;
mod seen;
mod text;
mod words;

use std::sync::Arc;

use trailseal_aws::Aws;
use trailseal_fanout::Limits;
use trailseal_model::{AccountId, Operation, Reading, Thresholds};

use crate::environment::Environment;
use crate::error::UserError;
use crate::run::audited::not_audited;
use crate::run::connect::{Connection, connect};
use crate::run::progress::RunEvents;
use crate::run::{Scan, run_id};
use crate::settings::{Settings, sessions};
use estimate::PaceSettings;
use missing::Who;
use population::Wanted;
use probe::Probe;
use report::{Asking, Conclusions, Plan};
use resources::{Owners, Resources};
use seen::{Asked, Found, Seen};

/// The result of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The exit code: 0 where nothing is missing, else 3.
    pub exit_code: u8,
    /// The plan for people.
    pub text: String,
    /// The plan for programs: one JSON object.
    pub json: String,
}

/// Asks what a plan needs to know, and says what a scan with the same settings will do.
pub(crate) async fn plan(scan: Scan, outside: Environment) -> Result<Planned, UserError> {
    let started_at = outside.clock.now();
    let run_id = run_id(started_at, outside.simulation.as_deref());
    let tags = sessions::tags(&scan.settings.session_tags)?;
    let events = Arc::new(RunEvents::new(scan.progress));
    let limits = Limits::new(scan.settings.rate_share);
    let connecting = connect(&scan.settings, tags, &run_id, &outside, &events, limits);
    let Connection { aws, .. } = connecting.await?;
    events.connected(&aws, &scan.settings);
    let made = tokio::select! {
        biased;
        made = made(&aws, &scan, &events) => made,
        () = events.show() => unreachable!("progress is shown for as long as the plan is made"),
    };
    events.end();
    let asking = Asking {
        simulation: outside.simulation,
        endpoints: aws.endpoints().to_vec(),
        planned_at: started_at,
        caller: aws.caller().clone(),
        calls: events.calls().values().sum(),
        role_name: scan.settings.role_name.0.clone(),
        rate_share: scan.settings.rate_share,
        max_in_flight: scan.settings.max_in_flight.0,
    };
    let plan = Plan { asking, conclusions: made? };
    Ok(Planned { exit_code: plan.exit_code(), text: text::text(&plan), json: json::json(&plan) })
}

/// Asks every account, and draws the conclusions.
async fn made(aws: &Aws, scan: &Scan, events: &RunEvents) -> Result<Conclusions, UserError> {
    let settings = &scan.settings;
    let (scope, caller) = (settings.scope(), aws.caller());
    let wanted = Wanted {
        scope: &scope,
        declared: &scan.declared_accounts,
        log_archives: &settings.log_archive_accounts,
        caller: caller.account,
    };
    let population = population::read(aws, wanted, events).await.map_err(not_audited)?;
    let at_once = usize::try_from(settings.max_in_flight.0).unwrap_or(usize::MAX);
    let probe = Probe {
        answers: aws,
        scope: &scope,
        partition: caller.partition,
        caller: caller.account,
        at_once,
        events,
    };
    let mut rows = probe.accounts(&population.accounts).await;
    let configured = configured(settings);
    let resources = Resources { answers: aws, caller: caller.account, at_once };
    let owners = Owners {
        organization: population.organization.as_ref(),
        configured: &configured,
        log_archives: &settings.log_archive_accounts,
    };
    let is_asked = |reading: Reading| reading.is_asked(&scope.skipped_controls);
    let mut buckets = Vec::new();
    if is_asked(Reading::LogObjects) {
        buckets = resources.buckets(&mut rows, owners).await;
    }
    let mut keys = Vec::new();
    if is_asked(Reading::TrailKeys) {
        keys = resources.keys(&mut rows).await;
    }
    probe.trail_lists(&mut rows).await;
    let who = Who {
        caller: caller.arn.clone(),
        partition: caller.partition,
        role_name: settings.role_name.0.clone(),
        has_external_id: settings.external_id.is_some(),
    };
    let missing = missing::missing(&population.gaps, &rows, &keys, &buckets, &who);
    let found = Found { population: &population, rows: &rows, keys: &keys, buckets: &buckets };
    let pages = events.calls().get(&Operation::ListAccounts).copied().unwrap_or_default();
    let regions = caller.partition.regions().len() as u64;
    let seen =
        Seen::new(found, asked(settings, caller.account, configured.clone()), pages, regions);
    let pace = PaceSettings { share: settings.rate_share, max_in_flight: settings.max_in_flight.0 };
    let estimate = estimate::estimate(&seen, pace);
    Ok(report::conclusions(found, &seen, estimate, missing))
}

fn configured(settings: &Settings) -> Vec<(String, AccountId)> {
    settings.bucket_owners.iter().map(|it| (it.0.clone(), it.1)).collect()
}

fn asked(settings: &Settings, caller: AccountId, configured: Vec<(String, AccountId)>) -> Asked {
    Asked {
        scope: settings.scope(),
        caller,
        sample_size: u64::from(settings.sample_size.0),
        listing_budget: u64::from(Thresholds::DEFAULT.listing_budget),
        member_status: settings.member_status,
        asks_tags: !settings.account_tags.is_empty(),
        fallbacks: settings.role_fallbacks.len() as u64,
        log_archives: settings.log_archive_accounts.clone(),
        configured,
    }
}
