//! Everything the page shows, collected line by line.

use trailseal_model::SubjectKind;
use trailseal_record::v1::{FindingLine, Line, RunLine};

use crate::accounts::AccountTotals;
use crate::causes::CauseTotals;
use crate::context::Context;
use crate::coverage::CoverageTotals;
use crate::exceptions::ExceptionTotals;
use crate::findings::{Finding, FindingTotals};
use crate::gaps::Gaps;
use crate::inventory::Inventory;
use crate::lists::Names;
use crate::page::{Page, Parts};
use crate::trails::TrailTotals;

/// What is known after some lines of the record. Its order is used: exceptions and causes come before
/// accounts, accounts, buckets, keys and stores before trails, gaps before findings, findings before
/// coverage.
#[derive(Debug)]
pub(crate) struct Collected {
    run: RunLine,
    names: Names,
    causes: CauseTotals,
    accounts: AccountTotals,
    inventory: Inventory,
    trails: TrailTotals,
    has_all_trails: bool,
    gaps: Gaps,
    findings: FindingTotals,
    coverage: CoverageTotals,
    exceptions: ExceptionTotals,
}

impl Collected {
    pub(crate) fn new(run: RunLine) -> Self {
        Self {
            run,
            names: Names::default(),
            causes: CauseTotals::new(),
            accounts: AccountTotals::new(),
            inventory: Inventory::new(),
            trails: TrailTotals::new(),
            has_all_trails: false,
            gaps: Gaps::default(),
            findings: FindingTotals::new(),
            coverage: CoverageTotals::new(),
            exceptions: ExceptionTotals::new(),
        }
    }

    pub(crate) fn add(&mut self, line: &Line) {
        let is_after_trails = matches!(
            line,
            Line::Gap(_)
                | Line::Finding(_)
                | Line::SampledCluster(_)
                | Line::Sample(_)
                | Line::Coverage(_)
                | Line::End(_)
        );
        if is_after_trails {
            self.close_trails();
        }
        match line {
            Line::Exception(line) => self.exceptions.add(line),
            Line::Cause(line) => self.causes.add(line),
            Line::Account(line) => {
                self.accounts.add(line, &self.causes);
                self.names.add(line.account_id, &line.name);
            }
            Line::Bucket(line) => self.inventory.add_bucket(line),
            Line::Key(line) => self.inventory.add_key(line),
            Line::EventDataStore(line) => self.inventory.add_store(line, &self.names),
            Line::Trail(line) => {
                self.inventory.add_trail(line);
                self.trails.add(line, &self.inventory, &self.names);
            }
            Line::Gap(line) => self.gaps.add(line, &self.names),
            Line::Finding(line) => self.add_finding(line),
            Line::Sample(line) => self.trails.add_object(line),
            Line::Coverage(line) => {
                let context = context(&self.names, &self.gaps, &self.exceptions, &self.causes);
                self.coverage.add(line, context);
            }
            Line::Run(_) | Line::SampledCluster(_) | Line::End(_) => {}
        }
    }

    fn close_trails(&mut self) {
        if !self.has_all_trails {
            self.trails.close();
            self.has_all_trails = true;
        }
    }

    fn add_finding(&mut self, line: &FindingLine) {
        let anchor = self.trails.anchor(&line.resource_arn);
        let context = context(&self.names, &self.gaps, &self.exceptions, &self.causes);
        let make = || Finding::of(line, anchor, context);
        self.findings.add(line, make);
        match line.resource_type {
            SubjectKind::Trail if anchor.is_some() => {
                self.trails.add_finding(&line.resource_arn, make());
            }
            SubjectKind::EventDataStore => self.inventory.add_finding(&line.resource_arn, &make()),
            SubjectKind::Trail | SubjectKind::Account => {}
        }
    }

    pub(crate) fn finish(mut self) -> Page {
        self.close_trails();
        let context = context(&self.names, &self.gaps, &self.exceptions, &self.causes);
        let coverage = self.coverage.finish(context);
        let findings = self.findings.finish(&self.causes);
        let gap_kinds = self.gaps.kinds(&self.causes);
        let trails = &self.trails;
        let causes = self.causes.finish(&self.names, |arn| trails.anchor(arn.as_str()));
        let exceptions = self.exceptions.finish(self.run.exceptions.clone());
        let (keys, stores) = self.inventory.finish(&self.names);
        Page::new(Parts {
            run: self.run,
            accounts: self.accounts.finish(),
            trails: self.trails.finish(),
            causes,
            findings,
            gaps: self.gaps,
            gap_kinds,
            names: self.names,
            coverage,
            exceptions,
            keys,
            stores,
        })
    }
}

const fn context<'a>(
    names: &'a Names,
    gaps: &'a Gaps,
    exceptions: &'a ExceptionTotals,
    causes: &'a CauseTotals,
) -> Context<'a> {
    Context { names, gaps, exceptions, causes }
}
