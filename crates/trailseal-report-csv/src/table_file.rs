//! One table's file while its rows are written.

use std::io::{self, Write};

use trailseal_model::{ControlId, Verdict};
use trailseal_record::{FileName, Folder, ReportError};

use crate::cell::Row;
use crate::columns::{Table, columns};

/// What a row asks of its reader: rows that ask for more come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    /// Something failed.
    Failed,
    /// Something is not proven.
    NotProven,
    /// Nothing is to be done.
    Settled,
}

impl Urgency {
    /// Of something with these controls.
    pub(crate) const fn of(failing: &[ControlId], not_proven: &[ControlId]) -> Self {
        match (failing, not_proven) {
            ([], []) => Self::Settled,
            ([], _) => Self::NotProven,
            _ => Self::Failed,
        }
    }
}

impl From<Verdict> for Urgency {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Unsealed => Self::Failed,
            Verdict::Unproven => Self::NotProven,
            Verdict::Sealed => Self::Settled,
        }
    }
}

/// A table's file. Rows that are less urgent wait in memory for the others, so only tables of accounts,
/// trails and event data stores have such.
pub(crate) struct TableFile {
    table: Table,
    file: csv::Writer<Box<dyn Write>>,
    not_proven: csv::Writer<Vec<u8>>,
    settled: csv::Writer<Vec<u8>>,
    rows: u64,
}

impl TableFile {
    /// Begins the file with its header, which is there without any row too.
    pub(crate) fn create(table: Table, folder: &dyn Folder) -> Result<Self, ReportError> {
        let name = table.file_name();
        let mut file = writer(folder.create(name).map_err(name.unwritten())?);
        file.write_record(columns(table)).map_err(of_disk(name))?;
        let (not_proven, settled) = (writer(Vec::new()), writer(Vec::new()));
        Ok(Self { table, file, not_proven, settled, rows: 0 })
    }

    /// Writes a row; those of the same urgency stay in order.
    pub(crate) fn write(&mut self, urgency: Urgency, row: &Row) -> Result<(), ReportError> {
        let (name, record) = (self.table.file_name(), row.record());
        debug_assert_eq!(record.len(), columns(self.table).len(), "{name}");
        self.rows += 1;
        match urgency {
            Urgency::Failed => self.file.write_record(record),
            Urgency::NotProven => self.not_proven.write_record(record),
            Urgency::Settled => self.settled.write_record(record),
        }
        .map_err(of_disk(name))
    }

    /// The name of the file and the number of rows, the header not counted.
    pub(crate) const fn count(&self) -> (&'static str, u64) {
        (self.table.file_name().as_str(), self.rows)
    }

    /// Writes the rows that waited.
    pub(crate) fn finish(self) -> Result<(), ReportError> {
        let name = self.table.file_name();
        let ended = || -> io::Result<()> {
            let mut file = inner(self.file)?;
            file.write_all(&inner(self.not_proven)?)?;
            file.write_all(&inner(self.settled)?)?;
            file.flush()
        };
        ended().map_err(name.unwritten())
    }
}

fn writer<W: Write>(out: W) -> csv::Writer<W> {
    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out)
}

fn inner<W: Write>(mut writer: csv::Writer<W>) -> io::Result<W> {
    writer.flush()?;
    let again = |error: csv::IntoInnerError<csv::Writer<W>>| {
        io::Error::new(error.error().kind(), error.error().to_string())
    };
    writer.into_inner().map_err(again)
}

/// The error of the disk behind one of the writer.
fn of_disk(name: FileName) -> impl Fn(csv::Error) -> ReportError {
    move |error| {
        let problem = match error.into_kind() {
            csv::ErrorKind::Io(problem) => problem,
            // Nothing else can happen to rows of one width.
            _ => io::Error::other("a row has not the width of its header"),
        };
        name.unwritten()(problem)
    }
}
