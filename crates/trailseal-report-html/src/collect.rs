//! Everything the page shows, collected line by line.

use trailseal_model::record::v1::{CoverageLine, FindingLine, Line, RunLine};

use crate::accounts::AccountTotals;
use crate::coverage::CoverageTotals;
use crate::error::PageError;
use crate::exceptions::ExceptionTotals;
use crate::findings::{Finding, FindingTotals, kind_of};
use crate::gaps::Gaps;
use crate::inventory::Inventory;
use crate::lists::Names;
use crate::page::{Page, Parts};
use crate::trails::TrailTotals;

/// What is known after some lines of the record. Its order is used: accounts, buckets, keys and
/// stores come before trails, gaps before findings, findings before coverage.
#[derive(Debug)]
pub(crate) struct Collected {
    run: RunLine,
    names: Names,
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

    pub(crate) fn add(&mut self, line: Line) -> Result<(), PageError> {
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
            Line::Exception(it) => self.exceptions.add(&it)?,
            Line::Account(it) => {
                self.accounts.add(&it)?;
                self.names.add(it.account_id, &it.name);
            }
            Line::Bucket(it) => self.inventory.add_bucket(it),
            Line::Key(it) => self.inventory.add_key(it),
            Line::EventDataStore(it) => self.inventory.add_store(&it, &self.names),
            Line::Trail(it) => {
                self.inventory.add_trail(&it);
                self.trails.add(&it, &self.inventory, &self.names)?;
            }
            Line::Gap(it) => self.gaps.add(&it, &self.names),
            Line::Finding(it) => self.add_finding(&it)?,
            Line::Sample(it) => self.trails.add_object(&it)?,
            Line::Coverage(it) => self.add_coverage(&it)?,
            Line::Run(_) | Line::SampledCluster(_) | Line::End(_) => {}
        }
        Ok(())
    }

    fn close_trails(&mut self) {
        if !self.has_all_trails {
            self.trails.close();
            self.has_all_trails = true;
        }
    }

    fn add_finding(&mut self, line: &FindingLine) -> Result<(), PageError> {
        let kind = kind_of(line)?;
        let anchor = self.trails.anchor(&line.resource_arn);
        let make = || Finding {
            anchor,
            accepted: self.exceptions.of(&line.exception_ids),
            ..Finding::of(line, kind, &self.names, &self.gaps)
        };
        self.findings.add(kind, line, make);
        match line.resource_type.as_str() {
            "trail" if anchor.is_some() => self.trails.add_finding(&line.resource_arn, make()),
            "event_data_store" => self.inventory.add_finding(&line.resource_arn, &make()),
            _ => {}
        }
        Ok(())
    }

    fn add_coverage(&mut self, line: &CoverageLine) -> Result<(), PageError> {
        self.coverage.add(line, &self.names, &self.gaps, &self.exceptions)
    }

    pub(crate) fn finish(mut self) -> Result<Page, PageError> {
        self.close_trails();
        let coverage = self.coverage.finish(&self.names, &self.gaps, &self.exceptions);
        let exceptions = self.exceptions.finish(self.run.exceptions.clone());
        let (keys, stores) = self.inventory.finish(&self.names);
        Page::new(Parts {
            run: self.run,
            accounts: self.accounts.finish(),
            trails: self.trails.finish(),
            findings: self.findings.finish(),
            gaps: self.gaps,
            names: self.names,
            coverage,
            exceptions,
            keys,
            stores,
        })
    }
}
