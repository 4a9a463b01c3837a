//! Adds up the numbers of a finished pack, from its files alone, as an auditor would. For tests.

mod sampling;

use std::collections::BTreeMap;

use serde_json::Value;
use trailseal_record::FileName;

use crate::{RUN_FILE, Table};

/// One row: cells by column.
type Cells = BTreeMap<String, String>;

/// Every statement of number that the files contradict, a sentence each; none where all add up. `read`
/// gives the text of a file.
///
/// # Panics
/// When a file is not what a pack has: the test is at fault then.
#[must_use]
pub fn contradictions(read: &dyn Fn(FileName) -> String) -> Vec<String> {
    let pack = Pack::read(read);
    let mut found = Vec::new();
    pack.add_run(&mut found);
    pack.add_accounts(&mut found);
    pack.add_causes(&mut found);
    pack.add_frameworks(&mut found);
    sampling::add(&pack, &mut found);
    found
}

/// The files as values.
struct Pack {
    run: Value,
    tables: Vec<Vec<Cells>>,
}

impl Pack {
    fn read(read: &dyn Fn(FileName) -> String) -> Self {
        let run = serde_json::from_str(&read(RUN_FILE)).expect("JSON");
        let tables = Table::ALL.iter().map(|table| rows(&read(table.file_name()))).collect();
        Self { run, tables }
    }

    fn rows(&self, table: Table) -> &[Cells] {
        &self.tables[table as usize]
    }

    /// How many rows have each value of a column.
    fn counts(&self, table: Table, column: &str) -> BTreeMap<String, u64> {
        let mut counts = BTreeMap::new();
        for row in self.rows(table) {
            *counts.entry(row[column].clone()).or_default() += 1;
        }
        counts
    }

    /// How many rows have these values.
    fn count(&self, table: Table, cells: &[(&str, &str)]) -> u64 {
        let is_meant = |row: &&Cells| cells.iter().all(|(column, value)| row[*column] == *value);
        self.rows(table).iter().filter(is_meant).count() as u64
    }

    /// What `run.json` says of the tables.
    fn add_run(&self, found: &mut Vec<String>) {
        for table in Table::ALL {
            let name = table.file_name();
            let stated = self.run["tables"][name.as_str()].as_u64();
            compare(found, &format!("rows of {name}"), stated, self.rows(table).len() as u64);
            let run = self.run["run_id"].as_str().unwrap_or_default();
            if self.count(table, &[("run_id", run)]) != self.rows(table).len() as u64 {
                found.push(format!("{name} has rows of another run"));
            }
        }
        for (member, table, column) in [
            ("accounts", Table::Accounts, "state"),
            ("coverage", Table::Coverage, "outcome"),
            ("trails", Table::Trails, "verdict"),
            ("findings", Table::Findings, "status"),
            ("gaps", Table::Gaps, "class"),
        ] {
            let mut stated: BTreeMap<String, u64> =
                serde_json::from_value(self.run[member].clone()).expect("counts");
            stated.retain(|_, count| *count > 0);
            compare(found, &format!("{member} of run.json"), stated, self.counts(table, column));
        }
        let population = &self.run["population"];
        for (member, table) in [("accounts", Table::Accounts), ("targets", Table::Coverage)] {
            let (stated, rows) = (population[member].as_u64(), self.rows(table).len() as u64);
            compare(found, &format!("the population's {member}"), stated, rows);
        }
    }

    /// The Regions of each account are its rows of `coverage.csv`.
    fn add_accounts(&self, found: &mut Vec<String>) {
        let mut targets: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for row in self.rows(Table::Coverage) {
            *targets.entry((&row["account_id"], &row["outcome"])).or_default() += 1;
        }
        for row in self.rows(Table::Accounts) {
            let (id, mut total) = (row["account_id"].as_str(), 0);
            for (column, outcome) in [
                ("regions_evaluated", "evaluated"),
                ("regions_partial", "partial"),
                ("regions_not_evaluated", "not_evaluated"),
                ("regions_excluded", "excluded"),
                ("regions_disabled", "region_disabled"),
                ("regions_not_active", "account_not_active"),
            ] {
                let rows = targets.remove(&(id, outcome)).unwrap_or_default();
                total += rows;
                compare(found, &format!("{column} of account {id}"), number(row, column), rows);
            }
            let stated = number(row, "regions_total");
            compare(found, &format!("regions_total of account {id}"), stated, total);
        }
        let left = targets.keys().map(|(id, _)| format!("account {id} is in coverage.csv alone"));
        found.extend(left);
    }

    /// What each cause affects has its id.
    fn add_causes(&self, found: &mut Vec<String>) {
        let mut further: BTreeMap<&str, u64> = BTreeMap::new();
        for id in self.rows(Table::Findings).iter().flat_map(|row| items(row, "further_cause_ids"))
        {
            *further.entry(id).or_default() += 1;
        }
        let mut known = Vec::new();
        for row in self.rows(Table::Causes) {
            let id = row["cause_id"].as_str();
            known.push(id);
            for (column, counted) in [
                ("failed", self.count(Table::Findings, &[("cause_id", id), ("status", "fail")])),
                (
                    "not_proven",
                    self.count(Table::Findings, &[("cause_id", id), ("status", "not_proven")]),
                ),
                ("gaps", self.count(Table::Gaps, &[("cause_id", id)])),
                ("also_blocks", further.remove(id).unwrap_or_default()),
            ] {
                compare(found, &format!("{column} of cause {id}"), number(row, column), counted);
            }
        }
        found.extend(further.keys().map(|id| format!("{id} of further_cause_ids is no cause")));
        for table in [Table::Findings, Table::Gaps] {
            let ids = self.rows(table).iter().map(|row| row["cause_id"].as_str());
            let unknown = ids.filter(|id| !id.is_empty() && !known.contains(id));
            found.extend(unknown.map(|id| format!("{id} in {} is no cause", table.file_name())));
        }
    }

    /// The findings of a requirement are those of its control.
    fn add_frameworks(&self, found: &mut Vec<String>) {
        for row in self.rows(Table::Frameworks) {
            let control = row["control_id"].as_str();
            for (column, status) in [
                ("failed", "fail"),
                ("not_proven", "not_proven"),
                ("passed", "pass"),
                ("not_applicable", "not_applicable"),
            ] {
                let cells = [("control_id", control), ("status", status)];
                let counted = self.count(Table::Findings, &cells);
                let what = format!("{column} of {} ({control})", row["requirement_id"]);
                compare(found, &what, number(row, column), counted);
            }
        }
    }
}

fn rows(text: &str) -> Vec<Cells> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().map(|row| row.expect("a row as wide as its header"));
    rows.collect()
}

/// A number in a row.
fn number(row: &Cells, column: &str) -> Option<u64> {
    row[column].parse().ok()
}

/// The items of a list in a row.
fn items<'a>(row: &'a Cells, column: &str) -> impl Iterator<Item = &'a str> {
    row[column].split(';').filter(|item| !item.is_empty())
}

fn compare<S: Into<Option<T>>, T: PartialEq + std::fmt::Debug>(
    found: &mut Vec<String>,
    what: &str,
    stated: S,
    counted: T,
) {
    let (stated, counted) = (stated.into(), Some(counted));
    if stated != counted {
        found.push(format!("{what}: {stated:?} is stated, the rows have {counted:?}"));
    }
}
