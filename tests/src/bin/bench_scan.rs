//! Measures a whole scan by the real program against the simulator, as ratios to what no program
//! could go below: published quotas, the same calls by bare SDK clients, and latency.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::time::Instant;
use trailseal_sim::scenario::Shape;
use trailseal_tests::Failure;
use trailseal_tests::process::cpu_time;
use trailseal_tests::scan_bench::bound::{Bare, Measured, exceeded, quota};
use trailseal_tests::scan_bench::server::{Server, be_the_server};
use trailseal_tests::scan_bench::watched::watch;
use trailseal_tests::scan_bench::{Organization, word};

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scenario {
    /// An organization trail, and a trail of its own in every tenth account.
    LandingZone,
    /// A trail of its own in every account, no organization trail.
    Worst,
}

#[derive(Debug, Parser)]
struct Arguments {
    /// Accounts of the organization.
    #[arg(long, default_value_t = 1_000)]
    accounts: u32,
    /// Regions of each.
    #[arg(long, default_value_t = 17)]
    regions: u32,
    /// Which trails there are.
    #[arg(long, value_enum, default_value = "landing-zone")]
    scenario: Scenario,
    /// The share of the published quotas that the program may take.
    #[arg(long, default_value_t = 1.0)]
    share: f64,
    /// Handed to the program too, such as `--max-in-flight=512`.
    #[arg(long = "flag", value_name = "FLAG", allow_hyphen_values = true)]
    flags: Vec<String>,
    /// Fails when the time is above this multiple of the bound.
    #[arg(long)]
    max_ratio: Option<f64>,
    /// Fails when processor time for a call is above this multiple of a bare client's.
    #[arg(long)]
    max_cpu_ratio: Option<f64>,
    /// Fails when the peak of memory is above this.
    #[arg(long)]
    max_rss_mib: Option<f64>,
    /// Prints one JSON object instead of lines.
    #[arg(long)]
    json: bool,
    /// The program `trailseal`.
    #[arg(long)]
    program: Option<PathBuf>,
    /// The program `bare-calls`.
    #[arg(long)]
    bare: Option<PathBuf>,
    /// Keeps the reports here.
    #[arg(long)]
    out: Option<PathBuf>,
    /// Is the server: says where it is, and obeys its input.
    #[arg(long, hide = true)]
    serve: bool,
}

impl Arguments {
    fn organization(&self) -> Organization {
        let shape = match self.scenario {
            Scenario::LandingZone => Shape::LandingZone,
            Scenario::Worst => Shape::Worst,
        };
        Organization { accounts: self.accounts, regions: self.regions, shape }
    }
}

#[tokio::main]
async fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    if arguments.serve {
        be_the_server(arguments.organization()).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let measured = measure(&arguments).await?;
    tell(&arguments, &measured);
    Ok(verdict(&arguments, &measured))
}

async fn measure(arguments: &Arguments) -> Result<Measured, Failure> {
    let folder = tempfile::tempdir()?;
    let organization = arguments.organization();
    let mut server = Server::start(organization).await?;
    let out = arguments.out.clone().unwrap_or_else(|| folder.path().join("out"));
    let program = watch(&mut scan(arguments, &server.announced, &out)?).await?;
    let report = server.report().await?;
    if !matches!(program.status.code(), Some(0..=1 | 3..=4)) {
        return Err(format!("the program ended with {}", program.status).into());
    }
    let calls = folder.path().join("calls.jsonl");
    let kept = server.calls(&calls).await?;
    server.lift_limits().await?;
    let bare = replay(arguments, &server.announced, &calls, kept).await?;
    let log = &report["log"];
    let throttles = log["operations"].as_array().into_iter().flatten();
    Ok(Measured {
        organization,
        share: arguments.share,
        program,
        calls: log["calls"].as_u64().ok_or("a report without calls")?,
        operations: operations(log),
        throttles: throttles.filter_map(|it| it["throttled"].as_u64()).sum(),
        exceeded: exceeded(&report["peaks"]),
        in_flight: log["highest_concurrency"].as_u64().unwrap_or_default(),
        quota: quota(&report["peaks"], arguments.share)?,
        bare,
    })
}

fn operations(log: &Value) -> Value {
    let rows = log["operations"].as_array().into_iter().flatten();
    let named =
        rows.filter_map(|it| Some((it["operation"].as_str()?.to_owned(), it["calls"].clone())));
    Value::Object(named.collect())
}

/// The program under test, with nothing of the caller's environment that it could listen to.
fn command(program: &Path, announced: &Value) -> Result<Command, Failure> {
    let text = |name: &str| announced[name].as_str().ok_or_else(|| format!("no {name}"));
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("AWS_ENDPOINT_URL", text("endpoint")?)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", text("access_key_id")?)
        .env("AWS_SECRET_ACCESS_KEY", text("secret_access_key")?)
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(command)
}

fn scan(arguments: &Arguments, announced: &Value, out: &Path) -> Result<Command, Failure> {
    let program = arguments.program.as_deref().ok_or("--program is needed")?;
    let mut command = command(program, announced)?;
    command.args(["scan", "--quiet", "--role-name"]);
    command.arg(announced["role_name"].as_str().unwrap_or_default());
    for (flag, name) in [("--external-id", "external_id"), ("--log-archive-account", "log_archive")]
    {
        if let Some(value) = announced[name].as_str() {
            command.args([flag, value]);
        }
    }
    command.args(["--rate-share", &arguments.share.to_string()]).args(&arguments.flags);
    command.arg("--out").arg(out).stdout(Stdio::null());
    Ok(command)
}

/// Makes the same calls by bare clients; what they do before the first of them does not count.
async fn replay(
    arguments: &Arguments,
    announced: &Value,
    calls: &Path,
    count: u64,
) -> Result<Bare, Failure> {
    let bare = arguments.bare.as_deref().ok_or("--bare is needed")?;
    let mut command = tokio::process::Command::from(command(bare, announced)?);
    command.arg(calls).arg(announced["role_name"].as_str().unwrap_or_default());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn()?;
    let mut input = child.stdin.take().ok_or("bare-calls has no input")?;
    let output = child.stdout.take().ok_or("bare-calls has no output")?;
    let mut lines = BufReader::new(output).lines();
    lines.next_line().await?.ok_or("bare-calls did not begin")?;
    let process = child.id().ok_or("bare-calls has ended")?.to_string();
    let (begun, before) = (Instant::now(), cpu_time(&process)?);
    input.write_all(b"\n").await?;
    let line = lines.next_line().await?.ok_or("bare-calls did not end")?;
    let (wall, cpu): (Duration, _) = (begun.elapsed(), cpu_time(&process)?);
    let failed = serde_json::from_str::<Value>(&line)?["failed"].as_u64().unwrap_or_default();
    drop(input);
    child.wait().await?;
    Ok(Bare { calls: count, failed, wall, cpu: cpu.saturating_sub(before) })
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn tell(arguments: &Arguments, measured: &Measured) {
    if arguments.json {
        println!("{}", measured.json());
        return;
    }
    let Organization { accounts, regions, shape } = measured.organization;
    let (bound, what) = measured.bound();
    println!(
        "{} of {accounts} accounts x {regions} Regions at a share of {}: {} calls, {} throttled",
        word(shape),
        measured.share,
        measured.calls,
        measured.throttles,
    );
    println!(
        "{:.1} s, {:.2} times the bound of {bound:.1} s ({what})",
        measured.program.wall.as_secs_f64(),
        measured.ratio(),
    );
    println!(
        "{:.0} us of CPU a call, {:.2} times a bare client's {:.0} us",
        measured.cpu_us_per_call(),
        measured.cpu_ratio(),
        measured.bare_call_us(),
    );
    println!(
        "{:.1} MiB peak, {} sockets, {} requests at once",
        measured.program.peak_rss_mib, measured.program.sockets, measured.in_flight,
    );
}

fn verdict(arguments: &Arguments, measured: &Measured) -> ExitCode {
    let limits = [
        ("times the bound", measured.ratio(), arguments.max_ratio),
        ("times a bare client's CPU", measured.cpu_ratio(), arguments.max_cpu_ratio),
        ("MiB of memory", measured.program.peak_rss_mib, arguments.max_rss_mib),
    ];
    let mut code = ExitCode::SUCCESS;
    for (what, value, limit) in limits {
        if limit.is_some_and(|it| value > it) {
            eprintln!("{value:.2} {what} is above {}", limit.unwrap_or_default());
            code = ExitCode::FAILURE;
        }
    }
    if measured.bare.failed * 100 > measured.bare.calls {
        eprintln!("{} of {} replayed calls failed", measured.bare.failed, measured.bare.calls);
        code = ExitCode::FAILURE;
    }
    code
}
