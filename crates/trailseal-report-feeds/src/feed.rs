//! The three formats: each counts the record's lines, and writes its text in the end.

use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, Format, Report, ReportError};

use crate::tally::Tally;
use crate::{metrics, summary, terminal};

/// Markdown for the page of a pipeline, such as `$GITHUB_STEP_SUMMARY`.
pub const SUMMARY_FILE: FileName = FileName::new("summary.md");

/// The summary that commands print.
pub const TERMINAL_FILE: FileName = FileName::new("summary.txt");

/// Metrics in the text format of OpenMetrics.
pub const METRICS_FILE: FileName = FileName::new("metrics.prom");

/// Writes `summary.md`.
pub const SUMMARY: Format =
    Format { files: &[SUMMARY_FILE], open: |_| Ok(Feed::boxed(SUMMARY_FILE, summary::text)) };

/// Writes `summary.txt`.
pub const TERMINAL: Format =
    Format { files: &[TERMINAL_FILE], open: |_| Ok(Feed::boxed(TERMINAL_FILE, terminal::text)) };

/// Writes `metrics.prom`.
pub const METRICS: Format =
    Format { files: &[METRICS_FILE], open: |_| Ok(Feed::boxed(METRICS_FILE, metrics::text)) };

/// One of them while it is made.
struct Feed {
    file: FileName,
    tally: Tally,
    text: fn(&Tally) -> String,
}

impl Feed {
    fn boxed(file: FileName, text: fn(&Tally) -> String) -> Box<dyn Report> {
        Box::new(Self { file, tally: Tally::default(), text })
    }
}

impl Report for Feed {
    fn add(&mut self, line: &Line) -> Result<(), ReportError> {
        self.tally.add(line);
        Ok(())
    }

    fn finish(self: Box<Self>, folder: &dyn Folder) -> Result<(), ReportError> {
        if self.tally.run.is_none() {
            return Err(ReportError::Contradiction("has no run".to_owned()));
        }
        let text = (self.text)(&self.tally);
        let mut file = folder.create(self.file).map_err(self.file.unwritten())?;
        file.write_all(text.as_bytes()).map_err(self.file.unwritten())?;
        file.flush().map_err(self.file.unwritten())
    }
}
