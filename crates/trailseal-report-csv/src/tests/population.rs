//! What every table says of the population, because it may be read alone.

use serde_json::Value;
use trailseal_model::{ControlId, PopulationSource};
use trailseal_record::fixture::{self, MemoryFolder};
use trailseal_record::v1::RunLine;

use super::pack::{pack, read, rows, with};
use crate::{RUN_FILE, Table, columns};

/// A run with rows in each table, changed.
fn files(change: impl Fn(&mut RunLine)) -> MemoryFolder {
    pack(with!(Run, |run| change(run)))
}

#[track_caller]
fn check(files: &MemoryFolder, population_source: &str, scope: &str) {
    for table in Table::ALL {
        let rows = read(files, table);
        assert!(rows.len() > 1, "{}", table.file_name());
        let width = columns(table).len();
        assert_eq!(columns(table)[width - 2..], ["population_source", "scope"]);
        for row in &rows[1..] {
            assert_eq!(row[width - 2..], [population_source, scope], "{}", table.file_name());
        }
    }
}

#[test]
fn a_whole_run_of_an_organization_is_called_that() {
    check(&files(|_| ()), "organizations", "whole");
}

#[test]
fn a_scoped_run_is_called_that_in_every_row_and_its_run_has_the_scope() {
    let files = files(|run| {
        run.scope.is_limited = true;
        run.scope.organizational_units = vec!["ou-1".to_owned()];
    });
    check(&files, "organizations", "scoped");
    let run: Value = serde_json::from_str(&files.text(RUN_FILE)).unwrap();
    assert_eq!(run["scope"]["organizational_units"][0], "ou-1");
}

#[test]
fn a_run_without_a_control_is_scoped_and_names_it() {
    let control = ControlId::EventDataStoreKmsEncrypted;
    let skipped = files(|run| {
        run.scope.is_limited = true;
        run.scope.skipped_controls = vec![control];
    });
    check(&skipped, "organizations", "scoped");
    let run: Value = serde_json::from_str(&skipped.text(RUN_FILE)).unwrap();
    assert_eq!(run["scope"]["skipped_controls"][0], control.as_str());
    let found = |files: &MemoryFolder| -> Vec<String> {
        let rows = rows(files, Table::Coverage).into_iter();
        rows.map(|row| row["event_data_stores_found"].clone()).collect()
    };
    assert!(found(&skipped).iter().all(String::is_empty));
    assert!(found(&files(|_| ())).contains(&"1".to_owned()));
}

#[test]
fn where_the_accounts_come_from_is_in_every_row() {
    for source in [PopulationSource::AccountsFile, PopulationSource::StandaloneAccount] {
        check(&files(|run| run.population_source = source), source.as_str(), "whole");
    }
}

#[test]
fn what_is_the_same_in_every_row_is_in_the_run_alone() {
    let moved = [
        "caller_arn",
        "window_start",
        "window_end",
        "algorithm",
        "seed",
        "sample_size",
        "confidence",
        "tolerable_rate",
    ];
    let run: Value =
        serde_json::from_str(&pack(fixture::lines()).text(RUN_FILE)).expect("a document");
    for name in moved {
        for table in Table::ALL {
            assert!(!columns(table).contains(&name), "{name} in {}", table.file_name());
        }
        assert!(run.get(name).or(run["sampling"].get(name)).is_some(), "{name}");
    }
}
