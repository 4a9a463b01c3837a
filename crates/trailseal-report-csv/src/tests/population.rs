//! What every table says of the population, because it may be read alone.

use serde_json::Value;
use trailseal_model::record::v1::Line;

use super::record::{Files, pack, read, record};
use crate::{RUN_FILE, Table, columns};

/// A run with one row in each table, changed.
fn files(change: impl FnOnce(&mut trailseal_model::record::v1::RunLine)) -> Files {
    let mut lines = record("plain");
    let Line::Run(run) = &mut lines[0] else { unreachable!("the run") };
    change(run);
    pack(lines)
}

#[track_caller]
fn check(files: &Files, population_source: &str, scope: &str) {
    for table in Table::ALL {
        let rows = read(files, table);
        let width = rows[1].len();
        assert_eq!(columns(table)[width - 2..], ["population_source", "scope"]);
        assert_eq!(rows[1][width - 2..], [population_source, scope], "{}", table.file_name());
    }
}

#[test]
fn a_whole_run_of_an_organization_says_so() {
    check(&files(|_| ()), "organizations", "whole");
}

#[test]
fn a_scoped_run_says_so_in_every_row_and_how_in_its_run() {
    let files = files(|run| {
        run.scope.is_limited = true;
        run.scope.organizational_units = vec!["ou-1".to_owned()];
    });
    check(&files, "organizations", "scoped");
    let run: Value = serde_json::from_slice(&files[RUN_FILE]).expect("json");
    assert_eq!(run["scope"]["organizational_units"][0], "ou-1");
}

#[test]
fn a_run_without_a_control_is_scoped_and_names_it() {
    let files = files(|run| {
        run.scope.is_limited = true;
        run.scope.skipped_controls = vec!["event-data-store-kms-encrypted".to_owned()];
    });
    check(&files, "organizations", "scoped");
    let run: Value = serde_json::from_slice(&files[RUN_FILE]).expect("json");
    assert_eq!(run["scope"]["skipped_controls"][0], "event-data-store-kms-encrypted");
    let found = |files: &Files| {
        let rows = read(files, Table::Coverage);
        let names = columns(Table::Coverage).iter();
        let place = names.clone().position(|name| *name == "event_data_stores_found");
        rows[1][place.expect("the column")].clone()
    };
    assert_eq!(found(&files), "");
    assert_eq!(found(&self::files(|_| ())), "2");
}

#[test]
fn a_population_that_only_the_user_vouches_for_says_so() {
    check(&files(|run| run.population_source = "accounts_file".into()), "accounts_file", "whole");
}

#[test]
fn a_standalone_account_says_so() {
    let files = files(|run| run.population_source = "standalone_account".into());
    check(&files, "standalone_account", "whole");
}
