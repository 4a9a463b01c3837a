//! What makes a report from the record.

use std::io::BufRead;

use crate::error::ReportError;
use crate::file_name::FileName;
use crate::folder::Folder;
use crate::stream::RecordReader;
use crate::v1::Line;

/// One report format while it is made: it sees each line of the record once, in the record's order.
///
/// A report that keeps little and writes in the end opens its file in [`finish`](Report::finish); one
/// that streams opens its files when it is made, from the folder that [`Format::open`] gets, and keeps
/// their writers. Either way no report keeps the whole record.
///
/// ```
/// use std::io::Write as _;
/// use trailseal_record::v1::Line;
/// use trailseal_record::{FileName, Folder, Format, Report, ReportError};
///
/// const FILE: FileName = FileName::new("accounts.txt");
///
/// /// Names every account.
/// pub const ACCOUNTS: Format =
///     Format { files: &[FILE], open: |_folder| Ok(Box::new(Accounts::default())) };
///
/// #[derive(Default)]
/// struct Accounts(Vec<String>);
///
/// impl Report for Accounts {
///     fn add(&mut self, line: &Line) -> Result<(), ReportError> {
///         if let Line::Account(account) = line {
///             self.0.push(account.account_id.to_string());
///         }
///         Ok(())
///     }
///
///     fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
///         let mut file = folder.create(FILE).map_err(FILE.unwritten())?;
///         file.write_all(self.0.join("\n").as_bytes()).map_err(FILE.unwritten())?;
///         file.flush().map_err(FILE.unwritten())
///     }
/// }
/// ```
pub trait Report {
    /// Takes the next line; the first one is the run. The closing line is not given.
    ///
    /// # Errors
    /// When the record is at fault, or a file cannot be written.
    fn add(&mut self, line: &Line) -> Result<(), ReportError>;

    /// Writes what is left, when every line was given, and flushes every file.
    ///
    /// # Errors
    /// When the record is at fault, or a file cannot be written.
    fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError>;
}

/// Begins a report whose files go to the folder.
pub type Open = fn(&dyn Folder) -> Result<Box<dyn Report>, ReportError>;

/// A report format: its files, and how a report of it begins.
#[derive(Debug, Clone, Copy)]
pub struct Format {
    /// Every file that it makes; no two formats make the same one.
    pub files: &'static [FileName],
    /// Begins a report whose files go to the folder.
    pub open: Open,
}

/// Makes every report in one pass over the record.
///
/// # Errors
/// When the record cannot be read, or a file cannot be written. Files that were begun stay.
pub fn report_all<R: BufRead>(
    record: RecordReader<R>,
    mut reports: Vec<Box<dyn Report>>,
    folder: &dyn Folder,
) -> Result<(), ReportError> {
    for line in record {
        let line = line?;
        for report in &mut reports {
            report.add(&line)?;
        }
    }
    reports.into_iter().try_for_each(|report| report.finish(folder))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write as _};

    use super::*;
    use crate::fixture::{self, MemoryFolder};

    const KINDS: FileName = FileName::new("kinds.txt");
    const COUNT: FileName = FileName::new("count.txt");

    /// Streams the kinds of lines.
    struct Kinds(Box<dyn io::Write>);

    impl Report for Kinds {
        fn add(&mut self, line: &Line) -> Result<(), ReportError> {
            writeln!(self.0, "{}", line.kind()).map_err(KINDS.unwritten())
        }

        fn finish(mut self: Box<Self>, _: &dyn Folder) -> Result<(), ReportError> {
            self.0.flush().map_err(KINDS.unwritten())
        }
    }

    /// Counts the lines and writes in the end.
    struct Count(u64);

    impl Report for Count {
        fn add(&mut self, _: &Line) -> Result<(), ReportError> {
            self.0 += 1;
            Ok(())
        }

        fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
            let mut out = folder.create(COUNT).map_err(COUNT.unwritten())?;
            write!(out, "{}", self.0).map_err(COUNT.unwritten())
        }
    }

    fn made(record: &str) -> Result<MemoryFolder, ReportError> {
        let folder = MemoryFolder::default();
        let kinds = Kinds(folder.create(KINDS).unwrap());
        let reports: Vec<Box<dyn Report>> = vec![Box::new(kinds), Box::new(Count(0))];
        report_all(RecordReader::new(record.as_bytes()), reports, &folder)?;
        Ok(folder)
    }

    #[test]
    fn every_report_sees_every_line_once_and_in_order() {
        let lines = fixture::lines();
        let folder = made(&fixture::record(&lines)).unwrap();
        let kinds: Vec<&str> = lines.iter().map(Line::kind).collect();
        assert_eq!(folder.text(KINDS).lines().collect::<Vec<_>>(), kinds);
        assert_eq!(folder.text(COUNT), lines.len().to_string());
    }

    #[test]
    fn the_side_at_fault_is_known() {
        let record = fixture::record(&fixture::lines());
        let cut = record.lines().next().unwrap();
        assert!(made(cut).unwrap_err().is_of_record());
        let problem = COUNT.unwritten()(io::Error::other("the disk is full"));
        assert!(!problem.is_of_record());
        assert_eq!(problem.to_string(), "count.txt cannot be written: the disk is full");
    }
}
