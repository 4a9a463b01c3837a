//! The simulator in a process of its own, told what to do over its input.

use std::fs::File;
use std::io::{BufRead as _, BufWriter, Write as _};
use std::num::NonZeroU64;
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::mpsc;
use trailseal_sim::Simulator;
use trailseal_sim::scenario::Scenario;
use trailseal_sim::server::serve;
use trailseal_sim::state::{LimitSettings, RandomFaultSettings};

use super::Organization;
use crate::Failure;

/// How long an answer takes, in milliseconds: from this, and up to so many more.
pub const LATENCY_MS: (u32, u32) = (20, 20);

/// The quotas that AWS publishes, or none.
const fn limits(enabled: bool) -> LimitSettings {
    LimitSettings { enabled, share: 1.0 }
}

/// Everything is kept that [`CallLog::keep_one_in`] lets through.
///
/// [`CallLog::keep_one_in`]: trailseal_sim::state::CallLog::keep_one_in
const KEPT: usize = 10_000_000;

/// Is the server, until its input ends: prints where it is, then answers each command of its input
/// with one line.
///
/// # Errors
/// When there is no such organization, or no port.
#[expect(clippy::print_stdout, reason = "the other process reads it")]
pub async fn be_the_server(organization: Organization) -> Result<(), Failure> {
    let regions = usize::try_from(organization.regions)?;
    let start = rounded(real_time())?;
    let scenario = Scenario::bench(organization.accounts, regions, organization.shape, start)?;
    let simulator = Arc::new(Simulator::of(&scenario));
    let (latency_ms, jitter_ms) = LATENCY_MS;
    simulator.state().random_faults.set(RandomFaultSettings {
        latency_ms,
        jitter_ms,
        ..Default::default()
    });
    simulator.state().limits.set(limits(true));
    let kept_of = NonZeroU64::new(organization.kept_of()).ok_or("nothing to keep")?;
    simulator.state().log.keep_one_in(kept_of);
    simulator.state().log.keep(KEPT);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let user = simulator.world().users().first().ok_or("no user has access keys")?;
    let announced = json!({
        "endpoint": format!("http://{}", listener.local_addr()?),
        "access_key_id": user.access_key_id,
        "secret_access_key": user.secret_access_key,
        "role_name": scenario.access.role_name,
        "external_id": scenario.access.external_id,
        "log_archive": scenario.access.log_archive.map(|it| it.to_string()),
    });
    println!("{announced}");
    let (ended, mut end) = mpsc::channel::<()>(1);
    let commanded = Arc::clone(&simulator);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            let answer = obey(&commanded, &line);
            println!("{}", answer.unwrap_or_else(|it| json!({ "error": it.to_string() })));
        }
        drop(ended);
    });
    let end = async move {
        end.recv().await;
    };
    serve(listener, simulator, real_time, end).await;
    Ok(())
}

fn obey(simulator: &Simulator, command: &str) -> Result<Value, Failure> {
    let (state, log) = (simulator.state(), &simulator.state().log);
    match command.split_once(' ').unwrap_or((command, "")) {
        ("report", _) => Ok(json!({ "log": log.report(), "peaks": log.peaks.report() })),
        ("calls", file) => {
            let calls = log.calls();
            let mut file = BufWriter::new(File::create(file)?);
            for call in &calls {
                serde_json::to_writer(&mut file, call)?;
                file.write_all(b"\n")?;
            }
            file.flush()?;
            log.keep(0);
            Ok(json!({ "calls": calls.len() }))
        }
        ("unlimited", _) => {
            state.limits.set(limits(false));
            Ok(Value::Null)
        }
        _ => Err(format!("the server does not know `{command}`").into()),
    }
}

#[expect(clippy::disallowed_methods, reason = "a server needs the real time")]
fn real_time() -> Timestamp {
    Timestamp::now()
}

/// The program looks at deliveries up to now, and the world was delivered to up to its start.
fn rounded(at: Timestamp) -> Result<Timestamp, Failure> {
    Ok(Timestamp::from_second(at.as_second() / 60 * 60)?)
}

/// The server's process, as the other side sees it.
#[derive(Debug)]
pub struct Server {
    /// Ends with this, should anything fail.
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    /// Where it is, and how to get in.
    pub announced: Value,
}

impl Server {
    /// Starts this very program as the server.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(organization: Organization) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["--serve", "--scenario", super::word(organization.shape)])
            .args(["--accounts", &organization.accounts.to_string()])
            .args(["--regions", &organization.regions.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take().ok_or("the server has no input")?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let output = BufReader::new(output).lines();
        let mut server = Self { _child: child, input, output, announced: Value::Null };
        server.announced = server.answer().await?;
        Ok(server)
    }

    /// What was called since the start, and how fast.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn report(&mut self) -> Result<Value, Failure> {
        self.tell("report").await
    }

    /// Writes the calls that stand for all, one a line, and keeps no more; returns how many.
    ///
    /// # Errors
    /// When the server is gone, or the file cannot be written.
    pub async fn calls(&mut self, file: &Path) -> Result<u64, Failure> {
        let answer = self.tell(&format!("calls {}", file.display())).await?;
        answer["calls"].as_u64().ok_or_else(|| "the server counts no calls".into())
    }

    /// Keeps no quotas any more.
    ///
    /// # Errors
    /// When the server is gone.
    pub async fn lift_limits(&mut self) -> Result<(), Failure> {
        self.tell("unlimited").await.map(drop)
    }

    async fn tell(&mut self, command: &str) -> Result<Value, Failure> {
        self.input.write_all(format!("{command}\n").as_bytes()).await?;
        let answer = self.answer().await?;
        match answer["error"].as_str() {
            Some(error) => Err(error.into()),
            None => Ok(answer),
        }
    }

    async fn answer(&mut self) -> Result<Value, Failure> {
        let line = self.output.next_line().await?.ok_or("the server has ended")?;
        Ok(serde_json::from_str(&line)?)
    }
}
