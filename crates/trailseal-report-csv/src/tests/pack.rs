//! Lines of a record, and the pack that is made from them.

use std::collections::BTreeMap;

use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::Line;
use trailseal_record::{RecordReader, ReportError, report_all};

use crate::{FORMAT, Table, columns};

/// Texts that outsiders may choose: names of accounts, messages, object keys.
pub(super) const HOSTILE: &[&str] = &[
    "plain",
    "comma, semicolon; tab\tend",
    "\"quoted\" and \"\"twice\"\"",
    "two\nlines",
    "two\r\nlines",
    "lone\rreturn",
    "=HYPERLINK(\"http://x\",\"y\")",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1",
    "</script><b>",
    "\u{202e}txt.exe",
    "مرحبا",
    "🦭 sealed",
    "nul\0inside",
    "\0nul first",
    " leading and trailing ",
    "",
];

/// Cells by column.
pub(super) type Cells = BTreeMap<String, String>;

/// The pack of a record with these lines.
pub(super) fn try_pack(record: &str) -> Result<MemoryFolder, ReportError> {
    let folder = MemoryFolder::default();
    let report = (FORMAT.open)(&folder)?;
    report_all(RecordReader::new(record.as_bytes()), vec![report], &folder)?;
    Ok(folder)
}

/// The pack of these lines, in the record's order.
pub(super) fn pack(lines: Vec<Line>) -> MemoryFolder {
    try_pack(&fixture::record(&fixture::settled(lines))).expect("a pack in memory")
}

/// The rows of a table, the header first.
pub(super) fn read(files: &MemoryFolder, table: Table) -> Vec<Vec<String>> {
    let text = files.text(table.file_name());
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    let rows = reader.records().map(|row| row.expect("a row as wide as the others"));
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// The rows of a table by column.
pub(super) fn rows(files: &MemoryFolder, table: Table) -> Vec<Cells> {
    let named = |row: Vec<String>| {
        columns(table).iter().map(|column| (*column).to_owned()).zip(row).collect()
    };
    read(files, table).into_iter().skip(1).map(named).collect()
}

/// The only row with this value in a column.
#[track_caller]
pub(super) fn row(files: &MemoryFolder, table: Table, column: &str, value: &str) -> Cells {
    let mut rows = rows(files, table);
    rows.retain(|row| row[column] == value);
    assert_eq!(rows.len(), 1, "{}: {column} {value}", table.file_name());
    rows.remove(0)
}

/// The values of a column, from the first row on.
pub(super) fn column(files: &MemoryFolder, table: Table, column: &str) -> Vec<String> {
    rows(files, table).into_iter().map(|mut row| row.remove(column).expect("a column")).collect()
}

#[track_caller]
pub(super) fn check(row: &Cells, cells: &[(&str, &str)]) {
    for (column, expected) in cells {
        assert_eq!(row[*column], *expected, "{column}");
    }
}

/// The fixture with each line of a kind changed.
macro_rules! with {
    ($kind:ident, |$line:ident| $change:expr) => {{
        let mut lines = trailseal_record::fixture::lines();
        for line in &mut lines {
            if let trailseal_record::v1::Line::$kind($line) = line {
                $change;
            }
        }
        lines
    }};
}
pub(super) use with;

/// The fixture with this text wherever outsiders may write.
pub(super) fn hostile(text: &str) -> Vec<Line> {
    let mut lines = fixture::lines();
    let own = || text.to_owned();
    for line in &mut lines {
        match line {
            Line::Account(line) => {
                (line.name, line.ou_names) = (own(), Some(own()));
                line.tags = [(own(), own()), ("zone".to_owned(), own())].into();
            }
            Line::Exception(line) => {
                (line.owner, line.approver) = (own(), own());
                (line.reason, line.ticket) = (own(), own());
                (line.subject, line.organizational_units) = (Some(own()), vec![own()]);
            }
            Line::Cause(line) => {
                (line.title, line.fact, line.subject) = (own(), own(), own());
                (line.fix.change, line.fix.brings) = (own(), own());
                (line.fix.first, line.fix.risks) = (Some(own()), Some(own()));
            }
            Line::EventDataStore(line) => line.name = own(),
            Line::Trail(line) => {
                (line.name, line.prefix) = (own(), Some(own()));
                for status in &mut line.status {
                    status.latest_delivery_error = Some(own());
                }
            }
            Line::Gap(line) => (line.subject, line.message) = (Some(own()), Some(own())),
            Line::Finding(line) => {
                (line.expected, line.observed) = (own(), own());
                (line.message, line.resource_name) = (own(), own());
            }
            Line::SampledCluster(line) => {
                line.prefix = own();
                (line.start_after, line.before) = (own(), own());
            }
            Line::Sample(line) => {
                (line.object_key, line.header_problem) = (own(), Some(own()));
            }
            Line::Run(_) | Line::Bucket(_) | Line::Key(_) | Line::Coverage(_) | Line::End(_) => {}
        }
    }
    lines
}
