//! Whatever the record: limits hold, nothing is markup, and what is not shown is counted.

use trailseal_model::{CauseKind, ExceptionState, Verdict};
use trailseal_record::fixture::{self, HOSTILE, id, trail_arn};
use trailseal_record::v1::{CauseLine, ExceptionLine, FixStepLine, Line};

use crate::text::number;

use super::{Made, made, sum, without_code};

/// How many causes the large record has.
const CAUSES: usize = 3_000;

/// Lines of the fixture with as many long and hostile causes, exceptions, trails and names.
fn large() -> Vec<Line> {
    let mut lines = fixture::lines();
    let long = HOSTILE.concat().repeat(60);
    for number in 0..CAUSES {
        // The texts of most are short, so that the test is.
        let hostile = if number < 40 { long.clone() } else { HOSTILE.concat() };
        let mut cause = fixture::region_deny();
        cause.cause_id = format!("{number:016x}");
        cause.kind = CauseKind::ALL[number % CauseKind::ALL.len()];
        cause.title.clone_from(&hostile);
        cause.fact.clone_from(&hostile);
        cause.effect.gaps = 2;
        cause.effect.not_proven = 1;
        cause.fix.change.clone_from(&hostile);
        cause.fix.brings.clone_from(&hostile);
        cause.fix.risks = Some(hostile.clone());
        cause.fix.first = Some(hostile.clone());
        let command = hostile.chars().take(7_000).collect();
        cause.fix.steps = vec![FixStepLine::Command { command }; 20];
        lines.push(Line::Cause(Box::new(cause)));
    }
    let hostile = HOSTILE.concat().repeat(5);
    for entry in 2..500 {
        lines.push(Line::Exception(Box::new(ExceptionLine {
            entry,
            owner: hostile.clone(),
            approver: hostile.clone(),
            ticket: hostile.clone(),
            state: ExceptionState::Expired,
            ..fixture::exception()
        })));
    }
    for number in 10..300 {
        let mut trail = fixture::trail(2, "old");
        trail.trail_arn = trail_arn(number, "old");
        trail.account_id = id(number);
        trail.name.clone_from(&hostile);
        trail.verdict = Verdict::Unsealed;
        lines.push(Line::Trail(Box::new(trail)));
    }
    let mut lines = fixture::settled(lines);
    for line in &mut lines {
        if let Line::Run(run) = line {
            run.exceptions.entries = 499;
            run.exceptions.warnings = vec![hostile.clone(); 498];
            run.simulation = Some(hostile.clone());
            run.run_id = format!("simulation-{hostile}");
            run.caller_arn.clone_from(&hostile);
            run.organization_id = Some(hostile.clone());
        }
    }
    lines
}

#[test]
fn limits_hold_and_what_is_not_shown_is_counted() {
    let Made { summary, terminal, metrics } = made(&large());
    assert!(summary.len() < 1_000_000, "{} bytes", summary.len());
    assert!(terminal.lines().count() < 40, "{terminal}");
    let page = without_code(&summary);
    let in_full = page.lines().filter(|line| line.starts_with("### ")).count();
    let rows = page.lines().filter(|line| line.starts_with("| high | ")).count();
    let total = CAUSES + 3;
    assert!(in_full > 0, "{page}");
    let rest =
        format!("\n{} more causes in `causes.csv`.\n", number((total - in_full - rows) as u64));
    assert!(page.contains(&rest), "{in_full} {rows} {rest}");
    let heading = "What to change: 3,003 causes";
    assert!(terminal.contains(heading), "{terminal}");
    let shown = terminal.lines().filter(|line| line.trim_start().starts_with("Fix: ")).count();
    let rest = format!("  and {} more in summary.md", number((total - shown) as u64));
    assert!(terminal.contains(&rest), "{rest}: {terminal}");
    assert_eq!(sum(&metrics, "trailseal_simulation_causes"), total);
    is_harmless(&Made { summary, terminal, metrics });
}

#[test]
fn no_text_of_outsiders_is_markup_or_a_control() {
    is_harmless(&made(&fixture::lines()));
    for hostile in HOSTILE {
        let mut lines = fixture::lines();
        for line in &mut lines {
            match line {
                Line::Account(account) => account.name = (*hostile).to_owned(),
                Line::Trail(trail) => trail.name = (*hostile).to_owned(),
                Line::Cause(cause) => **cause = hostile_cause(cause, hostile),
                Line::Run(run) => run.tool_version = (*hostile).to_owned(),
                _ => {}
            }
        }
        is_harmless(&made(&lines));
    }
}

fn hostile_cause(cause: &CauseLine, hostile: &str) -> CauseLine {
    let mut cause = cause.clone();
    cause.title = format!("{hostile} @octocat https://example.com www.example.com #1");
    cause.fact = format!("```\n{hostile}");
    cause.fix.change = hostile.to_owned();
    cause.fix.resource = Some(hostile.to_owned());
    let text = format!("`````\n{hostile}");
    cause.fix.steps = vec![FixStepLine::Command { command: text }];
    cause
}

#[track_caller]
fn is_harmless(made: &Made) {
    let Made { summary, terminal, metrics } = made;
    for text in [summary, terminal, metrics] {
        let is_bad = |letter: char| {
            letter != '\n' && (letter.is_control() || ('\u{202a}'..='\u{202e}').contains(&letter))
        };
        assert!(!text.contains(is_bad), "{text:?}");
    }
    let page = without_code(summary).replace("\\]", "");
    for mark in ["<img", "<script", "</", "](", " @o", "https://", "http://", " www.", "| a |"] {
        assert!(!page.contains(mark), "{mark}: {page}");
    }
    // Rows of a table have as many cells as its head.
    let mut cells = 0;
    for line in page.lines() {
        let bars = line.replace("\\|", "").matches('|').count();
        if line.starts_with('|') && cells == 0 {
            cells = bars;
        }
        assert!(!line.starts_with('|') || bars == cells, "{cells}: {line}");
        if !line.starts_with('|') {
            cells = 0;
        }
    }
    for line in metrics.lines() {
        let is_known = line.starts_with("# ") || line.starts_with("trailseal_");
        assert!(is_known, "{line}");
    }
    assert!(metrics.ends_with("\n# EOF\n"));
}
