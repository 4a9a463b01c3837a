//! `trailseal sim`: serves a simulated AWS organization on a local port until it is interrupted.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use clap::Args;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::server::serve;

use super::{Outcome, runtime};
use crate::cli::help;
use crate::environment::time_of_day;
use crate::error::UserError;
use crate::signals::Signals;
use crate::simulation::{self, DEFAULT, Simulation};
use crate::terminal;

/// The flags of `sim`.
#[derive(Debug, Args)]
#[command(after_long_help = help::SIM)]
pub(crate) struct SimArgs {
    /// Scenario to serve: a ready-made one, or a file
    #[arg(long, default_value = DEFAULT, value_name = "NAME|FILE")]
    scenario: String,
    /// Loopback address to listen on
    #[arg(long, default_value = "127.0.0.1", value_name = "ADDRESS")]
    host: String,
    /// Port to listen on; 0 takes a free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Seed of the organization's ids and data [default: the scenario's own]
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
    /// Answer only requests that are signed with the right secret
    #[arg(long)]
    verify_signatures: bool,
    /// Simulated time at the start, such as 2026-11-20T12:00:00Z; to a client with another clock
    /// deliveries then look old [default: now, rounded down to five minutes]
    #[arg(long, value_name = "TIME")]
    start: Option<Timestamp>,
    /// Print one JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// What the control endpoint's paths begin with.
const CONTROL_PATH: &str = "/_sim/";

/// The simulated time goes on from here; whole five minutes make most things repeatable.
const GRAIN_SECONDS: i64 = 300;

/// Serves the scenario until the process is asked to end.
pub(crate) fn run(args: &SimArgs) -> Result<Outcome, UserError> {
    runtime()?.block_on(simulate(args))
}

async fn simulate(args: &SimArgs) -> Result<Outcome, UserError> {
    let host = loopback(&args.host)?;
    let clock = time_of_day();
    let real = clock.now();
    let start = args.start.unwrap_or_else(|| rounded(real));
    let simulation = simulation::read(&args.scenario, args.seed, start)?;
    let mut simulator = Simulator::of(&simulation.scenario).named(&simulation.name);
    if args.verify_signatures {
        simulator = simulator.verifying_signatures();
    }
    if let Some(start) = args.start {
        simulator.state().clock.run_from(start, real);
    }
    let simulator = Arc::new(simulator);
    let unusable = |problem: std::io::Error| {
        UserError::usage(
            format!("the simulator cannot listen on {host} port {}: {problem}", args.port),
            "choose another port with --port, or 0 for a free one",
        )
    };
    let mut signals = Signals::listen().map_err(unusable)?;
    let ends = async move {
        signals.next().await;
    };
    let listener = TcpListener::bind((host, args.port)).await.map_err(unusable)?;
    let address = listener.local_addr().map_err(unusable)?;
    let announcement = Announcement::new(address, simulation, &simulator, start)?;
    // Its reader waits for this before it asks anything.
    terminal::result(announcement.shown(args.json).as_bytes())?;
    serve(listener, simulator, move || clock.now(), ends).await;
    Ok(Outcome::default())
}

/// Who reaches the port can do anything with the simulator, so only this machine may.
fn loopback(host: &str) -> Result<IpAddr, UserError> {
    let address = if host == "localhost" { "127.0.0.1" } else { host }.parse::<IpAddr>().ok();
    address.filter(IpAddr::is_loopback).ok_or_else(|| {
        UserError::usage(
            format!("--host: `{host}` is not a loopback address, and the simulator serves only this machine"),
            "use 127.0.0.1 or ::1",
        )
    })
}

fn rounded(at: Timestamp) -> Timestamp {
    let seconds = at.as_second();
    Timestamp::from_second(seconds - seconds.rem_euclid(GRAIN_SECONDS)).unwrap_or(at)
}

/// Where the simulator is and how to get in. None of it is a secret: it opens made-up accounts.
#[derive(Debug)]
struct Announcement {
    address: SocketAddr,
    name: String,
    scenario: Scenario,
    access_key_id: String,
    secret_access_key: String,
    region: &'static str,
    start: Timestamp,
}

impl Announcement {
    fn new(
        address: SocketAddr,
        simulation: Simulation,
        simulator: &Simulator,
        start: Timestamp,
    ) -> Result<Self, UserError> {
        let Simulation { name, scenario } = simulation;
        let user = simulator.world().users().first().ok_or_else(|| {
            let problem = format!("the scenario `{name}`: no user in it has access keys");
            UserError::usage(problem, "give it a caller")
        })?;
        Ok(Self {
            address,
            name,
            scenario,
            access_key_id: user.access_key_id.to_string(),
            secret_access_key: user.secret_access_key.to_string(),
            region: simulator.world().partition().global_region().name(),
            start,
        })
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn control(&self) -> String {
        format!("{}{CONTROL_PATH}", self.endpoint())
    }

    fn shown(&self, is_json: bool) -> String {
        if is_json { format!("{}\n", self.json()) } else { self.text() }
    }

    fn json(&self) -> serde_json::Value {
        let access = &self.scenario.access;
        json!({
            "endpoint": self.endpoint(),
            "control_endpoint": self.control(),
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "region": self.region,
            "role_name": access.role_name,
            "external_id": access.external_id,
            "log_archive_account_id": access.log_archive.map(|it| it.to_string()),
            "scenario": self.name,
            "accounts": self.scenario.parts.accounts.len(),
            "seed": self.scenario.parts.seed,
            "start": self.start.to_string(),
        })
    }

    fn text(&self) -> String {
        let accounts = self.scenario.parts.accounts.len();
        let mut text = format!(
            "A simulated organization of {accounts} accounts (scenario `{}`, seed {}) answers at {}\n\
             Its clock starts at {}.\n\n\
             export AWS_ENDPOINT_URL={}\n\
             export AWS_ACCESS_KEY_ID={}\n\
             export AWS_SECRET_ACCESS_KEY={}\n\
             export AWS_REGION={}\n\
             unset AWS_SESSION_TOKEN AWS_PROFILE\n\n\
             trailseal scan --role-name {}",
            self.name,
            self.scenario.parts.seed,
            self.endpoint(),
            self.start,
            self.endpoint(),
            self.access_key_id,
            self.secret_access_key,
            self.region,
            self.scenario.access.role_name,
        );
        let access = &self.scenario.access;
        let _ = access.external_id.as_ref().map(|it| write!(text, " --external-id {it}"));
        let _ = access.log_archive.map(|it| write!(text, " --log-archive-account {it}"));
        let _ = write!(
            text,
            "\n\nIts call log and controls: {}\nPress Ctrl-C to stop.\n",
            self.control()
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_served() {
        for host in ["127.0.0.1", "127.8.0.1", "::1", "localhost"] {
            assert!(loopback(host).is_ok(), "{host}");
        }
        for host in ["0.0.0.0", "::", "192.168.0.1", "example.com", ""] {
            assert!(loopback(host).is_err(), "{host}");
        }
    }

    #[test]
    fn times_are_rounded_down_to_five_minutes() {
        let rounded = |it: &str| rounded(it.parse().unwrap()).to_string();
        assert_eq!(rounded("2026-11-20T12:04:59.9Z"), "2026-11-20T12:00:00Z");
        assert_eq!(rounded("2026-11-20T12:05:00Z"), "2026-11-20T12:05:00Z");
    }
}
