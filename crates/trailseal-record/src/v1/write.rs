//! A finished audit as a sorted stream of lines.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};

use trailseal_model::{Arn, CauseIndex, GapId, TrailFacts, Verdict};

use super::Line;
use super::account::account_line;
use super::audit::{Audit, SampleSource};
use super::blame::{Shortfalls, gravest_first};
use super::bucket::bucket_line;
use super::coverage::coverage_line;
use super::exceptions::exception_lines;
use super::finding::{FindingContext, finding_line};
use super::gap::gap_line;
use super::key::key_line;
use super::position::StatusRank;
use super::run::run_line;
use super::sample::sample_line;
use super::store::store_line;
use super::trail::trail_line;
use crate::RecordWriter;

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
    let verdicts = audit.verdicts();
    writer.write(&Line::Run(Box::new(run_line(audit, &verdicts))))?;
    for line in exception_lines(&audit.excepted) {
        writer.write(&line)?;
    }
    let causes = gravest_first(&audit.causes);
    for index in &causes {
        writer.write(&Line::Cause(Box::new((&audit.causes.all[index.get()]).into())))?;
    }
    write_facts(audit, &verdicts, &causes, &mut writer)?;
    write_gaps(audit, &mut writer)?;
    write_findings(audit, &mut writer)?;
    write_samples(audit, samples, &mut writer)?;
    let names = |gap: GapId| audit.gaps.get(gap).stable_id();
    let coverage = &audit.facts.coverage;
    for (number, target) in coverage.rows().enumerate() {
        let covered_by = audit.covered_by.row(number);
        let started = audit.run.started_at;
        let line = coverage_line(coverage, target, covered_by, started, &names, &audit.excepted);
        writer.write(&Line::Coverage(Box::new(line)))?;
    }
    writer.finish()
}

fn write_facts<W: Write>(
    audit: &Audit,
    verdicts: &BTreeMap<&Arn, Verdict>,
    causes: &[CauseIndex],
    writer: &mut RecordWriter<W>,
) -> io::Result<()> {
    let Audit { run, facts, .. } = audit;
    let names = |gap: GapId| audit.gaps.get(gap).stable_id();
    let shortfalls = Shortfalls::of(&audit.findings, &audit.causes, causes);
    for account in &facts.accounts {
        let is_assumed = account.id != run.caller_account && account.state.is_audited();
        let role_name = run.other_roles.get(&account.id).unwrap_or(&run.role_name);
        let role_arn = is_assumed
            .then(|| format!("arn:{}:iam::{}:role/{role_name}", run.partition, account.id));
        let sealing = audit.accounts.binary_search_by_key(&account.id, |row| row.account);
        let sealing = sealing.ok().map(|place| &audit.accounts[place]);
        let shortfall = shortfalls.of_account(account.id);
        let line = account_line(facts, account, sealing, role_arn, shortfall);
        writer.write(&Line::Account(Box::new(line)))?;
    }
    for bucket in facts.buckets.values() {
        writer.write(&Line::Bucket(bucket_line(bucket, &names)))?;
    }
    for key in facts.keys.keys() {
        writer.write(&Line::Key(Box::new(key_line(facts, key, &names))))?;
    }
    for store in &facts.stores {
        let line = store_line(store, shortfalls.of_resource(&store.arn), &names);
        writer.write(&Line::EventDataStore(Box::new(line)))?;
    }
    let confidence = facts.thresholds.confidence;
    for trail in &facts.trails {
        let arn = &trail.description.arn;
        let verdict = verdicts.get(arn).copied().unwrap_or(Verdict::Unproven);
        let line = trail_line(trail, verdict, confidence, shortfalls.of_resource(arn), &names);
        writer.write(&Line::Trail(Box::new(line)))?;
    }
    Ok(())
}

fn write_gaps<W: Write>(audit: &Audit, writer: &mut RecordWriter<W>) -> io::Result<()> {
    let mut gaps: Vec<Line> = audit
        .gaps
        .with_ids()
        .map(|(id, gap)| gap_line(gap, audit.excepted.of_gap(id), audit.causes.of_gap(id)))
        .map(|line| Line::Gap(Box::new(line)))
        .collect();
    gaps.sort_by_cached_key(Line::position);
    gaps.iter().try_for_each(|line| writer.write(line))
}

fn write_findings<W: Write>(audit: &Audit, writer: &mut RecordWriter<W>) -> io::Result<()> {
    let stores = audit.facts.stores.iter();
    let store_names = stores.map(|store| (&store.arn, store.name.as_str())).collect();
    let context = FindingContext {
        store_names: &store_names,
        gap_names: &|gap| audit.gaps.get(gap).stable_id(),
        excepted: &audit.excepted,
        causes: &audit.causes,
    };
    let mut order: Vec<usize> = (0..audit.findings.len()).collect();
    order.sort_by_cached_key(|number| {
        let finding = &audit.findings[*number];
        let control = finding.control();
        let severity = Reverse(control.entry().severity);
        (StatusRank::from(finding.status()), severity, finding.subject().key(), control)
    });
    order.into_iter().try_for_each(|number| {
        let line = finding_line(number, &audit.findings[number], &context);
        writer.write(&Line::Finding(Box::new(line)))
    })
}

fn write_samples<W: Write>(
    audit: &Audit,
    samples: &mut dyn SampleSource,
    writer: &mut RecordWriter<W>,
) -> io::Result<()> {
    let names = |gap: GapId| audit.gaps.get(gap).stable_id();
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
    Ok(())
}
