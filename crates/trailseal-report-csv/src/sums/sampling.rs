//! The numbers of `sampling.csv` against the rows of `samples.csv` and `sampled_clusters.csv`, as
//! docs/reports/csv.md states them.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cells, Pack, compare, number};
use crate::Table;

/// The rows of one trail.
#[derive(Default)]
struct Trail<'a> {
    samples: Vec<&'a Cells>,
    clusters: Vec<&'a Cells>,
}

pub(super) fn add(pack: &Pack, found: &mut Vec<String>) {
    let mut trails: BTreeMap<&str, Trail<'_>> = BTreeMap::new();
    for row in pack.rows(Table::Samples) {
        trails.entry(&row["trail_arn"]).or_default().samples.push(row);
    }
    for row in pack.rows(Table::SampledClusters) {
        trails.entry(&row["trail_arn"]).or_default().clusters.push(row);
    }
    for row in pack.rows(Table::Sampling) {
        let trail = trails.remove(row["trail_arn"].as_str()).unwrap_or_default();
        let (objects, clusters) = (trail.of_objects(), trail.of_clusters(row));
        for (column, counted) in objects.into_iter().chain(clusters) {
            let what = format!("{column} of {}", row["trail_arn"]);
            compare(found, &what, number(row, column), counted);
        }
        let deviations = trail.deviations();
        compare(found, "deviations", row["deviations"].clone(), deviations);
    }
    found.extend(trails.keys().map(|arn| format!("sampling.csv has no row of {arn}")));
}

impl Trail<'_> {
    /// Statistically selected rows with one of these results.
    fn selected(&self, results: &[&str]) -> u64 {
        let is_meant = |row: &&&Cells| {
            ["all", "random", "cluster"].contains(&&*row["selection"])
                && results.contains(&&*row["result"])
        };
        self.samples.iter().filter(is_meant).count() as u64
    }

    /// Objects of the window with one of these results, each once.
    fn objects(&self, results: &[&str]) -> u64 {
        let is_meant = |row: &&&Cells| is_of_window(row) && results.contains(&&*row["result"]);
        let rows = self.samples.iter().filter(is_meant);
        rows.map(|row| row["object_key"].as_str()).collect::<BTreeSet<_>>().len() as u64
    }

    fn unlisted(&self) -> u64 {
        self.used(&["unlisted"])
    }

    fn used(&self, uses: &[&str]) -> u64 {
        self.clusters.iter().filter(|row| uses.contains(&&*row["used"])).count() as u64
    }

    fn of_objects(&self) -> Vec<(&'static str, u64)> {
        let sealed = ["pass", "shared_prefix_key"];
        let read = ["pass", "shared_prefix_key", "deviation"];
        let (tested, unreadable) =
            (self.selected(&read), self.selected(&["unreadable"]) + self.unlisted());
        vec![
            ("selected", tested + unreadable),
            ("tested", tested),
            ("sealed", self.selected(&sealed)),
            ("unreadable", unreadable),
            ("examined", self.objects(&read)),
            ("left_population", self.objects(&["pre_enablement", "previous_key"])),
            ("replaced", self.objects(&["replaced"])),
            ("sample_rows", self.samples.len() as u64),
        ]
    }

    fn of_clusters(&self, sampling: &Cells) -> Vec<(&'static str, u64)> {
        let mut numbers = vec![
            ("cluster_rows", self.clusters.len() as u64),
            ("clusters_unlisted", self.unlisted()),
        ];
        let method = sampling["sample_method"].as_str();
        if method == "clusters" {
            numbers.push(("clusters_drawn", self.used(&["drawn", "empty", "unlisted"])));
            numbers.push(("clusters_empty", self.used(&["empty"])));
        } else if sampling["population_counted"] == "true" {
            let objects = self.clusters.iter().filter_map(|row| number(row, "objects"));
            numbers.push(("population", objects.sum()));
        }
        numbers
    }

    /// Objects of the window that deviate, each once, by class.
    fn deviations(&self) -> String {
        let deviates = |row: &&&Cells| is_of_window(row) && row["result"] == "deviation";
        let rows = self.samples.iter().filter(deviates);
        let objects = rows.map(|row| (row["object_key"].as_str(), row["deviation_class"].as_str()));
        let objects: BTreeSet<(&str, &str)> = objects.collect();
        // In the order of the classes, which is not that of the alphabet.
        trailseal_model::DeviationClass::ALL
            .iter()
            .map(|class| {
                (class, objects.iter().filter(|object| object.1 == class.as_str()).count())
            })
            .filter(|(_, count)| *count > 0)
            .map(|(class, count)| format!("{class}={count}"))
            .collect::<Vec<_>>()
            .join(";")
    }
}

fn is_of_window(row: &Cells) -> bool {
    !["history", "digest"].contains(&&*row["selection"])
}
