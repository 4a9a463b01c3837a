//! Measures the simulator's server under a load, each in a process of its own: requests a second,
//! processor time for each, and the memory of a large organization.

use std::io::Read as _;
use std::net::SocketAddr;
use std::process::{ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use jiff::Timestamp;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use trailseal_sim::server::serve;
use trailseal_tests::Failure;
use trailseal_tests::load::organization::{Operation, operations, simulated};
use trailseal_tests::load::{Driven, drive};
use trailseal_tests::plan::now;
use trailseal_tests::process::{THIS, cpu_time, peak_rss_mib, rss_mib};

#[derive(Debug, Parser)]
struct Arguments {
    /// Accounts of the organization, with 34 Regions each.
    #[arg(long, default_value_t = 10_000)]
    accounts: u32,
    /// Connections at once.
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Seconds for each operation.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Fails when fewer DescribeTrails a second are answered.
    #[arg(long)]
    min_describe_trails: Option<f64>,
    /// Fails when the organization takes up more memory.
    #[arg(long)]
    max_organization_mib: Option<f64>,
    /// Prints one JSON object instead of lines.
    #[arg(long)]
    json: bool,
    /// Is the server: prints its address and memory, and ends with its input.
    #[arg(long, hide = true)]
    serve: bool,
}

fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    if arguments.serve {
        runtime.block_on(be_the_server(arguments.accounts))?;
        return Ok(ExitCode::SUCCESS);
    }
    runtime.block_on(measure(&arguments))
}

#[expect(clippy::print_stdout, reason = "the other process reads it")]
async fn be_the_server(accounts: u32) -> Result<(), Failure> {
    let before = rss_mib(THIS)?;
    let (scenario, simulator) = simulated(accounts)?;
    drop(scenario);
    let organization = rss_mib(THIS)? - before;
    simulator.state().clock.freeze(now());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{} {organization:.1}", listener.local_addr()?);
    let end = async {
        let input = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
        drop(input.await);
    };
    serve(listener, Arc::new(simulator), real_time, end).await;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a server needs the real time")]
fn real_time() -> Timestamp {
    Timestamp::now()
}

/// The server's process.
struct Server {
    child: Child,
    address: SocketAddr,
    organization_mib: f64,
}

impl Server {
    async fn start(accounts: u32) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", "--accounts", &accounts.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let (address, memory) = line.trim().split_once(' ').ok_or("the server did not start")?;
        Ok(Self { child, address: address.parse()?, organization_mib: memory.parse()? })
    }

    fn process(&self) -> Result<String, Failure> {
        Ok(self.child.id().ok_or("the server has ended")?.to_string())
    }
}

/// The figures of one operation.
struct Figures {
    name: &'static str,
    driven: Driven,
    server: Duration,
    client: Duration,
}

impl Figures {
    #[expect(clippy::cast_precision_loss, reason = "counts of a few million")]
    fn per_second(&self) -> f64 {
        self.driven.answers as f64 / self.driven.wall.as_secs_f64()
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of a few million")]
    fn microseconds(&self, time: Duration) -> f64 {
        time.as_secs_f64() * 1e6 / self.driven.answers as f64
    }
}

async fn measure(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let server = Server::start(arguments.accounts).await?;
    let operations = {
        let (scenario, simulator) = simulated(arguments.accounts)?;
        operations(&scenario, &simulator)?
    };
    let mut all = Vec::new();
    for operation in &operations {
        all.push(one(&server, operation, arguments).await?);
    }
    let peak = peak_rss_mib(&server.process()?)?;
    tell(arguments, &server, &all, peak);
    let mut is_good = true;
    let mut demand = |holds: bool, what: &str| {
        if !holds {
            eprintln!("{what}");
            is_good = false;
        }
    };
    demand(all.iter().all(|it| it.driven.refused == 0), "some requests were refused");
    let trails = all.iter().find(|it| it.name == "DescribeTrails").map_or(0.0, Figures::per_second);
    let least = arguments.min_describe_trails.unwrap_or_default();
    demand(trails >= least, &format!("{trails:.0} DescribeTrails a second are below {least:.0}"));
    let most = arguments.max_organization_mib.unwrap_or(f64::INFINITY);
    let memory = server.organization_mib;
    demand(memory <= most, &format!("{memory:.1} MiB of organization are above {most:.1}"));
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn one(
    server: &Server,
    operation: &Operation,
    arguments: &Arguments,
) -> Result<Figures, Failure> {
    let (process, time) = (server.process()?, Duration::from_secs_f64(arguments.seconds));
    let connections = arguments.connections;
    drive(server.address, &operation.requests, connections, time / 10).await?;
    let (server_before, client_before) = (cpu_time(&process)?, cpu_time(THIS)?);
    let driven = drive(server.address, &operation.requests, connections, time).await?;
    Ok(Figures {
        name: operation.name,
        driven,
        server: cpu_time(&process)?.saturating_sub(server_before),
        client: cpu_time(THIS)?.saturating_sub(client_before),
    })
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn tell(arguments: &Arguments, server: &Server, all: &[Figures], peak: f64) {
    let (accounts, organization) = (arguments.accounts, server.organization_mib);
    if arguments.json {
        let round = |value: f64| (value * 10.0).round() / 10.0;
        let operations: Vec<_> = all
            .iter()
            .map(|it| {
                json!({
                    "operation": it.name,
                    "requests": it.driven.answers,
                    "refused": it.driven.refused,
                    "per_second": it.per_second().round(),
                    "server_cpu_us": round(it.microseconds(it.server)),
                    "client_cpu_us": round(it.microseconds(it.client)),
                    "bytes": it.driven.bytes,
                })
            })
            .collect();
        println!(
            "{}",
            json!({
                "accounts": accounts,
                "regions": 34,
                "organization_mib": organization,
                "peak_rss_mib": round(peak),
                "connections": arguments.connections,
                "operations": operations,
            })
        );
        return;
    }
    println!("{accounts} accounts x 34 Regions: {organization:.1} MiB, {peak:.1} MiB peak");
    for it in all {
        println!(
            "{:<28} {:>8.0}/s {:>7.1} us CPU each, {:>7.1} us in the client",
            it.name,
            it.per_second(),
            it.microseconds(it.server),
            it.microseconds(it.client),
        );
    }
}
