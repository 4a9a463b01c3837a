//! The judge `moto`: an AWS that we did not write, on this machine.
//!
//! `tests/moto/seed.py` builds an organization with one account per case in a moto server, the
//! product scans it, and `tests/moto/judge.py` compares the reports with files written by hand
//! from AWS's documentation, and the recorded calls with what a scan may do. Then the organization
//! gets a trail of its own, and is scanned and judged once more. Last, it is built on stock moto, which
//! answers 500 to ListEventDataStores.

mod keep;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use self::keep::Keeper;
use crate::python::{Python, output, remove, shown, tail};
use crate::server::{Server, free_port};
use crate::workspace::{self, Profile};

/// The cases hold failures and things that cannot be proven: exit code 4, both.
const EXPECTED_EXIT_CODE: i32 = 4;

/// Example values of AWS's documentation; moto takes them for the management account.
const ACCESS_KEY_ID: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_ACCESS_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// moto answers one request after the other. Many in flight would only wait there, on a busy machine
/// until they time out, and a call that is made again is a difference.
const MAX_IN_FLIGHT: &str = "64";

/// The tag of accounts that the scan asks for.
const ACCOUNT_TAG: &str = "owner";

/// What `moto` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Scan only, and leave its files unjudged.
    #[arg(long)]
    scan: bool,
    /// Keep the reports in this new folder, for `golden compare`; the clock stands still for that,
    /// which needs the package faketime.
    #[arg(long, value_name = "FOLDER", conflicts_with = "scan")]
    keep: Option<PathBuf>,
}

/// Seeds a moto server, scans it and judges the scan; or shows the first scan instead.
pub(crate) fn run(options: &Options) -> Result<()> {
    let scan_only = options.scan;
    let mut place = Paths::new();
    place.clear()?;
    place.keeper = options.keep.as_deref().map(Keeper::new).transpose()?;
    place.python.install()?;
    if scan_only {
        eprintln!("Building trailseal (the first time takes some minutes).");
    }
    let product = workspace::program("trailseal", "trailseal", Profile::Dev)?;
    let server = Moto::start(&place, Stage::Accounts)?;
    if scan_only {
        let endpoint = server.endpoint();
        eprintln!("This is moto, not AWS: an organization made up on this machine, at {endpoint}.");
    }
    let world = seed(&place, &server, Stage::Accounts)?;
    scan(&place, &product, &server, &world, Stage::Accounts, scan_only)?;
    if scan_only {
        let out = place.out(Stage::Accounts);
        eprintln!("Exit code 4 is right here: some cases fail, some cannot be proven.");
        eprintln!("The reports are in {}.", shown(&out).display());
        return Ok(());
    }
    let judged = judge(&place, "judge.py", Stage::Accounts)?;
    let tested = judge(&place, "selftest.py", Stage::Accounts)?;
    seed(&place, &server, Stage::OrganizationTrail)?;
    scan(&place, &product, &server, &world, Stage::OrganizationTrail, false)?;
    let with_trail = judge(&place, "judge.py", Stage::OrganizationTrail)?;
    drop(server);
    let stock = scan_stock(&place, &product)?;
    println!("moto: {judged}; {tested}; with an organization trail: {with_trail}; stock: {stock}");
    Ok(())
}

/// The same organization on moto as it comes, whose ListEventDataStores is a 500: nothing but event
/// data stores may be lost by that.
fn scan_stock(place: &Paths, product: &Path) -> Result<String> {
    let server = Moto::start(place, Stage::Stock)?;
    let world = seed(place, &server, Stage::Stock)?;
    scan(place, product, &server, &world, Stage::Stock, false)?;
    let mut judge = place.script("judge_stock.py");
    judge.arg("--out").arg(place.out(Stage::Stock)).arg("--world").arg(&place.world);
    output(&mut judge, "judge_stock.py")
}

/// What the organization has when it is scanned. A trail for all accounts leaves none certainly
/// uncovered, so what accounts have by themselves is judged before there is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Accounts,
    OrganizationTrail,
    /// On moto without the operations that `moto_with_lake.py` adds.
    Stock,
}

impl Stage {
    /// As the scripts call it.
    const fn name(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::OrganizationTrail => "organization-trail",
            Self::Stock => "stock",
        }
    }
}

/// Where the files of a run are.
struct Paths {
    scripts: PathBuf,
    python: Python,
    /// Written anew by every run; holds all that follows.
    work: PathBuf,
    home: PathBuf,
    world: PathBuf,
    recording: PathBuf,
    server_log: PathBuf,
    /// Where the reports are kept, if they are.
    keeper: Option<Keeper>,
}

impl Paths {
    fn new() -> Self {
        let work = workspace::root().join("target").join("moto");
        Self {
            scripts: workspace::root().join("tests").join("moto"),
            python: Python::new(work.join("home")),
            home: work.join("home"),
            world: work.join("world.json"),
            recording: work.join("recording.jsonl"),
            server_log: work.join("server.log"),
            keeper: None,
            work,
        }
    }

    /// Removes what an earlier run left.
    fn clear(&self) -> Result<()> {
        remove(&self.work)?;
        let later = [Stage::OrganizationTrail, Stage::Stock].map(|stage| self.of_stage(stage));
        for folder in later.iter().chain([&self.home]) {
            fs::create_dir_all(folder)
                .with_context(|| format!("failed to create {}", folder.display()))?;
        }
        Ok(())
    }

    /// The reports of a scan.
    fn out(&self, stage: Stage) -> PathBuf {
        self.of_stage(stage).join("out")
    }

    /// What a scan said.
    fn scan_log(&self, stage: Stage) -> PathBuf {
        self.of_stage(stage).join("scan.log")
    }

    fn of_stage(&self, stage: Stage) -> PathBuf {
        match stage {
            Stage::Accounts => self.work.clone(),
            Stage::OrganizationTrail | Stage::Stock => self.work.join(stage.name()),
        }
    }

    /// One of our scripts.
    fn script(&self, name: &str) -> Command {
        self.python.script(&self.scripts.join(name))
    }
}

/// A moto server on a free port; it ends with this value.
struct Moto {
    _server: Server,
    port: u16,
}

impl Moto {
    /// Starts the server and waits until it listens.
    fn start(place: &Paths, stage: Stage) -> Result<Self> {
        let port = free_port()?;
        let mut command = place.script("moto_with_lake.py");
        if stage == Stage::Stock {
            command.arg("--stock");
        }
        command
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            // moto takes local time for UTC where it says when a trail delivered last.
            .env("TZ", "UTC")
            .env("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")
            .env("MOTO_RECORDER_FILEPATH", &place.recording);
        if let Some(keeper) = &place.keeper {
            keeper.stop_for_server(&mut command);
        }
        let mut server = Server::start("moto", &mut command, &place.server_log)?;
        server.wait_for_port(port)?;
        Ok(Self { _server: server, port })
    }

    fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

/// What the scan must be told of the seeded organization.
struct World {
    role_name: String,
    log_archive_account: String,
}

impl World {
    fn parse(text: &str) -> Result<Self> {
        let document: serde_json::Value = serde_json::from_str(text)?;
        let field = |name: &str| {
            let value = document.get(name).and_then(serde_json::Value::as_str);
            value.map(str::to_owned).with_context(|| format!("no `{name}` in it"))
        };
        let role_name = field("role_name")?;
        let log_archive_account = field("log_archive_account_id")?;
        Ok(Self { role_name, log_archive_account })
    }
}

/// Builds the organization, or gives it its trail, and has moto record every call from then on.
fn seed(place: &Paths, server: &Moto, stage: Stage) -> Result<World> {
    let mut seed = place.script("seed.py");
    seed.args(["--start-recorder", "--endpoint", &server.endpoint(), "--stage", stage.name()]);
    seed.arg("--world").arg(&place.world);
    if let Some(keeper) = &place.keeper {
        keeper.stop_for_seed(&mut seed);
    }
    if let Err(error) = output(&mut seed, "seed.py") {
        bail!("{error:#}\nmoto's log ends with:\n{}", tail(&place.server_log));
    }
    let text = fs::read_to_string(&place.world).context("failed to read what seed.py made")?;
    World::parse(&text).context("failed to read what seed.py made")
}

/// Scans the organization, with the program's own words on the terminal or in a log.
fn scan(
    place: &Paths,
    product: &Path,
    server: &Moto,
    world: &World,
    stage: Stage,
    is_shown: bool,
) -> Result<()> {
    let (out, log_file) = (place.out(stage), place.scan_log(stage));
    let mut scan = place.python.command(product);
    scan.args(["scan", "--role-name", &world.role_name])
        .args(["--log-archive-account", &world.log_archive_account])
        .args(["--account-tag", ACCOUNT_TAG, "--rate-share", "1"])
        .args(["--max-in-flight", MAX_IN_FLIGHT, "--out"])
        .arg(shown(&out))
        .env("AWS_ENDPOINT_URL", server.endpoint())
        .env("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID)
        .env("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY)
        .env("AWS_REGION", "us-east-1")
        .stdin(Stdio::null());
    if let Some(keeper) = &place.keeper {
        keeper.stop_for_scan(&mut scan);
    }
    if !is_shown {
        // The judge searches the log for secrets, and a trace is where they would stand.
        scan.env("TRAILSEAL_LOG", "trace");
        let log = File::create(&log_file).context("failed to create the scan's log")?;
        scan.stdout(log.try_clone().context("failed to share the scan's log")?).stderr(log);
    }
    let status = scan.status().context("failed to start trailseal")?;
    ensure!(
        status.code() == Some(EXPECTED_EXIT_CODE),
        "trailseal scan: {status}, expected {EXPECTED_EXIT_CODE}\n{}",
        if is_shown { String::new() } else { tail(&log_file) }
    );
    place.keeper.as_ref().map_or(Ok(()), |keeper| keeper.keep(place, server, stage))
}

/// Runs one of the judging scripts and returns what it has to say.
fn judge(place: &Paths, name: &str, stage: Stage) -> Result<String> {
    let mut judge = place.script(name);
    judge.args(["--stage", stage.name()]);
    judge.arg("--out").arg(place.out(stage)).arg("--world").arg(&place.world);
    judge.arg("--recording").arg(&place.recording).arg("--access-log").arg(&place.server_log);
    judge.arg("--scan-log").arg(place.scan_log(stage));
    judge.args(["--secret-access-key", SECRET_ACCESS_KEY]);
    output(&mut judge, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_ids_stay_text() {
        let text = r#"{"role_name": "Reader", "log_archive_account_id": "001234567890"}"#;
        let world = World::parse(text).unwrap();
        assert_eq!(world.log_archive_account, "001234567890");
        assert!(World::parse("{}").is_err());
    }

    #[test]
    fn paths_are_shown_from_the_root() {
        let shown_of = |stage| shown(&Paths::new().out(stage)).to_owned();
        assert_eq!(shown_of(Stage::Accounts), Path::new("target/moto/out"));
        let second = Path::new("target/moto/organization-trail/out");
        assert_eq!(shown_of(Stage::OrganizationTrail), second);
    }
}
