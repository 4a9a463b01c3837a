//! Makes every file of the pack in one pass over the record.

use std::collections::BTreeMap;

use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, Format, Report, ReportError};

use crate::cell::Row;
use crate::columns::Table;
use crate::framework_status::requirements;
use crate::record_index::RecordIndex;
use crate::rows;
use crate::run_document::{self, RUN_FILE};
use crate::table_file::{TableFile, Urgency};

/// Every table, and [`RUN_FILE`].
pub const FORMAT: Format = Format { files: &FILES, open };

const FILES: [FileName; Table::ALL.len() + 1] = files();

const fn files() -> [FileName; Table::ALL.len() + 1] {
    let mut files = [RUN_FILE; Table::ALL.len() + 1];
    let mut place = 0;
    while place < Table::ALL.len() {
        files[place] = Table::ALL[place].file_name();
        place += 1;
    }
    files
}

fn open(folder: &dyn Folder) -> Result<Box<dyn Report>, ReportError> {
    let tables = Table::ALL.iter().map(|table| TableFile::create(*table, folder));
    let tables = Tables(tables.collect::<Result<_, _>>()?);
    Ok(Box::new(Pack { index: None, tables }))
}

/// The pack while it is made.
struct Pack {
    /// What is known so far; nothing before the run.
    index: Option<RecordIndex>,
    tables: Tables,
}

/// The files, in the order of [`Table::ALL`].
struct Tables(Vec<TableFile>);

impl Report for Pack {
    fn add(&mut self, line: &Line) -> Result<(), ReportError> {
        match (line, &mut self.index) {
            (Line::Run(run), _) => {
                self.index = Some(RecordIndex::new((**run).clone()));
                Ok(())
            }
            (_, Some(index)) => self.tables.add(line, index),
            (_, None) => Err(without_run()),
        }
    }

    fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
        let Self { index, mut tables } = *self;
        let index = index.ok_or_else(without_run)?;
        tables.add_kept(&index)?;
        let counts: BTreeMap<&'static str, u64> = tables.0.iter().map(TableFile::count).collect();
        tables.0.into_iter().try_for_each(TableFile::finish)?;
        run_document::write(&index.run, &counts, folder)
    }
}

fn without_run() -> ReportError {
    ReportError::Contradiction("has no run".to_owned())
}

impl Tables {
    fn add(&mut self, line: &Line, index: &mut RecordIndex) -> Result<(), ReportError> {
        match line {
            Line::Exception(line) => {
                self.write(Table::Exceptions, index, rows::exception::row(index, line))?;
            }
            Line::Cause(line) => index.add_cause(line),
            Line::Account(line) => {
                let urgency = rows::account::urgency(line);
                let row = rows::account::row(index, line);
                self.write_as(urgency, Table::Accounts, index, row)?;
                index.add_account(line);
            }
            Line::Bucket(line) => index.add_bucket(line),
            // Its row waits for those who use it.
            Line::Key(line) => index.add_key(line),
            Line::EventDataStore(line) => {
                let urgency = Urgency::of(&line.failing_controls, &line.not_proven_controls);
                let row = rows::store::row(index, line);
                self.write_as(urgency, Table::EventDataStores, index, row)?;
                index.add_store(line);
            }
            Line::Trail(line) => {
                let urgency = rows::trail::urgency(line);
                let row = rows::trail::row(index, line);
                self.write_as(urgency, Table::Trails, index, row)?;
                index.add_trail(line);
            }
            Line::Gap(line) => self.write(Table::Gaps, index, rows::gap::row(index, line))?,
            Line::Finding(line) => {
                self.write(Table::Findings, index, rows::finding::row(index, line))?;
                index.add_finding(line);
            }
            Line::SampledCluster(line) => {
                let row = rows::sampled_cluster::row(index, line);
                self.write(Table::SampledClusters, index, row)?;
                index.tallies.add_cluster(line);
            }
            Line::Sample(line) => {
                self.write(Table::Samples, index, rows::sample::row(index, line))?;
                index.tallies.add_sample(line);
            }
            Line::Coverage(line) => {
                self.write(Table::Coverage, index, rows::coverage::row(index, line))?;
            }
            Line::Run(_) | Line::End(_) => {}
        }
        Ok(())
    }

    /// The rows that waited for later lines.
    fn add_kept(&mut self, index: &RecordIndex) -> Result<(), ReportError> {
        for cause in &index.causes {
            self.write(Table::Causes, index, rows::cause::row(index, cause))?;
        }
        for key in index.keys() {
            self.write(Table::Keys, index, rows::key::row(index, key))?;
        }
        for trail in &index.sampled_trails {
            self.write(Table::Sampling, index, rows::sampling::row(index, trail))?;
        }
        for requirement in requirements() {
            self.write(Table::Frameworks, index, rows::framework::row(index, &requirement))?;
        }
        Ok(())
    }

    /// Writes a row of a table that is in the record's order.
    fn write(&mut self, table: Table, index: &RecordIndex, row: Row) -> Result<(), ReportError> {
        self.write_as(Urgency::Failed, table, index, row)
    }

    fn write_as(
        &mut self,
        urgency: Urgency,
        table: Table,
        index: &RecordIndex,
        row: Row,
    ) -> Result<(), ReportError> {
        self.0[table as usize].write(urgency, &index.closed(row))
    }
}
