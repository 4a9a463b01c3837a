//! Every check that a change must pass besides its tests, each timed: first those that build, in order,
//! then the judges and the programs side by side, because most of them keep one core busy at most.

use std::env;
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail, ensure};

use crate::workspace;

/// One check.
struct Step {
    name: &'static str,
    lane: Lane,
    about: &'static str,
    program: Program,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// Which steps run one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lane {
    /// Before all others: they build, and take every core for it.
    Build,
    /// What judges with Python, node's packages or reports of an earlier step of this lane.
    Judges,
    /// What runs our own programs.
    Programs,
}

#[derive(Clone, Copy)]
enum Program {
    Cargo,
    /// This program, under another of its subcommands.
    Xtask,
}

const STEPS: &[Step] = &[
    Step {
        name: "fmt",
        lane: Lane::Build,
        about: "the code is formatted",
        program: Program::Cargo,
        arguments: &["fmt", "--all", "--check", "--", "--color=never"],
        environment: &[],
    },
    Step {
        name: "tidy",
        lane: Lane::Build,
        about: "the house style is kept",
        program: Program::Xtask,
        arguments: &["tidy"],
        environment: &[],
    },
    Step {
        name: "codegen",
        lane: Lane::Build,
        about: "generated files are up to date",
        program: Program::Xtask,
        arguments: &["codegen", "--check"],
        environment: &[],
    },
    Step {
        name: "clippy",
        lane: Lane::Build,
        about: "no lint complains",
        program: Program::Cargo,
        arguments: &["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"],
        environment: &[],
    },
    Step {
        name: "doc",
        lane: Lane::Build,
        about: "the documentation builds and its links lead somewhere",
        program: Program::Cargo,
        arguments: &["doc", "--quiet", "--workspace", "--no-deps"],
        environment: &[("RUSTDOCFLAGS", "-Dwarnings")],
    },
    Step {
        name: "deny",
        lane: Lane::Build,
        about: "who may use whom, licenses, banned crates and sources",
        program: Program::Xtask,
        arguments: &["deny"],
        environment: &[],
    },
    Step {
        name: "moto",
        lane: Lane::Judges,
        about: "the program against moto's AWS, its files read back with Python",
        program: Program::Xtask,
        arguments: &["moto"],
        environment: &[],
    },
    Step {
        name: "sim",
        lane: Lane::Judges,
        about: "the simulator against the AWS CLI, boto3, botocore's models and moto",
        program: Program::Xtask,
        arguments: &["sim"],
        environment: &[],
    },
    Step {
        name: "reperform",
        lane: Lane::Judges,
        about: "rows of the evidence, done again by a stranger with the AWS CLI",
        program: Program::Xtask,
        arguments: &["reperform"],
        environment: &[],
    },
    Step {
        name: "sarif",
        lane: Lane::Judges,
        about: "the files for GitHub code scanning, read by validators that others wrote",
        program: Program::Xtask,
        arguments: &["sarif"],
        environment: &[],
    },
    Step {
        name: "feeds",
        lane: Lane::Judges,
        about: "the metrics and the summary in Markdown, read by parsers that others wrote",
        program: Program::Xtask,
        arguments: &["feeds"],
        environment: &[],
    },
    Step {
        name: "policy",
        lane: Lane::Judges,
        about: "key policies, answered by a simulator that others wrote as well",
        program: Program::Xtask,
        arguments: &["policy"],
        environment: &[],
    },
    Step {
        name: "iam",
        lane: Lane::Judges,
        about: "templates of IAM policies, read by cfn-lint",
        program: Program::Xtask,
        arguments: &["iam"],
        environment: &[],
    },
    Step {
        name: "browser",
        lane: Lane::Programs,
        about: "the HTML page in a real browser",
        program: Program::Xtask,
        arguments: &["browser"],
        environment: &[],
    },
    Step {
        name: "bench-memory",
        lane: Lane::Programs,
        about: "10,000 accounts x 34 Regions stay within 128 MiB; time is not judged",
        program: Program::Xtask,
        arguments: &[
            "bench",
            "fanout",
            "--profile=dev",
            "--accounts=10000",
            "--regions=34",
            "--max-rss-mib=128",
        ],
        environment: &[],
    },
    Step {
        name: "bench-scan",
        lane: Lane::Programs,
        about: "a scan over TCP, and the same calls by bare clients; time is not judged",
        program: Program::Xtask,
        arguments: &[
            "bench",
            "scan",
            "--profile=dev",
            "--accounts=60",
            "--regions=17",
            "--max-rss-mib=192",
        ],
        environment: &[],
    },
];

/// What `ci` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Run this step only; may be given more than once.
    #[arg(long, value_name = "STEP")]
    only: Vec<String>,
    /// Print the steps and run none.
    #[arg(long)]
    list: bool,
}

/// Runs the steps; a failed one does not keep the next from running.
pub(crate) fn run(options: &Options) -> Result<()> {
    if options.list {
        for step in STEPS {
            println!("{:<14}{}", step.name, step.about);
        }
        return Ok(());
    }
    let steps = chosen(&options.only)?;
    // Taken once: a step may build this very program anew.
    let xtask = env::current_exe().context("failed to find this program")?;
    let start = now();
    let of = |lane: Lane| steps.iter().copied().filter(move |step| step.lane == lane);
    let mut failed = run_lane(of(Lane::Build), &xtask)?;
    let (programs, judges) = thread::scope(|scope| {
        let judges = scope.spawn(|| run_lane(of(Lane::Judges), &xtask));
        (run_lane(of(Lane::Programs), &xtask), judges.join())
    });
    failed.extend(judges.map_err(|_| anyhow!("the lane of the judges panicked"))??);
    failed.extend(programs?);
    let seconds = start.elapsed().as_secs_f64();
    println!("ci: {} steps in {seconds:.1} s, {} failed", steps.len(), failed.len());
    if failed.is_empty() { Ok(()) } else { bail!("failed: {}", failed.join(", ")) }
}

/// Runs the steps of one lane and returns the names of those that failed. What a step has to say is
/// printed at once, so that lanes do not mix.
fn run_lane(steps: impl Iterator<Item = &'static Step>, xtask: &Path) -> Result<Vec<&'static str>> {
    let mut failed = Vec::new();
    for step in steps {
        let start = now();
        let (passed, output) = workspace::captured(step.command(xtask))?;
        let (name, seconds) = (step.name, start.elapsed().as_secs_f64());
        if passed {
            println!("ok      {name:<14}{seconds:>7.1} s");
        } else {
            let output = String::from_utf8_lossy(&output);
            let output = output.trim_end();
            println!(
                "FAILED  {name:<14}{seconds:>7.1} s\n{output}\nFAILED  {name}: its output is above"
            );
            failed.push(name);
        }
    }
    Ok(failed)
}

fn chosen(only: &[String]) -> Result<Vec<&'static Step>> {
    for name in only {
        let known = STEPS.iter().any(|it| it.name == name);
        ensure!(known, "there is no step `{name}`; `--list` shows them");
    }
    Ok(STEPS
        .iter()
        .filter(|it| only.is_empty() || only.iter().any(|name| name == it.name))
        .collect())
}

impl Step {
    fn command(&self, xtask: &Path) -> Command {
        let mut command = match self.program {
            Program::Cargo => workspace::cargo(),
            Program::Xtask => workspace::command(OsStr::new(xtask)),
        };
        command.args(self.arguments).envs(self.environment.iter().copied());
        command
    }
}

#[expect(clippy::disallowed_methods, reason = "how long a step took is shown and never judged")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_the_reports_of_another_step_follows_it_in_its_lane() {
        let judges: Vec<&str> =
            STEPS.iter().filter(|it| it.lane == Lane::Judges).map(|it| it.name).collect();
        let place = |name| judges.iter().position(|it| *it == name);
        assert!(place("moto").is_some() && place("moto") < place("sarif"), "{judges:?}");
    }

    #[test]
    fn steps_are_chosen_by_name_in_their_own_order() {
        let names = |only: &[&str]| -> Result<Vec<&str>> {
            let only: Vec<String> = only.iter().map(ToString::to_string).collect();
            Ok(chosen(&only)?.iter().map(|it| it.name).collect())
        };
        assert_eq!(names(&[]).unwrap().len(), STEPS.len());
        assert_eq!(names(&["tidy", "fmt"]).unwrap(), ["fmt", "tidy"]);
        assert!(names(&["no"]).unwrap_err().to_string().contains("there is no step `no`"));
    }
}
