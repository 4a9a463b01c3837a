//! docs/reports/csv.md has each column of each table, in order.

use crate::{FORMAT, Table, columns};

const PAGE: &str = include_str!("../../../../docs/reports/csv.md");

/// The columns that the page documents for a table: the names of the first column of its table.
fn documented(table: Table) -> Vec<&'static str> {
    let heading = format!("\n## {}\n", table.file_name());
    let (_, section) = PAGE.split_once(&heading).unwrap_or_else(|| panic!("no {heading}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let (_, rows) = section
        .split_once("| Column | Type |")
        .unwrap_or_else(|| panic!("{} has no table of columns", table.file_name()));
    let rows = rows.lines().skip(2).take_while(|line| line.starts_with('|'));
    let names = rows.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    names.collect()
}

#[test]
fn the_page_has_every_column_in_order() {
    for table in Table::ALL {
        let own: Vec<&str> = columns(table)[..columns(table).len() - 2].to_vec();
        assert_eq!(documented(table), own, "{}", table.file_name());
    }
}

#[test]
fn the_page_lists_every_file() {
    for file in FORMAT.files {
        assert!(PAGE.contains(&format!("`{file}`")), "{file}");
    }
}

#[test]
fn no_column_is_explained_by_nothing() {
    let rows =
        PAGE.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 3);
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert!(cells.iter().all(|cell| !cell.is_empty()), "{row}");
    }
}
