//! The sentences that the summaries share: each counts a whole and its parts.

use trailseal_model::{
    OtherTrailsAnswer, PopulationSource, RecordedBySealed, Severity, Status, Verdict,
};
use trailseal_record::v1::RunLine;

use crate::causes::Cause;
use crate::tally::{Tally, of, parts};
use crate::text::{be, counted, number, plain};

/// The longest title or order, in characters.
pub(crate) const SENTENCE: usize = 600;

/// How many accounts are recorded by a sealed trail: the answer that matters most.
pub(crate) fn recorded(tally: &Tally) -> String {
    let judged: u64 = tally.recorded.values().sum();
    let in_use = judged + tally.not_judged;
    if in_use == 0 {
        return "No account in use was seen.".to_owned();
    }
    let count = |answer| of(&tally.recorded, &answer);
    let (yes, no) = (count(RecordedBySealed::Yes), count(RecordedBySealed::No));
    let (unproven, not_covered) =
        (count(RecordedBySealed::Unproven), count(RecordedBySealed::NotCovered));
    let mut rest = Vec::new();
    let mut add = |count: u64, words: String| {
        if count > 0 {
            rest.push(format!("{} {words}", number(count)));
        }
    };
    add(no, format!("{} not", be(no)));
    add(unproven, format!("{} unproven", be(unproven)));
    add(not_covered, format!("{} not covered", be(not_covered)));
    add(tally.not_judged, format!("{} not judged", be(tally.not_judged)));
    let first = format!(
        "{} of {} in use {} recorded by a sealed trail",
        number(yes),
        counted(in_use, "account", "accounts"),
        be(yes)
    );
    if rest.is_empty() { format!("{first}.") } else { format!("{first}; {}.", rest.join(", ")) }
}

/// What other trails record the same accounts; `None` where no account was judged.
pub(crate) fn other_trails(tally: &Tally) -> Option<String> {
    let judged: u64 = tally.other_trails.values().sum();
    let parts: Vec<String> = OtherTrailsAnswer::ALL
        .iter()
        .rev()
        .map(|answer| (answer, of(&tally.other_trails, answer)))
        .filter(|entry| entry.1 > 0)
        .map(|(answer, count)| format!("{} {answer}", number(count)))
        .collect();
    (judged > 0).then(|| {
        format!(
            "Other trails that record {}: {}.",
            counted(judged, "account", "accounts"),
            parts.join(", ")
        )
    })
}

/// The trails by verdict.
pub(crate) fn trails(tally: &Tally) -> String {
    let total: u64 = tally.trails.values().sum();
    if total == 0 {
        return "No trail was seen.".to_owned();
    }
    let count = |verdict| number(of(&tally.trails, &verdict));
    format!(
        "{}: {} sealed, {} unsealed, {} unproven.",
        counted(total, "trail", "trails"),
        count(Verdict::Sealed),
        count(Verdict::Unsealed),
        count(Verdict::Unproven)
    )
}

/// Whose accounts these are.
pub(crate) fn population(tally: &Tally, run: &RunLine) -> String {
    let total: u64 = tally.accounts.values().sum();
    if run.population_source == PopulationSource::StandaloneAccount {
        return format!("Account {}, which belongs to no organization.", run.caller_account_id);
    }
    let organization = run.organization_id.as_deref().unwrap_or("unknown");
    let in_use: u64 = tally.recorded.values().sum::<u64>() + tally.not_judged;
    format!(
        "Organization {}: {}, {} in use.",
        plain(organization, 80),
        counted(total, "account", "accounts"),
        number(in_use)
    )
}

/// The targets by outcome.
pub(crate) fn targets(tally: &Tally) -> String {
    let total: u64 = tally.targets.values().sum();
    format!(
        "{} (account x Region): {}.",
        counted(total, "target", "targets"),
        parts(&tally.targets)
    )
}

/// The findings by status.
pub(crate) fn findings(tally: &Tally) -> String {
    let with = |status: Status, words: &str, notes: Vec<String>| {
        let notes =
            if notes.is_empty() { String::new() } else { format!(" ({})", notes.join(", ")) };
        format!("{} {words}{notes}", number(tally.with_status(status)))
    };
    let accepted = |status| {
        let count = tally.accepted(status);
        (count > 0).then(|| format!("{} accepted", number(count)))
    };
    let high = (tally.with_status(Status::Fail) > 0)
        .then(|| format!("{} high", number(tally.failed_of(Severity::High))));
    let failed = high.into_iter().chain(accepted(Status::Fail)).collect();
    format!(
        "Findings: {}, {}, {}, {}.",
        with(Status::Fail, "failed", failed),
        with(Status::NotProven, "not proven", accepted(Status::NotProven).into_iter().collect()),
        with(Status::Pass, "passed", Vec::new()),
        with(Status::NotApplicable, "not applicable", Vec::new()),
    )
}

/// What the owners of exceptions accept; `None` without exceptions.
pub(crate) fn exceptions(run: &RunLine) -> Option<String> {
    let line = &run.exceptions;
    (line.entries > 0).then(|| {
        format!(
            "Exceptions: {} of {} in force; {}, {} and {} are accepted: they stay in every report and \
             leave the exit code.",
            number(line.in_force),
            number(line.entries),
            counted(line.findings, "finding", "findings"),
            counted(line.gaps, "gap", "gaps"),
            counted(line.targets, "target", "targets"),
        )
    })
}

/// What a cause affects, such as `2 failed, 1 not proven, 1,010 calls without an answer, 3 accounts`.
/// One account is not counted, because the title names it.
pub(crate) fn effect(tally: &Tally, cause: &Cause) -> String {
    let effect = &cause.line.effect;
    let mut parts = Vec::new();
    let mut add = |count: u64, words: String| {
        if count > 0 {
            parts.push(words);
        }
    };
    add(effect.failed, format!("{} failed", number(effect.failed)));
    add(effect.not_proven, format!("{} not proven", number(effect.not_proven)));
    let gaps = counted(effect.gaps, "call without an answer", "calls without an answer");
    add(effect.gaps, gaps);
    let accepted = tally.causes.accepted(&cause.line.cause_id);
    let accepted = accepted.findings + accepted.gaps;
    add(accepted, format!("{} of these accepted", number(accepted)));
    let several = cause.accounts.saturating_sub(1);
    add(several, counted(cause.accounts, "account", "accounts"));
    parts.join(", ")
}

/// The cause's title, on one line.
pub(crate) fn title(cause: &Cause) -> String {
    plain(&cause.line.title, SENTENCE)
}

/// What to do about the cause, on one line.
pub(crate) fn change(cause: &Cause) -> String {
    plain(&cause.line.fix.change, SENTENCE)
}
