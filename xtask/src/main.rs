//! The workspace's chores: `cargo xtask tidy | codegen | cases | deny | moto | sim | policy | iam | sarif | feeds |
//! browser | golden | bench | judge | ci`.
#![expect(clippy::print_stdout, reason = "a chore speaks to the person who started it")]

mod bench;
mod browser;
mod ci;
mod codegen;
mod deny;
mod feeds;
mod golden;
mod iam;
mod judge;
mod moto;
mod npm;
mod policy;
mod python;
mod reperform;
mod sarif;
mod server;
mod sim;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::codegen::Mode;

/// The workspace's chores.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Debug, clap::Subcommand)]
enum Chore {
    /// Check the house style that no lint knows.
    Tidy,
    /// Write the generated files.
    Codegen {
        /// Write none, and fail at the first line of each file that is out of date.
        #[arg(long)]
        check: bool,
    },
    /// Print the table of the simulator's ready-made cases: what each is, and what a scan must find.
    Cases,
    /// Check who may use whom, licenses, banned crates and sources with cargo-deny.
    Deny,
    /// Judge the program against moto, an AWS that others wrote.
    Moto(moto::Options),
    /// Judge the simulator with the AWS CLI, boto3 and moto.
    Sim(sim::Options),
    /// Do again with the AWS CLI what rows of the evidence say was done.
    Reperform,
    /// Judge the SARIF files with validators that others wrote.
    Sarif,
    /// Judge the metrics and the summary in Markdown with parsers that others wrote.
    Feeds,
    /// Judge the simulation of key policies with a simulator that others wrote.
    Policy,
    /// Judge the templates of IAM policies with cfn-lint.
    Iam,
    /// Judge the HTML page in a real browser.
    Browser(browser::Options),
    /// Compare the reports of every ready-made organization before and after a change.
    #[command(subcommand)]
    Golden(golden::Golden),
    /// Run a benchmark.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Judge what CONTRIBUTING.md says of common changes, by patches that are applied and compiled.
    Judge(judge::Options),
    /// Run every check that a change must pass besides its tests.
    Ci(ci::Options),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Tidy => tidy::run(),
        Chore::Codegen { check } => codegen::run(if check { Mode::Check } else { Mode::Write }),
        Chore::Cases => {
            print!("{}", trailseal_sim::scenario::cases_page());
            Ok(())
        }
        Chore::Deny => deny::run(),
        Chore::Moto(options) => moto::run(&options),
        Chore::Sim(options) => sim::run(&options),
        Chore::Reperform => reperform::run(),
        Chore::Sarif => sarif::run(),
        Chore::Feeds => feeds::run(),
        Chore::Policy => policy::run(),
        Chore::Iam => iam::run(),
        Chore::Browser(options) => browser::run(&options),
        Chore::Golden(golden) => golden::run(&golden),
        Chore::Bench(bench) => bench::run(&bench),
        Chore::Judge(options) => judge::run(&options),
        Chore::Ci(options) => ci::run(&options),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without anyhow's backtrace: what failed is another program, not this one.
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
