//! The judge `sim`: clients that we did not write, over the simulator.
//!
//! `trailseal sim` plays the organization of `tests/sim/judge.toml`, moto plays one seeded alike.
//! `tests/sim/judge.py` asks both the same with boto3 and the AWS CLI, and holds every answer
//! against what AWS documents, against botocore's service models and against moto's answer; then
//! against falsified copies of them, which the same checks must refuse.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::python::{Python, output, remove, tail};
use crate::server::{Server, free_port};
use crate::workspace::{self, Profile};

/// The simulated time when the simulator starts: expectations name days.
const START: &str = "2026-11-20T12:00:00Z";

/// What `sim` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Ask the simulator this program plays instead of the one that is built here.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// Starts the simulator and moto, and judges the one by the other.
pub(crate) fn run(options: &Options) -> Result<()> {
    let scripts = workspace::root().join("tests").join("sim");
    let work = workspace::root().join("target").join("sim");
    remove(&work)?;
    let home = work.join("home");
    fs::create_dir_all(&home).context("failed to create the folder of the run")?;
    let python = Python::new(home);
    python.install()?;
    let product = match &options.program {
        Some(program) => program.clone(),
        None => workspace::program("trailseal", "trailseal", Profile::Dev)?,
    };
    let port = free_port()?;
    let mut command = python.python();
    command.args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()]);
    command.env("TZ", "UTC").env("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false");
    let mut moto = Server::start("moto", &mut command, &work.join("moto.log"))?;
    let told = work.join("simulator.json");
    let _simulator = simulator(&python, &product, &scripts, &work, &told)?;
    moto.wait_for_port(port)?;
    let mut judge = python.script(&scripts.join("judge.py"));
    judge.arg("--simulator").arg(&told);
    judge.arg("--moto").arg(format!("http://127.0.0.1:{port}"));
    judge.arg("--aws").arg(python.program("aws")).arg("--work").arg(work.join("aws"));
    match output(&mut judge, "judge.py") {
        Ok(said) => println!("sim: {said}"),
        Err(error) => bail!(
            "{error:#}\nthe simulator's log ends with:\n{}",
            tail(&work.join("simulator.log"))
        ),
    }
    Ok(())
}

fn simulator(
    python: &Python,
    product: &Path,
    scripts: &Path,
    work: &Path,
    told: &Path,
) -> Result<Server> {
    let mut command = python.command(product);
    command.args(["sim", "--port", "0", "--json", "--verify-signatures", "--start", START]);
    command.arg("--scenario").arg(scripts.join("judge.toml"));
    let log = work.join("simulator.log");
    let mut server = Server::start_telling("the simulator", &mut command, &log, told)?;
    server.wait_for_line(told)?;
    Ok(server)
}
