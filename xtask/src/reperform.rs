//! The judge `reperform`: what rows of the evidence say, done again by a stranger.
//!
//! `trailseal sim` plays the organization of `tests/sim/reperform.toml`, in which the audit role has the
//! documented policy of a log archive and no more. After a scan `tests/sim/reperform.py` takes rows of
//! `samples.csv` and `sampled_clusters.csv`, assumes the role that they name, and runs the commands that
//! they print with the AWS CLI. Falsified rows must be refused.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::Value;
use trailseal_remediation::iam::{Caller, Format, IamRequest, Recipient, RoleName, document};

use crate::python::{Python, output, remove, tail};
use crate::server::Server;
use crate::workspace::{self, Profile};

/// The most that a scan which made reports ends with.
const LAST_CODE_WITH_REPORTS: i32 = 4;

/// Scans, and lets a stranger look again.
pub(crate) fn run() -> Result<()> {
    let work = workspace::root().join("target").join("reperform");
    remove(&work)?;
    let home = work.join("home");
    fs::create_dir_all(&home).context("failed to create the folder of the run")?;
    let python = Python::new(home);
    python.install()?;
    let product = workspace::program("trailseal", "trailseal", Profile::Dev)?;
    let scenario = scenario(&work)?;
    let told = work.join("simulator.json");
    let log = work.join("simulator.log");
    let mut command = python.command(&product);
    command.args(["sim", "--port", "0", "--json", "--verify-signatures", "--scenario"]);
    let mut server = Server::start_telling("the simulator", command.arg(&scenario), &log, &told)?;
    server.wait_for_line(&told)?;
    let reports = scan(&python, &product, &work, &told)?;
    let mut judge =
        python.script(&workspace::root().join("tests").join("sim").join("reperform.py"));
    judge.arg("--simulator").arg(&told).arg("--reports").arg(&reports);
    judge.arg("--aws").arg(python.program("aws")).arg("--work").arg(work.join("stranger"));
    match output(&mut judge, "reperform.py") {
        Ok(said) => println!("reperform: {said}"),
        Err(error) => bail!("{error:#}\nthe simulator's log ends with:\n{}", tail(&log)),
    }
    Ok(())
}

/// The organization, with the documented policy of the audit role.
fn scenario(work: &Path) -> Result<PathBuf> {
    let caller = Caller::parse("arn:aws:iam::111122223333:role/TrailsealCaller");
    let role = RoleName("TrailsealAudit".to_owned());
    let request =
        IamRequest::new(Recipient::LogArchive, caller.map_err(|error| anyhow!(error))?, role);
    let printed = document(&request, Format::Json)?;
    let printed: Value = serde_json::from_str(&printed).context("failed to read the policy")?;
    let policy = serde_json::to_string(&printed["Policy"]).context("failed to write the policy")?;
    ensure!(policy.starts_with('{'), "`iam` printed no policy: {printed}");
    let rest = workspace::root().join("tests").join("sim").join("reperform.toml");
    let rest = fs::read_to_string(rest).context("failed to read the organization")?;
    let file = work.join("scenario.toml");
    fs::write(&file, format!("{rest}\n[access]\nrole_policy = '''{policy}'''\n"))
        .context("failed to write the organization")?;
    Ok(file)
}

/// Scans the organization, and returns the folder of the reports.
fn scan(python: &Python, product: &Path, work: &Path, told: &Path) -> Result<PathBuf> {
    let told = fs::read_to_string(told).context("failed to read what the simulator tells")?;
    let told: Value = serde_json::from_str(&told).context("the simulator tells no JSON")?;
    let text = |name: &str| -> Result<String> {
        Ok(told[name]
            .as_str()
            .with_context(|| format!("the simulator tells no {name}"))?
            .to_owned())
    };
    let reports = work.join("out");
    let mut command = python.command(product);
    command.env("AWS_ENDPOINT_URL", text("endpoint")?).env("AWS_REGION", text("region")?);
    command.env("AWS_ACCESS_KEY_ID", text("access_key_id")?);
    command.env("AWS_SECRET_ACCESS_KEY", text("secret_access_key")?);
    command.args(["scan", "--quiet", "--role-name", &text("role_name")?]);
    command.args(["--external-id", &text("external_id")?]);
    command.args(["--log-archive-account", &text("log_archive_account_id")?]);
    let ended = command.arg("--out").arg(&reports).output().context("failed to start the scan")?;
    let has_reports = ended.status.code().is_some_and(|code| code <= LAST_CODE_WITH_REPORTS);
    ensure!(has_reports, "the scan: {}\n{}", ended.status, String::from_utf8_lossy(&ended.stderr));
    Ok(reports)
}
