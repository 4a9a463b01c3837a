//! A finished audit as a sorted stream of lines.

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::Timestamp;

use super::convert::{
    bucket_line, coverage_line, finding_line, gap_line, thresholds_line, trail_line,
};
use super::endpoints::endpoint_lines;
use super::exceptions::{exception_lines, exceptions_line};
use super::inventory::{account_line, key_line, store_line};
use super::rejudged::{Rejudged, RejudgedLine};
use super::sampling::sample_line;
use super::values::{text, time};
use super::{Line, RunLine, SCHEMA, SampledCellLine, ScopeLine, ThrottledKeyLine};
use crate::outcome::{self, Completeness, HasFailures, verdicts};
use crate::record::RecordWriter;
use crate::{
    AccountId, AccountSealing, Arn, Causes, CoveredBy, Endpoint, ExceptionMatches, Finding, GapId,
    Gaps, Operation, OrganizationFacts, Partition, Region, Sample, Severity, TrailFacts, Verdict,
    Window,
};

/// What is known of the run itself.
#[derive(Debug, Clone)]
pub struct Run {
    /// Names the run.
    pub id: String,
    /// The scenario, if a simulation answered and not AWS.
    pub simulation: Option<String>,
    /// The endpoints that were set in place of those that AWS publishes, sorted by service.
    pub endpoints: Vec<Endpoint>,
    /// The program's version, with the commit.
    pub tool_version: String,
    /// The SHA-256 of the program's file, if it could be read.
    pub program_sha256: Option<String>,
    /// The SHA-256 of the file of exceptions, if one is used.
    pub exceptions_sha256: Option<String>,
    /// The SHA-256 of the configuration file, if one is used.
    pub configuration_sha256: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The caller's ARN.
    pub caller_arn: String,
    /// The caller's account.
    pub caller_account: AccountId,
    /// The partition.
    pub partition: Partition,
    /// The role assumed in members.
    pub role_name: String,
    /// Members that were opened with another role, and its name.
    pub other_roles: BTreeMap<AccountId, String>,
    /// The command line, secrets left out.
    pub arguments: Vec<String>,
    /// The settings in force that stand nowhere else, wherever they came from.
    pub settings: BTreeMap<&'static str, String>,
    /// Which log objects count.
    pub window: Window,
    /// From which severity on a failure sets the exit code.
    pub fail_on: Severity,
    /// Requests by operation.
    pub calls: BTreeMap<&'static str, u64>,
    /// Throttled requests.
    pub throttles: u64,
    /// The rate limits that AWS enforced most often, the most often first; only some.
    pub throttled_keys: Vec<ThrottledKey>,
    /// How the answers were judged again, if they were.
    pub rejudged: Option<Rejudged>,
}

/// A rate limit that AWS enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThrottledKey {
    /// The operation; of those that share a limit, the one it goes by.
    pub operation: Operation,
    /// The account that pays; `None` where it is the caller's.
    pub account: Option<AccountId>,
    /// The Region; `None` where the limit is not kept per Region.
    pub region: Option<Region>,
    /// How many requests were throttled.
    pub throttles: u64,
}

/// A finished audit: everything the record is made from, but the samples.
#[derive(Debug)]
pub struct Audit {
    /// The run.
    pub run: Run,
    /// What was read.
    pub facts: OrganizationFacts,
    /// What was judged.
    pub findings: Vec<Finding>,
    /// What that comes to for each account, sorted by account.
    pub accounts: Vec<AccountSealing>,
    /// Which trails cover each target, in the order of the coverage.
    pub covered_by: CoveredBy,
    /// What was not read.
    pub gaps: Gaps,
    /// What of it somebody answers for.
    pub excepted: ExceptionMatches,
    /// What is behind the findings and gaps.
    pub causes: Causes,
}

impl Audit {
    /// The exit code of this audit.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        let Self { run, facts, findings, gaps, excepted, .. } = self;
        let has_failures = HasFailures::of(findings, run.fail_on, excepted);
        outcome::exit_code(has_failures, Completeness::of(facts, findings, gaps, excepted))
    }

    /// The verdict of every trail.
    #[must_use]
    pub fn verdicts(&self) -> BTreeMap<&Arn, Verdict> {
        verdicts(&self.findings)
    }
}

/// Where the samples of a run wait: they stream out while it runs.
pub trait SampleSource {
    /// The listed clusters of one trail, in their order.
    ///
    /// # Errors
    /// When they cannot be read back.
    fn clusters(&mut self, trail: &Arn) -> io::Result<Vec<SampledCellLine>>;

    /// The judged objects of one trail, in the order of their selection.
    ///
    /// # Errors
    /// When they cannot be read back.
    fn samples(&mut self, trail: &Arn) -> io::Result<Vec<Sample>>;
}

/// Writes the whole record.
///
/// # Errors
/// When writing or reading back the samples fails.
pub fn write_record<W: Write>(
    audit: &Audit,
    samples: &mut dyn SampleSource,
    out: W,
) -> io::Result<W> {
    let mut writer = RecordWriter::new(out);
    let names = |gap: GapId| audit.gaps.get(gap).stable_id();
    let verdicts = audit.verdicts();
    writer.write(&Line::Run(Box::new(run_line(audit, &verdicts))))?;
    for line in exception_lines(&audit.excepted) {
        writer.write(&line)?;
    }
    write_facts(audit, &verdicts, &mut writer)?;
    let line = |(id, gap)| Line::Gap(gap_line(gap, audit.excepted.of_gap(id)));
    let mut gaps: Vec<Line> = audit.gaps.with_ids().map(line).collect();
    gaps.sort_by_cached_key(Line::position);
    for line in &gaps {
        writer.write(line)?;
    }
    let mut findings: Vec<&Finding> = audit.findings.iter().collect();
    findings.sort_by_cached_key(|it| (it.subject().key(), it.control()));
    let stores: BTreeMap<&Arn, &str> =
        audit.facts.stores.iter().map(|it| (&it.arn, it.name.as_str())).collect();
    for finding in findings {
        let line = finding_line(finding, &stores, &names, &audit.excepted);
        writer.write(&Line::Finding(Box::new(line)))?;
    }
    for trail in &audit.facts.trails {
        for cluster in samples.clusters(&trail.description.arn)? {
            writer.write(&Line::SampledCluster(Box::new(cluster)))?;
        }
    }
    for trail in &audit.facts.trails {
        let TrailFacts { description, expected_key, .. } = trail;
        for object in samples.samples(&description.arn)? {
            let line = sample_line(&description.arn, expected_key.as_ref(), &object, &names);
            writer.write(&Line::Sample(Box::new(line)))?;
        }
    }
    let coverage = &audit.facts.coverage;
    for (number, target) in coverage.rows().enumerate() {
        let covered_by = audit.covered_by.row(number);
        let started = audit.run.started_at;
        let line = coverage_line(coverage, target, covered_by, started, &names, &audit.excepted);
        writer.write(&Line::Coverage(line))?;
    }
    writer.finish()
}

fn write_facts<W: Write>(
    audit: &Audit,
    verdicts: &BTreeMap<&Arn, Verdict>,
    writer: &mut RecordWriter<W>,
) -> io::Result<()> {
    let names = |gap: GapId| audit.gaps.get(gap).stable_id();
    for account in &audit.facts.accounts {
        let is_assumed = account.id != audit.run.caller_account && account.state.is_audited();
        let role_name = audit.run.other_roles.get(&account.id).unwrap_or(&audit.run.role_name);
        let role_arn = is_assumed
            .then(|| format!("arn:{}:iam::{}:role/{role_name}", audit.run.partition, account.id));
        let sealing = audit.accounts.binary_search_by_key(&account.id, |it| it.account);
        let sealing = sealing.ok().map(|it| &audit.accounts[it]);
        let line = account_line(&audit.facts, account, sealing, role_arn);
        writer.write(&Line::Account(line))?;
    }
    for bucket in audit.facts.buckets.values() {
        writer.write(&Line::Bucket(bucket_line(bucket, &names)))?;
    }
    for key in audit.facts.keys.keys() {
        writer.write(&Line::Key(key_line(&audit.facts, key, &names)))?;
    }
    for store in &audit.facts.stores {
        writer.write(&Line::EventDataStore(Box::new(store_line(store, &names))))?;
    }
    let confidence = audit.facts.thresholds.confidence;
    for trail in &audit.facts.trails {
        let verdict = verdicts.get(&trail.description.arn).copied().unwrap_or(Verdict::Unproven);
        writer.write(&Line::Trail(Box::new(trail_line(trail, verdict, confidence, &names))))?;
    }
    Ok(())
}

fn run_line(audit: &Audit, verdicts: &BTreeMap<&Arn, Verdict>) -> RunLine {
    let (run, facts) = (&audit.run, &audit.facts);
    let organization = facts.organization.as_ref();
    RunLine {
        schema: SCHEMA.to_owned(),
        run_id: run.id.clone(),
        simulation: run.simulation.clone(),
        endpoints: endpoint_lines(&run.endpoints),
        tool_version: run.tool_version.clone(),
        program_sha256: run.program_sha256.clone(),
        exceptions_sha256: run.exceptions_sha256.clone(),
        configuration_sha256: run.configuration_sha256.clone(),
        started_at: time(run.started_at),
        finished_at: time(run.finished_at),
        as_of: time(facts.as_of),
        caller_arn: run.caller_arn.clone(),
        caller_account_id: run.caller_account.to_string(),
        organization_id: organization.map(|it| it.id.clone()),
        management_account_id: text(organization.map(|it| it.management_account)),
        population_source: facts.population_source.to_string(),
        population_complete: facts.population.known().is_some(),
        scope: ScopeLine::of(&facts.scope),
        role_name: run.role_name.clone(),
        arguments: run.arguments.clone(),
        settings: run.settings.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect(),
        window_start: time(run.window.start),
        window_end: time(run.window.end),
        thresholds: thresholds_line(facts.thresholds),
        trusted_key_accounts: facts.trusted_key_accounts.iter().map(ToString::to_string).collect(),
        fail_on: run.fail_on.to_string(),
        accounts: count(facts.accounts.iter().map(|it| it.state.as_str())),
        coverage: audit.facts.coverage.totals().iter().map(|(k, v)| (k.to_string(), *v)).collect(),
        trails: count(verdicts.values().map(|it| it.as_str())),
        findings: count(audit.findings.iter().map(|it| it.status().as_str())),
        gaps: count(audit.gaps.iter().map(|it| it.class.as_str())),
        calls: run.calls.iter().map(|(k, v)| ((*k).to_owned(), *v)).collect(),
        throttles: run.throttles,
        throttled_keys: run.throttled_keys.iter().map(throttled_key_line).collect(),
        rejudged: run.rejudged.as_ref().map(RejudgedLine::from),
        exceptions: exceptions_line(&audit.excepted),
        exit_code: audit.exit_code(),
    }
}

fn throttled_key_line(key: &ThrottledKey) -> ThrottledKeyLine {
    ThrottledKeyLine {
        operation: key.operation.to_string(),
        account_id: text(key.account),
        region: text(key.region),
        throttles: key.throttles,
    }
}

fn count<'a>(words: impl Iterator<Item = &'a str>) -> BTreeMap<String, u64> {
    words.fold(BTreeMap::new(), |mut counts, word| {
        *counts.entry(word.to_owned()).or_default() += 1;
        counts
    })
}
