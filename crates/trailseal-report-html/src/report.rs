//! Collects the record line by line and writes the page in the end.

use std::io::Write as _;

use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, Format, Report, ReportError};

use crate::collect::Collected;

/// The page.
const PAGE: FileName = FileName::new("report.html");

/// One HTML document that holds everything it needs. Nothing is written before the whole record was
/// read, so a record that is cut short gives no page.
pub const FORMAT: Format =
    Format { files: &[PAGE], open: |_folder| Ok(Box::new(PageReport(None))) };

/// The page while the record is read; nothing before the run line.
#[derive(Debug)]
struct PageReport(Option<Box<Collected>>);

impl Report for PageReport {
    fn add(&mut self, line: &Line) -> Result<(), ReportError> {
        match (&mut self.0, line) {
            (None, Line::Run(run)) => self.0 = Some(Box::new(Collected::new((**run).clone()))),
            (None, _) => return Err(without_run()),
            (Some(collected), line) => collected.add(line),
        }
        Ok(())
    }

    fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
        let page = self.0.ok_or_else(without_run)?.finish();
        let mut file = folder.create(PAGE).map_err(PAGE.unwritten())?;
        page.write(&mut file).map_err(PAGE.unwritten())?;
        file.flush().map_err(PAGE.unwritten())
    }
}

fn without_run() -> ReportError {
    ReportError::Contradiction("does not begin with its run".to_owned())
}
