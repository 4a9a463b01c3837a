//! What the journal of a large organization costs: bytes and processor time for each answer, and the
//! memory of writing and of replaying it. The same audit over answers from memory runs without a
//! journal, with one, and from it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use serde_json::json;
use tokio::runtime::Runtime;
use trailseal::SampleSpool;
use trailseal_audit::audit;
use trailseal_journal::{
    AskAgain, EndReason, FormatVersion, Journal, Journaled, RunManifest, Unanswered, Writer,
};
use trailseal_model::{Answers, GapClass, NoEvents};
use trailseal_tests::Failure;
use trailseal_tests::audit::settings;
use trailseal_tests::plan::Plan;
use trailseal_tests::process::{THIS, cpu_time, peak_rss_mib};
use trailseal_tests::world::World;

#[derive(Debug, Parser)]
struct Arguments {
    /// Accounts of the organization.
    #[arg(long, default_value_t = 10_000)]
    accounts: u64,
    /// Regions of each account, at most 34.
    #[arg(long, default_value_t = 34)]
    regions: usize,
    /// Processor time of a call by a bare client, in microseconds, to compare with.
    #[arg(long)]
    bare_call_us: Option<f64>,
    /// Fails when an answer takes more than this part of a bare call.
    #[arg(long, default_value_t = 0.05)]
    max_ratio: f64,
    /// Fails when the peak memory of any step is above this.
    #[arg(long)]
    max_rss_mib: Option<f64>,
    /// Prints one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

/// What one step took.
#[derive(Debug, Clone, Copy)]
struct Took {
    cpu: Duration,
    peak_mib: f64,
}

/// Runs a step, and says what it took. Linux forgets the peak before it.
fn measured<T>(step: impl FnOnce() -> Result<T, Failure>) -> Result<(T, Took), Failure> {
    fs::write("/proc/self/clear_refs", "5")?;
    let before = cpu_time(THIS)?;
    let value = step()?;
    let cpu = cpu_time(THIS)?.saturating_sub(before);
    Ok((value, Took { cpu, peak_mib: peak_rss_mib(THIS)? }))
}

/// Audits with these answers, without reports, and returns how many gaps there were.
fn audited(
    runtime: &Runtime,
    world: &World,
    answers: &dyn Answers,
    folder: &Path,
) -> Result<usize, Failure> {
    let spool = folder.join("samples");
    let mut samples = SampleSpool::create(&spool)?;
    let audited = runtime.block_on(audit(answers, &settings(world), &NoEvents, &mut samples))?;
    drop(samples);
    fs::remove_file(spool)?;
    Ok(audited.gaps.len())
}

/// Everything that was measured.
struct Figures {
    answers: u64,
    bytes: u64,
    plain: Took,
    written: Took,
    read: Took,
    replayed: Took,
}

impl Figures {
    #[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
    fn cpu_us_per_answer(&self) -> f64 {
        let journal = self.written.cpu.saturating_sub(self.plain.cpu);
        journal.as_secs_f64() * 1e6 / self.answers as f64
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of some millions")]
    fn bytes_per_answer(&self) -> f64 {
        self.bytes as f64 / self.answers as f64
    }

    fn peak_mib(&self) -> f64 {
        let steps = [self.written, self.read, self.replayed];
        steps.into_iter().map(|step| step.peak_mib).fold(0.0, f64::max)
    }
}

fn measure(arguments: &Arguments) -> Result<Figures, Failure> {
    let world = || {
        let plan = Plan {
            accounts: arguments.accounts,
            regions: arguments.regions,
            own_trail_every: 10,
            has_organization_trail: true,
            objects_a_day: 70,
            suspended: Vec::new(),
            store_every: 20,
            ..Plan::small()
        };
        World::new(plan).shuffled(1)
    };
    let out = tempfile::tempdir()?;
    let folder = out.path().join(trailseal_journal::FOLDER);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let world = world();
    let (gaps, plain) = measured(|| audited(&runtime, &world, &world, out.path()))?;
    let writer = Arc::new(Writer::begin(&folder, &manifest())?);
    let (_, written) = measured(|| {
        let kept = Some(Arc::clone(&writer));
        let answers = Journaled::new(&world, None, kept, AskAgain::nothing());
        let gaps = audited(&runtime, &world, &answers, out.path())?;
        writer.seal(EndReason::Complete)?;
        Ok(gaps)
    })?;
    let (journal, read) = measured(|| Ok(Arc::new(Journal::read(&folder)?)))?;
    assert!(journal.damages().is_empty() && journal.len() as u64 == writer.answers());
    let nothing = Unanswered(GapClass::NotFound);
    let answers = Journaled::new(nothing, Some(journal), None, AskAgain::nothing());
    let (replayed_gaps, replayed) = measured(|| audited(&runtime, &world, &answers, out.path()))?;
    assert_eq!(replayed_gaps, gaps, "the journal answers everything");
    let (answers, bytes) = (writer.answers(), writer.bytes_written());
    Ok(Figures { answers, bytes, plain, written, read, replayed })
}

fn manifest() -> RunManifest {
    RunManifest {
        format: FormatVersion::CURRENT,
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        run_id: "bench".to_owned(),
        started_at: trailseal_tests::plan::now(),
        simulation: None,
        endpoints: Vec::new(),
        caller_arn: String::new(),
        caller_account: trailseal_tests::plan::Plan::account(1),
        partition: trailseal_model::Partition::Aws,
        seed: 1,
        arguments: Vec::new(),
        asked: [].into(),
        judged: [].into(),
        run: [].into(),
        files: [].into(),
        configuration_sha256: None,
    }
}

#[expect(clippy::print_stdout, reason = "its result is what it prints")]
fn print(arguments: &Arguments, figures: &Figures) {
    let Figures { answers, bytes, plain, written, read, replayed } = figures;
    let round = |number: f64| (number * 100.0).round() / 100.0;
    let ratio = arguments.bare_call_us.map(|bare| figures.cpu_us_per_answer() / bare);
    if arguments.json {
        let step = |took: &Took| json!({"cpu_s": round(took.cpu.as_secs_f64()), "peak_rss_mib": round(took.peak_mib)});
        let object = json!({
            "accounts": arguments.accounts,
            "regions": arguments.regions,
            "answers": answers,
            "bytes": bytes,
            "bytes_per_answer": round(figures.bytes_per_answer()),
            "cpu_us_per_answer": round(figures.cpu_us_per_answer()),
            "bare_call_us": arguments.bare_call_us,
            "ratio": ratio.map(|ratio| (ratio * 1e4).round() / 1e4),
            "without_journal": step(plain),
            "with_journal": step(written),
            "index": step(read),
            "replay": step(replayed),
        });
        println!("{object}");
        return;
    }
    println!(
        "{answers} answers, {bytes} bytes ({:.1} an answer), {:.2} us of CPU an answer",
        figures.bytes_per_answer(),
        figures.cpu_us_per_answer()
    );
    for (name, took) in [
        ("without journal", plain),
        ("with journal", written),
        ("index", read),
        ("replay", replayed),
    ] {
        println!("{name}: {:.1} s CPU, {:.1} MiB peak", took.cpu.as_secs_f64(), took.peak_mib);
    }
    if let Some(ratio) = ratio {
        println!("an answer takes {:.1} % of a bare call", ratio * 100.0);
    }
}

fn main() -> Result<ExitCode, Failure> {
    let arguments = Arguments::parse();
    let figures = measure(&arguments)?;
    print(&arguments, &figures);
    let mut code = ExitCode::SUCCESS;
    let ratio = arguments.bare_call_us.map(|bare| figures.cpu_us_per_answer() / bare);
    if let Some(ratio) = ratio.filter(|ratio| *ratio > arguments.max_ratio) {
        eprintln!("an answer takes {ratio:.3} of a bare call, above {:.3}", arguments.max_ratio);
        code = ExitCode::FAILURE;
    }
    if let Some(limit) = arguments.max_rss_mib.filter(|limit| figures.peak_mib() > *limit) {
        eprintln!("peak memory {:.1} MiB is above {limit:.1} MiB", figures.peak_mib());
        code = ExitCode::FAILURE;
    }
    Ok(code)
}
