//! `summary.md`: the run for the page of a pipeline. The verdict, what limits it, the causes with their
//! fixes, what was not read, what is accepted, and where to read on.

use std::fmt::Write as _;

use trailseal_model::{ExceptionState, FixActor, exit_code};
use trailseal_record::v1::{ExceptionLine, FixLine, FixStepLine, RunLine};

use crate::banners::banners;
use crate::causes::{Cause, NAMED};
use crate::markdown::{escaped, fenced};
use crate::sentences::{
    SENTENCE, effect, exceptions, findings, other_trails, population, recorded, targets, trails,
};
use crate::tally::{EXCEPTIONS, Tally};
use crate::text::{counted, number};

/// The most bytes of the causes. GitHub takes 1,024 KiB for a step; the rest of the page has at most
/// 200 KB, because everything in it is cut and counted.
const CAUSES: usize = 780_000;

/// How many causes are shown with everything that is known of them; the next ones are rows of a table.
const IN_FULL: usize = 50;

/// The most rows of what was not read.
const NOT_READ: usize = 50;

/// The longest fact, in characters.
const FACT: usize = 2_000;

/// The longest step, in characters. A longer one would be cut, and is not shown at all.
const STEP: usize = 8_000;

/// The most steps of a fix.
const STEPS: usize = 12;

/// The longest text in a cell of a table, in characters.
const CELL: usize = 200;

/// The page.
pub(crate) fn text(tally: &Tally) -> String {
    let Some(run) = tally.run.as_deref() else { return String::new() };
    let mut page = head(tally, run);
    page.push_str(&causes(tally));
    page.push_str(&not_read(tally));
    page.push_str(&accepted(tally, run));
    page.push_str(READ_ON);
    let _ = write!(
        page,
        "\nRun {} of Trailseal {}, from {} to {}, by {}.\n",
        escaped(&run.run_id, CELL),
        escaped(&run.tool_version, CELL),
        run.started_at,
        run.finished_at,
        escaped(&run.caller_arn, SENTENCE),
    );
    page
}

/// Where everything else is.
const READ_ON: &str = "\n## How to read on\n
| File | What it holds |
| --- | --- |
| `report.html` | the page for people: the seal chain of each trail, every account, what was not read |
| `causes.csv` | every cause with everything that it affects, and its fix |
| `findings.csv` | every control and subject, failures first, with the calls that show it |
| `accounts.csv` | every account: does a sealed trail record it, and do others? |
| `gaps.csv` | every call without an answer, with AWS's message and request id |
| `record.jsonl` | everything; `trailseal report` makes all reports from it |
";

fn head(tally: &Tally, run: &RunLine) -> String {
    let mut page = format!("# Trailseal: {}\n\n", recorded(tally).trim_end_matches('.'));
    for banner in banners(run) {
        let _ = write!(page, "> **{}**\n\n", escaped(&banner, SENTENCE));
    }
    let mut add = |sentence: &str| {
        let _ = writeln!(page, "- {}", escaped(sentence, SENTENCE));
    };
    add(&trails(tally));
    if let Some(sentence) = other_trails(tally) {
        add(&sentence);
    }
    add(&population(tally, run));
    add(&targets(tally));
    add(&findings(tally));
    if let Some(sentence) = exceptions(run) {
        add(&sentence);
    }
    add(&format!("Exit code {}: {}.", run.exit_code, exit_code::meaning(run.exit_code)));
    page
}

fn causes(tally: &Tally) -> String {
    let total = tally.causes.total();
    let mut page = "\n## What to change\n\n".to_owned();
    if total == 0 {
        page.push_str("Nothing failed, and everything was read.\n");
        return page;
    }
    let _ = writeln!(page, "{}, the gravest first.", counted(total, "cause", "causes"));
    let all = tally.causes.open_first();
    let mut shown = 0;
    for cause in all.iter().take(IN_FULL) {
        let section = in_full(tally, shown + 1, cause);
        if page.len() + section.len() > CAUSES {
            break;
        }
        page.push_str(&section);
        shown += 1;
    }
    let rows: Vec<String> = all.iter().skip(shown).map(|cause| row(tally, cause)).collect();
    let is_table = !rows.is_empty();
    if is_table {
        page.push_str("\n| Severity | Cause | Fix | Affects |\n| --- | --- | --- | --- |\n");
    }
    for row in rows {
        if page.len() + row.len() > CAUSES {
            break;
        }
        page.push_str(&row);
        shown += 1;
    }
    let rest = total - shown as u64;
    if rest > 0 {
        let _ = write!(page, "\n{} in `causes.csv`.\n", counted(rest, "more cause", "more causes"));
    }
    page
}

/// `ACCEPTED`, where nothing of the cause is open.
fn mark(tally: &Tally, cause: &Cause) -> &'static str {
    if tally.causes.is_accepted(cause) { "ACCEPTED " } else { "" }
}

fn row(tally: &Tally, cause: &Cause) -> String {
    format!(
        "| {} | {}{} | {} | {} |\n",
        cause.line.severity,
        mark(tally, cause),
        escaped(&cause.line.title, SENTENCE),
        escaped(&cause.line.fix.change, SENTENCE),
        effect(tally, cause),
    )
}

fn in_full(tally: &Tally, number_of_cause: usize, cause: &Cause) -> String {
    let line = &cause.line;
    let mut page = format!(
        "\n### {number_of_cause}. {}{} · {}\n\n",
        mark(tally, cause),
        escaped(&line.title, SENTENCE),
        line.severity
    );
    let _ = writeln!(page, "**Affects:** {}.", affected(tally, cause));
    if !line.fact.trim().is_empty() {
        let _ = write!(page, "\n{}", fenced(&cut(&line.fact, FACT), "text"));
    }
    page.push_str(&fix(tally, cause));
    page
}

/// The numbers, then the first names.
fn affected(tally: &Tally, cause: &Cause) -> String {
    let line = &cause.line;
    let mut parts = vec![effect(tally, cause)];
    let mut add = |what: &str, names: Vec<String>, total: u64| {
        if !names.is_empty() {
            let rest = total - names.len() as u64;
            let rest = if rest > 0 { format!(" and {} more", number(rest)) } else { String::new() };
            parts.push(format!("{what} {}{rest}", names.join(", ")));
        }
    };
    let controls = line.effect.controls.iter().map(|control| format!("`{control}`")).collect();
    add("controls", controls, line.effect.controls.len() as u64);
    let names = line.effect.accounts.iter().map(|id| escaped(&tally.people(*id), CELL)).collect();
    add("accounts", names, cause.accounts);
    let names = line.effect.regions.iter().map(|region| region.name().to_owned()).collect();
    add("Regions", names, cause.regions);
    let names = line.effect.resources.iter().map(|arn| escaped(arn.as_str(), CELL)).collect();
    add("trails and event data stores", names, cause.resources);
    parts.join("; ")
}

fn fix(tally: &Tally, cause: &Cause) -> String {
    let fix = &cause.line.fix;
    let mut page = String::new();
    let mut add = |what: &str, text: &str| {
        let _ = write!(page, "\n**{what}:** {text}.\n");
    };
    if let Some(first) = &fix.first {
        add("First", &escaped(first, SENTENCE));
    }
    add("Fix", &escaped(&fix.change, SENTENCE));
    add("Who and where", &escaped(&place(tally, fix), SENTENCE));
    for step in fix.steps.iter().take(STEPS) {
        page.push_str(&step_text(step));
    }
    if fix.steps.len() > STEPS {
        let rest = counted((fix.steps.len() - STEPS) as u64, "more step", "more steps");
        let _ = write!(page, "\n{rest} in `causes.csv`.\n");
    }
    let mut add = |what: &str, text: &str| {
        let _ = write!(page, "\n**{what}:** {text}.\n");
    };
    let mut brings = escaped(&fix.brings, SENTENCE);
    let effect = &cause.line.effect;
    let findings = effect.failed + effect.not_proven;
    if effect.mended < findings {
        let findings = counted(findings, "finding", "findings");
        let _ = write!(brings, ". Alone, it settles {} of {findings}", number(effect.mended));
    }
    add("Brings", &brings);
    if let Some(risks) = &fix.risks {
        add("Risks", &escaped(risks, SENTENCE));
    }
    page
}

/// Who can make the change, in which account and Region.
fn place(tally: &Tally, fix: &FixLine) -> String {
    let account = fix.account_id.map(|account| format!("account {}", tally.people(account)));
    let mut parts = match (fix.actor, account) {
        (FixActor::AccountAdministrator, Some(account)) => {
            vec![format!("an administrator of {account}")]
        }
        (FixActor::AccountAdministrator, None) => {
            vec!["the administrators of the accounts".to_owned()]
        }
        (FixActor::OrganizationAdministrator, account) => {
            let actor = "an administrator of the organization".to_owned();
            std::iter::once(actor).chain(account).collect()
        }
        (FixActor::TrailsealOperator, account) => {
            std::iter::once("the operator of Trailseal".to_owned()).chain(account).collect()
        }
        (FixActor::Aws, account) => std::iter::once("AWS".to_owned()).chain(account).collect(),
    };
    if let Some(region) = fix.region {
        parts.push(format!("Region {region}"));
    }
    if let Some(resource) = &fix.resource {
        parts.push(resource.clone());
    }
    parts.join(", ")
}

fn step_text(step: &FixStepLine) -> String {
    let (lead, text, language) = match step {
        FixStepLine::Command { command } => ("Run".to_owned(), command, "sh"),
        FixStepLine::Statement { into, json } => {
            (format!("Add to {}", escaped(into, CELL)), json, "json")
        }
        FixStepLine::Setting { file, text } => {
            let is_command = file == "command line";
            let lead = if is_command {
                "On the command line".to_owned()
            } else {
                format!("Add to {}", escaped(file, CELL))
            };
            (lead, text, if is_command { "sh" } else { "toml" })
        }
    };
    if text.chars().count() > STEP {
        return format!("\n{lead}: see `causes.csv`; the text is too long for this page.\n");
    }
    format!("\n{lead}:\n\n{}", fenced(text, language))
}

/// The text, cut after so many characters.
fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Calls without an answer by cause; the rows add up to all of them.
fn not_read(tally: &Tally) -> String {
    let all = tally.all_gaps();
    let mut page = "\n## What was not read\n\n".to_owned();
    if all == 0 {
        page.push_str("Every call was answered.\n");
        return page;
    }
    let accepted: u64 = tally.gaps.iter().filter(|entry| entry.0.1).map(|entry| entry.1).sum();
    let _ = write!(
        page,
        "{}, {} of them accepted. A cause of severity `note` loses nothing.\n\n\
         | Cause | Severity | Calls | Accepted | Accounts | Regions | Operations |\n\
         | --- | --- | ---: | ---: | ---: | ---: | --- |\n",
        counted(all, "call without an answer", "calls without an answer"),
        number(accepted)
    );
    let with_gaps: Vec<&Cause> =
        tally.causes.kept.iter().filter(|cause| cause.line.effect.gaps > 0).collect();
    let mut counted_in_rows = 0;
    let mut accepted_in_rows = 0;
    for cause in with_gaps.iter().take(NOT_READ) {
        let (line, effect) = (&cause.line, &cause.line.effect);
        let of_cause = tally.causes.accepted(&line.cause_id).gaps;
        counted_in_rows += effect.gaps;
        accepted_in_rows += of_cause;
        let operations: Vec<&str> =
            effect.operations.iter().take(NAMED).map(|operation| operation.as_str()).collect();
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} | {} | {} |",
            escaped(&line.title, SENTENCE),
            line.severity,
            number(effect.gaps),
            number(of_cause),
            number(cause.accounts),
            number(cause.regions),
            operations.join(", ")
        );
    }
    let rest = with_gaps.len().saturating_sub(NOT_READ) as u64 + tally.causes.rest_with_gaps;
    if rest > 0 {
        let _ = writeln!(
            page,
            "| {} in `causes.csv` | | {} | {} | | | |",
            counted(rest, "more cause", "more causes"),
            number(all.saturating_sub(counted_in_rows)),
            number(accepted.saturating_sub(accepted_in_rows)),
        );
    }
    page
}

/// The exceptions: those that have expired or cover nothing first.
fn accepted(tally: &Tally, run: &RunLine) -> String {
    let Some(sentence) = exceptions(run) else { return String::new() };
    let mut page = format!("\n## Exceptions\n\n{}\n\n", escaped(&sentence, SENTENCE));
    page.push_str("| State | Accepted | Owner | Approver | Ticket | Until | Findings | Gaps |\n");
    page.push_str("| --- | --- | --- | --- | --- | --- | ---: | ---: |\n");
    let (others, in_force): (Vec<_>, Vec<_>) =
        tally.exceptions.iter().partition(|line| line.state != ExceptionState::InForce);
    for exception in others.into_iter().chain(in_force) {
        let state = exception.state.as_str().replace('_', " ");
        let state = match exception.state {
            ExceptionState::InForce => state,
            ExceptionState::Expired | ExceptionState::Unmatched => format!("**{state}**"),
        };
        let _ = writeln!(
            page,
            "| {state} | {} | {} | {} | {} | {} | {} | {} |",
            escaped(&covers(exception), CELL),
            escaped(&exception.owner, CELL),
            escaped(&exception.approver, CELL),
            escaped(&exception.ticket, CELL),
            exception.expiry,
            number(exception.findings),
            number(exception.gaps),
        );
    }
    let rest = run.exceptions.entries.saturating_sub(EXCEPTIONS as u64);
    if rest > 0 {
        let rest = counted(rest, "more exception", "more exceptions");
        let _ = write!(page, "\n{rest} in `exceptions.csv`.\n");
    }
    page
}

/// What an exception is about, in a few words.
fn covers(exception: &ExceptionLine) -> String {
    match (exception.control_id, exception.class) {
        (Some(control), _) => {
            format!("{control} of {}", exception.subject.as_deref().unwrap_or("unknown"))
        }
        (None, Some(class)) => format!("gaps: {}", class.as_str().replace('_', " ")),
        (None, None) => exception.kind.as_str().replace('_', " "),
    }
}
