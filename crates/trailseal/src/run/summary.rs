//! The few lines at the end of a scan: the verdict first, then what was not read and why.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use trailseal_model::{
    ControlId, Counts, Endpoint, ExceptionMatches, ExceptionState, Finding, GapClass, LogsSealed,
    Outcome, PopulationSource, Reason, Region, Scope, Severity, Status, Subject, Verdict,
    exit_code, fix_text,
};
use trailseal_record::v1::{Audit, RejudgedLine, ThrottledKey};

/// Failures named one by one before the rest is only counted.
const NAMED: usize = 10;

/// Rate limits that are named; the record has more.
const THROTTLED: usize = 5;

/// The summary of a finished audit.
pub(crate) fn summary(audit: &Audit) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "\n{}", headline(audit));
    for banner in banners(audit) {
        let _ = writeln!(text, "  {banner}");
    }
    let _ = writeln!(text, "  {}", population(audit));
    let _ = writeln!(text, "  {}", coverage(audit));
    let _ = writeln!(text, "  {}", sealing(audit));
    text.push_str(&exceptions(&audit.excepted));
    failures(audit, &mut text);
    unproven(audit, &mut text);
    gaps(audit, &mut text);
    text.push_str(&throttled(audit.run.throttles, &audit.run.throttled_keys));
    text
}

/// What the owners of exceptions accept, and what is wrong with that.
fn exceptions(excepted: &ExceptionMatches) -> String {
    let all = excepted.exceptions().count();
    if all == 0 {
        return String::new();
    }
    let in_force = excepted.exceptions().filter(|it| it.1 == ExceptionState::InForce).count();
    let Counts { findings, gaps, targets } = excepted.totals();
    let mut text = format!(
        "  Exceptions: {in_force} of {all} in force; {findings} findings, {gaps} gaps and {targets} \
         targets are accepted: they stay in every report and leave the exit code.\n"
    );
    let warnings = excepted.warnings();
    for warning in warnings.iter().take(NAMED) {
        let _ = writeln!(text, "  {warning}");
    }
    if warnings.len() > NAMED {
        let _ = writeln!(text, "  and {} more in exceptions.csv", warnings.len() - NAMED);
    }
    text
}

/// How many of something are accepted, if any are.
fn accepted(count: usize) -> String {
    if count > 0 { format!(", {count} accepted") } else { String::new() }
}

/// Whose quota was too small for this run, besides whatever else draws from it.
fn throttled(throttles: u64, keys: &[ThrottledKey]) -> String {
    if throttles == 0 {
        return String::new();
    }
    let mut text =
        format!("\nThrottled: {throttles} requests; {}\n", GapClass::ThrottledOut.what_to_do());
    for key in keys.iter().take(THROTTLED) {
        let account = key.account.map_or("the calling account".to_owned(), |it| it.to_string());
        let region = key.region.map(|it| format!(" {it}")).unwrap_or_default();
        let _ =
            writeln!(text, "  {} in {account}{region}: {}", key.operation, times(key.throttles));
    }
    text
}

/// What an exit code says.
pub(crate) fn meaning(code: u8) -> &'static str {
    exit_code::ALL.iter().find(|it| it.0 == code).map_or("", |it| it.1)
}

fn headline(audit: &Audit) -> String {
    let mut counts: BTreeMap<Verdict, usize> = BTreeMap::new();
    let verdicts = audit.verdicts();
    for verdict in verdicts.values() {
        *counts.entry(*verdict).or_default() += 1;
    }
    let of = |verdict| counts.get(&verdict).copied().unwrap_or_default();
    let (sealed, unsealed, unproven) =
        (of(Verdict::Sealed), of(Verdict::Unsealed), of(Verdict::Unproven));
    match verdicts.len() {
        0 => "No trail was seen.".to_owned(),
        all => format!(
            "Of {all} trails {sealed} are sealed, {unsealed} unsealed, {unproven} unproven."
        ),
    }
}

/// What a reader must know before any number.
fn banners(audit: &Audit) -> Vec<String> {
    let facts = &audit.facts;
    let mut banners = Vec::new();
    if let Some(scenario) = &audit.run.simulation {
        banners.push(format!(
            "SIMULATION: no AWS account was asked; the scenario `{scenario}` is made up."
        ));
    }
    let foreign = Endpoint::foreign(&audit.run.endpoints);
    if !foreign.is_empty() {
        banners.push(format!(
            "ENDPOINTS: requests went to {}, which are not AWS's own; unless they pass requests on to \
             AWS, nothing here is about real accounts.",
            foreign.join(", ")
        ));
    }
    if let Some(rejudged) = &audit.run.rejudged {
        let sentence = RejudgedLine::from(rejudged).sentence(&audit.run.tool_version);
        banners.push(format!("RE-JUDGED: {sentence} AWS was not asked."));
    }
    if facts.scope.is_limited() {
        banners.push(format!("SCOPED: this run judged only a part: {}.", limits(&facts.scope)));
    }
    if facts.population_source.is_self_declared() {
        banners.push(
            "SELF-DECLARED: the accounts come from a file; nothing shows that none is missing."
                .to_owned(),
        );
    }
    banners
}

/// Controls are named: what is missing without them is another thing for each.
fn skipped(scope: &Scope) -> Option<String> {
    let skipped: Vec<&str> = scope.skipped_controls.iter().map(|it| it.as_str()).collect();
    (!skipped.is_empty()).then(|| format!("without {} (--skip-control)", skipped.join(", ")))
}

/// The flags that limit a run, with how much they name.
fn limits(scope: &Scope) -> String {
    let part = |flag: &str, count: usize| (count > 0).then(|| format!("{flag} ({count})"));
    let parts = [
        part("--accounts", scope.accounts.len()),
        part("--ou", scope.organizational_units.len()),
        part("--exclude-account", scope.excluded_accounts.len()),
        part("--regions", scope.regions.len()),
        skipped(scope),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn population(audit: &Audit) -> String {
    let accounts = &audit.facts.accounts;
    if audit.facts.population_source == PopulationSource::StandaloneAccount {
        let ids: Vec<String> = accounts.iter().map(|it| it.id.to_string()).collect();
        return format!("Account {}, which belongs to no organization.", ids.join(", "));
    }
    let organization = audit.facts.organization.as_ref().map_or("unknown", |it| &it.id);
    let active = accounts.iter().filter(|it| it.state.is_audited()).count();
    let complete = match audit.facts.population.known() {
        Some(()) => "",
        None => "; the list of accounts is NOT complete",
    };
    format!("Organization {organization}: {} accounts, {active} in use{complete}.", accounts.len())
}

fn coverage(audit: &Audit) -> String {
    let totals = audit.facts.coverage.totals();
    let parts: Vec<String> = totals
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(outcome, count)| format!("{count} {}", words(outcome.as_str())))
        .collect();
    format!(
        "{} targets (account x Region): {}.",
        audit.facts.coverage.population(),
        parts.join(", ")
    )
}

fn sealing(audit: &Audit) -> String {
    let mut counts: BTreeMap<LogsSealed, usize> = BTreeMap::new();
    for answer in audit.accounts.iter().filter_map(|it| it.logs_sealed) {
        *counts.entry(answer).or_default() += 1;
    }
    let parts: Vec<String> = counts
        .iter()
        .map(|(answer, count)| format!("{count} {}", words(answer.as_str())))
        .collect();
    format!(
        "Logs of the accounts: {}.",
        if parts.is_empty() { "none judged".to_owned() } else { parts.join(", ") }
    )
}

fn words(word: &str) -> String {
    word.replace('_', " ")
}

fn failures(audit: &Audit, text: &mut String) {
    let mut failed: Vec<&Finding> =
        audit.findings.iter().filter(|it| it.status() == Status::Fail).collect();
    let is_accepted = |it: &Finding| audit.excepted.has_finding(it);
    failed.sort_by_key(|it| {
        let severity = std::cmp::Reverse(it.control().entry().severity);
        (is_accepted(it), severity, it.subject().clone(), it.control())
    });
    if failed.is_empty() {
        return;
    }
    let high = failed.iter().filter(|it| it.control().entry().severity == Severity::High).count();
    let of_it = accepted(failed.iter().filter(|it| is_accepted(it)).count());
    let _ = writeln!(text, "\nFailed: {} ({high} high{of_it})", failed.len());
    let mut counts: BTreeMap<ControlId, usize> = BTreeMap::new();
    for finding in &failed {
        *counts.entry(finding.control()).or_default() += 1;
    }
    if counts.len() > 1 {
        let counts: Vec<String> =
            counts.iter().map(|(id, count)| format!("{id} {count}")).collect();
        let _ = writeln!(text, "  {}", counts.join(", "));
    }
    for finding in failed.iter().take(NAMED) {
        let account = account_name(audit, finding.subject());
        let mark = if is_accepted(finding) { "ACCEPTED " } else { "" };
        let control = finding.control();
        let _ = writeln!(text, "  {control:<28} {mark}{account}: {}", finding.message());
    }
    if failed.len() > NAMED {
        let _ = writeln!(text, "  and {} more in findings.csv", failed.len() - NAMED);
    }
    let kinds = failed.iter().take(NAMED).map(|it| (it.control(), it.reason()));
    let kinds: BTreeSet<(ControlId, Reason)> = kinds.collect();
    for (control, reason) in kinds {
        if let Some(fix) = fix_text(control, Status::Fail, reason) {
            let _ = writeln!(text, "  Fix for {control} ({}): {fix}.", reason.as_str());
        }
    }
}

/// Names are the customer's free text: control characters must not reach a terminal.
fn account_name(audit: &Audit, subject: &Subject) -> String {
    let account = subject.account();
    let name = account.and_then(|it| audit.facts.account(it)).map_or("", |it| &it.name);
    let clean: String = name.chars().filter(|it| !it.is_control()).collect();
    match account {
        Some(id) if clean.is_empty() => id.to_string(),
        Some(id) => format!("{clean} ({id})"),
        None => clean,
    }
}

fn unproven(audit: &Audit, text: &mut String) {
    let mut reasons: BTreeMap<(ControlId, Reason), usize> = BTreeMap::new();
    let mut of_it = 0;
    for finding in audit.findings.iter().filter(|it| it.status() == Status::NotProven) {
        *reasons.entry((finding.control(), finding.reason())).or_default() += 1;
        of_it += usize::from(audit.excepted.has_finding(finding));
    }
    if reasons.is_empty() {
        return;
    }
    let all: usize = reasons.values().sum();
    let _ = writeln!(text, "\nNot proven: {all}{}", accepted(of_it));
    for ((control, reason), count) in reasons {
        let _ = writeln!(text, "  {control:<30} {count:>6}  {}", words(reason.as_str()));
        if let Some(fix) = fix_text(control, Status::NotProven, reason) {
            let _ = writeln!(text, "    {fix}");
        }
    }
}

/// As people count: `1 time`, `14 times`.
fn times(count: impl Into<u128>) -> String {
    match count.into() {
        1 => "1 time".to_owned(),
        count => format!("{count} times"),
    }
}

fn gaps(audit: &Audit, text: &mut String) {
    let mut kinds: BTreeMap<(GapClass, &str, String), Vec<_>> = BTreeMap::new();
    for (id, gap) in audit.gaps.with_ids().filter(|it| it.1.class != GapClass::RegionDisabled) {
        let what_to_do = gap.cause().what_to_do(&[]);
        kinds.entry((gap.class, gap.operation.as_str(), what_to_do)).or_default().push((id, gap));
    }
    let totals = audit.facts.coverage.totals();
    let (lost, partial) = (totals[&Outcome::NotEvaluated], totals[&Outcome::Partial]);
    if kinds.is_empty() && lost + partial == 0 {
        return;
    }
    let targets = match (lost, partial) {
        (0, 0) => String::new(),
        (lost, 0) => format!(" ({lost} targets)"),
        (0, partial) => format!(" ({partial} targets in part)"),
        (lost, partial) => format!(" ({lost} targets, {partial} more in part)"),
    };
    let _ = writeln!(text, "\nNot read{targets}:");
    for ((class, operation, _), gaps) in kinds {
        let where_ = gaps.first().and_then(|it| it.1.account);
        let first = where_.map(|it| format!(", first in {it}")).unwrap_or_default();
        let of_it =
            accepted(gaps.iter().filter(|it| audit.excepted.of_gap(it.0).is_some()).count());
        let _ = writeln!(
            text,
            "  {operation}: {} ({}{of_it}{first})",
            words(class.as_str()),
            times(gaps.len() as u128)
        );
        let regions: BTreeSet<&str> =
            gaps.iter().filter_map(|(_, gap)| gap.region.map(Region::name)).collect();
        let regions: Vec<&str> = regions.into_iter().collect();
        if let Some((_, gap)) = gaps.first() {
            let _ = writeln!(text, "    {}", gap.cause().what_to_do(&regions));
        }
    }
}

#[cfg(test)]
mod tests {
    use trailseal_model::{AccountId, Operation};

    use super::*;

    #[test]
    fn throttled_limits_are_named_the_worst_first() {
        assert_eq!(throttled(0, &[]), "");
        let key = |operation, account, region, throttles| ThrottledKey {
            operation,
            account: AccountId::new(account).filter(|_| account > 0),
            region: Region::new(region),
            throttles,
        };
        let mut keys = vec![
            key(Operation::DescribeTrails, 12_345_678_901, "eu-west-1", 14),
            key(Operation::ListAccounts, 0, "", 3),
        ];
        let expected = "
Throttled: 17 requests; lower --rate-share, or scan at a quieter time
  DescribeTrails in 012345678901 eu-west-1: 14 times
  ListAccounts in the calling account: 3 times
";
        assert_eq!(throttled(17, &keys), expected);
        keys.extend([key(Operation::ListRegions, 1, "", 1); 9]);
        assert_eq!(throttled(26, &keys).lines().count(), 2 + THROTTLED);
    }
}
