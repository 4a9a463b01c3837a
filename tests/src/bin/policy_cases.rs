//! Prints made-up key policies and requests with our answers, one JSON object a line.

use std::io::{self, BufWriter, Write as _};

use clap::Parser;
use trailseal_tests::policy_cases::case;

/// Cases for another simulator to answer.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many.
    #[arg(long, default_value_t = 5000)]
    count: u64,
    /// What they are drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> io::Result<()> {
    let Arguments { count, seed } = Arguments::parse();
    let mut out = BufWriter::new(io::stdout().lock());
    for number in 0..count {
        writeln!(out, "{}", case(seed, number))?;
    }
    out.flush()
}
