//! The form of every file: headers, widths, quoting, free text.

use std::io::{self, Write};

use serde_json::Value;
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::Line;
use trailseal_record::{FileName, Folder, RecordReader, ReportError, report_all};

use super::pack::{HOSTILE, column, hostile, pack, read, rows, try_pack};
use crate::{FORMAT, RUN_FILE, Table, columns, neutralized};

fn fixture_pack() -> MemoryFolder {
    pack(fixture::lines())
}

#[test]
fn without_rows_the_header_is_still_there() {
    let files = pack(vec![Line::Run(Box::new(fixture::run()))]);
    assert_eq!(files.files().len(), Table::ALL.len() + 1);
    for table in Table::ALL {
        let header = format!("{}\r\n", columns(table).join(","));
        let text = files.text(table.file_name());
        assert!(text.starts_with(&header), "{}", table.file_name());
        // Requirements are the same in every run.
        assert_eq!(text == header, table != Table::Frameworks, "{}", table.file_name());
    }
}

#[test]
fn the_format_names_every_file() {
    let mut named = FORMAT.files.to_vec();
    named.sort_unstable();
    assert_eq!(named, fixture_pack().files());
}

#[test]
fn the_columns_of_a_table_differ_and_begin_with_the_run() {
    for table in Table::ALL {
        let mut names = columns(table).to_vec();
        assert_eq!(names[0], "run_id");
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), columns(table).len(), "{}", table.file_name());
    }
}

#[test]
fn every_row_begins_with_the_run_and_is_as_wide_as_the_header() {
    for text in HOSTILE {
        let files = pack(hostile(text));
        for table in Table::ALL {
            let rows = read(&files, table);
            assert!(rows.len() > 1, "{} of {text:?}", table.file_name());
            assert_eq!(rows[0], columns(table));
            for row in &rows[1..] {
                assert_eq!(row.len(), columns(table).len());
                assert_eq!(row[0], fixture::run().run_id);
            }
        }
    }
}

#[test]
fn every_row_ends_with_carriage_return_and_line_feed() {
    let files = pack(hostile("two\nlines\r"));
    for table in Table::ALL {
        let text = files.text(table.file_name());
        assert!(text.ends_with("\r\n"), "{}", table.file_name());
        let outside = text.split('"').step_by(2);
        for part in outside {
            assert_eq!(part.replace("\r\n", "").find(['\r', '\n']), None, "{}", table.file_name());
        }
    }
}

#[test]
fn free_text_comes_back_as_written_but_for_the_apostrophe() {
    for text in HOSTILE {
        let files = pack(hostile(text));
        let expected = neutralized(text);
        for (table, names) in [
            (Table::Findings, &["account_name", "expected", "observed", "message", "ou_names"][..]),
            (Table::Trails, &["account_name", "prefix", "ou_names", "name"]),
            (Table::Gaps, &["account_name", "subject", "message", "ou_names"]),
            (Table::Samples, &["object_key", "header_problem"]),
            (Table::SampledClusters, &["prefix", "start_after", "before"]),
            (Table::Coverage, &["account_name", "ou_names"]),
            (Table::Accounts, &["account_name", "ou_names"]),
            (Table::EventDataStores, &["name", "account_name", "ou_names"]),
            (Table::Exceptions, &["owner", "approved_by", "reason", "ticket"]),
            (Table::Causes, &["title", "fact", "subject", "account_name", "fix_change"]),
            (Table::Causes, &["fix_first", "fix_brings", "fix_risks"]),
        ] {
            for name in names {
                for cell in column(&files, table, name) {
                    assert_eq!(cell, expected, "{name} of {text:?}");
                }
            }
        }
    }
}

#[test]
fn no_cell_begins_like_a_formula() {
    for text in HOSTILE.iter().chain(fixture::HOSTILE) {
        let files = pack(hostile(text));
        for table in Table::ALL {
            let cells = read(&files, table).concat();
            let is_formula =
                |cell: &&String| cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            assert_eq!(cells.iter().find(is_formula), None, "{text:?}");
        }
    }
}

#[test]
fn commas_quotes_and_line_ends_are_quoted_as_rfc_4180_says() {
    let files = pack(hostile("a,\"b\"\nc"));
    let samples = files.text(Table::Samples.file_name());
    assert!(samples.contains(",\"a,\"\"b\"\"\nc\","), "{samples}");
}

#[test]
fn ids_of_accounts_have_twelve_digits() {
    let files = fixture_pack();
    for table in Table::ALL {
        for row in rows(&files, table) {
            for (name, cell) in row.iter().filter(|(name, _)| name.ends_with("account_id")) {
                let is_id = cell.len() == 12 && cell.bytes().all(|digit| digit.is_ascii_digit());
                assert!(is_id || cell.is_empty(), "{name} {cell}");
            }
        }
    }
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    let [first, second] = [fixture_pack(), fixture_pack()];
    for file in FORMAT.files {
        assert_eq!(first.text(*file), second.text(*file));
    }
}

#[test]
fn the_run_is_in_its_file_as_in_the_record_with_what_all_rows_have_in_common() {
    let mut run = fixture::run();
    run.settings.insert("seed".to_owned(), "7".to_owned());
    let mut lines = fixture::lines();
    lines.retain(|line| !matches!(line, Line::Run(_)));
    lines.push(Line::Run(Box::new(run)));
    let files = pack(lines);
    let text = files.text(RUN_FILE);
    assert!(text.ends_with("}\n"));
    let document: Value = serde_json::from_str(&text).unwrap();
    let record = fixture::record(&fixture::settled(fixture::lines()));
    let line: Value = serde_json::from_str(record.lines().next().unwrap()).unwrap();
    for (name, value) in line.as_object().unwrap() {
        if !["line", "settings"].contains(&name.as_str()) {
            assert_eq!(&document[name], value, "{name}");
        }
    }
    for (name, value) in [("program_sha256", "a"), ("exceptions_sha256", "b")] {
        assert_eq!(document[name], value.repeat(64));
    }
    assert_eq!(document["configuration_sha256"], Value::Null);
    let sampling = &document["sampling"];
    assert_eq!(sampling["algorithm"], "trailseal-sampling/1");
    assert_eq!(sampling["seed"], "7");
    assert_eq!(sampling["window_start"], "2026-11-13T00:00:00.000Z");
    assert_eq!(sampling["window_end"], "2026-11-20T00:00:00.000Z");
    assert_eq!((&sampling["sample_size"], &sampling["confidence"]), (&59.into(), &0.95.into()));
    assert_eq!(sampling["tolerable_rate"], 0.05);
    assert_eq!(document["population"], serde_json::json!({"accounts": 5, "targets": 10}));
    for table in Table::ALL {
        let counted = rows(&files, table).len();
        assert_eq!(document["tables"][table.file_name().as_str()], counted);
    }
}

#[test]
fn a_record_that_is_empty_or_broken_makes_no_pack() {
    let record = fixture::record(&fixture::lines());
    let without_run = record.lines().skip(1).map(|line| format!("{line}\n"));
    let refused = try_pack(&without_run.collect::<String>()).unwrap_err();
    assert!(refused.is_of_record(), "{refused}");
    let first = record.lines().next().unwrap();
    assert!(try_pack(&format!("{first}\n")).unwrap_err().is_of_record(), "cut short");
    assert!(try_pack("").unwrap_err().is_of_record(), "empty");
    let mut report = (FORMAT.open)(&MemoryFolder::default()).unwrap();
    let line = Line::Bucket(fixture::bucket(1));
    assert_eq!(report.add(&line).unwrap_err().to_string(), "the record has no run");
}

/// A folder on a disk that is full from the file of this name on.
struct Full(FileName);

impl Folder for Full {
    fn create(&self, file: FileName) -> io::Result<Box<dyn Write>> {
        if file == self.0 { Ok(Box::new(FullFile)) } else { Ok(Box::new(io::sink())) }
    }
}

struct FullFile;

impl Write for FullFile {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::StorageFull, "no space left"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let record = fixture::record(&fixture::lines());
    for file in FORMAT.files {
        let folder = Full(*file);
        let made = (FORMAT.open)(&folder).and_then(|report| {
            report_all(RecordReader::new(record.as_bytes()), vec![report], &folder)
        });
        match made.unwrap_err() {
            ReportError::Disk { file: named, problem } => {
                assert_eq!(named, *file);
                assert_eq!(problem.kind(), io::ErrorKind::StorageFull);
            }
            other => panic!("{other}"),
        }
    }
}
