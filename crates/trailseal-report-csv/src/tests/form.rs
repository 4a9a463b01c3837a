//! The form of every file: headers, widths, quoting, free text.

use std::io;

use serde_json::{Value, json};
use trailseal_model::record::RecordError;

use super::record::{
    ACCOUNT, HOSTILE, cell, check, coverage, line, pack, read, record, run, try_pack,
};
use crate::{PackError, RUN_FILE, Table, columns, neutralized, write_pack};

#[test]
fn with_no_rows_the_header_still_stands() {
    let files = pack(vec![run()]);
    assert_eq!(files.len(), Table::ALL.len() + 1);
    for table in Table::ALL {
        let header = format!("{}\r\n", columns(table).join(","));
        assert_eq!(files[table.file_name()], header.as_bytes());
    }
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
        let files = pack(record(text));
        for table in Table::ALL {
            let rows = read(&files, table);
            assert_eq!(rows.len(), 2, "{} of {text:?}", table.file_name());
            assert_eq!(rows[0], columns(table));
            assert_eq!(rows[1].len(), columns(table).len());
            assert_eq!(rows[1][0], "run-1");
        }
    }
}

#[test]
fn every_line_ends_with_carriage_return_and_line_feed() {
    for (name, bytes) in pack(record("plain")).into_iter().filter(|it| it.0 != RUN_FILE) {
        let text = String::from_utf8(bytes).expect("utf-8");
        assert_eq!(text.matches('\n').count(), 2, "{name}");
        assert_eq!(text.matches("\r\n").count(), 2, "{name}");
        assert!(text.ends_with("\r\n"), "{name}");
    }
}

#[test]
fn free_text_comes_back_as_written_but_for_the_apostrophe() {
    for text in HOSTILE {
        let files = pack(record(text));
        let expected = neutralized(text);
        for (table, column) in [
            (Table::Findings, "account_name"),
            (Table::Findings, "expected"),
            (Table::Findings, "observed"),
            (Table::Findings, "message"),
            (Table::Trails, "account_name"),
            (Table::Trails, "prefix"),
            (Table::Gaps, "account_name"),
            (Table::Gaps, "subject"),
            (Table::Gaps, "message"),
            (Table::Samples, "object_key"),
            (Table::Coverage, "account_name"),
            (Table::Findings, "ou_names"),
            (Table::Trails, "ou_names"),
            (Table::Coverage, "ou_names"),
            (Table::Gaps, "ou_names"),
            (Table::Accounts, "account_name"),
            (Table::Accounts, "ou_names"),
            (Table::EventDataStores, "name"),
            (Table::EventDataStores, "account_name"),
            (Table::EventDataStores, "ou_names"),
            (Table::Exceptions, "owner"),
            (Table::Exceptions, "approved_by"),
            (Table::Exceptions, "reason"),
            (Table::Exceptions, "ticket"),
        ] {
            assert_eq!(cell(&files, table, column), expected, "{column} of {text:?}");
        }
    }
}

#[test]
fn no_cell_of_free_text_begins_like_a_formula() {
    for text in HOSTILE {
        let files = pack(record(text));
        for table in Table::ALL {
            let cells = read(&files, table).concat();
            let is_formula = |it: &&String| it.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            assert_eq!(cells.iter().find(is_formula), None, "{text:?}");
        }
    }
}

#[test]
fn commas_quotes_and_line_ends_are_quoted_as_rfc_4180_says() {
    let files = pack(record("a,\"b\"\nc"));
    let samples = String::from_utf8(files["samples.csv"].clone()).expect("utf-8");
    assert!(samples.contains(",\"a,\"\"b\"\"\nc\","), "{samples}");
}

#[test]
fn leading_zeros_stay() {
    let files = pack(record("plain"));
    for table in [
        Table::Findings,
        Table::Trails,
        Table::Coverage,
        Table::Gaps,
        Table::Accounts,
        Table::EventDataStores,
    ] {
        assert_eq!(cell(&files, table, "account_id"), ACCOUNT);
    }
    check(&files, Table::Findings, &[("key_account_id", "000000000002")]);
    check(&files, Table::Trails, &[("bucket_owner_account_id", "000000000009")]);
    check(&files, Table::Keys, &[("account_id", "000000000002")]);
}

#[test]
fn the_same_record_gives_the_same_bytes() {
    assert_eq!(pack(record("text")), pack(record("text")));
}

#[test]
fn the_run_stands_in_its_file_as_in_the_record() {
    let files = pack(record("plain"));
    let text = String::from_utf8(files[RUN_FILE].clone()).expect("utf-8");
    assert!(text.ends_with("}\n"));
    let mut value: Value = serde_json::from_str(&text).expect("json");
    value["line"] = json!("run");
    assert_eq!(line(value), run());
}

#[test]
fn a_record_that_is_empty_or_broken_makes_no_pack() {
    assert!(matches!(try_pack([]), Err(PackError::Empty)));
    assert!(matches!(try_pack([Ok(coverage())]), Err(PackError::Empty)));
    let broken = [Ok(run()), Err(RecordError::CutShort(1))];
    assert!(matches!(try_pack(broken), Err(PackError::Record(_))));
}

#[test]
fn a_file_that_cannot_be_written_is_an_error() {
    let refuse = |_: &str| -> io::Result<Vec<u8>> { Err(io::Error::other("full")) };
    let res = write_pack([Ok(run())], refuse);
    assert!(matches!(res, Err(PackError::Io(_))));
}
