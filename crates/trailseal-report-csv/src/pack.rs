//! Writes every file of the pack in one pass over the record.

use std::io::{self, Write};

use trailseal_model::record::RecordError;
use trailseal_model::record::v1::{Line, RunLine};

use crate::cell::Row;
use crate::columns::{Table, columns};
use crate::record_index::RecordIndex;
use crate::rows;

/// The run as a JSON document.
pub const RUN_FILE: &str = "run.json";

/// A pack that could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The record is at fault.
    #[error("the record {0}")]
    Record(#[from] RecordError),
    /// A file is at fault.
    #[error("a report file cannot be written: {0}")]
    Io(#[from] io::Error),
    /// The record has no first line.
    #[error("the record is empty")]
    Empty,
}

impl From<csv::Error> for PackError {
    fn from(error: csv::Error) -> Self {
        Self::Io(io::Error::other(error))
    }
}

/// Writes every table and [`RUN_FILE`] from a record; `create` gives the writer of each file name.
/// The writers should be buffered. Returns the run's line, for who wants to sum it up.
///
/// # Errors
/// When the record cannot be read or a file cannot be written.
pub fn write_pack<W: Write>(
    record: impl IntoIterator<Item = Result<Line, RecordError>>,
    mut create: impl FnMut(&str) -> io::Result<W>,
) -> Result<RunLine, PackError> {
    let mut lines = record.into_iter();
    let Line::Run(run) = lines.next().ok_or(PackError::Empty)?? else {
        return Err(PackError::Empty);
    };
    let mut run_file = create(RUN_FILE)?;
    serde_json::to_writer_pretty(&mut run_file, &run).map_err(io::Error::from)?;
    run_file.write_all(b"\n")?;
    run_file.flush()?;
    let mut pack = Pack::new(*run, create)?;
    for line in lines {
        pack.add(line?)?;
    }
    pack.finish()
}

struct Pack<W: Write> {
    known: RecordIndex,
    tables: [csv::Writer<W>; Table::ALL.len()],
}

impl<W: Write> Pack<W> {
    fn new(run: RunLine, mut create: impl FnMut(&str) -> io::Result<W>) -> Result<Self, PackError> {
        let mut writers = Vec::with_capacity(Table::ALL.len());
        for table in Table::ALL {
            let mut writer = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .from_writer(create(table.file_name())?);
            // With no rows the header still stands.
            writer.write_record(columns(table))?;
            writers.push(writer);
        }
        let Ok(tables) = writers.try_into() else { unreachable!("one writer per table") };
        Ok(Self { known: RecordIndex::new(run), tables })
    }

    fn add(&mut self, line: Line) -> Result<(), PackError> {
        match line {
            Line::Account(it) => {
                self.write(Table::Accounts, rows::account::row(&self.known, &it))?;
                self.known.add_account(it);
            }
            Line::Exception(it) => {
                self.write(Table::Exceptions, rows::exception::row(&self.known, &it))?;
            }
            Line::Bucket(it) => self.known.add_bucket(it),
            // Its row waits for those who use it.
            Line::Key(it) => self.known.add_key(it),
            Line::EventDataStore(it) => {
                self.write(Table::EventDataStores, rows::store::row(&self.known, &it))?;
                self.known.add_store(*it);
            }
            Line::Trail(it) => {
                self.write(Table::Trails, rows::trail::row(&self.known, &it))?;
                self.write(Table::Sampling, rows::sampling::row(&self.known, &it))?;
                self.known.add_trail(*it);
            }
            Line::Gap(it) => self.write(Table::Gaps, rows::gap::row(&self.known, &it))?,
            Line::Finding(it) => {
                self.write(Table::Findings, rows::finding::row(&self.known, &it))?;
                self.known.add_finding(&it);
            }
            Line::SampledCluster(it) => {
                self.write(Table::SampledCells, rows::sampled_cell::row(&self.known, &it))?;
            }
            Line::Sample(it) => self.write(Table::Samples, rows::sample::row(&self.known, &it))?,
            Line::Coverage(it) => {
                self.write(Table::Coverage, rows::coverage::row(&self.known, &it))?;
            }
            Line::Run(_) | Line::End(_) => {}
        }
        Ok(())
    }

    fn write(&mut self, table: Table, row: Row) -> Result<(), PackError> {
        let row = self.known.closed(row);
        debug_assert_eq!(row.cells().len(), columns(table).len(), "{}", table.file_name());
        Ok(self.tables[table as usize].write_record(row.cells())?)
    }

    fn finish(mut self) -> Result<RunLine, PackError> {
        let keys: Vec<Row> = self.known.keys().map(|it| rows::key::row(&self.known, it)).collect();
        for row in keys {
            self.write(Table::Keys, row)?;
        }
        for table in &mut self.tables {
            table.flush()?;
        }
        Ok(self.known.run)
    }
}
