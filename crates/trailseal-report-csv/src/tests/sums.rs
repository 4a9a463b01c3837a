//! The numbers of a pack add up, and one that does not is found.

use trailseal_record::fixture::MemoryFolder;

use super::pack::pack;
use super::sampling::{sampled_lines, sampled_pack};
use crate::sums::contradictions;
use crate::{FORMAT, RUN_FILE, Table};

fn of(files: &MemoryFolder) -> Vec<String> {
    contradictions(&|file| files.text(file))
}

#[test]
fn the_numbers_of_a_pack_add_up() {
    assert_eq!(of(&sampled_pack()), Vec::<String>::new());
}

#[test]
fn a_number_of_sampling_that_the_rows_do_not_have_is_found() {
    type Change = fn(&mut trailseal_record::v1::SamplingLine);
    let changes: &[(&str, Change)] = &[
        ("selected", |sampling| sampling.selected += 1),
        ("tested", |sampling| sampling.tested += 1),
        ("sealed", |sampling| sampling.sealed -= 1),
        ("unreadable", |sampling| sampling.unreadable -= 1),
        ("replaced", |sampling| sampling.replaced += 1),
        ("left_population", |sampling| sampling.left_population += 1),
        ("examined", |sampling| sampling.examined += 1),
        ("deviations", |sampling| sampling.deviations.clear()),
        ("clusters_drawn", |sampling| sampling.clusters_drawn += 1),
        ("clusters_empty", |sampling| sampling.clusters_empty += 1),
    ];
    for (column, change) in changes {
        let mut lines = sampled_lines();
        for line in &mut lines {
            if let trailseal_record::v1::Line::Trail(trail) = line {
                // Of both trails: that of account 2 has no rows at all.
                if trail.sampling.selected > 0 {
                    change(&mut trail.sampling);
                }
            }
        }
        let found = of(&pack(lines));
        assert!(found.iter().any(|problem| problem.starts_with(column)), "{column}: {found:?}");
    }
}

#[test]
fn a_row_that_is_missing_is_found_in_every_table() {
    let files = sampled_pack();
    for table in Table::ALL {
        let name = table.file_name();
        let text = files.text(name);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut writer = csv::Writer::from_writer(Vec::new());
        let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        for record in &records[..records.len() - 1] {
            writer.write_record(record).unwrap();
        }
        let cut = String::from_utf8(writer.into_inner().unwrap()).unwrap();
        let found =
            contradictions(&|file| if file == name { cut.clone() } else { files.text(file) });
        assert!(!found.is_empty(), "{name}");
    }
}

#[test]
fn a_count_of_the_run_that_the_tables_do_not_have_is_found() {
    let files = sampled_pack();
    let document: serde_json::Value = serde_json::from_str(&files.text(RUN_FILE)).unwrap();
    for (member, word) in
        [("findings", "fail"), ("coverage", "evaluated"), ("population", "targets")]
    {
        let mut changed = document.clone();
        changed[member][word] = 77.into();
        let text = changed.to_string();
        let found =
            contradictions(&|file| if file == RUN_FILE { text.clone() } else { files.text(file) });
        assert!(!found.is_empty(), "{member}");
    }
    assert_eq!(FORMAT.files.len(), Table::ALL.len() + 1);
}

#[test]
fn a_cause_that_claims_another_number_is_found() {
    for column in ["failed", "not_proven", "gaps", "also_blocks"] {
        let files = pack(super::pack::with!(Cause, |cause| match column {
            "failed" => cause.effect.failed += 1,
            "not_proven" => cause.effect.not_proven += 1,
            "gaps" => cause.effect.gaps += 1,
            _ => cause.effect.also_blocks += 7,
        }));
        let found = of(&files);
        assert!(found.iter().any(|problem| problem.starts_with(column)), "{column}: {found:?}");
    }
}
